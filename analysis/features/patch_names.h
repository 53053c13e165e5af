// Where patches and replacements name the objects that they change.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analysis/features/navigation.h"

namespace fluxls {

// Of an object, as it is called after the build. In the files of `builds`, and in what Flux
// Kustomizations add to them: elsewhere others may have that name.
std::vector<NamePlace> NamesInPatches(const Snapshot& snapshot, const build::Fleet& fleet,
                                      const build::Object& object,
                                      const std::set<uint32_t>& builds);

// The objects that are named at a place in a patch, or in the target of one.
std::vector<build::Effect> ObjectsNamedInPatch(const Snapshot& snapshot, const build::Fleet& fleet,
                                               const std::string& path, ByteRange range,
                                               std::string_view name);

}  // namespace fluxls
