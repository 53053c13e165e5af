// Strategic merge patches, as kustomize applies them.
//
// Facts: kustomize's kyaml/yaml/merge2 and walk. New items of merged lists come first; null
// removes;
// `$patch: delete | replace | merge` say what to do with a mapping or a list.
//
// Thread contract: pure function; it changes the tree of the arena it is given.
#pragma once

#include <string>

#include "analysis/build/merge_schema.h"
#include "analysis/build/value.h"

namespace fluxls::build {

// Applies `patch` to `target`, which becomes null when the patch deletes it. `patch` must belong to
// another arena. Returns what is wrong ("" when nothing).
std::string MergePatch(Arena& arena, const Value*& target, const Value* patch,
                       const MergeSchema& schema);

}  // namespace fluxls::build
