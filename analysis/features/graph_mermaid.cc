// For Markdown pages that draw Mermaid.
//
// Facts: Mermaid's flowchart syntax; in a quoted text `#NN;` is the character of that number.
#include <fmt/format.h>

#include "analysis/features/graph_colors.h"
#include "analysis/features/graph_formats.h"

namespace fluxls {
namespace {

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '/' || c == ' ' || c == ',' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : CleanText(text)) {
    if (IsPlain(c)) {
      out += c;
    } else {
      out += fmt::format("#{};", static_cast<int>(c));
    }
  }
  return out;
}

}  // namespace

std::string GraphMermaid(const FluxGraph& graph) {
  std::string out = "flowchart LR\n";
  std::vector<std::vector<uint32_t>> clusters(graph.clusters.size());
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) clusters[graph.nodes[i].cluster].push_back(i);
  for (size_t cluster = 0; cluster < clusters.size(); ++cluster) {
    out += fmt::format("  subgraph c{}[\"{}\"]\n", cluster,
                       Escaped(ClusterTitle(graph.clusters[cluster])));
    for (const uint32_t i : clusters[cluster]) {
      const GraphNode& node = graph.nodes[i];
      std::string trouble = NodeTrouble(node);
      if (!trouble.empty()) trouble = "<br/>" + Escaped(trouble);
      out += fmt::format("    n{}[\"{}<br/>{}/{}{}\"]:::{}\n", i, Escaped(node.kind),
                         Escaped(node.namespace_), Escaped(node.name), trouble, NodeClass(node));
    }
    out += "  end\n";
  }
  for (const GraphEdge& edge : graph.edges) {
    switch (edge.kind) {
      case EdgeKind::kApplies:
        out += fmt::format("  n{} --> n{}\n", edge.from, edge.to);
        break;
      case EdgeKind::kDependsOn:
        out += fmt::format("  n{} ==>|dependsOn| n{}\n", edge.from, edge.to);
        break;
      case EdgeKind::kSource:
        out += fmt::format("  n{} -.->|source| n{}\n", edge.from, edge.to);
        break;
    }
  }
  for (const GraphColors& colors : kGraphColors) {
    out += fmt::format("  classDef {} fill:{},stroke:{},color:#1f2328\n", colors.name, colors.fill,
                       colors.border);
  }
  return out;
}

}  // namespace fluxls
