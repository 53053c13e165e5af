// What several formats say alike, and how they escape.
#include <fmt/format.h>

#include "analysis/features/graph_formats.h"
#include "analysis/text/unicode.h"

namespace fluxls {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Calls `put` with each well-formed sequence of a text; with U+FFFD for what is none and for what
// XML does not allow (control characters, U+FFFE, U+FFFF). Tabs and line ends become blanks: names
// stand on one line.
template <typename Put>
void ForEachCharacter(std::string_view text, const Put& put) {
  while (!text.empty()) {
    const uint32_t length = Utf8SequenceLength(text);
    const std::string_view one = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(one.size());
    const auto first = static_cast<unsigned char>(one[0]);
    if (one == "\t" || one == "\n" || one == "\r") {
      put(std::string_view(" "));
    } else if (length == 0 || first < 0x20 || first == 0x7F || one == "\xEF\xBF\xBE" ||
               one == "\xEF\xBF\xBF") {
      put(kReplacement);
    } else {
      put(one);
    }
  }
}

// In the order of GraphFormat.
constexpr std::string_view kFormatNames[] = {"text", "dot", "mermaid", "json", "svg", "html"};

}  // namespace

std::optional<GraphFormat> ParseGraphFormat(std::string_view name) {
  for (size_t i = 0; i < std::size(kFormatNames); ++i) {
    if (kFormatNames[i] == name) return static_cast<GraphFormat>(i);
  }
  return std::nullopt;
}

std::string GraphFormatNames() {
  return fmt::format("{}", fmt::join(kFormatNames, ", "));
}

std::string PrintGraph(const FluxGraph& graph, GraphFormat format, const ShowPlace& place) {
  switch (format) {
    case GraphFormat::kText:
      return GraphText(graph, place);
    case GraphFormat::kDot:
      return GraphDot(graph, place);
    case GraphFormat::kMermaid:
      return GraphMermaid(graph);
    case GraphFormat::kJson:
      return GraphJson(graph, place);
    case GraphFormat::kSvg:
      return GraphSvg(graph, place);
    case GraphFormat::kHtml:
      break;
  }
  return GraphHtml(graph, place, GraphSvg(graph, place));
}

std::string CleanText(std::string_view text) {
  std::string out;
  ForEachCharacter(text, [&out](std::string_view one) { out += one; });
  return out;
}

std::string XmlText(std::string_view text) {
  std::string out;
  ForEachCharacter(text, [&out](std::string_view one) {
    if (one == "&") {
      out += "&amp;";
    } else if (one == "<") {
      out += "&lt;";
    } else if (one == ">") {
      out += "&gt;";
    } else if (one == "\"") {
      out += "&quot;";
    } else if (one == "'") {
      out += "&#39;";
    } else {
      out += one;
    }
  });
  return out;
}

std::string JsonText(std::string_view text) {
  std::string out = "\"";
  ForEachCharacter(text, [&out](std::string_view one) {
    if (one == "\"" || one == "\\") out += '\\';
    out += one;
  });
  return out + "\"";
}

std::string NodeTrouble(const GraphNode& node) {
  std::string out;
  auto add = [&out](std::string_view word) {
    if (!out.empty()) out += ", ";
    out += word;
  };
  if (node.status != NodeStatus::kOk) add(StatusName(node.status));
  if (node.in_cycle) add("in a cycle");
  if (node.never_ready && !node.in_cycle && node.status != NodeStatus::kMissing &&
      node.status != NodeStatus::kFailed) {
    add("never ready");
  }
  return out;
}

std::string_view NodeClass(const GraphNode& node) {
  if (node.in_cycle) return "failed";
  if (node.status == NodeStatus::kOk && node.never_ready) return "never";
  return StatusName(node.status);
}

std::string NodeTitle(const GraphNode& node, const ShowPlace& place) {
  std::string out = fmt::format("{} {}/{}", node.kind, node.namespace_, node.name);
  if (const std::string trouble = NodeTrouble(node); !trouble.empty()) out += ": " + trouble;
  if (!node.reason.empty()) out += " (" + node.reason + ")";
  if (node.kind == "Kustomization" && node.objects > 0)
    out += fmt::format(", {} objects", node.objects);
  const ShownPlace shown = place(node);
  if (!shown.path.empty()) out += fmt::format(", {}:{}", shown.path, shown.line);
  return out;
}

}  // namespace fluxls
