// kustomize's `buildMetadata`: where objects come from and what transformed them, as annotations.
//
// Facts: kustomize's api/resource/origin.go and api/internal/utils/annotations.go.
// Thread contract: as for transformers.h.
#pragma once

#include "analysis/build/transformers.h"

namespace fluxls::build {

// Adds what the kustomization at the top asks for.
void AddBuildMetadata(const Context& context, const Kustomization& top, Objects& objects);

}  // namespace fluxls::build
