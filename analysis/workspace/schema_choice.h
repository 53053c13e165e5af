// Which schema speaks for a document.
//
// The order: a CRD in the workspace, the directories of the settings, the catalogue in the program.
// For the kinds of Flux the catalogue knows since when there is what, so its word counts beside
// that of the CRD.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/workspace/workspace.h"
#include "analysis/yaml/cursor.h"
#include "schemas/schema.h"

namespace fluxls::schema {

struct Choice {
  const KindSchema* schema = nullptr;     // null: nothing is known of this kind
  Release release;                        // at which its facts are to be asked
  Release cluster;                        // that the cluster runs
  bool assumed = false;                   // the workspace does not say which release runs
  const KindSchema* catalogue = nullptr;  // what the program knows of the kind; may be `schema`
  SourceFilePtr owner;                    // keeps `schema` alive; the CRD's file
  explicit operator bool() const { return schema != nullptr; }
};

// The field that the steps lead to from the top; null where the schema does not say.
const Field* FieldAt(const Choice& choice, const std::vector<yaml::PathStep>& steps);

// For a document of the file at `path`.
Choice Choose(const Snapshot& snapshot, const std::string& path, const ApiVersion& api,
              std::string_view kind);

}  // namespace fluxls::schema
