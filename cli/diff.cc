#include "cli/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace fluxls::cli {
namespace {

using Lines = std::vector<std::string_view>;

constexpr int kContext = 3;
// Over this many differing lines the shortest script is not worth its quadratic price; the block is
// replaced whole.
constexpr int kMaxDistance = 1000;

// Lines with their line ends. Only \n ends a line, as for git.
Lines Split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// A block of lines that is replaced: [old_begin, old_end) by [new_begin, new_end).
struct Change {
  int old_begin, old_end, new_begin, new_end;
};

// Myers' greedy algorithm on old[a, a_end) and new[b, b_end); appends the changes in order.
void Compare(const Lines& old_lines, const Lines& new_lines, int a, int a_end, int b, int b_end,
             std::vector<Change>& changes) {
  int n = a_end - a, m = b_end - b;
  if (n == 0 || m == 0) {
    if (n + m > 0) changes.push_back({a, a_end, b, b_end});
    return;
  }
  int limit = std::min(n + m, kMaxDistance);
  int width = 2 * limit + 1;
  std::vector<int> front(static_cast<size_t>(width), 0);
  auto at = [&](std::vector<int>& v, int k) -> int& { return v[static_cast<size_t>(k + limit)]; };
  std::vector<std::vector<int>> history;
  for (int d = 0; d <= limit; ++d) {
    history.push_back(front);
    for (int k = -d; k <= d; k += 2) {
      bool down = k == -d || (k != d && at(front, k - 1) < at(front, k + 1));
      int x = down ? at(front, k + 1) : at(front, k - 1) + 1;
      int y = x - k;
      while (x < n && y < m &&
             old_lines[static_cast<size_t>(a + x)] == new_lines[static_cast<size_t>(b + y)]) {
        ++x;
        ++y;
      }
      at(front, k) = x;
      if (x < n || y < m) continue;
      // Walk back; each step is one line taken away or put in.
      std::vector<Change> steps;
      for (int step = d; step > 0; --step) {
        std::vector<int>& before = history[static_cast<size_t>(step)];
        int diagonal = x - y;
        bool was_down = diagonal == -step ||
                        (diagonal != step && at(before, diagonal - 1) < at(before, diagonal + 1));
        int from = was_down ? diagonal + 1 : diagonal - 1;
        x = at(before, from);
        y = x - from;
        steps.push_back({a + x, a + x + (was_down ? 0 : 1), b + y, b + y + (was_down ? 1 : 0)});
      }
      for (auto it = steps.rbegin(); it != steps.rend(); ++it) {
        if (!changes.empty() && changes.back().old_end == it->old_begin &&
            changes.back().new_end == it->new_begin) {
          changes.back().old_end = it->old_end;
          changes.back().new_end = it->new_end;
        } else {
          changes.push_back(*it);
        }
      }
      return;
    }
  }
  changes.push_back({a, a_end, b, b_end});
}

std::vector<Change> Changes(const Lines& old_lines, const Lines& new_lines) {
  int n = static_cast<int>(old_lines.size()), m = static_cast<int>(new_lines.size());
  int head = 0, tail = 0;
  while (head < std::min(n, m) &&
         old_lines[static_cast<size_t>(head)] == new_lines[static_cast<size_t>(head)]) {
    ++head;
  }
  while (tail < std::min(n, m) - head && old_lines[static_cast<size_t>(n - 1 - tail)] ==
                                             new_lines[static_cast<size_t>(m - 1 - tail)]) {
    ++tail;
  }
  std::vector<Change> changes;
  Compare(old_lines, new_lines, head, n - tail, head, m - tail, changes);
  return changes;
}

void AddLine(std::string& out, char mark, std::string_view line) {
  out += mark;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

// "12,3" counts from 1; of an empty range it is the line before.
std::string HunkRange(int begin, int count) {
  if (count == 1) return fmt::format("{}", begin + 1);
  return fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

// A name as git writes it: in quotes when it has characters that would not stand in a line.
std::string GitName(std::string_view side, std::string_view path) {
  std::string name(side);
  bool quote = false;
  for (char c : path) {
    auto byte = static_cast<unsigned char>(c);
    static constexpr std::string_view kEscapes = "\a\b\t\n\v\f\r";
    if (c == '"' || c == '\\') {
      name += {'\\', c};
    } else if (size_t at = kEscapes.find(c); at != std::string_view::npos) {
      name += {'\\', "abtnvfr"[at]};
    } else if (byte < 0x20 || byte >= 0x7F) {
      name += fmt::format("\\{:03o}", byte);
    } else {
      name += c;
      continue;
    }
    quote = true;
  }
  return quote ? '"' + name + '"' : name;
}

// In the lines of `---` and `+++` a tab ends a name that has a space.
std::string HeaderName(std::string_view side, std::string_view path) {
  std::string name = GitName(side, path);
  if (path.find(' ') != std::string_view::npos) name += '\t';
  return name;
}

}  // namespace

std::string UnifiedDiff(std::string_view old_path, std::string_view new_path,
                        std::string_view old_text, std::string_view new_text) {
  std::string out;
  if (old_path != new_path) {
    out += fmt::format("diff --git {} {}\nrename from {}\nrename to {}\n", GitName("a/", old_path),
                       GitName("b/", new_path), GitName("", old_path), GitName("", new_path));
  }
  if (old_text == new_text) return out;
  out += fmt::format("--- {}\n+++ {}\n", HeaderName("a/", old_path), HeaderName("b/", new_path));

  Lines old_lines = Split(old_text), new_lines = Split(new_text);
  std::vector<Change> changes = Changes(old_lines, new_lines);
  int old_count = static_cast<int>(old_lines.size());
  size_t first = 0;
  while (first < changes.size()) {
    // Changes whose contexts meet make one hunk.
    size_t last = first;
    while (last + 1 < changes.size() &&
           changes[last + 1].old_begin - changes[last].old_end <= 2 * kContext) {
      ++last;
    }
    int before = std::min(kContext, changes[first].old_begin);
    int after = std::min(kContext, old_count - changes[last].old_end);
    int old_begin = changes[first].old_begin - before;
    int new_begin = changes[first].new_begin - before;
    out += fmt::format("@@ -{} +{} @@\n",
                       HunkRange(old_begin, changes[last].old_end + after - old_begin),
                       HunkRange(new_begin, changes[last].new_end + after - new_begin));
    int line = old_begin;
    auto context_to = [&](int end) {
      for (; line < end; ++line) AddLine(out, ' ', old_lines[static_cast<size_t>(line)]);
    };
    for (size_t i = first; i <= last; ++i) {
      context_to(changes[i].old_begin);
      for (; line < changes[i].old_end; ++line) {
        AddLine(out, '-', old_lines[static_cast<size_t>(line)]);
      }
      for (int j = changes[i].new_begin; j < changes[i].new_end; ++j) {
        AddLine(out, '+', new_lines[static_cast<size_t>(j)]);
      }
    }
    context_to(changes[last].old_end + after);
    first = last + 1;
  }
  return out;
}

}  // namespace fluxls::cli
