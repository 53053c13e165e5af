// Cuts a file into pieces at document markers. `---` and `...` in the first column are markers
// wherever they stand, even inside scalars, so no parsing is needed for an exact cut.
#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

constexpr uint32_t kMarkerSize = 3;

bool IsMarker(std::string_view text, uint32_t at, std::string_view marker) {
  if (text.substr(at, kMarkerSize) != marker) return false;
  if (at + kMarkerSize >= text.size()) return true;
  char next = text[at + kMarkerSize];
  return IsBlank(next) || IsBreak(next);
}

}  // namespace

std::vector<PieceSlice> SplitPieces(std::string_view text) {
  std::vector<PieceSlice> pieces;
  PieceSlice current;
  // Anything but comments, blank lines and directives (`%YAML`: they belong to the marker that
  // follows).
  bool content = false;
  uint32_t line = 0;
  if (text.starts_with("\xEF\xBB\xBF")) {
    line = 3;
    current.content_begin = 3;
  }
  auto close = [&](uint32_t end) {
    current.range.end = end;
    pieces.push_back(current);
    current = PieceSlice{{end, end}, 0};
    content = false;
  };
  while (line < text.size()) {
    if (IsMarker(text, line, "---")) {
      // Comments and directives above the first marker are part of its document; an open document
      // ends here.
      if (content) close(line);
      current.content_begin = line + kMarkerSize - current.range.begin;
      content = true;
    } else if (IsMarker(text, line, "...")) {
      uint32_t next = NextLine(text, line);
      close(next);
      line = next;
      continue;
    } else if (!IsBlankLine(text, line) && (content || text[line] != '%')) {
      content = true;
    }
    line = NextLine(text, line);
  }
  uint32_t size = static_cast<uint32_t>(text.size());
  if (pieces.empty() || size > current.range.begin) close(size);
  return pieces;
}

}  // namespace fluxls::yaml
