#include "analysis/yaml/emit.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

// Plain text that some YAML reader takes for something else than a string: null, booleans, numbers
// in all bases, base 60
// (`12:30`), dates, merge keys. YAML 1.1 and 1.2 together, because Kubernetes reads both.
const RE2& NotAString() {
  static const RE2 pattern(R"((?i)~|null|true|false|yes|no|on|off|y|n|<<|=|)"
                           R"([-+]?(0b[01_]+|0x[0-9a-f_]+|0o?[0-7_]*|[0-9][0-9_]*)|)"
                           R"([-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)(e[-+]?[0-9]+)?|)"
                           R"([-+]?\.inf|\.nan|)"
                           R"([-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|)"
                           R"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*)");
  return pattern;
}

bool IsControl(char c) {
  return static_cast<uint8_t>(c) < 0x20 || c == 0x7F;
}

bool CanBePlain(std::string_view value, bool in_flow) {
  if (value.empty() || IsBlank(value.front()) || IsBlank(value.back())) return false;
  if (std::any_of(value.begin(), value.end(), IsControl)) return false;
  char first = value[0];
  if (std::string_view(",[]{}#&*!|>'\"%@`").find(first) != std::string_view::npos) return false;
  if ((first == '-' || first == '?' || first == ':') &&
      (value.size() == 1 || IsBlank(value[1]) || in_flow)) {
    return false;
  }
  if (value.starts_with("---") || value.starts_with("...")) return false;
  if (value.find(": ") != std::string_view::npos || value.find(" #") != std::string_view::npos ||
      value.find(":\t") != std::string_view::npos || value.find("\t#") != std::string_view::npos ||
      value.back() == ':') {
    return false;
  }
  if (in_flow && value.find_first_of(",[]{}") != std::string_view::npos) return false;
  // Flow style reads `a:{…` and `"a":b` in more than one way.
  if (in_flow && value.find(':') != std::string_view::npos &&
      value.find("://") == std::string_view::npos) {
    return false;
  }
  return !RE2::FullMatch(re2::StringPiece(value.data(), value.size()), NotAString());
}

void AppendLines(std::string& out, std::string_view text, uint32_t column, const Layout& layout) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out += layout.line_end;
    if (!line.empty()) out.append(column, ' ').append(line);
    begin = end + 1;
  }
}

std::string EmitBlockScalar(std::string_view text, uint32_t column, const Layout& layout) {
  bool representable = std::none_of(text.begin(), text.end(),
                                    [](char c) { return IsControl(c) && c != '\n' && c != '\t'; });
  size_t content = text.find_first_not_of('\n');
  if (!representable || content == std::string_view::npos)
    return " " + Quote(text, ScalarStyle::kDoubleQuoted);
  std::string out = " |";
  // Content that starts with a blank needs to be told its indentation.
  if (IsBlank(text[content]) || content > 0) out += std::to_string(layout.width);
  if (!text.ends_with('\n')) {
    out += '-';
  } else if (text.ends_with("\n\n")) {
    out += '+';
  }
  size_t trailing = text.size() - text.find_last_not_of('\n') - 1;
  AppendLines(out, text, column + layout.width, layout);
  for (size_t i = 1; i < trailing; ++i) out += layout.line_end;
  return out;
}

std::string EmitPairs(const Value& value, uint32_t column, const Layout& layout) {
  std::string out;
  for (const auto& [key, child] : value.pairs) {
    if (!out.empty()) out.append(layout.line_end).append(column, ' ');
    out += QuoteScalar(key) + ":" + EmitPairValue(child, column, layout);
  }
  return out;
}

std::string EmitItems(const Value& value, uint32_t column, const Layout& layout) {
  std::string out;
  for (const Value& item : value.items) {
    if (!out.empty()) out.append(layout.line_end).append(column, ' ');
    out += "-" + EmitItemValue(item, column, layout);
  }
  return out;
}

std::string EmitScalar(const Value& value, bool in_flow) {
  return value.kind == Value::Kind::kVerbatim
             ? value.text
             : QuoteScalar(value.text, ScalarStyle::kPlain, in_flow);
}

}  // namespace

Value Value::String(std::string text) {
  return {Kind::kScalar, std::move(text), {}, {}};
}
Value Value::Verbatim(std::string text) {
  return {Kind::kVerbatim, std::move(text), {}, {}};
}
Value Value::Block(std::string text) {
  return {Kind::kBlock, std::move(text), {}, {}};
}
Value Value::Mapping(std::vector<ValuePair> pairs) {
  return {Kind::kMapping, {}, std::move(pairs), {}};
}
Value Value::Sequence(std::vector<Value> items) {
  return {Kind::kSequence, {}, {}, std::move(items)};
}

std::string Quote(std::string_view value, ScalarStyle style) {
  bool single =
      style == ScalarStyle::kSingleQuoted && std::none_of(value.begin(), value.end(), IsControl);
  std::string out(1, single ? '\'' : '"');
  for (char c : value) {
    if (single) {
      out += c;
      if (c == '\'') out += c;
      continue;
    }
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (IsControl(c)) {
          out += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
        } else {
          out += c;
        }
    }
  }
  return out + (single ? '\'' : '"');
}

std::string QuoteScalar(std::string_view value, ScalarStyle prefer, bool in_flow) {
  if (prefer == ScalarStyle::kSingleQuoted || prefer == ScalarStyle::kDoubleQuoted)
    return Quote(value, prefer);
  return CanBePlain(value, in_flow) ? std::string(value) : Quote(value, ScalarStyle::kDoubleQuoted);
}

std::string EmitPairValue(const Value& value, uint32_t column, const Layout& layout) {
  switch (value.kind) {
    case Value::Kind::kMapping: {
      if (value.pairs.empty()) return " {}";
      uint32_t inner = column + layout.width;
      return std::string(layout.line_end) + std::string(inner, ' ') +
             EmitPairs(value, inner, layout);
    }
    case Value::Kind::kSequence: {
      if (value.items.empty()) return " []";
      uint32_t inner = column + (layout.indent_sequences ? layout.width : 0);
      return std::string(layout.line_end) + std::string(inner, ' ') +
             EmitItems(value, inner, layout);
    }
    case Value::Kind::kBlock:
      return EmitBlockScalar(value.text, column, layout);
    default:
      return " " + EmitScalar(value, false);
  }
}

std::string EmitBlockValue(const Value& value, uint32_t column, const Layout& layout) {
  switch (value.kind) {
    case Value::Kind::kMapping:
      return value.pairs.empty() ? "{}" : EmitPairs(value, column, layout);
    case Value::Kind::kSequence:
      return value.items.empty() ? "[]" : EmitItems(value, column, layout);
    case Value::Kind::kBlock:
      return EmitBlockScalar(value.text, column >= layout.width ? column - layout.width : 0, layout)
          .substr(1);
    default:
      return EmitScalar(value, false);
  }
}

std::string EmitItemValue(const Value& value, uint32_t column, const Layout& layout) {
  if (value.kind == Value::Kind::kBlock) return EmitBlockScalar(value.text, column, layout);
  return " " + EmitBlockValue(value, column + 2, layout);
}

bool EndsWithBlock(const Value& value) {
  if (value.kind == Value::Kind::kMapping)
    return !value.pairs.empty() && EndsWithBlock(value.pairs.back().value);
  if (value.kind == Value::Kind::kSequence)
    return !value.items.empty() && EndsWithBlock(value.items.back());
  return value.kind == Value::Kind::kBlock;
}

std::string EmitFlow(const Value& value, bool json) {
  auto scalar = [&](std::string_view text) {
    return json ? Quote(text, ScalarStyle::kDoubleQuoted)
                : QuoteScalar(text, ScalarStyle::kPlain, true);
  };
  std::string out;
  switch (value.kind) {
    case Value::Kind::kMapping:
      for (const auto& [key, child] : value.pairs) {
        out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", scalar(key), EmitFlow(child, json));
      }
      return "{" + out + "}";
    case Value::Kind::kSequence:
      for (const Value& item : value.items) {
        out += (out.empty() ? "" : ", ") + EmitFlow(item, json);
      }
      return "[" + out + "]";
    case Value::Kind::kBlock:
      return Quote(value.text, ScalarStyle::kDoubleQuoted);
    case Value::Kind::kVerbatim:
      return value.text;
    default:
      return scalar(value.text);
  }
}

Layout LayoutOf(const Document& document) {
  const Habits& habits = document.piece()->habits;
  return {habits.crlf ? "\r\n" : "\n", habits.indent_width, habits.indent_sequences};
}

uint32_t IndentWidth(const Document& document) {
  return LayoutOf(document).width;
}

}  // namespace fluxls::yaml
