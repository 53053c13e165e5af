// All safe fixes of one file at once. Pure; run it on a worker.
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "analysis/workspace/workspace.h"
#include "lsp/project.h"

namespace fluxls::lsp {

// Fixes are planned, applied and the file checked again until nothing is left to do or the rounds
// run out. The edits refer to `result.file`. Nothing when there is nothing to fix, or `stop` was
// set.
std::optional<std::vector<TextEdit>> FixAll(const Snapshot& snapshot, const CheckedFile& result,
                                            const std::stop_token& stop);

}  // namespace fluxls::lsp
