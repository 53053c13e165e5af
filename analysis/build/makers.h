// Objects that controllers make of other objects: the Secret of an ExternalSecret, the source of a
// FluxInstance, the artifact of an ArtifactGenerator. They are in no file, and still not missing.
//
// Facts: the documentation of each operator; flux/semantics §1. Thread contract: pure functions.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/build/object.h"

namespace fluxls::build {

// An object that the object at `maker` makes.
struct Made {
  std::string_view kind;
  std::string_view namespace_;
  std::string_view name;
  // Where the name is written; null when it follows from the name of the maker.
  const Value* name_value = nullptr;
  bool operator==(const Made&) const = default;
};

// What `object` makes, as far as its text says. Names that hold templates are left out.
std::vector<Made> FindMade(const Object& object);

// The same for all of them: `maker` is an index in `objects`.
struct MadeBy {
  uint64_t name = 0;  // HashOfName in the cluster
  uint32_t maker = 0;
  bool operator==(const MadeBy&) const = default;
};
std::vector<MadeBy> FindMade(std::string_view cluster, const Objects& objects);

// Does the object make objects of kind `made` whose names its text does not say
// (copies of a Secret in every namespace, what an operator calls as it likes)? `made` may be "" for
// any kind.
bool MakesUnnamed(const Object& object, std::string_view made);

}  // namespace fluxls::build
