// Flux objects of a file that no build of the fleet has: files that nobody lists, files that cannot
// be read to the end, entries of a cluster that are applied by hand.
//
// Thread contract: pure function; the result belongs to the caller and keeps what it points into.
#pragma once

#include <memory>
#include <vector>

#include "analysis/build/fleet.h"

namespace fluxls::build {

struct Unbuilt {
  std::shared_ptr<Arena> arena;
  Objects objects;  // as they are written
  // Of each object: a build of the cluster that it belongs to, index in Fleet::builds(); nothing
  // when nobody knows.
  std::vector<std::optional<uint32_t>> builds;
  std::vector<ObjectReference> references;  // in order of objects; `target` holds no cluster
};

Unbuilt FindUnbuilt(const Fleet& fleet, const SourceFile& file);

}  // namespace fluxls::build
