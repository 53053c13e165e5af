// Finding objects of the whole workspace by a few letters of their names.
//
// Thread contract: pure functions over immutable input; the index is immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/features/fuzzy.h"
#include "analysis/text/text.h"
#include "analysis/workspace/workspace.h"

namespace fluxls {

struct WorkspaceSymbol {
  // `HelmRelease/apps/podinfo`, without the middle where the document says no namespace;
  // `apps/base/kustomization.yaml` for a kustomization file.
  std::string name;
  bool flux = false;   // an object of Flux
  SourceFilePtr file;  // never null
  ByteRange range;     // of the name in it, or what comes closest
};

// The names of one state of the workspace. Making it takes longer than many questions.
class WorkspaceSymbols {
 public:
  explicit WorkspaceSymbols(const Snapshot& snapshot);

  // At most `limit`, the best first; each place once. For a query without letters simply the first
  // ones by path.
  std::vector<WorkspaceSymbol> Find(std::string_view query, size_t limit) const;

 private:
  struct Entry {
    uint32_t file = 0;
    uint32_t resource = 0;  // index in the facts, or kKustomization
    bool flux = false;
  };
  static constexpr uint32_t kKustomization = UINT32_MAX;

  std::vector<SourceFilePtr> files_;  // by path
  std::vector<Entry> entries_;        // by path as well
  FuzzyTexts texts_;                  // one for each entry
};

// The object that `file.facts.resources[resource]` is about; no such node when there is none.
yaml::Node ObjectOf(const SourceFile& file, uint32_t resource);

}  // namespace fluxls
