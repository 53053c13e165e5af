// What the rules of substitution look at: the expressions that Flux replaces in a file.
#pragma once

#include <optional>
#include <vector>

#include "analysis/build/envsubst.h"
#include "analysis/build/fleet.h"
#include "analysis/rules/rule.h"

namespace fluxls {

// A scalar of the file; ranges are those of the file.
struct SubstitutedText {
  const std::vector<build::Effect>* effects = nullptr;  // the objects it gets into
  std::vector<build::VariableUse> uses;                 // in order
  std::optional<build::SubstitutionError> error;        // what Flux would stop at first
};
// In order of place; none when nobody has built the workspace.
std::vector<SubstitutedText> SubstitutedTexts(const RuleContext& context);

// Offers to escape an expression, so that it stands in the cluster as it is written.
void AddEscape(RuleContext& context, Finding& finding, ByteRange expression);

}  // namespace fluxls
