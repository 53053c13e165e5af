// What Flux reconciles in each cluster, as a graph: Kustomizations, HelmReleases and sources, who
// applies whom, who waits for whom, and in which order they become ready.
//
// Made from effective objects only: what the builds of a cluster apply. What an object names and no
// build of its cluster applies is a node as well, missing or (where not all is known) unknown.
// Nodes are ordered by cluster, kind, namespace and name, edges by their ends; the same fleet gives
// the same graph. Offsets are bytes in the file of the node.
//
// Facts: the reference fields of Kustomization, HelmRelease, HelmChart and ArtifactGenerator; a
// dependency must be ready first, so that a cycle never becomes ready.
// Thread contract: pure functions; the result owns its texts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/fleet.h"
#include "analysis/text/text.h"

namespace fluxls {

enum class NodeStatus : uint8_t {
  kOk,
  kSuspended,   // spec.suspend
  kIncomplete,  // a Kustomization whose build is not known completely: another repository, a
                // remote base
  kFailed,      // a Kustomization whose build fails
  kMissing,     // is named, and no build of the cluster applies it
  kUnknown,     // the same, where somebody else may make it: bootstrap, a build that is not known
};
// "ok", "suspended", "incomplete", "failed", "missing", "unknown".
std::string_view StatusName(NodeStatus status);

struct GraphNode {
  uint32_t cluster = 0;  // index in FluxGraph::clusters
  std::string kind;
  std::string namespace_;
  std::string name;
  std::string path;  // of the file that it is written in; "" when it is written nowhere
  ByteRange range;   // of its document
  NodeStatus status = NodeStatus::kOk;
  std::string reason;     // why it is not ok, one line; may be ""
  uint32_t objects = 0;   // that a Kustomization applies, those of other kinds than Flux' included
  uint32_t level = 0;     // of the reconcile order: 0 waits for nobody
  bool in_cycle = false;  // waits, over others, for itself
  // It waits for something that is missing, fails or is in a cycle: as it is written it never
  // becomes ready.
  bool never_ready = false;

  // "Kustomization/flux-system/apps": unique in its cluster.
  std::string Id() const;
};

enum class EdgeKind : uint8_t {
  kApplies,    // `from` applies `to` (a Kustomization), or makes it (an ArtifactGenerator)
  kDependsOn,  // `from` waits for `to`
  kSource,     // `from` reads from `to`
};
std::string_view EdgeName(EdgeKind kind);  // "applies", "dependsOn", "source"

struct GraphEdge {
  uint32_t from = 0;  // indices in FluxGraph::nodes
  uint32_t to = 0;
  EdgeKind kind = EdgeKind::kApplies;
  auto operator<=>(const GraphEdge&) const = default;
};

struct FluxGraph {
  std::vector<std::string> clusters;  // their directories in the repository; "" for its root
  std::vector<GraphNode> nodes;
  std::vector<GraphEdge> edges;
  std::vector<std::vector<uint32_t>> cycles;  // nodes of each, ordered
};

// `clusters`: those to draw; an empty list draws all.
FluxGraph MakeGraph(const build::Fleet& fleet, const std::vector<std::string>& clusters);

// "clusters/production"; "." for the root.
std::string ClusterTitle(std::string_view cluster);

// The cluster that somebody means by its directory or the last parts of it. Otherwise `error` says
// why not, with the clusters that there are.
std::optional<std::string> ChooseCluster(const std::vector<std::string>& clusters,
                                         std::string_view wanted, std::string& error);

}  // namespace fluxls
