// Signs of the Flux release that a repository runs (facts: how bootstrap, Flux Operator and
// manifest sources write it down).
#pragma once

#include <optional>
#include <string_view>

#include "analysis/model/resource.h"
#include "analysis/yaml/tree.h"

namespace fluxls {

// `# Flux Version: v2.9.4` in the comment block on top of a generated manifest.
std::optional<ReleaseEvidence> ReleaseFromHeader(std::string_view text);
// From one Kubernetes object.
std::optional<ReleaseEvidence> ReleaseFromObject(yaml::Node root, const ResourceId& id);
// From the remote resources of a kustomization.
std::optional<ReleaseEvidence> ReleaseFromKustomization(const KustomizationFacts& facts);

}  // namespace fluxls
