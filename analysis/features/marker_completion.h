// Completion of image automation's markers: the comment behind a value that an ImagePolicy sets.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analysis/build/fleet.h"
#include "analysis/features/completion.h"

namespace fluxls {

// In a comment behind a scalar: whole markers where nothing else is written in it, the policy and
// its suffix within a marker. The policies come from the clusters of the file's repository, those
// of the image beside first; the form that fits the field goes before the others. Nothing where no
// marker is wanted or no policy is known.
std::optional<CompletionList> CompleteMarker(const Snapshot& snapshot, const build::Fleet* fleet,
                                             const std::string& path, std::string_view text,
                                             const yaml::File& file, uint32_t document,
                                             uint32_t offset);

}  // namespace fluxls
