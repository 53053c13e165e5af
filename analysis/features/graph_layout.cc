#include "analysis/features/graph_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/features/graph_formats.h"
#include "analysis/text/unicode.h"

namespace fluxls {
namespace {

constexpr int kMargin = 16;       // around everything, and inside of frames
constexpr int kTitleHeight = 28;  // of a frame
constexpr int kColumnGap = 70;
constexpr int kRowGap = 12;
constexpr int kMaxLetters = 48;  // a longer name is cut; the tooltip has all of it
constexpr int kSweeps = 6;
constexpr size_t kMinRows = 12;

std::string Cut(std::string_view text) {
  std::string clean = CleanText(text);
  if (LettersIn(clean) <= kMaxLetters) return clean;
  std::string out;
  int letters = 1;
  for (std::string_view rest = clean; !rest.empty();) {
    const std::string_view one = rest.substr(0, std::max(1U, Utf8SequenceLength(rest)));
    letters += LettersIn(one);
    if (letters > kMaxLetters) break;
    out += one;
    rest.remove_prefix(one.size());
  }
  return out + "…";
}

DrawnBox BoxOf(const std::vector<std::string>& lines) {
  DrawnBox box;
  int letters = 0;
  for (const std::string& line : lines) {
    box.lines.push_back(Cut(line));
    letters = std::max(letters, LettersIn(box.lines.back()));
  }
  box.width = letters * kLetterWidth + 2 * kBoxPadding;
  box.height = static_cast<int>(lines.size()) * kLineHeight + kBoxPadding;
  return box;
}

DrawnBox BoxOf(const GraphNode& node) {
  std::vector<std::string> lines = {node.kind, node.namespace_ + "/" + node.name};
  if (std::string trouble = NodeTrouble(node); !trouble.empty()) lines.push_back(trouble);
  return BoxOf(lines);
}

// Puts the nodes of one cluster into columns, and these into order.
class Columns {
 public:
  // `nodes`: of the cluster, ordered; `neighbours`: of all nodes of the graph.
  Columns(const FluxGraph& graph, const std::vector<uint32_t>& nodes,
          const std::vector<std::vector<uint32_t>>& neighbours, std::vector<double>& at)
      : graph_(graph), neighbours_(neighbours), at_(at) {
    std::vector<uint32_t> levels;
    for (const uint32_t node : nodes) levels.push_back(graph.nodes[node].level);
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    levels_.resize(levels.size());
    for (const uint32_t node : nodes) {
      const auto found = std::lower_bound(levels.begin(), levels.end(), graph.nodes[node].level);
      levels_[static_cast<size_t>(found - levels.begin())].push_back(node);
    }
    for (const std::vector<uint32_t>& level : levels_) Number(level);
  }

  // One list a column, from the top down. A long level gets several columns, so that the drawing
  // does not become a ribbon.
  std::vector<std::vector<uint32_t>> Run(size_t count) {
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      if (sweep % 2 == 0) {
        for (size_t i = 1; i < levels_.size(); ++i) SortLevel(levels_[i], true);
      } else {
        for (size_t i = levels_.size(); i-- > 0;) SortLevel(levels_[i], false);
      }
    }
    const size_t rows =
        std::max(kMinRows, static_cast<size_t>(std::sqrt(3.0 * static_cast<double>(count))));
    std::vector<std::vector<uint32_t>> out;
    for (const std::vector<uint32_t>& level : levels_) {
      for (size_t first = 0; first < level.size(); first += rows) {
        const size_t end = std::min(level.size(), first + rows);
        out.emplace_back(level.begin() + static_cast<std::ptrdiff_t>(first),
                         level.begin() + static_cast<std::ptrdiff_t>(end));
      }
    }
    return out;
  }

 private:
  void Number(const std::vector<uint32_t>& level) {
    for (size_t i = 0; i < level.size(); ++i)
      at_[level[i]] = (static_cast<double>(i) + 0.5) / static_cast<double>(level.size());
  }

  // By the mean place of the neighbours on one side.
  void SortLevel(std::vector<uint32_t>& level, bool by_earlier) {
    std::vector<std::pair<double, uint32_t>> keys;
    for (const uint32_t node : level) {
      double sum = 0;
      int count = 0;
      for (const uint32_t other : neighbours_[node]) {
        const uint32_t other_level = graph_.nodes[other].level;
        const uint32_t own = graph_.nodes[node].level;
        if (by_earlier ? other_level >= own : other_level <= own) continue;
        sum += at_[other];
        ++count;
      }
      keys.emplace_back(count == 0 ? at_[node] : sum / count, node);
    }
    std::stable_sort(keys.begin(), keys.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (size_t i = 0; i < level.size(); ++i) level[i] = keys[i].second;
    Number(level);
  }

  const FluxGraph& graph_;
  const std::vector<std::vector<uint32_t>>& neighbours_;
  std::vector<double>& at_;  // by node: between 0 and 1 in its level
  std::vector<std::vector<uint32_t>> levels_;
};

DrawnLine LineBetween(const DrawnBox& from, const DrawnBox& to) {
  DrawnLine line;
  line.y1 = from.y + from.height / 2;
  line.y2 = to.y + to.height / 2;
  const bool right = to.x >= from.x + from.width;
  const bool left = to.x + to.width <= from.x;
  line.x1 = left ? from.x : from.x + from.width;
  line.x2 = right ? to.x : to.x + to.width;
  const int bend = std::clamp(std::abs(line.x2 - line.x1) / 2, kColumnGap / 2, 200);
  line.bend1 = left ? -bend : bend;
  line.bend2 = right ? -bend : bend;
  return line;
}

// Places the columns below and right of (x, y); gives the frame around them.
DrawnBox Place(const std::vector<std::vector<uint32_t>>& columns, const std::string& title, int y,
               GraphLayout& layout) {
  DrawnBox frame = BoxOf(std::vector<std::string>{title});
  frame.x = kMargin;
  frame.y = y;
  int height = 0;
  std::vector<int> heights;
  for (const std::vector<uint32_t>& column : columns) {
    int sum = -kRowGap;
    for (const uint32_t node : column) sum += layout.boxes[node].height + kRowGap;
    heights.push_back(sum);
    height = std::max(height, sum);
  }
  int x = frame.x + kMargin;
  for (size_t i = 0; i < columns.size(); ++i) {
    int width = 0;
    for (const uint32_t node : columns[i]) width = std::max(width, layout.boxes[node].width);
    int top = y + kTitleHeight + (height - heights[i]) / 2;
    for (const uint32_t node : columns[i]) {
      DrawnBox& box = layout.boxes[node];
      box.x = x;
      box.y = top;
      box.width = width;
      top += box.height + kRowGap;
    }
    x += width + kColumnGap;
  }
  frame.width = std::max(frame.width, x - kColumnGap / 2 - frame.x);
  frame.height = kTitleHeight + std::max(height, 0) + kMargin;
  return frame;
}

}  // namespace

int LettersIn(std::string_view text) {
  int letters = 0;
  while (!text.empty()) {
    const uint32_t length = std::max(1U, Utf8SequenceLength(text));
    // Most of what takes three bytes or more may be twice as wide.
    letters += length >= 3 ? 2 : 1;
    text.remove_prefix(length);
  }
  return letters;
}

GraphLayout LayOut(const FluxGraph& graph) {
  GraphLayout layout;
  layout.boxes.reserve(graph.nodes.size());
  std::vector<std::vector<uint32_t>> clusters(graph.clusters.size());
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    layout.boxes.push_back(BoxOf(graph.nodes[i]));
    clusters[graph.nodes[i].cluster].push_back(i);
  }
  std::vector<std::vector<uint32_t>> neighbours(graph.nodes.size());
  for (const GraphEdge& edge : graph.edges) {
    neighbours[edge.from].push_back(edge.to);
    neighbours[edge.to].push_back(edge.from);
  }
  std::vector<double> at(graph.nodes.size());
  int y = kMargin;
  layout.width = 2 * kMargin;
  for (size_t i = 0; i < clusters.size(); ++i) {
    Columns columns(graph, clusters[i], neighbours, at);
    layout.frames.push_back(Place(columns.Run(clusters[i].size()),
                                  "cluster " + ClusterTitle(graph.clusters[i]), y, layout));
    const DrawnBox& frame = layout.frames.back();
    layout.width = std::max(layout.width, frame.x + frame.width + kMargin);
    y += frame.height + kMargin;
  }
  layout.height = y;
  for (const GraphEdge& edge : graph.edges)
    layout.lines.push_back(LineBetween(layout.boxes[edge.from], layout.boxes[edge.to]));
  return layout;
}

}  // namespace fluxls
