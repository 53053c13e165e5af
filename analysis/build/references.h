// What the objects of a build refer to by name, after everything the build has done to them.
//
// Facts: flux/semantics §1, as data in analysis/model/reference_table.h.
// Thread contract: pure functions; texts point into values of the build that they were read from.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/build/object.h"
#include "analysis/model/reference_table.h"

namespace fluxls::build {

struct ObjectReference {
  const ReferenceField* field = nullptr;  // of the table
  uint32_t object = 0;                    // who refers: index in FluxBuild::objects
  std::string_view group;                 // of the target; "" when the reference does not say
  std::string_view kind;                  // of the target; never empty
  std::string_view namespace_;            // of the target, after the field's rule
  std::string_view name;                  // of the target; never empty
  const Value* node = nullptr;            // what stands at the field: a mapping, or the name itself
  const Value* name_value = nullptr;      // never null
  const Value* namespace_value = nullptr;  // null when it is not written in the reference
  bool optional = false;                   // the reference says so itself
  uint64_t target = 0;                     // HashOfName of the target in the build's cluster
};

// Of all objects, in their order.
std::vector<ObjectReference> FindReferences(std::string_view cluster, const Objects& objects);

}  // namespace fluxls::build
