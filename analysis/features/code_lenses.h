// What stands above the objects of a file: who applies them, and how often they are named.
//
// Ranges are byte offsets in the files of the snapshot that `fleet` is made from.
// Thread contract: pure functions over immutable input; results own their texts.
#pragma once

#include <string>
#include <vector>

#include "analysis/features/navigation.h"

namespace fluxls {

struct ObjectLens {
  ByteRange object;     // the lens stands above it
  size_t effects = 0;   // effective objects that it becomes
  std::string applied;  // `applied by Kustomization flux-system/apps (production)`; "" when by none
  std::vector<NamePlace> appliers;  // where those are written, each once
  // References to it are worth counting: Flux objects name its kind, or somebody does name it.
  bool counts = false;
};

// In order of place. Does not count, and is quick in files with many objects.
std::vector<ObjectLens> LensesOf(const build::Fleet& fleet, const SourceFile& file);

// Where the object that begins at `begin` (of an ObjectLens::object) is named, as ReferencesOf has
// it; nothing when there is no such object any more.
std::vector<NamePlace> ReferencesToObject(const Snapshot& snapshot, const build::Fleet& fleet,
                                          const SourceFile& file, uint32_t begin);

// `no references`, `1 reference`, `2 references`.
std::string CountTitle(size_t references);

// Changes when lenses of a file may say something else, though the file is the same. Of references
// those of Flux objects that are built count: where else something is named is found out when
// somebody asks.
uint64_t LensStamp(const build::Fleet& fleet, const std::string& path);

}  // namespace fluxls
