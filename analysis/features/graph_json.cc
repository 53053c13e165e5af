// For programs; docs/graph.schema.json describes it. Written by hand: analysis/ has no JSON
// library, and needs none to write.
#include <fmt/format.h>

#include "analysis/features/graph_formats.h"

namespace fluxls {
namespace {

std::string_view Bool(bool value) {
  return value ? "true" : "false";
}

std::string NodeJson(const GraphNode& node, const ShowPlace& place) {
  std::string out = fmt::format(
      "        {{\"id\": {}, \"kind\": {}, \"namespace\": {}, \"name\": {}, \"status\": \"{}\", "
      "\"level\": {}, \"inCycle\": {}, \"neverReady\": {}",
      JsonText(node.Id()), JsonText(node.kind), JsonText(node.namespace_), JsonText(node.name),
      StatusName(node.status), node.level, Bool(node.in_cycle), Bool(node.never_ready));
  if (!node.reason.empty()) out += fmt::format(", \"reason\": {}", JsonText(node.reason));
  if (node.kind == "Kustomization") out += fmt::format(", \"objects\": {}", node.objects);
  if (const ShownPlace shown = place(node); !shown.path.empty()) {
    out += fmt::format(", \"path\": {}, \"line\": {}, \"column\": {}", JsonText(shown.path),
                       shown.line, shown.column);
  }
  return out + "}";
}

std::string Joined(const std::vector<std::string>& items) {
  if (items.empty()) return "[]";
  std::string out = "[\n";
  for (const std::string& item : items) {
    if (out.size() > 2) out += ",\n";
    out += item;
  }
  return out + "\n      ]";
}

struct Parts {
  std::vector<std::string> nodes;
  std::vector<std::string> edges;
  std::vector<std::string> cycles;
};

}  // namespace

std::string GraphJson(const FluxGraph& graph, const ShowPlace& place) {
  std::vector<Parts> clusters(graph.clusters.size());
  for (const GraphNode& node : graph.nodes)
    clusters[node.cluster].nodes.push_back(NodeJson(node, place));
  for (const GraphEdge& edge : graph.edges) {
    const GraphNode& from = graph.nodes[edge.from];
    clusters[from.cluster].edges.push_back(
        fmt::format("        {{\"kind\": \"{}\", \"from\": {}, \"to\": {}}}", EdgeName(edge.kind),
                    JsonText(from.Id()), JsonText(graph.nodes[edge.to].Id())));
  }
  for (const std::vector<uint32_t>& cycle : graph.cycles) {
    std::string ids;
    for (const uint32_t node : cycle)
      ids += (ids.empty() ? "" : ", ") + JsonText(graph.nodes[node].Id());
    clusters[graph.nodes[cycle.front()].cluster].cycles.push_back("        [" + ids + "]");
  }
  std::string out = "{\n  \"version\": 1,\n  \"clusters\": [";
  for (size_t i = 0; i < clusters.size(); ++i) {
    out += fmt::format(
        "{}\n    {{\n      \"directory\": {},\n      \"nodes\": {},\n      \"edges\": {},\n      "
        "\"cycles\": {}\n    }}",
        i == 0 ? "" : ",", JsonText(ClusterTitle(graph.clusters[i])), Joined(clusters[i].nodes),
        Joined(clusters[i].edges), Joined(clusters[i].cycles));
  }
  return out + (clusters.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace fluxls
