// Flux's `postBuild`: where variables come from, and what they do to the objects of a build.
//
// Facts: fluxcd/pkg kustomize/kustomize_varsub.go.
// Thread contract: as for flux_build.h.
#pragma once

#include "analysis/build/flux_build.h"

namespace fluxls::build {

// The variables of an effective Kustomization. `find` looks up ConfigMaps and Secrets; values of
// encrypted and of absent ones are not known.
Variables ReadVariables(const Value* kustomization, std::string_view namespace_,
                        FluxRelease release, const FindObject& find);

// Does Flux leave this object alone?
bool IsSubstitutionDisabled(const Value* root);

// Replaces variables in all objects, and notes where they stood. Flux replaces them in an object's
// printed text, which is read again afterwards: types and even structure may change.
void SubstituteObjects(Arena& arena, const Variables& variables, Objects& objects,
                       std::vector<VariableSite>& sites, std::vector<Problem>& problems);

}  // namespace fluxls::build
