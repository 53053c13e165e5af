// After names and namespaces have changed: the fields that name other objects follow.
//
// Facts: kustomize's api/filters/nameref and api/internal/accumulator.
// Thread contract: as for transformers.h.
#pragma once

#include "analysis/build/transformers.h"

namespace fluxls::build {

void FixNameReferences(const Context& context, Objects& objects, const TransformerConfig& config);

}  // namespace fluxls::build
