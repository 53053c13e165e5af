// How a document is written: edits follow what it does most.
#include <algorithm>
#include <map>

#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

// A block scalar can be told an indentation of one digit only, and nobody writes more.
constexpr uint32_t kMaxIndentWidth = 8;

}  // namespace

void FindHabits(Piece& piece) {
  piece.habits = Habits{};
  piece.aliases.clear();
  piece.habits.crlf = PreferredLineEnd(piece.text) == "\r\n";
  auto column = [&](const NodeData& node) {
    return node.begin - LineBegin(piece.text, node.begin);
  };
  std::map<uint32_t, int> widths;
  int indented = 0;
  int flush = 0;
  for (NodeId id = 0; id < piece.nodes.size(); ++id) {
    const NodeData& node = piece.nodes[id];
    if (node.kind == NodeKind::kAlias) piece.aliases.push_back(id);
    const bool collection = node.kind == NodeKind::kMapping || node.kind == NodeKind::kSequence;
    if (!collection || node.flow || node.pair_key == kNoNode || node.begin == node.end) continue;
    const NodeData& up = piece.nodes[node.parent];
    if (up.flow) continue;
    const uint32_t own = column(node);
    const uint32_t outer = column(up);
    if (node.kind == NodeKind::kMapping && own > outer)
      ++widths[std::min(own - outer, kMaxIndentWidth)];
    if (node.kind == NodeKind::kSequence) ++(own > outer ? indented : flush);
  }
  int most = 0;
  for (auto [width, count] : widths) {
    if (count <= most) continue;
    most = count;
    piece.habits.indent_width = width;
  }
  piece.habits.indent_sequences = indented >= flush;
}

}  // namespace fluxls::yaml
