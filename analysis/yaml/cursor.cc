// The cursor is found from lines and columns, as a reader would do it, not from the tree: while
// somebody types, the tree around the cursor is what is broken.
#include "analysis/yaml/cursor.h"

#include <algorithm>

#include <fmt/format.h>

#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

// A dash, or a key with what follows it on its line.
struct Element {
  bool dash = false;
  uint32_t column = 0;
  ByteRange key;             // without quotes
  uint32_t value_begin = 0;  // behind the colon
};

struct LineShape {
  uint32_t begin = 0;
  uint32_t end = 0;      // before a comment and the blanks in front of it, or the line end
  uint32_t content = 0;  // behind indentation and dashes
  uint32_t comment = 0;  // offset of `#`, or the line's end
  uint32_t line_end = 0;
  std::vector<Element> elements;  // left to right
  bool blank = false;
};

ByteRange Unquoted(std::string_view text, ByteRange range) {
  bool quoted = range.size() >= 2 && (text[range.begin] == '"' || text[range.begin] == '\'') &&
                text[range.end - 1] == text[range.begin];
  return quoted ? ByteRange{range.begin + 1, range.end - 1} : range;
}

uint32_t CommentBegin(std::string_view text, uint32_t begin, uint32_t end) {
  for (uint32_t i = begin; i < end; ++i) {
    bool token = i == begin || IsBlank(text[i - 1]);
    if (!token) continue;
    if (text[i] == '#') return i;
    if (text[i] == '"' || text[i] == '\'') {
      std::optional<uint32_t> close = QuotedEnd(text.substr(0, end), i);
      if (close) i = *close - 1;
    }
  }
  return end;
}

LineShape ShapeOf(std::string_view text, uint32_t begin) {
  LineShape line;
  line.begin = begin;
  line.line_end = LineEnd(text, begin);
  uint32_t i = begin;
  while (i < line.line_end && text[i] == ' ') ++i;
  line.comment = CommentBegin(text, i, line.line_end);
  line.end = line.comment;
  while (line.end > i && IsBlank(text[line.end - 1])) --line.end;
  line.blank = line.end <= i;
  while (i < line.end && text[i] == '-' && (i + 1 >= line.comment || IsBlank(text[i + 1]))) {
    line.elements.push_back({true, i - begin, {}, 0});
    ++i;
    while (i < line.comment && IsBlank(text[i])) ++i;
  }
  line.content = i;
  if (i < line.end) {
    if (std::optional<uint32_t> colon = FindKeyColon(text, i, line.end)) {
      ByteRange key{i, *colon};
      while (key.end > key.begin && IsBlank(text[key.end - 1])) --key.end;
      line.elements.push_back({false, i - begin, Unquoted(text, key), *colon + 1});
    }
  }
  return line;
}

// True when the line ends with the header of a block scalar; `column` is then that of the key or
// dash that owns it.
bool OpensBlockScalar(std::string_view text, const LineShape& line, uint32_t& column) {
  if (line.elements.empty() || line.end == line.begin) return false;
  uint32_t i = line.end;
  while (i > line.begin &&
         std::string_view("+-123456789").find(text[i - 1]) != std::string_view::npos)
    --i;
  if (i == line.begin || (text[i - 1] != '|' && text[i - 1] != '>')) return false;
  const Element& owner = line.elements.back();
  uint32_t value = owner.dash ? line.content : owner.value_begin;
  // Only anchors and tags may stand between.
  std::string_view between = text.substr(value, i - 1 - value);
  while (!between.empty()) {
    if (IsBlank(between.front())) {
      between.remove_prefix(1);
    } else if (between.front() == '&' || between.front() == '!') {
      size_t stop = between.find_first_of(" \t");
      between.remove_prefix(stop == std::string_view::npos ? between.size() : stop);
    } else {
      return false;
    }
  }
  column = owner.column;
  return true;
}

struct Walk {
  std::string_view text;
  uint32_t first_line;  // of the document's content

  std::optional<uint32_t> Above(uint32_t line) const {
    if (line <= first_line) return std::nullopt;
    return std::max(LineAbove(text, line), first_line);
  }
};

bool InBlockScalar(const Walk& walk, uint32_t line, uint32_t indent) {
  uint32_t limit = indent;
  for (std::optional<uint32_t> above = walk.Above(line); above && limit > 0;
       above = walk.Above(*above)) {
    LineShape shape = ShapeOf(walk.text, *above);
    if (shape.blank) continue;
    uint32_t column = IndentOf(walk.text, *above);
    if (column >= limit && shape.elements.empty()) continue;
    uint32_t owner = 0;
    if (OpensBlockScalar(walk.text, shape, owner) && owner < limit) return true;
    limit = std::min(limit, column);
  }
  return false;
}

// Finds the steps from the root to something at `limit`, outermost first.
class PathFinder {
 public:
  PathFinder(std::string_view text, uint32_t limit) : text_(text), limit_(limit) {}

  // Elements of one line, from the right; lines from below.
  void Take(const std::vector<Element>& elements, size_t count) {
    for (size_t i = count; i-- > 0;) Take(elements[i]);
  }

  std::vector<PathStep> Steps() {
    if (dash_column_) steps_.push_back({"", index_});
    std::reverse(steps_.begin(), steps_.end());
    return std::move(steps_);
  }

 private:
  void Take(const Element& element) {
    if (dash_column_) {
      if (element.dash && element.column == *dash_column_) {
        ++index_;
        return;
      }
      // A list may stand in the same column as its key.
      bool parent = element.dash ? element.column < *dash_column_ : element.column <= *dash_column_;
      if (!parent) return;
      steps_.push_back({"", index_});
      limit_ = *dash_column_ + 1;
      dash_column_.reset();
    }
    if (element.column >= limit_) return;
    limit_ = element.column;
    if (element.dash) {
      dash_column_ = element.column;
      index_ = 0;
    } else {
      steps_.push_back({std::string(Slice(text_, element.key)), -1});
    }
  }

  std::string_view text_;
  uint32_t limit_;
  std::optional<uint32_t> dash_column_;
  int32_t index_ = 0;
  std::vector<PathStep> steps_;
};

// Keys at `column` in the block around `line`, that line left out.
std::vector<std::string> SiblingsInBlock(const Walk& walk, uint32_t line, uint32_t column,
                                         bool first_of_item, uint32_t end) {
  std::vector<std::string> keys;
  // False when the line ends the block.
  auto take = [&](const LineShape& shape, bool upwards) {
    if (shape.blank) return true;
    for (auto element = shape.elements.rbegin(); element != shape.elements.rend(); ++element) {
      if (element->column > column) continue;
      if (element->column < column) return false;
      if (element->dash) return false;
      keys.emplace_back(Slice(walk.text, element->key));
    }
    bool starts_item =
        !shape.elements.empty() && shape.elements[0].dash && shape.elements[0].column < column;
    if (starts_item) return false;
    return upwards || IndentOf(walk.text, shape.begin) >= column || !shape.elements.empty();
  };
  for (auto above = walk.Above(line); above && !first_of_item; above = walk.Above(*above)) {
    if (!take(ShapeOf(walk.text, *above), true)) break;
  }
  std::reverse(keys.begin(), keys.end());
  for (uint32_t below = NextLine(walk.text, line); below < end;
       below = NextLine(walk.text, below)) {
    LineShape shape = ShapeOf(walk.text, below);
    // A dash to the left opens the next item: not ours.
    if (!shape.blank && IndentOf(walk.text, below) < column) break;
    if (!take(shape, false)) break;
  }
  return keys;
}

// Inside brackets: a small reader of flow style that does not mind what is missing.
struct FlowFrame {
  bool mapping = false;
  int32_t index = 0;
  std::string key;
  bool behind_colon = false;
  std::vector<std::string> keys;
};

struct FlowState {
  std::vector<FlowFrame> frames;
  uint32_t word_begin = 0;
  char quote = 0;
};

// Reads from the bracket at `begin` to `offset`. No frames: the brackets are closed before
// `offset`.
FlowState ReadFlow(std::string_view text, uint32_t begin, uint32_t offset, size_t depth = 0) {
  FlowState state;
  std::string token;
  bool token_open = false;
  state.word_begin = begin;
  for (uint32_t i = begin; i < offset; ++i) {
    char c = text[i];
    if (state.quote != 0) {
      if (c == '\\' && state.quote == '"') {
        ++i;
      } else if (c == state.quote) {
        state.quote = 0;
        token_open = false;
        state.word_begin = i + 1;
      } else {
        token += c;
      }
      continue;
    }
    if (IsBlank(c) || IsBreak(c)) {
      if (!token_open) state.word_begin = i + 1;
      if (IsBreak(c)) token_open = false;
      if (token_open) token += c;
      continue;
    }
    if (c == '#' && (IsBlank(text[i - 1]) || IsBreak(text[i - 1]))) {
      i = LineEnd(text, i);
      continue;
    }
    FlowFrame* top = state.frames.empty() ? nullptr : &state.frames.back();
    bool key_colon =
        c == ':' && top && top->mapping && !top->behind_colon &&
        (!token_open || i + 1 >= text.size() || IsBlank(text[i + 1]) || IsBreak(text[i + 1]));
    if (c == '{' || c == '[') {
      state.frames.push_back({c == '{', 0, "", false, {}});
    } else if (c == '}' || c == ']') {
      if (state.frames.size() <= depth) return state;
      if (top) state.frames.pop_back();
      if (state.frames.empty()) return state;
    } else if (c == ',') {
      if (top && top->mapping) {
        top->behind_colon = false;
        top->key.clear();
      } else if (top) {
        ++top->index;
      }
    } else if (key_colon) {
      while (!token.empty() && IsBlank(token.back())) token.pop_back();
      top->key = token;
      top->keys.push_back(token);
      top->behind_colon = true;
    } else {
      if (!token_open) {
        token.clear();
        state.word_begin = i;
        token_open = true;
      }
      if ((c == '"' || c == '\'') && state.word_begin == i) {
        state.quote = c;
        state.word_begin = i + 1;
        token.clear();
      } else {
        token += c;
      }
      continue;
    }
    token.clear();
    token_open = false;
    state.word_begin = i + 1;
  }
  return state;
}

constexpr int kMaxFlowLines = 200;

uint32_t WordEndInFlow(std::string_view text, uint32_t offset, char quote) {
  uint32_t i = offset;
  std::string_view stops = quote == '"' ? "\"" : quote == '\'' ? "'" : " \t,]}:#";
  while (i < text.size() && !IsBreak(text[i]) && stops.find(text[i]) == std::string_view::npos) ++i;
  return i;
}

bool FindFlow(const Walk& walk, uint32_t line, uint32_t offset, Cursor& cursor) {
  std::optional<uint32_t> at = line;
  for (int steps = 0; at && steps < kMaxFlowLines; ++steps, at = walk.Above(*at)) {
    LineShape shape = ShapeOf(walk.text, *at);
    // A line that starts with a bracket is flow style all through; elsewhere the bracket is a key's
    // value.
    auto is_bracket = [&](uint32_t i) {
      return i < shape.line_end && (walk.text[i] == '{' || walk.text[i] == '[');
    };
    uint32_t value = shape.content;
    if (!is_bracket(value) && !shape.elements.empty() && !shape.elements.back().dash) {
      value = shape.elements.back().value_begin;
      while (value < shape.line_end && IsBlank(walk.text[value])) ++value;
    }
    bool bracket = is_bracket(value);
    bool outermost = !shape.elements.empty() || *at == walk.first_line ||
                     (bracket && IndentOf(walk.text, *at) == 0);
    if (!bracket || !outermost || value >= offset) {
      if (steps > 0 && !shape.blank && !shape.elements.empty() && !bracket) {
        // A plain block line: brackets above it are not around the cursor, unless this line is
        // itself inside of them.
        bool could_be_flow = walk.text[shape.end - 1] == ',' || walk.text[shape.end - 1] == '{' ||
                             walk.text[shape.end - 1] == '[';
        if (!could_be_flow) return false;
      }
      continue;
    }
    FlowState state = ReadFlow(walk.text, value, offset);
    if (state.frames.empty()) return false;
    PathFinder finder(walk.text, UINT32_MAX);
    size_t count = shape.elements.size();
    if (value == shape.content && count > 0 && !shape.elements.back().dash) --count;
    finder.Take(shape.elements, count);
    for (auto above = walk.Above(*at); above; above = walk.Above(*above)) {
      LineShape up = ShapeOf(walk.text, *above);
      finder.Take(up.elements, up.elements.size());
    }
    cursor.path = finder.Steps();
    for (size_t i = 0; i < state.frames.size(); ++i) {
      const FlowFrame& frame = state.frames[i];
      bool last = i + 1 == state.frames.size();
      if (!frame.mapping) {
        cursor.path.push_back({"", frame.index});
      } else if (!last || frame.behind_colon) {
        cursor.path.push_back({frame.key, -1});
      }
    }
    const FlowFrame& top = state.frames.back();
    cursor.role = !top.mapping       ? CursorRole::kItem
                  : top.behind_colon ? CursorRole::kValue
                                     : CursorRole::kKey;
    cursor.in_flow = true;
    cursor.quote = state.quote;
    uint32_t begin = std::min(state.word_begin, offset);
    cursor.word = {begin, std::max(offset, WordEndInFlow(walk.text, offset, state.quote))};
    cursor.prefix = Slice(walk.text, {begin, offset});
    cursor.indent = begin - LineBegin(walk.text, begin);
    if (cursor.role == CursorRole::kKey) {
      cursor.siblings = top.keys;
      // Keys behind the cursor, up to the closing bracket.
      const uint32_t line_end = LineEnd(walk.text, offset);
      FlowState rest = ReadFlow(walk.text, value, line_end, state.frames.size());
      if (rest.frames.size() == state.frames.size()) {
        for (size_t i = top.keys.size(); i < rest.frames.back().keys.size(); ++i) {
          if (rest.frames.back().keys[i] != Slice(walk.text, cursor.word))
            cursor.siblings.push_back(rest.frames.back().keys[i]);
        }
      }
    }
    return true;
  }
  return false;
}

void SetWord(std::string_view text, ByteRange token, uint32_t offset, Cursor& cursor) {
  if (token.begin > offset) token = {offset, offset};
  token.end = std::max(token.end, offset);
  if (!token.empty() && (text[token.begin] == '"' || text[token.begin] == '\'') &&
      offset > token.begin) {
    cursor.quote = text[token.begin];
    ++token.begin;
    if (token.end > offset && token.end > token.begin && text[token.end - 1] == cursor.quote)
      --token.end;
  }
  cursor.word = token;
  cursor.prefix = Slice(text, {token.begin, offset});
}

}  // namespace

Cursor CursorAt(std::string_view text, const File& file, uint32_t offset) {
  Cursor cursor;
  offset = std::min<uint32_t>(offset, static_cast<uint32_t>(text.size()));
  for (uint32_t i = 0; i < file.documents.size(); ++i) {
    if (file.documents[i].range().begin <= offset) cursor.document = i;
  }
  const Document& document = file.documents[cursor.document];
  uint32_t line_begin = LineBegin(text, offset);
  uint32_t content = document.content_begin();
  uint32_t marker_line = LineBegin(text, content);
  cursor.word = {offset, offset};
  if (line_begin == marker_line && offset <= content && content > document.range().begin &&
      content >= 3 && text[content - 1] != '\xBF') {
    cursor.role = CursorRole::kMarker;
    return cursor;
  }
  Walk walk{text, line_begin == marker_line ? std::max(line_begin, content) : content};
  if (line_begin == marker_line) line_begin = walk.first_line;

  LineShape line = ShapeOf(text, line_begin);
  uint32_t indent = line.blank ? offset - line_begin : IndentOf(text, line_begin);
  if (InBlockScalar(walk, line_begin, indent)) {
    cursor.role = CursorRole::kBlockScalar;
    return cursor;
  }
  if (offset > line.comment && line.comment < line.line_end) {
    cursor.role = CursorRole::kComment;
    return cursor;
  }
  if (FindFlow(walk, line_begin, offset, cursor)) return cursor;

  const Element* key =
      !line.elements.empty() && !line.elements.back().dash ? &line.elements.back() : nullptr;
  size_t own = 0;  // elements of this line that are above the cursor's place
  uint32_t limit = UINT32_MAX;
  if (key && offset >= key->value_begin) {
    cursor.role = CursorRole::kValue;
    cursor.indent = key->column;
    own = line.elements.size();
    uint32_t begin = key->value_begin;
    while (begin < line.comment && IsBlank(text[begin])) ++begin;
    SetWord(text, {begin, std::max(begin, line.end)}, offset, cursor);
  } else {
    // Dashes to the right of the cursor are not around it.
    while (own < line.elements.size() && line.elements[own].dash &&
           line.begin + line.elements[own].column < offset)
      ++own;
    bool behind_dash = own > 0;
    uint32_t begin = line.content;
    uint32_t end = key ? key->value_begin - 1 : line.end;
    if (offset < begin || line.blank) begin = end = offset;
    cursor.role = behind_dash ? CursorRole::kItem : CursorRole::kKey;
    SetWord(text, {begin, std::max(begin, end)}, offset, cursor);
    uint32_t column = begin - line_begin;
    limit = behind_dash ? UINT32_MAX : column;
    cursor.indent = behind_dash ? line.elements[own - 1].column : column;
    cursor.siblings = SiblingsInBlock(walk, line_begin, column, behind_dash, document.range().end);
  }
  PathFinder finder(text, limit);
  finder.Take(line.elements, own);
  for (std::optional<uint32_t> above = walk.Above(line_begin); above; above = walk.Above(*above)) {
    LineShape shape = ShapeOf(text, *above);
    if (!shape.blank) finder.Take(shape.elements, shape.elements.size());
  }
  cursor.path = finder.Steps();
  return cursor;
}

std::string ToString(const std::vector<PathStep>& path) {
  std::string out;
  for (const PathStep& step : path) {
    if (step.IsIndex()) {
      out += fmt::format("[{}]", step.index);
    } else {
      if (!out.empty()) out += '.';
      out += step.key;
    }
  }
  return out;
}

}  // namespace fluxls::yaml
