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

// Properties behind the dashes of the line that begins at `line`, when a value that is neither
// mapping nor list follows them; without dashes when it is a block scalar.
std::optional<HiddenProperties> OnLine(std::string_view text, uint32_t line) {
  uint32_t end = LineEnd(text, line);
  uint32_t i = line;
  auto skip_blanks = [&] {
    while (i < end && IsBlank(text[i])) ++i;
  };
  skip_blanks();
  bool dashes = false;
  if (text.substr(i).starts_with("---") && i == line && i + 3 < end && IsBlank(text[i + 3])) {
    i += 3;
    dashes = true;
  }
  while (i + 1 < end && std::string_view("-?:").find(text[i]) != std::string_view::npos &&
         IsBlank(text[i + 1])) {
    dashes = true;
    ++i;
    skip_blanks();
  }
  skip_blanks();
  HiddenProperties hidden;
  hidden.range.begin = i;
  while (i < end && (text[i] == '&' || text[i] == '!')) {
    uint32_t begin = i;
    while (!IsNameEnd(text, i)) ++i;
    ByteRange& property = text[begin] == '&' ? hidden.anchor : hidden.tag;
    if (!property.empty()) return std::nullopt;
    property = {begin + (text[begin] == '&' ? 1 : 0), i};
    if (i < end && !IsBlank(text[i])) return std::nullopt;
    skip_blanks();
  }
  hidden.range.end = i;
  if (hidden.range.empty() || i >= end || text[i] == '#' || text[i] == '*') return std::nullopt;
  const bool block = text[i] == '|' || text[i] == '>';
  const bool list = text[i] == '-' && (i + 1 == end || IsBlank(text[i + 1]));
  if (list || (!dashes && !block) || FindKeyColon(text, i, end)) return std::nullopt;
  return hidden;
}

// Question marks inside plain values. The brackets around them may be on other lines.
void HideQuestionMarks(std::string& text) {
  constexpr std::string_view kFlow = "[]{},";
  auto is_glued = [&](size_t at) {
    return at < text.size() && !IsBlank(text[at]) && !IsBreak(text[at]) &&
           kFlow.find(text[at]) == std::string_view::npos;
  };
  for (size_t i = text.find('?'); i != std::string::npos; i = text.find('?', i + 1)) {
    if (i > 0 && text[i - 1] == '\\') continue;  // `\_` is an escape, `\?` is none
    if ((i > 0 && is_glued(i - 1)) || is_glued(i + 1)) text[i] = '_';
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
  const std::string original = text;
  std::vector<HiddenProperties> all;
  for (uint32_t line = 0; line < text.size(); line = NextLine(text, line)) {
    std::optional<HiddenProperties> hidden = OnLine(original, line);
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
