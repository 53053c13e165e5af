// kustomize's `vars`: $(NAME) in certain fields becomes a value of some object.
//
// Facts: kustomize's api/filters/refvar and api/internal/accumulator.
// Thread contract: as for transformers.h.
#pragma once

#include "analysis/build/transformers.h"

namespace fluxls::build {

struct Variable {
  std::string_view name;
  std::string_view field_path;  // "metadata.name" unless said otherwise
  Origin origin;
};

// Adds the variables that a kustomization defines, and notes on the objects which of them read from
// it.
void DefineVariables(const Context& context, Objects& objects,
                     const std::vector<const Value*>& entries, std::vector<Variable>& variables);

// Adds those of a base. A name may be taken only once.
void MergeVariables(const Context& context, const std::vector<Variable>& more,
                    std::vector<Variable>& variables);

// Puts the values in.
void ResolveVariables(const Context& context, Objects& objects,
                      const std::vector<Variable>& variables, const std::vector<FieldSpec>& fields);

}  // namespace fluxls::build
