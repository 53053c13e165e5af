// Completion of variables behind `${`, from the builds that substitute them.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <optional>

#include "analysis/build/fleet.h"
#include "analysis/features/completion.h"

namespace fluxls {

// The name around `offset` when `${` stands in front of it, and no `$` in front of that; may be
// empty.
std::optional<ByteRange> VariableNameAt(std::string_view text, uint32_t offset);

// Nothing where no variable is typed, or none is substituted. Values are only shown where a
// ConfigMap or a Flux Kustomization says them in the open, never those of Secrets.
std::optional<CompletionList> CompleteVariable(const Snapshot& snapshot, const build::Fleet* fleet,
                                               const std::string& path, std::string_view text,
                                               uint32_t offset);

}  // namespace fluxls
