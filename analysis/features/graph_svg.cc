// A drawing that needs nothing else: no font files, no script, no style sheet from elsewhere. Light
// and dark by what the viewer prefers.
#include <fmt/format.h>

#include "analysis/features/graph_colors.h"
#include "analysis/features/graph_formats.h"

namespace fluxls {
namespace {

std::string Style() {
  std::string out =
      "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1f2328}"
      ".kind{fill:#59636e}.trouble{fill:#cf222e}.unknown .trouble,.suspended .trouble{fill:#59636e}"
      ".frame rect{fill:none;stroke:#8c959f;stroke-dasharray:4 3}.frame text{font-weight:bold}"
      ".edge path{fill:none;stroke:#8c959f;stroke-width:1.2}"
      ".edge.dependsOn path{stroke:#1f6feb;stroke-width:1.6}.edge.source "
      "path{stroke-dasharray:5 4}";
  std::string dark = "text{fill:#e6edf3}.kind{fill:#9198a1}.trouble{fill:#ff7b72}";
  for (const GraphColors& colors : kGraphColors) {
    out +=
        fmt::format(".node.{} rect{{fill:{};stroke:{}}}", colors.name, colors.fill, colors.border);
    dark += fmt::format(".node.{} rect{{fill:{}}}", colors.name, colors.dark_fill);
  }
  return fmt::format("{}@media(prefers-color-scheme:dark){{{}}}", out, dark);
}

// An arrow head for each kind of edge, in its colour.
std::string Markers() {
  std::string out;
  for (const auto& [name, color] : {std::pair("applies", "#8c959f"), std::pair("source", "#8c959f"),
                                    std::pair("dependsOn", "#1f6feb")}) {
    out += fmt::format(
        "<marker id=\"arrow-{}\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" "
        "markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"{}\"/></marker>",
        name, color);
  }
  return out;
}

void AppendTexts(const DrawnBox& box, std::string& out) {
  static constexpr std::string_view kClasses[] = {"kind", "name", "trouble"};
  for (size_t i = 0; i < box.lines.size(); ++i) {
    out += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>",
                       kClasses[std::min<size_t>(i, 2)], box.x + kBoxPadding,
                       box.y + kLineHeight * static_cast<int>(i + 1), XmlText(box.lines[i]));
  }
}

}  // namespace

std::string GraphSvg(const FluxGraph& graph, const ShowPlace& place) {
  const GraphLayout layout = LayOut(graph);
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\">\n<style>{2}</style>\n<defs>{3}</defs>\n",
      layout.width, layout.height, Style(), Markers());
  for (const DrawnBox& frame : layout.frames) {
    out += fmt::format(
        "<g class=\"frame\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\"/>", frame.x,
        frame.y, frame.width, frame.height);
    AppendTexts(frame, out);
    out += "</g>\n";
  }
  for (size_t i = 0; i < graph.edges.size(); ++i) {
    const GraphEdge& edge = graph.edges[i];
    const DrawnLine& line = layout.lines[i];
    const GraphNode& from = graph.nodes[edge.from];
    const GraphNode& to = graph.nodes[edge.to];
    out += fmt::format(
        "<g class=\"edge {0}\" id=\"e{1}-{2}-{0}\"><title>{3}</title><path d=\"M{4} {5}C{6} {5} "
        "{7} {8} {9} {8}\" marker-end=\"url(#arrow-{0})\"/></g>\n",
        EdgeName(edge.kind), edge.from, edge.to,
        XmlText(fmt::format("{}/{} {} {} {}/{}", from.namespace_, from.name, EdgeName(edge.kind),
                            to.kind, to.namespace_, to.name)),
        line.x1, line.y1, line.x1 + line.bend1, line.x2 + line.bend2, line.y2, line.x2);
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    const DrawnBox& box = layout.boxes[i];
    out += fmt::format(
        "<g class=\"node {}\" id=\"n{}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" "
        "height=\"{}\" rx=\"5\"/>",
        NodeClass(node), i, XmlText(NodeTitle(node, place)), box.x, box.y, box.width, box.height);
    AppendTexts(box, out);
    out += "</g>\n";
  }
  return out + "</svg>\n";
}

}  // namespace fluxls
