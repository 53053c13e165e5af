// Values with variables, once Flux has replaced them: do they fit their schema?
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <vector>

#include "analysis/rules/schema_problems.h"

namespace fluxls {

// Adds what is wrong in every build that uses an object: type, enum or pattern of a scalar whose
// variables are all known.
void AddSubstitutedValues(const RuleContext& context, std::vector<SchemaProblem>& problems);

}  // namespace fluxls
