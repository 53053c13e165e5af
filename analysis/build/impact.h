// What a change touches: builds, and the objects in them.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <string>
#include <vector>

#include "analysis/build/fleet.h"

namespace fluxls::build {

// A build that a file has a part in.
struct Touched {
  uint32_t build = 0;             // index in Fleet::builds()
  std::vector<uint32_t> objects;  // in its objects: what the file's text got into
  bool runs = false;              // it is one of the kustomizations of the build
  bool variables = false;         // Flux takes variables from an object of the file
};

// Builds that read a file, ordered. Of a kustomization file every object of the build counts as
// touched.
std::vector<Touched> FindTouched(const Fleet& fleet, const std::string& path);

enum class ChangeKind : uint8_t { kAdded, kRemoved, kChanged };

// An object that two fleets have differently.
struct ObjectChange {
  ChangeKind kind = ChangeKind::kChanged;
  std::string cluster;  // as in FluxBuild
  std::string build;    // its title
  bool flux = true;
  std::string object;  // as Describe() says it
};

// By cluster, build and object. Builds that fail in one of the fleets have the objects that they
// got as far as.
std::vector<ObjectChange> CompareFleets(const Fleet& before, const Fleet& after);

}  // namespace fluxls::build
