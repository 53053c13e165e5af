// JSON patches (RFC 6902), as kustomize applies them.
//
// Thread contract: pure functions; they change the tree of the arena they are given.
#pragma once

#include <string>

#include "analysis/build/value.h"

namespace fluxls::build {

struct JsonPatchError {
  std::string message;  // "" when all went well
  Origin where;         // the operation
};

// Applies the operations in order; the values of the patch must belong to another arena.
JsonPatchError ApplyJsonPatch(Arena& arena, const Value*& root, const Value* operations);

}  // namespace fluxls::build
