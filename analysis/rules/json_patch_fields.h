// JSON patches written in kustomizations: do the fields that their operations name exist, and do
// the values fit?
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <vector>

#include "analysis/rules/schema_problems.h"

namespace fluxls {

// Looks at patches that are text beside a target with a kind that has a schema.
void AddJsonPatchFields(const RuleContext& context, std::vector<SchemaProblem>& problems);

}  // namespace fluxls
