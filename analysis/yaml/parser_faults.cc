// Ways round two faults of the parser, tried only where a piece does not parse:
//
//     - &script |
//       #!/bin/sh             ← behind `- ` and a property, lines that continue the value are
//       refused
//     args: [--url=http://x?y] ← a `?` inside a plain value is refused between brackets
//
// Properties are blanked out and put back into the tree by hand; aliases of a blanked anchor are
// read as plain scalars
// (`*script` → `_script`) and turned into aliases afterwards. The question mark is read as `_`;
// values are slices of the real text, so it comes back by itself.
#include <algorithm>

#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

// Each costs a walk through the text; real files have a handful.
constexpr size_t kMaxHidden = 100;

bool IsNameEnd(std::string_view text, uint32_t i) {
  return i >= text.size() || IsBlank(text[i]) || IsBreak(text[i]) ||
         std::string_view("[]{},").find(text[i]) != std::string_view::npos;
}

// Properties behind the dashes of the line that begins at `line`, when a value that is no mapping
// follows them.
std::optional<HiddenProperties> OnLine(std::string_view text, uint32_t line) {
  uint32_t end = LineEnd(text, line);
  uint32_t i = line;
  auto skip_blanks = [&] {
    while (i < end && IsBlank(text[i])) ++i;
  };
  skip_blanks();
  bool dashes = false;
  if (text.substr(i).starts_with("---") && i == line) {
    i += 3;
    dashes = true;
  }
  while (i + 1 < end && text[i] == '-' && IsBlank(text[i + 1])) {
    dashes = true;
    ++i;
    skip_blanks();
  }
  skip_blanks();
  if (!dashes) return std::nullopt;
  HiddenProperties hidden;
  hidden.range.begin = i;
  while (i < end && (text[i] == '&' || text[i] == '!')) {
    uint32_t begin = i;
    while (!IsNameEnd(text, i)) ++i;
    (text[begin] == '&' ? hidden.anchor : hidden.tag) = {begin + (text[begin] == '&' ? 1 : 0), i};
    skip_blanks();
  }
  hidden.range.end = i;
  if (hidden.range.empty() || i >= end || FindKeyColon(text, i, end)) return std::nullopt;
  return hidden;
}

// Question marks inside plain values, on lines with brackets.
void HideQuestionMarks(std::string& text) {
  for (uint32_t line = 0; line < text.size(); line = NextLine(text, line)) {
    const uint32_t end = LineEnd(text, line);
    if (Slice(text, {line, end}).find_first_of("[{,") == std::string_view::npos) continue;
    for (uint32_t i = line; i < end; ++i) {
      if (text[i] != '?') continue;
      const bool glued_left = i > line && !IsBlank(text[i - 1]) &&
                              std::string_view("[{,").find(text[i - 1]) == std::string_view::npos;
      const bool glued_right = i + 1 < end && !IsBlank(text[i + 1]);
      if (glued_left || glued_right) text[i] = '_';
    }
  }
}

bool InOneOf(const std::vector<ByteRange>& scalars, uint32_t offset) {
  auto behind =
      std::upper_bound(scalars.begin(), scalars.end(), offset,
                       [](uint32_t at, const ByteRange& scalar) { return at < scalar.begin; });
  return behind != scalars.begin() && offset < std::prev(behind)->end;
}

}  // namespace

std::vector<HiddenProperties> HideFaults(std::string& text, const std::vector<ByteRange>& scalars) {
  HideQuestionMarks(text);
  std::vector<HiddenProperties> all;
  for (uint32_t line = 0; line < text.size(); line = NextLine(text, line)) {
    std::optional<HiddenProperties> hidden = OnLine(text, line);
    if (!hidden || InOneOf(scalars, hidden->range.begin)) continue;
    if (all.size() == kMaxHidden) break;
    std::string name(Slice(text, hidden->anchor));
    std::fill(text.begin() + hidden->range.begin, text.begin() + hidden->range.end, ' ');
    for (size_t at = text.find('*', hidden->range.end); !name.empty() && at != std::string::npos;
         at = text.find('*', at + 1)) {
      uint32_t behind = static_cast<uint32_t>(at + 1 + name.size());
      bool alone = at > 0 && (IsBlank(text[at - 1]) || text[at - 1] == '[' || text[at - 1] == ',');
      if (alone && text.compare(at + 1, name.size(), name) == 0 && IsNameEnd(text, behind))
        text[at] = '_';
    }
    all.push_back(*hidden);
  }
  return all;
}

}  // namespace fluxls::yaml
