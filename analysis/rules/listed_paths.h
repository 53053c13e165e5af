// The paths that a kustomization file lists, wherever it lists any.
#pragma once

#include <string_view>
#include <vector>

#include "analysis/rules/near_path.h"
#include "analysis/yaml/tree.h"

namespace fluxls {

struct ListedPath {
  std::string_view field;   // "resources", "patches", "configMapGenerator", …
  EntryKind kind;           // what it may be
  yaml::Node node;          // the scalar; aliases are followed
  yaml::Node item;          // what goes when the entry is removed; no such node when nothing can
  std::string_view prefix;  // `key=` in the files of a generator; else ""
  std::string_view entry;   // the path behind it
  bool keyed = false;       // a file of a generator: without `key=` its base name is the key
};

// Field by field; inline YAML and empty entries are left out. `root`: of the kustomization. Views
// are those of its tree.
std::vector<ListedPath> ListedPaths(yaml::Node root);

}  // namespace fluxls
