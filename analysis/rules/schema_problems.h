// What is written in a file and its schema does not allow: one walk over all objects, patches
// included, for the rules that report it.
//
// Absences are not looked for here: they are judged on effective objects (effective_schema.h).
// Thread contract: pure functions over immutable input.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/rules/rule.h"

namespace fluxls {

struct SchemaProblem {
  enum class Kind : uint8_t { kUnknownField, kInvalidType, kInvalidValue, kNewerFlux };
  struct Repair {
    std::string title;
    std::optional<std::vector<TextEdit>> edits;
    bool safe = false;
  };
  Kind kind = Kind::kUnknownField;
  ByteRange range;  // in the file
  std::string message;
  std::vector<Repair> repairs;  // the best one first
};

// In order of the objects. Computed once for a context.
const std::vector<SchemaProblem>& SchemaProblems(const RuleContext& context);

// Reports those of one kind.
void ReportSchemaProblems(RuleContext& context, SchemaProblem::Kind kind);

}  // namespace fluxls
