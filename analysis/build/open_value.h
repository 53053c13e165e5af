// Which values may be shown to people, and what stands in the place of the others.
//
// Hidden is what a Secret holds, and what ConfigMaps and `substitute` hold in a document that SOPS
// has a part in. A build that puts such a value somewhere says so there (Edit::secret); thus what
// is handed on, from build to build, stays hidden. Names of objects are shown, whatever is in them.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <string>

#include "analysis/build/flux_build.h"

namespace fluxls::build {

// May everybody see the value of a variable?
inline bool IsOpen(const DefinedVariable& variable) {
  return variable.known && variable.secret.empty();
}

// The object, as in `Secret "db"`, when it hides what stands under one of its fields ("data"); ""
// for what may be shown.
std::string HiddenIn(const Value* root, std::string_view field);

// The text of a scalar, or what is shown in its place: `*** (from Secret "db")`.
std::string OpenText(const Value& value);

// An object as it may be shown: the same tree, with origins and edits, and with other texts in
// place of hidden ones. It lives as long as the object and the arena.
const Value* OpenTree(Arena& arena, const Value* root);

}  // namespace fluxls::build
