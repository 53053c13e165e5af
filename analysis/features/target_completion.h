// Completion of what patches and replacements select, from the objects that their build has.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <optional>

#include "analysis/features/name_completion.h"

namespace fluxls {

// `kind`, `group`, `version`, `name` and `namespace` of the `target` of a patch, of the `source`
// and the targets' `select` and `reject` of a replacement. What stands beside narrows it down.
// Nothing for other fields, or where no build has the kustomization.
std::optional<CompletionList> CompleteTarget(const NameRequest& request);

}  // namespace fluxls
