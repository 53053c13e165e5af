// Completion of paths, one segment at a time: entries of kustomization files, `spec.path` of Flux
// Kustomizations.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <optional>

#include "analysis/features/name_completion.h"

namespace fluxls {

// Nothing where no path is wanted. What nobody lists yet comes first; directories end with `/`.
std::optional<CompletionList> CompletePath(const NameRequest& request);

}  // namespace fluxls
