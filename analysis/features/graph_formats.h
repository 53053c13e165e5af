// A graph as text, one function a format; see docs/graph.md for what each is like.
//
// All of them give well-formed UTF-8 for every graph, whatever is in its names.
// Thread contract: pure functions, but for what `place` does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/features/graph.h"
#include "analysis/features/graph_layout.h"

namespace fluxls {

// A place as people read it: a shown path, line and column counted from 1. No path: nowhere.
struct ShownPlace {
  std::string path;
  uint32_t line = 0;
  uint32_t column = 0;
};
// Lines are none of the engine's business: whoever prints knows them.
using ShowPlace = std::function<ShownPlace(const GraphNode& node)>;

enum class GraphFormat : uint8_t { kText, kDot, kMermaid, kJson, kSvg, kHtml };
// "text", "dot", …; nothing for other names.
std::optional<GraphFormat> ParseGraphFormat(std::string_view name);
// "text, dot, …", for messages.
std::string GraphFormatNames();
// In one of the formats, drawn with our own layout.
std::string PrintGraph(const FluxGraph& graph, GraphFormat format, const ShowPlace& place);

std::string GraphText(const FluxGraph& graph, const ShowPlace& place);  // graph_text.cc
std::string GraphDot(const FluxGraph& graph, const ShowPlace& place);   // graph_dot.cc
std::string GraphMermaid(const FluxGraph& graph);                       // graph_mermaid.cc
std::string GraphJson(const FluxGraph& graph, const ShowPlace& place);  // graph_json.cc
std::string GraphSvg(const FluxGraph& graph, const ShowPlace& place);   // graph_svg.cc
// A page with a drawing and a list of the nodes. `svg`: the drawing, by GraphSvg or by Graphviz of
// GraphDot; its nodes have the ids "n0", "n1", … in their order.
std::string GraphHtml(const FluxGraph& graph, const ShowPlace& place, std::string_view svg);

// Pieces that several formats share (graph_words.cc).

// "Kustomization flux-system/apps, applied at …": what is to know about a node, a line each.
std::string NodeTitle(const GraphNode& node, const ShowPlace& place);
// "suspended", "in a cycle", "never ready", …: what is not as it should be; "" for a sound node.
std::string NodeTrouble(const GraphNode& node);
// Class of a node for colours: "ok", "suspended", "incomplete", "failed", "missing", "unknown".
std::string_view NodeClass(const GraphNode& node);
// For text and attributes of XML and HTML: escapes what has a meaning there, and puts U+FFFD in
// place of bytes that are no UTF-8 and of characters that XML does not allow.
std::string XmlText(std::string_view text);
// As a JSON string, with its quotes.
std::string JsonText(std::string_view text);
// With U+FFFD in place of bytes that are no UTF-8, and of control characters.
std::string CleanText(std::string_view text);

}  // namespace fluxls
