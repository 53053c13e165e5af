#include "analysis/features/inner_block.h"

#include <algorithm>

namespace fluxls {
namespace {

using yaml::Node;

// The block scalar that the cursor stands in, or right behind.
Node BlockAt(std::string_view text, const yaml::Document& document, uint32_t offset) {
  Node node = document.NodeAt(offset);
  if (!node.IsBlockScalar()) {
    const size_t last = text.substr(0, offset).find_last_not_of(" \r\n");
    if (last != std::string_view::npos && last >= document.range().begin)
      node = document.NodeAt(static_cast<uint32_t>(last));
  }
  return node.IsBlockScalar() ? node : Node();
}

// Is it one of the texts that hold a patch?
bool IsPatch(Node scalar) {
  if (scalar.key()) return scalar.key().value() == "patch";
  const Node list = scalar.parent();
  return list.key() && list.key().value() == "patchesStrategicMerge";
}

}  // namespace

uint32_t InnerBlock::ToInner(uint32_t offset) const {
  uint32_t inner = 0;
  for (const Line& line : lines) {
    if (line.outer > offset) break;
    inner = line.inner + offset - line.outer;
  }
  return std::min(inner, static_cast<uint32_t>(text.size()));
}

uint32_t InnerBlock::ToOuter(uint32_t offset) const {
  uint32_t outer = 0;
  for (const Line& line : lines) {
    if (line.inner > offset) break;
    outer = line.outer + offset - line.inner;
  }
  return outer;
}

std::optional<InnerBlock> FindInnerBlock(std::string_view text, const yaml::File& file,
                                         const yaml::Cursor& cursor, uint32_t offset) {
  if (cursor.document >= file.documents.size()) return std::nullopt;
  const Node scalar = BlockAt(text, file.documents[cursor.document], offset);
  if (!scalar || !IsPatch(scalar)) return std::nullopt;
  InnerBlock block;
  const uint32_t end = std::max(LineEnd(text, offset), scalar.range().end);
  bool indented = false;
  uint32_t last = scalar.range().begin;
  // A last line without anything on it is a line, too; the end of one is none.
  for (uint32_t line = NextLine(text, last);
       line <= end && line != last && LineBegin(text, line) == line;
       last = line, line = NextLine(text, line)) {
    const uint32_t line_end = LineEnd(text, line);
    const auto first =
        static_cast<uint32_t>(std::min<size_t>(text.find_first_not_of(' ', line), line_end));
    if (!indented && first < line_end) {
      block.indent = first - line;
      indented = true;
    }
    const uint32_t begin = std::min(first, line + block.indent);
    block.lines.push_back({static_cast<uint32_t>(block.text.size()), begin});
    block.text += text.substr(begin, line_end - begin);
    block.text += '\n';
  }
  // On the block's first line so far nothing says how deep it is; that line does.
  const uint32_t column = offset - LineBegin(text, offset);
  const bool inside = !block.lines.empty() && offset >= block.lines.front().outer - block.indent &&
                      column >= block.indent;
  if (!inside) return std::nullopt;
  return block;
}

}  // namespace fluxls
