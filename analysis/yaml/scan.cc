#include <algorithm>
#include <cctype>

#include "analysis/yaml/piece.h"

namespace fluxls::yaml {

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}
bool IsBreak(char c) {
  return c == '\n' || c == '\r';
}

bool IsUriCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("!-%#;/?:@&=+$_.~*'()").find(c) != std::string_view::npos;
}

uint32_t LineAbove(std::string_view text, uint32_t line_begin) {
  if (line_begin == 0) return 0;
  const bool crlf = line_begin >= 2 && text[line_begin - 1] == '\n' && text[line_begin - 2] == '\r';
  return LineBegin(text, line_begin - (crlf ? 2 : 1));
}

uint32_t IndentOf(std::string_view text, uint32_t line_begin) {
  uint32_t i = line_begin;
  while (i < text.size() && text[i] == ' ') ++i;
  return i - line_begin;
}

bool IsBlankLine(std::string_view text, uint32_t line_begin) {
  uint32_t i = line_begin;
  while (i < text.size() && IsBlank(text[i])) ++i;
  return i >= text.size() || IsBreak(text[i]) || text[i] == '#';
}

std::optional<uint32_t> QuotedEnd(std::string_view text, uint32_t begin) {
  if (begin >= text.size()) return std::nullopt;
  char quote = text[begin];
  for (size_t i = begin + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '\'' && i + 1 < text.size() && text[i + 1] == '\'') {
        ++i;
      } else {
        return static_cast<uint32_t>(i + 1);
      }
    }
  }
  return std::nullopt;
}

std::optional<uint32_t> FindKeyColon(std::string_view text, uint32_t begin, uint32_t end) {
  std::string_view line = text.substr(0, end);
  for (uint32_t i = begin; i < end; ++i) {
    char c = line[i];
    bool at_token = i == begin || IsBlank(line[i - 1]);
    if (c == '#' && at_token && i > begin) return std::nullopt;
    if ((c == '"' || c == '\'') && at_token) {
      std::optional<uint32_t> close = QuotedEnd(line, i);
      if (!close) return std::nullopt;
      i = *close - 1;
      continue;
    }
    if (c == ':' && (i + 1 == end || IsBlank(line[i + 1]))) return i;
  }
  return std::nullopt;
}

}  // namespace fluxls::yaml
