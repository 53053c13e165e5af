// The lists of a kustomization file: which fields hold paths, and what a path entry means.
#pragma once

#include <string_view>

#include "analysis/model/resource.h"
#include "analysis/yaml/tree.h"

namespace fluxls {

// Appends what the kustomization in `root` lists to `facts`. Keys are matched without regard to
// case, as kustomize does.
void ReadKustomization(yaml::Node root, KustomizationFacts& facts);

// The path in an entry: what stands behind `key=` in the files of a generator, the whole value
// everywhere else.
std::string_view EntryPath(const KustomizeEntry& entry);

// True for entries that kustomize fetches: URLs, `git@host:…`, `github.com/org/repo…`.
bool IsRemoteEntry(std::string_view value);

}  // namespace fluxls
