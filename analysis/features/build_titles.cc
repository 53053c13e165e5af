#include "analysis/features/build_titles.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/build/hash.h"

namespace fluxls {
namespace {

// What people call a cluster. Many keep what Flux starts with in a directory of its own.
std::string_view NameOf(std::string_view cluster) {
  for (std::string_view last : {"/flux", "/flux-system"}) {
    if (cluster.ends_with(last)) cluster.remove_suffix(last.size());
  }
  return BaseName(cluster);
}

}  // namespace

std::string ShortCluster(const build::Fleet& fleet, const std::string& cluster) {
  const std::string_view name = NameOf(cluster);
  const std::vector<std::string> all = fleet.Clusters();
  const auto same = std::count_if(
      all.begin(), all.end(), [name](const std::string& other) { return NameOf(other) == name; });
  return same > 1 ? cluster : std::string(name);
}

uint64_t ClustersStamp(const build::Fleet& fleet) {
  uint64_t stamp = 0;
  for (const std::string& cluster : fleet.Clusters()) build::Mix(stamp, cluster);
  return stamp;
}

std::string BuildTitle(const Snapshot& snapshot, const build::Fleet& fleet,
                       const build::FluxBuild& build) {
  if (!build.flux) return "the build of " + snapshot.DisplayPath(build.directory);
  const std::string cluster = ShortCluster(fleet, build.cluster);
  return fmt::format("Kustomization {}{}", build.Title(),
                     cluster.empty() ? "" : fmt::format(" ({})", cluster));
}

}  // namespace fluxls
