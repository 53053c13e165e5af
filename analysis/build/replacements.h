// kustomize's `replacements`: a value of one object, copied into fields of others.
//
// Facts: kustomize's api/filters/replacement of api 0.21.
// Thread contract: as for transformers.h.
#pragma once

#include "analysis/build/patches.h"

namespace fluxls::build {

// One entry of `replacements`: the replacement itself, or the `path` of a file of them.
void ApplyReplacement(const Context& context, Objects& objects, const Value* entry,
                      const PatchLoader& load);

// Steps of a field path: divided by dots, `\.` is a dot in a name, brackets hold theirs:
// `spec.containers.[name=app].image`, `metadata.annotations.[example.com/a]`.
std::vector<std::string> SplitDotPath(std::string_view path);

}  // namespace fluxls::build
