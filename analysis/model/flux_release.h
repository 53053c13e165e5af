// Releases of Flux, at the grain that decides which APIs are served: the minor.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/catalog.h"

namespace fluxls {

struct FluxRelease {
  int major = 2;
  int minor = 0;
  auto operator<=>(const FluxRelease&) const = default;
  std::string ToString() const;  // "2.6"
};

// Oldest and newest release the catalogue has data for.
inline constexpr FluxRelease kOldestRelease{2, 0};
inline constexpr FluxRelease kNewestRelease{2, 9};

// The catalogue's release: at most the newest it knows.
catalog::Release ToCatalog(FluxRelease release);

// "v2.6.4", "2.6", "2.6.x", "2.x" (the newest 2.x of the catalogue), "0.41.2", ">=2.6.0" is not a
// release. Nothing for anything else.
std::optional<FluxRelease> ParseFluxRelease(std::string_view text);

}  // namespace fluxls
