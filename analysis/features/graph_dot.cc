// For Graphviz. A node goes by the id "n" and its index, in the drawing as well.
//
// Facts: the DOT language; in a quoted string only `"` ends it, a backslash begins an
// escape, and labels know the entities of HTML.
#include <fmt/format.h>

#include "analysis/features/graph_colors.h"
#include "analysis/features/graph_formats.h"

namespace fluxls {
namespace {

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : CleanText(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
    if (c == '&') out += "amp;";
  }
  return out + "\"";
}

// Two lines of a label.
std::string Label(const GraphNode& node) {
  std::string first = Quoted(node.kind);
  first.pop_back();
  std::string trouble = NodeTrouble(node);
  if (!trouble.empty()) trouble = " [" + trouble + "]";
  return first + "\\n" +
         Quoted(fmt::format("{}/{}{}", node.namespace_, node.name, trouble)).substr(1);
}

}  // namespace

std::string GraphDot(const FluxGraph& graph, const ShowPlace& place) {
  std::string out =
      "digraph flux {\n"
      "  rankdir=LR;\n"
      "  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=11];\n"
      "  edge [fontname=\"sans-serif\", fontsize=9];\n";
  std::vector<std::vector<uint32_t>> clusters(graph.clusters.size());
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) clusters[graph.nodes[i].cluster].push_back(i);
  for (size_t cluster = 0; cluster < clusters.size(); ++cluster) {
    out += fmt::format("  subgraph cluster_{} {{\n    label={};\n    style=rounded;\n", cluster,
                       Quoted(ClusterTitle(graph.clusters[cluster])));
    for (const uint32_t i : clusters[cluster]) {
      const GraphNode& node = graph.nodes[i];
      const GraphColors& colors = ColorsOf(node);
      out += fmt::format(
          "    n{} [id=\"n{}\", class=\"{}\", label={}, tooltip={}, fillcolor=\"{}\", "
          "color=\"{}\"];\n",
          i, i, NodeClass(node), Label(node), Quoted(NodeTitle(node, place)), colors.fill,
          colors.border);
    }
    out += "  }\n";
  }
  for (const GraphEdge& edge : graph.edges) {
    // What is waited for stands to the left, as in the order of the levels.
    switch (edge.kind) {
      case EdgeKind::kApplies:
        out += fmt::format("  n{} -> n{} [class=\"applies\"", edge.from, edge.to);
        break;
      case EdgeKind::kDependsOn:
        out += fmt::format("  n{} -> n{} [class=\"dependsOn\", dir=back, color=\"#1f6feb\"",
                           edge.to, edge.from);
        break;
      case EdgeKind::kSource:
        out +=
            fmt::format("  n{} -> n{} [class=\"source\", dir=back, style=dashed, color=\"#8c959f\"",
                        edge.to, edge.from);
        break;
    }
    out += fmt::format(", id=\"e{}-{}-{}\"];\n", edge.from, edge.to, EdgeName(edge.kind));
  }
  return out + "}\n";
}

}  // namespace fluxls
