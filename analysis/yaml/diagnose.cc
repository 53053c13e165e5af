// Syntax errors in plain words. The parser's own message and position say what it could not
// swallow; the author's slip is often on the line before. Each function below knows one kind of
// slip.
#include <algorithm>

#include <fmt/format.h>

#include "analysis/yaml/edit.h"
#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

constexpr size_t kMaxKey = 40;

struct Slip {
  std::string_view text;
  const Piece& piece;
  const ParseOutcome& outcome;
  uint32_t at;    // where the parser stopped
  uint32_t line;  // start of that line
  uint32_t line_end;

  ByteRange Content(uint32_t line_begin) const {
    uint32_t end = LineEnd(text, line_begin);
    uint32_t begin = line_begin;
    while (begin < end && IsBlank(text[begin])) ++begin;
    return Trim({begin, end});
  }
  // Without the comment behind it and without blanks at its end.
  ByteRange Trim(ByteRange range) const {
    for (uint32_t i = range.begin + 1; i < range.end; ++i) {
      if (text[i] == '#' && IsBlank(text[i - 1])) {
        range.end = i;
        break;
      }
    }
    while (range.end > range.begin && IsBlank(text[range.end - 1])) --range.end;
    return range;
  }
  // Content of a line behind its dashes.
  ByteRange BehindDashes(ByteRange content) const {
    while (content.begin + 1 < content.end && text[content.begin] == '-' &&
           IsBlank(text[content.begin + 1])) {
      ++content.begin;
      while (content.begin < content.end && IsBlank(text[content.begin])) ++content.begin;
    }
    return content;
  }
  std::optional<uint32_t> PreviousLine() const {
    for (uint32_t i = line; i > 0;) {
      i = LineAbove(text, i);
      if (i < piece.content_begin) return std::nullopt;
      if (!IsBlankLine(text, i)) return i;
    }
    return std::nullopt;
  }
  // What may stand in a message: a key. Anything else may be a secret, and messages end up in logs.
  std::string Key(ByteRange range) const {
    std::string_view key = Slice(text, range);
    const bool plain = !key.empty() && key.size() <= kMaxKey &&
                       std::all_of(key.begin(), key.end(), [](unsigned char c) {
                         return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == '/';
                       });
    return plain ? fmt::format("\"{}\"", key) : "this line";
  }
  bool Says(std::string_view message) const {
    return outcome.error.find(message) != std::string::npos;
  }
};

// The word at the error, at least one byte of the text where there is one.
ByteRange TokenAt(const Slip& slip) {
  uint32_t begin = slip.at;
  uint32_t end = begin;
  while (end < slip.text.size() && !IsBlank(slip.text[end]) && !IsBreak(slip.text[end])) ++end;
  if (end == begin) {
    // At the end of a line or of the text: what stands before it.
    ByteRange content = slip.Content(slip.line);
    if (!content.empty()) return content;
    if (std::optional<uint32_t> previous = slip.PreviousLine()) return slip.Content(*previous);
  }
  return {begin, end};
}

void OfferQuotes(const Slip& slip, SyntaxError& error, ByteRange value) {
  std::string_view old = Slice(slip.text, value);
  if (old.empty() || old.find_first_of("\r\n") != std::string_view::npos) return;
  error.fix_title = "Quote the value";
  error.edits = {{value, QuoteScalar(old, ScalarStyle::kDoubleQuoted)}};
}

// How many spaces a tab in the indentation of `line` stands for: as many as put the line below a
// line that ends with a colon, or level with any other.
uint32_t TabWidth(const Slip& slip, uint32_t line) {
  constexpr uint32_t kStep = 2;
  uint32_t tabs = 0;
  uint32_t spaces = 0;
  uint32_t at = line;
  for (; at < slip.text.size() && IsBlank(slip.text[at]); ++at) {
    (slip.text[at] == '\t' ? tabs : spaces) += 1;
  }
  Slip before = slip;
  before.line = line;
  std::optional<uint32_t> previous = before.PreviousLine();
  if (!previous || tabs == 0) return kStep;
  const ByteRange content = slip.Content(*previous);
  uint32_t wanted = content.begin - *previous;
  if (!content.empty() && slip.text[content.end - 1] == ':') {
    // Behind a dash the key stands further in.
    wanted = slip.BehindDashes(content).begin - *previous + kStep;
  }
  if (wanted <= spaces || (wanted - spaces) % tabs != 0) return kStep;
  return (wanted - spaces) / tabs;
}

std::optional<SyntaxError> TabInIndentation(const Slip& slip) {
  for (uint32_t line : {slip.line, slip.PreviousLine().value_or(slip.line)}) {
    uint32_t begin = line;
    while (begin < slip.text.size() && slip.text[begin] == ' ') ++begin;
    if (begin >= slip.text.size() || slip.text[begin] != '\t') continue;
    SyntaxError error{SyntaxErrorKind::kTab,
                      {begin, begin},
                      "a tab in the indentation; YAML allows only spaces there",
                      "Replace tabs by spaces",
                      {}};
    while (error.range.end < slip.text.size() && slip.text[error.range.end] == '\t')
      ++error.range.end;
    const std::string spaces(TabWidth(slip, line), ' ');
    // The lines that follow are most likely indented the same way.
    for (uint32_t at = line; at < slip.text.size(); at = NextLine(slip.text, at)) {
      uint32_t end = at;
      bool tabs = false;
      while (end < slip.text.size() && IsBlank(slip.text[end])) tabs |= slip.text[end++] == '\t';
      if (!tabs) break;
      for (uint32_t i = at; i < end; ++i) {
        if (slip.text[i] == '\t') error.edits.push_back({{i, i + 1}, spaces});
      }
    }
    return error;
  }
  return std::nullopt;
}

SyntaxError UnclosedQuoteAt(const Slip& slip, uint32_t quote) {
  ByteRange rest = slip.Trim({quote, LineEnd(slip.text, quote)});
  SyntaxError error{
      SyntaxErrorKind::kUnclosedQuote,
      rest,
      fmt::format("the quote {} that opens here is not closed on its line", slip.text[quote]),
      "Add the closing quote",
      {}};
  error.edits = {{{rest.end, rest.end}, std::string(1, slip.text[quote])}};
  return error;
}

std::optional<SyntaxError> UnclosedQuote(const Slip& slip) {
  if (slip.Says("unclosed quote")) return UnclosedQuoteAt(slip, slip.at);
  const NodeData* last =
      slip.outcome.last_scalar == kNoNode ? nullptr : &slip.piece.nodes[slip.outcome.last_scalar];
  if (slip.Says("EOF in scalar") || slip.Says("document indicator in scalar")) {
    uint32_t i = last ? last->end : slip.piece.content_begin;
    while (i < slip.text.size()) {
      char c = slip.text[i];
      bool token_start = i == 0 || IsBlank(slip.text[i - 1]) || IsBreak(slip.text[i - 1]) ||
                         std::string_view("[{,:").find(slip.text[i - 1]) != std::string_view::npos;
      if (c == '#' && token_start) {
        i = LineEnd(slip.text, i);
      } else if ((c == '"' || c == '\'') && token_start) {
        std::optional<uint32_t> end = QuotedEnd(slip.text, i);
        if (!end) return UnclosedQuoteAt(slip, i);
        i = *end;
      } else {
        ++i;
      }
    }
    return std::nullopt;
  }
  // The quote was closed by the next quote in the text, lines below, and what follows that makes no
  // sense.
  if (last &&
      (last->style == ScalarStyle::kDoubleQuoted || last->style == ScalarStyle::kSingleQuoted) &&
      LineBegin(slip.text, last->begin) != LineBegin(slip.text, last->end) &&
      LineBegin(slip.text, last->end) == slip.line) {
    return UnclosedQuoteAt(slip, last->begin);
  }
  return std::nullopt;
}

std::optional<SyntaxError> Alias(const Slip& slip) {
  bool undefined = slip.Says("anchor is not defined");
  bool malformed = slip.Says("after *") || slip.Says("while scanning alias") ||
                   slip.Says("after &") || slip.Says("while scanning anchor");
  if (!undefined && !malformed) return std::nullopt;
  uint32_t star = slip.at;
  while (star > slip.line && slip.text[star] != '*' && slip.text[star] != '&') --star;
  char sign = star < slip.text.size() ? slip.text[star] : '*';
  uint32_t end = star + 1;
  while (end < slip.line_end && !IsBlank(slip.text[end]) &&
         std::string_view("[]{},").find(slip.text[end]) == std::string_view::npos)
    ++end;
  std::string_view name = Slice(slip.text, {star + 1, end});
  bool plausible = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-' || c >= 0x80;
  });
  SyntaxError error;
  error.range = {star, end};
  if (plausible && undefined) {
    error.kind = SyntaxErrorKind::kUndefinedAlias;
    error.message = fmt::format(
        "alias *{0} names no anchor: there is no &{0} before it in this document", name);
  } else {
    error.kind = SyntaxErrorKind::kReservedCharacter;
    error.message = fmt::format("a plain value cannot start with \"{}\"; quote it", sign);
    error.range = slip.Trim({star, slip.line_end});
    OfferQuotes(slip, error, error.range);
  }
  return error;
}

std::optional<SyntaxError> Escape(const Slip& slip) {
  if (!slip.Says("escape character") && !slip.Says("hex number") && !slip.Says("invalid unicode"))
    return std::nullopt;
  uint32_t slash = std::min<uint32_t>(slip.at, static_cast<uint32_t>(slip.text.size()));
  // The parser stands behind the escape, at most its eight hexadecimal digits away.
  for (uint32_t steps = 0; slash > 0 && steps < 12; ++steps) {
    --slash;
    if (slip.text[slash] == '\\') break;
  }
  if (slip.text[slash] != '\\') return std::nullopt;
  uint32_t end = std::min<uint32_t>(slash + 2, static_cast<uint32_t>(slip.text.size()));
  SyntaxError error{SyntaxErrorKind::kBadEscape,
                    {slash, end},
                    "",
                    "Double the backslash",
                    {{{slash, slash}, "\\"}}};
  error.message =
      fmt::format("\"{}\" is no escape of a double-quoted value; a backslash is written \"\\\\\"",
                  Slice(slip.text, error.range));
  return error;
}

std::optional<SyntaxError> Brackets(const Slip& slip) {
  char c = slip.at < slip.text.size() ? slip.text[slip.at] : '\0';
  if (slip.Says("illegal flow end")) {
    return SyntaxError{
        SyntaxErrorKind::kUnclosedBracket,
        {slip.at, std::min<uint32_t>(slip.at + 1, static_cast<uint32_t>(slip.text.size()))},
        fmt::format("\"{}\" closes nothing that is open", c),
        "",
        {}};
  }
  const NodeData* open = nullptr;
  for (NodeId id : slip.outcome.open) {
    const NodeData& node = slip.piece.nodes[id];
    char first = node.begin < slip.text.size() ? slip.text[node.begin] : '\0';
    if (node.flow && (first == '[' || first == '{')) open = &node;
  }
  bool flow_error = slip.Says("end of sequence flow") || slip.Says("end of map flow");
  if (!open || !flow_error) return std::nullopt;
  char bracket = slip.text[open->begin];
  char closing = bracket == '[' ? ']' : '}';
  if (LineBegin(slip.text, open->begin) == slip.line && slip.at < slip.line_end && c != '#') {
    return SyntaxError{SyntaxErrorKind::kUnclosedBracket,
                       TokenAt(slip),
                       fmt::format("expected \",\" or \"{}\" here", closing),
                       "",
                       {}};
  }
  ByteRange rest = slip.Trim({open->begin, LineEnd(slip.text, open->begin)});
  SyntaxError error{SyntaxErrorKind::kUnclosedBracket,
                    rest,
                    fmt::format("the \"{}\" that opens here is not closed", bracket),
                    "",
                    {}};
  return error;
}

// `name` or `name:value` on a line of its own where `name: value` belongs.
std::optional<SyntaxError> MissingColonOn(const Slip& slip, uint32_t line) {
  ByteRange content = slip.BehindDashes(slip.Content(line));
  if (content.empty() || FindKeyColon(slip.text, content.begin, content.end)) return std::nullopt;
  std::string_view words = Slice(slip.text, content);
  if (std::string_view("{[\"'|>*&!#%@`").find(words[0]) != std::string_view::npos)
    return std::nullopt;
  SyntaxError error{SyntaxErrorKind::kMissingColon, content, "", "", {}};
  size_t colon = words.find(':');
  if (colon != std::string_view::npos && colon > 0 && words.find_first_of(" \t") > colon) {
    error.message =
        fmt::format("a space is missing behind the \":\" of {}",
                    slip.Key({content.begin, content.begin + static_cast<uint32_t>(colon)}));
    error.fix_title = "Add the space";
    uint32_t behind = content.begin + static_cast<uint32_t>(colon) + 1;
    error.edits = {{{behind, behind}, " "}};
  } else {
    error.message = fmt::format("expected \"key: value\", but {} has no \":\"", slip.Key(content));
    size_t blank = words.find_first_of(" \t");
    uint32_t behind = content.begin + static_cast<uint32_t>(std::min(blank, words.size()));
    error.fix_title = "Add \":\"";
    error.edits = {{{behind, behind}, ":"}};
  }
  return error;
}

std::optional<SyntaxError> MappingInScalar(const Slip& slip) {
  if (!slip.Says("illegal map value")) return std::nullopt;
  ByteRange content = slip.BehindDashes(slip.Content(slip.line));
  std::optional<uint32_t> colon = FindKeyColon(slip.text, content.begin, content.end);
  if (colon && *colon < slip.at) {
    ByteRange value{*colon + 1, content.end};
    while (value.begin < value.end && IsBlank(slip.text[value.begin])) ++value.begin;
    SyntaxError error{SyntaxErrorKind::kMappingInScalar, value, "", "", {}};
    error.message =
        fmt::format("the value of {} holds \": \"; quote it", slip.Key({content.begin, *colon}));
    OfferQuotes(slip, error, value);
    return error;
  }
  std::optional<uint32_t> previous = slip.PreviousLine();
  if (!previous) return std::nullopt;
  ByteRange above = slip.BehindDashes(slip.Content(*previous));
  std::optional<uint32_t> key_end = FindKeyColon(slip.text, above.begin, above.end);
  if (!key_end) return MissingColonOn(slip, *previous);
  ByteRange value{*key_end + 1, above.end};
  while (value.begin < value.end && IsBlank(slip.text[value.begin])) ++value.begin;
  bool deeper = content.begin - slip.line > above.begin - *previous;
  if (value.empty() || !deeper) return std::nullopt;
  ByteRange key{content.begin, colon.value_or(content.end)};
  SyntaxError error{SyntaxErrorKind::kMappingInScalar, key, "", "", {}};
  error.message = fmt::format("{} is indented below {}, which already has a value", slip.Key(key),
                              slip.Key({above.begin, *key_end}));
  return error;
}

bool StartsWithDash(std::string_view text, ByteRange content) {
  return text[content.begin] == '-' &&
         (content.begin + 1 == content.end || IsBlank(text[content.begin + 1]));
}

// The columns that lines above the error leave open, innermost first.
struct Level {
  uint32_t column;
  bool dash;
};
std::vector<Level> OpenLevels(const Slip& slip) {
  std::vector<Level> levels;
  Slip at = slip;
  while (std::optional<uint32_t> above = at.PreviousLine()) {
    at.line = *above;
    ByteRange content = at.Content(at.line);
    if (content.empty()) continue;
    const uint32_t column = content.begin - at.line;
    if (levels.empty() || column < levels.back().column)
      levels.push_back({column, StartsWithDash(slip.text, content)});
  }
  return levels;
}

std::optional<SyntaxError> BadIndentation(const Slip& slip) {
  if (!slip.Says("end of map not found") && !slip.Says("end of sequence not found") &&
      !slip.Says("illegal map value") && !slip.Says("illegal block entry"))
    return std::nullopt;
  ByteRange content = slip.Content(slip.line);
  if (content.empty() || slip.at != content.begin) {
    // In the middle of a line.
    const NodeData* last =
        slip.outcome.last_scalar == kNoNode ? nullptr : &slip.piece.nodes[slip.outcome.last_scalar];
    bool behind_quote =
        last &&
        (last->style == ScalarStyle::kDoubleQuoted || last->style == ScalarStyle::kSingleQuoted) &&
        LineBegin(slip.text, last->end) == slip.line && last->end <= slip.at &&
        last->end < content.end;
    if (behind_quote) {
      ByteRange rest{last->end, content.end};
      while (rest.begin < rest.end && IsBlank(slip.text[rest.begin])) ++rest.begin;
      if (!rest.empty())
        return SyntaxError{SyntaxErrorKind::kUnexpectedContent,
                           rest,
                           "unexpected text behind the closing quote",
                           "",
                           {}};
    }
    if (slip.Says("illegal block entry")) {
      return SyntaxError{SyntaxErrorKind::kBadIndentation,
                         TokenAt(slip),
                         "a list cannot start on the line of its key; put \"- \" on the next line",
                         "",
                         {}};
    }
    return std::nullopt;
  }
  uint32_t column = content.begin - slip.line;
  const std::vector<Level> levels = OpenLevels(slip);
  auto same = std::find_if(levels.begin(), levels.end(),
                           [&](Level level) { return level.column == column; });
  const bool dash = StartsWithDash(slip.text, content);
  SyntaxError error{SyntaxErrorKind::kBadIndentation, content, "", "", {}};
  if (std::optional<uint32_t> colon = FindKeyColon(slip.text, content.begin, content.end)) {
    error.range.end = *colon;
  }
  if (same == levels.end()) {
    std::string open;
    for (Level level : levels)
      open = fmt::format("{}{}{}", level.column, open.empty() ? "" : ", ", open);
    error.message = fmt::format("indentation of {} fits no line above{}", column,
                                open.empty() ? "" : fmt::format(" (open levels: {})", open));
  } else if (same->dash && !dash) {
    error.message =
        fmt::format("expected \"- \" before {}: the lines above are a list", slip.Key(error.range));
  } else if (!same->dash && dash) {
    error.message = "a list item where a key of the mapping above is expected";
  } else {
    if (std::optional<SyntaxError> here = MissingColonOn(slip, slip.line)) return here;
    std::optional<uint32_t> above = slip.PreviousLine();
    return above ? MissingColonOn(slip, *above) : std::nullopt;
  }
  return error;
}

std::optional<SyntaxError> ReservedCharacter(const Slip& slip) {
  if (!slip.Says("unknown token") || slip.at >= slip.text.size()) return std::nullopt;
  ByteRange value = slip.Trim({slip.at, slip.line_end});
  if (value.empty()) return std::nullopt;
  SyntaxError error{
      SyntaxErrorKind::kReservedCharacter,
      value,
      fmt::format("a plain value cannot start with \"{}\"; quote it", slip.text[slip.at]),
      "",
      {}};
  OfferQuotes(slip, error, value);
  return error;
}

struct Plain {
  std::string_view parser;
  SyntaxErrorKind kind;
  std::string_view ours;
};
constexpr Plain kPlain[] = {
    {"unexpected content", SyntaxErrorKind::kUnexpectedContent,
     "unexpected text: the document is complete before it"},
    {"bad file", SyntaxErrorKind::kTooDeep, "nested too deeply (more than 500 levels)"},
    {"unexpected character in block scalar", SyntaxErrorKind::kUnexpectedContent,
     "only a comment may follow the \"|\" or \">\" on its line"},
    {"zero indentation", SyntaxErrorKind::kBadIndentation,
     "a block scalar cannot have an indentation of 0"},
    {"illegal block entry", SyntaxErrorKind::kBadIndentation, "a list item is not allowed here"},
    {"illegal map key", SyntaxErrorKind::kOther, "a key is not allowed here"},
    {"illegal map value", SyntaxErrorKind::kOther, "\":\" is not allowed here"},
    {"multiple tags", SyntaxErrorKind::kOther, "a value can have only one tag"},
    {"multiple anchors", SyntaxErrorKind::kOther, "a value can have only one anchor"},
    {"content on an alias", SyntaxErrorKind::kOther, "an alias can have neither tag nor anchor"},
    {"tag", SyntaxErrorKind::kOther, "this tag is not complete"},
    {"directive", SyntaxErrorKind::kOther, "this directive is not valid"},
};

}  // namespace

SyntaxError Diagnose(std::string_view text, const Piece& piece, const ParseOutcome& outcome) {
  uint32_t at = std::min<uint32_t>(outcome.error_offset, static_cast<uint32_t>(text.size()));
  Slip slip{text, piece, outcome, at, LineBegin(text, at), LineEnd(text, at)};
  if (slip.Says("missing colon")) {
    if (auto error = MissingColonOn(slip, slip.line)) return *error;
    return {SyntaxErrorKind::kMissingColon,
            TokenAt(slip),
            "expected \"key: value\", found no \":\"",
            "",
            {}};
  }
  for (auto* kind : {Alias, Escape, TabInIndentation, UnclosedQuote, Brackets, MappingInScalar,
                     BadIndentation, ReservedCharacter}) {
    if (std::optional<SyntaxError> error = kind(slip)) return *std::move(error);
  }
  for (const Plain& plain : kPlain) {
    if (slip.Says(plain.parser))
      return {plain.kind, TokenAt(slip), std::string(plain.ours), "", {}};
  }
  return {SyntaxErrorKind::kOther, TokenAt(slip), "this is not valid YAML", "", {}};
}

}  // namespace fluxls::yaml
