// Where patches and replacements name the objects that they change.
//
// Ranges are byte offsets in the files of `snapshot`, from which `fleet` must be made.
// Thread contract: pure functions over immutable input.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analysis/features/navigation.h"

namespace fluxls {

// Of an object, as it is called after the build. In what `builds` read, and in what Flux
// Kustomizations add to them: elsewhere others may have that name. Of kustomization files, which
// are many, only those in `files` are looked at.
std::vector<NamePlace> NamesInPatches(const Snapshot& snapshot, const build::Fleet& fleet,
                                      const build::Object& object, const std::set<uint32_t>& builds,
                                      const std::vector<SourceFilePtr>& files);

// The objects that are named at a place in a patch, or in the target of one.
std::vector<build::Effect> ObjectsNamedInPatch(const Snapshot& snapshot, const build::Fleet& fleet,
                                               const std::string& path, ByteRange range,
                                               std::string_view name);

}  // namespace fluxls
