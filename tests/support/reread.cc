#include "tests/support/reread.h"

#include <algorithm>

#include <fmt/format.h>

#include "analysis/text/unicode.h"

namespace fluxls::test {
namespace {

using yaml::Node;
using yaml::NodeKind;
using yaml::ScalarStyle;

bool Blank(char c) {
  return c == ' ' || c == '\t';
}

struct Line {
  std::string_view text;
  bool has_break = false;
};

std::vector<Line> Lines(std::string_view text) {
  std::vector<Line> lines;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && text[i] != '\r') continue;
    lines.push_back({text.substr(begin, i - begin), true});
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    begin = i + 1;
  }
  lines.push_back({text.substr(begin), false});
  return lines;
}

std::string_view Trim(std::string_view text, bool left, bool right) {
  while (left && !text.empty() && Blank(text.front())) text.remove_prefix(1);
  while (right && !text.empty() && Blank(text.back())) text.remove_suffix(1);
  return text;
}

// Folds the lines of a flow scalar (plain or quoted, without its quotes).
std::string FoldFlow(std::string_view source, bool double_quoted) {
  std::vector<Line> lines = Lines(source);
  std::string out;
  size_t empty = 0;
  bool escaped_break = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    bool first = i == 0;
    bool last = i + 1 == lines.size();
    std::string_view text = Trim(lines[i].text, !first, false);
    std::string_view trimmed = Trim(text, false, !last);
    // An escaped blank or break at the end of a double-quoted line is content.
    bool continued = false;
    if (double_quoted && !last) {
      size_t slashes = 0;
      while (slashes < trimmed.size() && trimmed[trimmed.size() - 1 - slashes] == '\\') ++slashes;
      if (slashes % 2 == 1) {
        if (trimmed.size() < text.size()) {
          trimmed = text.substr(0, trimmed.size() + 1);
        } else {
          continued = true;
          trimmed.remove_suffix(1);
        }
      }
    }
    if (!first) {
      if (trimmed.empty() && !last && !continued) {
        ++empty;
        continue;
      }
      if (!escaped_break && empty == 0) out += ' ';
      out.append(empty, '\n');
      empty = 0;
    }
    out += trimmed;
    escaped_break = continued;
  }
  return out;
}

std::optional<std::string> Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i >= text.size()) return std::nullopt;
    size_t digits = text[i] == 'x' ? 2 : text[i] == 'u' ? 4 : text[i] == 'U' ? 8 : 0;
    if (digits > 0) {
      if (i + digits >= text.size()) return std::nullopt;
      AppendUtf8(out, static_cast<char32_t>(
                          std::stoul(std::string(text.substr(i + 1, digits)), nullptr, 16)));
      i += digits;
      continue;
    }
    constexpr std::string_view kNames = "0abtnvfre \"'\\/N_LP\t";
    constexpr std::string_view kValues[] = {std::string_view("\0", 1),
                                            "\a",
                                            "\b",
                                            "\t",
                                            "\n",
                                            "\v",
                                            "\f",
                                            "\r",
                                            "\x1b",
                                            " ",
                                            "\"",
                                            "'",
                                            "\\",
                                            "/",
                                            "\xC2\x85",
                                            "\xC2\xA0",
                                            "\xE2\x80\xA8",
                                            "\xE2\x80\xA9",
                                            "\t"};
    size_t index = kNames.find(text[i]);
    if (index == std::string_view::npos) return std::nullopt;
    out += kValues[index];
  }
  return out;
}

std::optional<std::string> RereadBlock(std::string_view source, bool folded, int parent_indent,
                                       bool at_end_of_text) {
  std::vector<Line> lines = Lines(source);
  std::string_view header = lines[0].text.substr(1);
  int explicit_indent = 0;
  char chomp = ' ';
  for (char c : header) {
    if (c == '+' || c == '-') {
      chomp = c;
    } else if (c >= '1' && c <= '9') {
      explicit_indent = c - '0';
    } else {
      break;
    }
  }
  size_t indent = 0;
  if (explicit_indent > 0) {
    indent = static_cast<size_t>(std::max(parent_indent, 0) + explicit_indent);
  } else {
    for (size_t i = 1; i < lines.size(); ++i) {
      size_t spaces = lines[i].text.find_first_not_of(' ');
      if (spaces != std::string_view::npos) {
        indent = spaces;
        break;
      }
      // Where there are lines of blanks only, the longest one is the indentation.
      indent = std::max(indent, lines[i].text.size());
    }
  }
  std::string out;
  std::vector<std::string_view> content;
  for (size_t i = 1; i < lines.size(); ++i) {
    content.push_back(lines[i].text.size() > indent ? lines[i].text.substr(indent)
                                                    : std::string_view());
  }
  while (chomp != '+' && !content.empty() && content.back().empty()) content.pop_back();
  bool previous_more = false;
  size_t breaks = 0;
  bool any = false;
  for (std::string_view line : content) {
    bool more = !line.empty() && Blank(line[0]);
    if (line.empty()) {
      ++breaks;
      continue;
    }
    if (any) {
      if (!folded || more || previous_more) {
        out.append(breaks + 1, '\n');
      } else {
        out.append(breaks == 0 ? 0 : breaks, '\n');
        if (breaks == 0) out += ' ';
      }
    } else {
      out.append(breaks, '\n');
    }
    breaks = 0;
    any = true;
    out += line;
    previous_more = more;
  }
  // The last line of a text may have no break.
  if (!any && at_end_of_text && breaks > 0) --breaks;
  if (chomp == '+') {
    out.append(breaks, '\n');
    if (!content.empty() && any && !at_end_of_text) out += '\n';
    if (!content.empty() && !any && !at_end_of_text) out += "";
  } else if (chomp == ' ' && any && !at_end_of_text) {
    out += '\n';
  }
  return out;
}

}  // namespace

std::optional<std::string> Reread(std::string_view source, ScalarStyle style, int parent_indent,
                                  bool at_end_of_text) {
  switch (style) {
    case ScalarStyle::kPlain:
      return FoldFlow(source, false);
    case ScalarStyle::kSingleQuoted: {
      if (source.size() < 2 || source.front() != '\'' || source.back() != '\'') return std::nullopt;
      std::string folded = FoldFlow(source.substr(1, source.size() - 2), false);
      std::string out;
      for (size_t i = 0; i < folded.size(); ++i) {
        out += folded[i];
        if (folded[i] == '\'' && ++i < folded.size() && folded[i] != '\'') return std::nullopt;
      }
      return out;
    }
    case ScalarStyle::kDoubleQuoted:
      if (source.size() < 2 || source.front() != '"' || source.back() != '"') return std::nullopt;
      return Unescape(FoldFlow(source.substr(1, source.size() - 2), true));
    case ScalarStyle::kLiteral:
    case ScalarStyle::kFolded:
      return RereadBlock(source, style == ScalarStyle::kFolded, parent_indent, at_end_of_text);
  }
  return std::nullopt;
}

namespace {

uint32_t ColumnOf(std::string_view text, uint32_t offset) {
  uint32_t begin = offset;
  while (begin > 0 && text[begin - 1] != '\n' && text[begin - 1] != '\r') --begin;
  return offset - begin;
}

int BlockColumn(std::string_view text, Node node) {
  for (Node up = node.parent(); up; up = up.parent()) {
    if (!up.IsFlow()) return static_cast<int>(ColumnOf(text, up.range().begin));
  }
  return -1;
}

std::string_view WithoutLineEnds(std::string_view value) {
  while (value.ends_with('\n')) value.remove_suffix(1);
  return value;
}

std::string CheckNode(std::string_view text, const yaml::Document& document, Node node) {
  auto fail = [&](std::string_view what) {
    return fmt::format("{} at {} [{}, {}) in document [{}, {})", what, yaml::RouteOf(node),
                       node.range().begin, node.range().end, document.range().begin,
                       document.range().end);
  };
  ByteRange range = node.range();
  ByteRange full = node.full_range();
  if (range.begin > range.end || full.begin > range.begin) return fail("reversed range");
  if (full.begin < document.range().begin || range.end > document.range().end)
    return fail("range outside of the document");
  if (Node up = node.parent()) {
    if (full.begin < up.range().begin || range.end > up.range().end)
      return fail("range outside of the parent");
  }
  if (node.IsAlias() && text[range.begin] != '*') return fail("alias without *");
  if (node.kind() == NodeKind::kMapping && node.IsFlow() && text[range.begin] == '{' &&
      text[range.end - 1] != '}')
    return fail("flow mapping without }");
  if (node.kind() == NodeKind::kSequence && node.IsFlow() &&
      (text[range.begin] != '[' || text[range.end - 1] != ']'))
    return fail("flow sequence without ]");
  uint32_t last = full.begin;
  for (Node child : node) {
    if (node.IsMapping()) {
      Node key = child.key();
      if (!key) return fail("value without key");
      if (key.full_range().begin < last) return fail("key overlaps what is before it");
      if (child.full_range().begin < key.range().end) return fail("value before its key's end");
    } else if (child.full_range().begin < last) {
      return fail("item overlaps what is before it");
    }
    last = child.range().end;
  }
  if (!node.IsScalar()) return "";
  std::string_view source = Slice(text, range);
  bool at_end = range.end >= text.size();
  std::optional<std::string> value = Reread(source, node.style(), BlockColumn(text, node), at_end);
  // The parser drops line ends that `>+` should keep; no value in Flux or kustomize hangs on them.
  bool folded_keep = node.style() == ScalarStyle::kFolded &&
                     source.substr(0, 3).find('+') != std::string_view::npos;
  if (folded_keep && value && WithoutLineEnds(*value) == WithoutLineEnds(node.value())) return "";
  if (!value || *value != node.value()) {
    return fail(
        fmt::format("re-read value \"{}\" is not \"{}\"", value.value_or("(none)"), node.value()));
  }
  return "";
}

}  // namespace

std::string CheckTree(std::string_view text, const yaml::File& file) {
  uint32_t at = 0;
  for (const yaml::Document& document : file.documents) {
    if (document.range().begin != at) return fmt::format("documents leave a gap at {}", at);
    at = document.range().end;
    for (const yaml::SyntaxError& error : document.errors()) {
      if (error.message.empty() || error.range.end > text.size() ||
          error.range.begin > error.range.end)
        return fmt::format("bad error range [{}, {}) \"{}\"", error.range.begin, error.range.end,
                           error.message);
    }
    for (ByteRange comment : document.comments()) {
      if (text[comment.begin] != '#' || comment.end > text.size()) return "comment without #";
    }
    if (document.HasErrors()) continue;
    std::string problem;
    document.root().Visit([&](Node node) {
      if (problem.empty()) problem = CheckNode(text, document, node);
    });
    if (!problem.empty()) return problem;
  }
  return at == text.size() ? "" : "documents do not cover the text";
}

}  // namespace fluxls::test
