// For terminals: cluster by cluster, level by level.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/features/graph_formats.h"

namespace fluxls {
namespace {

bool IsReconciler(const GraphNode& node) {
  return node.kind == "Kustomization" || node.kind == "HelmRelease";
}

std::string Short(const GraphNode& node) {
  return CleanText(fmt::format("{}/{}", node.namespace_, node.name));
}

class Printer {
 public:
  Printer(const FluxGraph& graph, const ShowPlace& place) : graph_(graph), place_(place) {
    edges_.resize(graph.nodes.size());
    for (const GraphEdge& edge : graph.edges) edges_[edge.from].push_back(edge);
    clusters_.resize(graph.clusters.size());
    for (uint32_t i = 0; i < graph.nodes.size(); ++i)
      clusters_[graph.nodes[i].cluster].push_back(i);
    cycles_.resize(graph.clusters.size());
    for (const std::vector<uint32_t>& cycle : graph.cycles)
      cycles_[graph.nodes[cycle.front()].cluster].push_back(&cycle);
  }

  std::string Print() {
    for (uint32_t cluster = 0; cluster < graph_.clusters.size(); ++cluster) {
      if (cluster > 0) out_ += '\n';
      PrintCluster(cluster);
    }
    return std::move(out_);
  }

 private:
  void PrintCluster(uint32_t cluster) {
    const std::vector<uint32_t>& nodes = clusters_[cluster];
    size_t kustomizations = 0;
    size_t releases = 0;
    for (const uint32_t i : nodes) {
      kustomizations += graph_.nodes[i].kind == "Kustomization" ? 1 : 0;
      releases += graph_.nodes[i].kind == "HelmRelease" ? 1 : 0;
    }
    out_ += fmt::format("cluster {}: Kustomizations {}, HelmReleases {}, sources {}\n",
                        CleanText(ClusterTitle(graph_.clusters[cluster])), kustomizations, releases,
                        nodes.size() - kustomizations - releases);
    std::vector<uint32_t> order;
    for (const uint32_t i : nodes) {
      if (IsReconciler(graph_.nodes[i])) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
      return graph_.nodes[a].level < graph_.nodes[b].level;
    });
    uint32_t level = UINT32_MAX;
    for (const uint32_t i : order) {
      if (graph_.nodes[i].level != level) {
        level = graph_.nodes[i].level;
        out_ += fmt::format("  level {}\n", level);
      }
      PrintNode(i);
    }
    bool first = true;
    for (const uint32_t i : nodes) {
      if (IsReconciler(graph_.nodes[i])) continue;
      if (std::exchange(first, false)) out_ += "  sources\n";
      PrintNode(i);
    }
    for (const std::vector<uint32_t>* cycle : cycles_[cluster]) PrintCycle(*cycle);
  }

  void PrintNode(uint32_t index) {
    const GraphNode& node = graph_.nodes[index];
    out_ += fmt::format("    {} {}", CleanText(node.kind), Short(node));
    if (const std::string trouble = NodeTrouble(node); !trouble.empty())
      out_ += fmt::format("  [{}]", trouble);
    if (const ShownPlace shown = place_(node); !shown.path.empty())
      out_ += fmt::format("  {}:{}", CleanText(shown.path), shown.line);
    out_ += '\n';
    if (!node.reason.empty()) out_ += fmt::format("      ! {}\n", CleanText(node.reason));
    std::string after;
    std::string sources;
    for (const GraphEdge& edge : edges_[index]) {
      const GraphNode& other = graph_.nodes[edge.to];
      if (edge.kind == EdgeKind::kDependsOn) after += (after.empty() ? "" : ", ") + Short(other);
      if (edge.kind == EdgeKind::kSource) {
        sources += fmt::format("{}{} {}", sources.empty() ? "" : ", ", CleanText(other.kind),
                               Short(other));
      }
    }
    if (!after.empty()) out_ += fmt::format("      depends on {}\n", after);
    if (!sources.empty()) out_ += fmt::format("      source {}\n", sources);
  }

  void PrintCycle(const std::vector<uint32_t>& cycle) {
    out_ += "  cycle, never ready:";
    for (const uint32_t i : cycle)
      out_ += fmt::format(" {} {}{}", graph_.nodes[i].kind, Short(graph_.nodes[i]),
                          i == cycle.back() ? "" : ",");
    out_ += '\n';
  }

  const FluxGraph& graph_;
  const ShowPlace& place_;
  std::vector<std::vector<GraphEdge>> edges_;  // by `from`
  std::vector<std::vector<uint32_t>> clusters_;
  std::vector<std::vector<const std::vector<uint32_t>*>> cycles_;
  std::string out_;
};

}  // namespace

std::string GraphText(const FluxGraph& graph, const ShowPlace& place) {
  return Printer(graph, place).Print();
}

}  // namespace fluxls
