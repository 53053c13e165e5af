#include "analysis/build/scalar_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace fluxls::build {
namespace {

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsNullWord(std::string_view text) {
  return IsOneOf(text, {"", "~", "null", "Null", "NULL"});
}
bool IsBoolWord(std::string_view text) {
  return IsOneOf(text, {"true", "True", "TRUE", "false", "False", "FALSE"});
}
// Only YAML 1.1 takes these for booleans.
bool IsOldBoolWord(std::string_view text) {
  return IsOneOf(text, {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO",
                        "off", "Off", "OFF"});
}
bool IsSpecialFloat(std::string_view text) {
  return IsOneOf(text, {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF",
                        "-.inf", "-.Inf", "-.INF"});
}

struct Integer {
  bool negative = false;
  uint64_t magnitude = 0;
};

// Go's ParseInt with base 0 after underscores are taken out: 0x, 0b, 0o and a leading 0 for octal.
std::optional<Integer> ParseInteger(std::string_view text) {
  std::string plain;
  for (char c : text) {
    if (c != '_') plain += c;
  }
  std::string_view rest = plain;
  Integer out;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    out.negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  int base = 10;
  if (rest.size() > 1 && rest[0] == '0') {
    const char mark = static_cast<char>(std::tolower(static_cast<unsigned char>(rest[1])));
    if (mark == 'x' || mark == 'b' || mark == 'o') {
      base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
      rest.remove_prefix(2);
    } else {
      base = 8;
      rest.remove_prefix(1);
    }
  }
  if (rest.empty()) return std::nullopt;
  auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out.magnitude, base);
  if (error != std::errc() || end != rest.data() + rest.size()) return std::nullopt;
  if (out.negative && out.magnitude > (uint64_t{1} << 63)) return std::nullopt;
  return out;
}

// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
bool LooksLikeFloat(std::string_view text) {
  size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  size_t whole = 0;
  while (i < text.size() && IsDigit(text[i])) ++i, ++whole;
  size_t fraction = 0;
  bool dot = false;
  if (i < text.size() && text[i] == '.') {
    dot = true;
    ++i;
    while (i < text.size() && IsDigit(text[i])) ++i, ++fraction;
  }
  if (whole == 0 && (!dot || fraction == 0)) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    size_t digits = 0;
    while (i < text.size() && IsDigit(text[i])) ++i, ++digits;
    if (digits == 0) return false;
  }
  return i == text.size();
}

bool StartsLikeNumber(std::string_view text) {
  return !text.empty() && (IsDigit(text[0]) || text[0] == '-' || text[0] == '+' || text[0] == '.');
}

// `12:30`, `1:02:03.5`: numbers to the base of 60 in YAML 1.1.
bool IsBase60(std::string_view text) {
  size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  if (i >= text.size() || !IsDigit(text[i])) return false;
  while (i < text.size() && (IsDigit(text[i]) || text[i] == '_')) ++i;
  size_t groups = 0;
  while (i < text.size() && text[i] == ':') {
    ++i;
    size_t digits = 0;
    while (i < text.size() && IsDigit(text[i]) && digits < 2) ++i, ++digits;
    if (digits == 0 || (digits == 2 && text[i - 2] > '5')) return false;
    ++groups;
  }
  if (groups == 0) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    while (i < text.size() && (IsDigit(text[i]) || text[i] == '_')) ++i;
  }
  return i == text.size();
}

// `2024-01-31` and the longer forms that go-yaml takes for a point in time.
bool IsTimestamp(std::string_view text) {
  size_t i = 0;
  auto digits = [&](size_t least, size_t most) {
    size_t count = 0;
    while (i < text.size() && IsDigit(text[i]) && count < most) ++i, ++count;
    return count >= least;
  };
  if (!digits(4, 4) || i >= text.size() || text[i++] != '-') return false;
  if (!digits(1, 2) || i >= text.size() || text[i++] != '-') return false;
  if (!digits(1, 2)) return false;
  if (i == text.size()) return true;
  if (text[i] != 'T' && text[i] != 't' && text[i] != ' ') return false;
  ++i;
  if (!digits(1, 2) || i >= text.size() || text[i++] != ':') return false;
  if (!digits(1, 2) || i >= text.size() || text[i++] != ':') return false;
  if (!digits(1, 2)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    digits(0, 30);
  }
  const std::string_view zone = text.substr(i);
  if (zone.empty() || zone == "Z" || zone == "z") return true;
  return zone.size() >= 3 && (zone[0] == '+' || zone[0] == '-') && IsDigit(zone[1]);
}

// The shortest text that reads back as `number`, as Go prints it with %g.
std::string ShortestFloat(double number) {
  char buffer[64];
  auto [end, error] =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
  std::string scientific(buffer, end);
  const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
  if (exponent < -4 || exponent >= 6) return scientific;
  auto [fixed_end, fixed_error] =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed);
  return {buffer, fixed_end};
}

}  // namespace

Type PlainType(std::string_view text) {
  if (IsNullWord(text)) return Type::kNull;
  if (IsBoolWord(text)) return Type::kBool;
  if (!StartsLikeNumber(text)) return Type::kString;
  if (IsSpecialFloat(text)) return Type::kFloat;
  if (text[0] != '.' && ParseInteger(text)) return Type::kInt;
  return LooksLikeFloat(text) ? Type::kFloat : Type::kString;
}

std::string CanonicalScalar(Type type, std::string_view text) {
  switch (type) {
    case Type::kNull:
      return "null";
    case Type::kBool:
      return text[0] == 't' || text[0] == 'T' ? "true" : "false";
    case Type::kInt: {
      std::optional<Integer> number = ParseInteger(text);
      if (!number) return std::string(text);
      return (number->negative && number->magnitude != 0 ? "-" : "") +
             std::to_string(number->magnitude);
    }
    case Type::kFloat: {
      if (IsSpecialFloat(text)) return std::string(text);
      const double number = std::strtod(std::string(text).c_str(), nullptr);
      // Through JSON a whole number loses its point, unless no integer of 64 bits holds it.
      if (number >= -0x1p63 && number < 0x1p64 && number == std::floor(number)) {
        return fmt::format("{:.0f}", number == 0 ? 0.0 : number);
      }
      return ShortestFloat(number);
    }
    default:
      return std::string(text);
  }
}

bool NeedsQuotes(std::string_view text) {
  if (IsNullWord(text) || IsBoolWord(text) || IsOldBoolWord(text) || text == "<<") return true;
  if (IsSpecialFloat(text)) return true;
  if (!StartsLikeNumber(text)) return false;
  return (text[0] != '.' && ParseInteger(text)) || LooksLikeFloat(text) || IsBase60(text) ||
         IsTimestamp(text);
}

}  // namespace fluxls::build
