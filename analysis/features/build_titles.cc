#include "analysis/features/build_titles.h"

#include <fmt/format.h>

#include <algorithm>

namespace fluxls {

std::string ShortCluster(const build::Fleet& fleet, const std::string& cluster) {
  const std::string_view last = BaseName(cluster);
  const std::vector<std::string> all = fleet.Clusters();
  const auto same = std::count_if(
      all.begin(), all.end(), [last](const std::string& other) { return BaseName(other) == last; });
  return same > 1 ? cluster : std::string(last);
}

std::string BuildTitle(const Snapshot& snapshot, const build::Fleet& fleet,
                       const build::FluxBuild& build) {
  if (!build.flux) return "the build of " + snapshot.DisplayPath(build.directory);
  const std::string cluster = ShortCluster(fleet, build.cluster);
  return fmt::format("Kustomization {}{}", build.Title(),
                     cluster.empty() ? "" : fmt::format(" ({})", cluster));
}

}  // namespace fluxls
