// Where in a schema somebody is: the object, and the field that a path in it leads to.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/workspace/schema_choice.h"
#include "analysis/workspace/workspace.h"
#include "analysis/yaml/cursor.h"
#include "analysis/yaml/tree.h"

namespace fluxls {

struct Place {
  yaml::Node root;  // of the document; no such node in an empty one
  ApiVersion api;
  std::string kind;
  schema::Choice choice;  // none for a kind without schema
};

// `document` is an index into `file`, which is a parse of the text at `path` (the snapshot may have
// an older one).
Place FindPlace(const Snapshot& snapshot, const std::string& path, const yaml::File& file,
                uint32_t document);

// The field that the steps lead to; null where the schema does not say.
const schema::Field* FindField(const Place& place, const std::vector<yaml::PathStep>& steps);

// The steps to a node; a key counts as its value.
std::vector<yaml::PathStep> StepsTo(yaml::Node node);

// "spec.dependsOn[].name": the form of the reference table.
std::string RouteOf(const std::vector<yaml::PathStep>& steps);

// Where the first `count` steps lead from `node`, aliases left out; no such node when nowhere.
yaml::Node Follow(yaml::Node node, const std::vector<yaml::PathStep>& steps, size_t count);

}  // namespace fluxls
