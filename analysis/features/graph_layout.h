// Where the boxes and lines of a drawing go: a column for each level of the reconcile order, what
// belongs together side by side, clusters below each other.
//
// No two boxes overlap, every line begins and ends at the border of its boxes, the texts fit into
// their boxes when a letter is as wide as kLetterWidth says. Everything is in pixels. The time is
// linear in nodes and edges but for sorting.
// Thread contract: pure function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/features/graph.h"

namespace fluxls {

inline constexpr int kLetterWidth = 8;  // of a monospaced font of 12 pixels, and a bit
inline constexpr int kLineHeight = 16;
inline constexpr int kBoxPadding = 8;

struct DrawnBox {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  std::vector<std::string> lines;  // cut where a name is too long to show
};

// From (x1, y1) to (x2, y2), leaving and arriving horizontally: `bend1`, `bend2` say how far to the
// right (or left, when negative) it goes before it turns.
struct DrawnLine {
  int x1 = 0;
  int y1 = 0;
  int x2 = 0;
  int y2 = 0;
  int bend1 = 0;
  int bend2 = 0;
};

struct GraphLayout {
  int width = 0;
  int height = 0;
  std::vector<DrawnBox> frames;  // of the clusters, in their order; `lines` is the title
  std::vector<DrawnBox> boxes;   // of the nodes
  std::vector<DrawnLine> lines;  // of the edges
};

GraphLayout LayOut(const FluxGraph& graph);

// Columns of a terminal, or letters of a monospaced font, that a text takes.
int LettersIn(std::string_view text);

}  // namespace fluxls
