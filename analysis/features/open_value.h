// Which values of variables may be shown to people.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include "analysis/build/fleet.h"

namespace fluxls {

// Does a ConfigMap, or `postBuild.substitute` of a Flux Kustomization, say this very value in the
// open? No for what a Secret says, what stands in a file that SOPS has a part in, and what a build
// has put in the place of what is written: that may have been a secret elsewhere.
bool IsOpenValue(const Snapshot& snapshot, const build::DefinedVariable& variable);

}  // namespace fluxls
