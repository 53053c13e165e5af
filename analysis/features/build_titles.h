// Names of builds and clusters, short enough to stand beside somebody's text.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <cstdint>
#include <string>

#include "analysis/build/fleet.h"

namespace fluxls {

// The last part of the cluster's directory where no other cluster has the same, else all of it; ""
// for the cluster of the repository's root. `clusters/home/flux` is "home".
std::string ShortCluster(const build::Fleet& fleet, const std::string& cluster);

// Changes when ShortCluster may say something else of a cluster.
uint64_t ClustersStamp(const build::Fleet& fleet);

// `Kustomization flux-system/apps (production)`; `the build of apps/base` where kustomize alone
// builds.
std::string BuildTitle(const Snapshot& snapshot, const build::Fleet& fleet,
                       const build::FluxBuild& build);

}  // namespace fluxls
