// What a change touches: builds, and the objects in them.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analysis/build/fleet.h"

namespace fluxls::build {

// A build that files have a part in.
struct Touched {
  uint32_t build = 0;             // index in Fleet::builds()
  std::vector<uint32_t> objects;  // in its objects, ordered: what the files' text got into
};

// Builds that read one of the files, ordered. Of a kustomization file every object of the build
// counts as touched, of one that Flux takes variables from every object with variables.
std::vector<Touched> FindTouched(const Fleet& fleet, const std::set<std::string>& paths);

enum class ChangeKind : uint8_t { kAdded, kRemoved, kChanged };

// An object that two fleets have differently.
struct ObjectChange {
  ChangeKind kind = ChangeKind::kChanged;
  FluxBuildPtr build;  // of the fleet that has the object, the later one if both have it
  const Object* object = nullptr;  // of that build
};

// By cluster, build and object. Builds that fail in one of the fleets have the objects that they
// got as far as.
std::vector<ObjectChange> CompareFleets(const Fleet& before, const Fleet& after);

}  // namespace fluxls::build
