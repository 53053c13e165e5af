// Completion of charts and versions, from what the repository uses already.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <optional>

#include "analysis/features/name_completion.h"

namespace fluxls {

// `chart` and `version` of HelmReleases and HelmCharts, `ref.tag` and `ref.semver` of
// OCIRepositories. Charts of the same source first, versions of the same chart from the newest
// down. Nothing for other fields, or where nobody else uses the chart.
std::optional<CompletionList> CompleteChart(const NameRequest& request);

}  // namespace fluxls
