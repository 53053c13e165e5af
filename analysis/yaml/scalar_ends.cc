// Where scalars end in the text.
#include <algorithm>

#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

bool IsChomping(char c) {
  return c == '+' || c == '-';
}

}  // namespace

uint32_t NullLiteralLength(std::string_view text, uint32_t at) {
  std::string_view rest = text.substr(at);
  for (std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (!rest.starts_with(word)) continue;
    std::string_view behind = rest.substr(word.size());
    if (behind.empty() || IsBlank(behind[0]) || IsBreak(behind[0]) || behind[0] == ',' ||
        behind[0] == '}' || behind[0] == ']' || behind[0] == ':') {
      return static_cast<uint32_t>(word.size());
    }
  }
  return 0;
}

// YAML folds the first break only; the parser keeps one of the others at most.
size_t LostBreaks(std::string_view text, ByteRange inside) {
  uint32_t i = inside.end;
  size_t breaks = 0;
  for (; i > inside.begin && (IsBlank(text[i - 1]) || IsBreak(text[i - 1])); --i)
    breaks += text[i - 1] == '\n' ? 1 : 0;
  // Behind a backslash it keeps them all, between double quotes.
  const bool escaped = text[inside.begin - 1] == '"' && i > inside.begin && text[i - 1] == '\\';
  const size_t kept = i == inside.begin ? 0 : 1;
  return breaks > 1 && !escaped ? breaks - 1 - kept : 0;
}

bool IsMisread(std::string_view text, ByteRange range, int parent_indent, std::string_view value) {
  const uint32_t lines = std::min(NextLine(text, range.begin), range.end);
  const size_t first = text.substr(0, range.end).find_first_not_of(" \r\n", lines);
  const size_t content = value.find_first_not_of(" \n");
  if (first != std::string_view::npos && content == std::string_view::npos) return true;
  const size_t indicator = text.substr(range.begin + 1, 2).find_first_of("123456789");
  if (indicator == std::string_view::npos || (indicator == 1 && !IsChomping(text[range.begin + 1])))
    return false;
  const int indent = std::max(parent_indent, 0) + (text[range.begin + 1 + indicator] - '0');
  if (first == std::string_view::npos) {
    // Blanks beyond the indentation are content.
    int blanks = 0;
    for (uint32_t line = lines; line < range.end; line = NextLine(text, line))
      blanks += std::max(static_cast<int>(LineEnd(text, line) - line) - indent, 0);
    return std::count(value.begin(), value.end(), ' ') != blanks;
  }
  const uint32_t at = static_cast<uint32_t>(first);
  const uint32_t begin = static_cast<uint32_t>(content);
  return static_cast<int>(at - LineBegin(text, at)) - indent !=
         static_cast<int>(begin - LineBegin(value, begin));
}

void MendFoldedEnd(std::string& value, std::string_view text, ByteRange range) {
  auto is_blank = [&](uint32_t begin) {
    return text.substr(begin).find_first_not_of(" \r\n") == std::string_view::npos;
  };
  // The last line is looked for behind the last scalar only: it may be long.
  if (!value.ends_with(' ') || IsBreak(text.back()) || !is_blank(range.end)) return;
  const uint32_t last = LineBegin(text, static_cast<uint32_t>(text.size()));
  if (!is_blank(last) || IsBlankLine(text, LineAbove(text, last))) return;
  // Blanks beyond the indentation are content, on a line of their own.
  const size_t content = value.find_last_not_of(' ');
  if (content == std::string::npos || value[content] == '\n') return;
  value.pop_back();
  if (text.substr(range.begin, 3).find('-') == std::string_view::npos) value += '\n';
}

// Text and value are walked together, and line breaks fold as YAML says.
std::optional<uint32_t> PlainEnd(std::string_view text, uint32_t begin, std::string_view value) {
  size_t i = begin;
  size_t v = 0;
  while (v < value.size()) {
    if (i >= text.size()) return std::nullopt;
    if (!IsBlank(text[i]) && !IsBreak(text[i])) {
      if (text[i] != value[v]) return std::nullopt;
      ++i;
      ++v;
      continue;
    }
    size_t run = i;
    size_t breaks = 0;
    while (run < text.size() && (IsBlank(text[run]) || IsBreak(text[run]))) {
      if (IsBreak(text[run])) {
        ++breaks;
        if (text.substr(run).starts_with("\r\n")) ++run;
      }
      ++run;
    }
    if (breaks == 0) {
      if (value.substr(v, run - i) != text.substr(i, run - i)) return std::nullopt;
      v += run - i;
    } else {
      std::string_view folded = breaks == 1 ? " " : value.substr(v, breaks - 1);
      if (value.substr(v, folded.size()) != folded) return std::nullopt;
      v += folded.size();
    }
    i = run;
  }
  return static_cast<uint32_t>(i);
}

uint32_t BlockScalarEnd(std::string_view text, uint32_t begin, int parent_indent) {
  uint32_t i = begin + 1;
  int explicit_indent = 0;
  bool keep = false;
  for (; i < text.size() && (IsChomping(text[i]) || (text[i] >= '1' && text[i] <= '9')); ++i) {
    if (text[i] == '+') keep = true;
    if (text[i] >= '1' && text[i] <= '9') explicit_indent = text[i] - '0';
  }
  uint32_t end = i;
  int blank_indent = 0;
  int content_indent = explicit_indent > 0 ? std::max(parent_indent, 0) + explicit_indent : -1;
  for (uint32_t line = NextLine(text, i); line < text.size(); line = NextLine(text, line)) {
    uint32_t line_end = LineEnd(text, line);
    int indent = static_cast<int>(IndentOf(text, line));
    if (line + indent == line_end) {
      blank_indent = std::max(blank_indent, indent);
      // A line of blanks only is content where it is longer than the indentation.
      if (keep || (content_indent >= 0 && indent > content_indent)) end = line_end;
      continue;
    }
    if (content_indent < 0) {
      if (indent <= std::max(parent_indent, 0)) break;
      // Of blank lines above the first line of content none may be longer.
      content_indent = std::max(indent, blank_indent);
    }
    if (indent < content_indent) break;
    end = line_end;
  }
  return end;
}

}  // namespace fluxls::yaml
