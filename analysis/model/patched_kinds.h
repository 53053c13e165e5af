// Kinds of objects that the patches of a file change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/model/resource.h"
#include "analysis/yaml/tree.h"

namespace fluxls {

// Stands for every kind: the target of a patch names none, or is more than a plain word.
inline constexpr std::string_view kEveryKind = "*";

// Appends the kinds that the patch lists of one document name: those of a kustomization file, of a
// Flux Kustomization's spec, and of patches inside patches, which are read as text. May hold a kind
// twice. `text` is the document's. Patches in files of their own are not looked at; they are
// resources of those files.
void ReadPatchedKinds(yaml::Node root, std::string_view text, std::vector<std::string>& kinds);

}  // namespace fluxls
