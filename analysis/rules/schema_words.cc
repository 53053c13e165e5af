#include "analysis/rules/schema_words.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "analysis/build/scalar_type.h"

namespace fluxls {
namespace {

constexpr std::string_view kDuration = R"(^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$)";

constexpr std::pair<std::string_view, std::string_view> kPatterns[] = {
    {kDuration, "a duration such as 5m or 1h30m"},
    {kDurationWithoutHours, "a duration without hours, such as 60m or 30s"},
    {R"(^(http|https|ssh)://.*$)", "a URL that begins with https://, http:// or ssh://"},
    {R"(^(http|https|oci)://.*$)", "a URL that begins with https://, http:// or oci://"},
    {R"(^(http|https)://.*$)", "a URL that begins with https:// or http://"},
    {R"(^oci://.*$)", "a URL that begins with oci://"},
    {R"(^https?://)", "a URL that begins with https:// or http://"},
    {R"(^[\-._a-zA-Z0-9]+$)", "letters, digits, -, _ and ."},
};

constexpr size_t kMostValues = 12;

const RE2* Compiled(const std::string& pattern) {
  // Patterns are few and the same everywhere; compiling one costs more than matching a file.
  constexpr size_t kMost = 500;
  thread_local std::map<std::string, std::unique_ptr<RE2>> cache;
  if (cache.size() >= kMost) cache.clear();
  std::unique_ptr<RE2>& slot = cache[pattern];
  if (!slot) slot = std::make_unique<RE2>(pattern, RE2::Quiet);
  return slot->ok() ? slot.get() : nullptr;
}

}  // namespace

std::string_view TypeName(build::Type type) {
  switch (type) {
    case build::Type::kBool:
      return "boolean";
    case build::Type::kInt:
      return "integer";
    case build::Type::kFloat:
      return "number";
    case build::Type::kMap:
      return "object";
    case build::Type::kList:
      return "list";
    default:
      return "string";
  }
}

build::Type TypeAsWritten(build::Type type, std::string_view text) {
  return type == build::Type::kFloat ? build::PlainType(build::CanonicalScalar(type, text)) : type;
}

bool Fits(std::string_view wanted, std::string_view found) {
  if (wanted == "any" || wanted == found) return true;
  if (wanted == "number") return found == "integer";
  if (wanted == "int-or-string") return found == "integer" || found == "string";
  return false;
}

bool Matches(std::string_view text, const std::string& pattern) {
  if (pattern.empty()) return true;
  const RE2* compiled = Compiled(pattern);
  return !compiled || RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled);
}

build::Type TypeOfNode(yaml::Node node) {
  if (node.IsNull()) return build::Type::kNull;
  if (node.style() != yaml::ScalarStyle::kPlain || node.tag() == "!!str")
    return build::Type::kString;
  return TypeAsWritten(build::PlainType(node.value()), node.value());
}

std::optional<ScalarMisfit> FindMisfit(build::Type type, std::string_view text,
                                       const schema::Field& field, schema::Release release) {
  const std::string_view wanted = schema::TypeOf(field, release);
  const std::string pattern(schema::FactValue(field, schema::FactKind::kPattern, release));
  if (type == build::Type::kNull) return std::nullopt;
  if (!Fits(wanted, TypeName(type)))
    return ScalarMisfit{true,
                        IsDurationPattern(pattern) ? PatternInWords(pattern) : TypeInWords(wanted)};
  const std::vector<std::string_view> allowed = schema::EnumOf(field, release);
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), text) == allowed.end() &&
      !IsOperatorKind(field, text))
    return ScalarMisfit{false, OneOf(allowed)};
  if (!Matches(text, pattern)) return ScalarMisfit{false, PatternInWords(pattern)};
  return std::nullopt;
}

std::string TypeInWords(std::string_view type) {
  if (type == "boolean") return "true or false";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  if (type == "list") return "a list";
  if (type == "object") return "a mapping";
  if (type == "int-or-string") return "a whole number or a string";
  return "a " + std::string(type);
}

std::string PatternInWords(std::string_view pattern) {
  for (const auto& [known, words] : kPatterns) {
    if (known == pattern) return std::string(words);
  }
  return "text that matches " + std::string(pattern);
}

bool IsDurationPattern(std::string_view pattern) {
  return pattern == kDuration || pattern == kDurationWithoutHours;
}

std::optional<std::string> MendDuration(std::string_view text, std::string_view pattern) {
  if (!IsDurationPattern(pattern)) return std::nullopt;
  static const RE2 kPart(R"(^\s*([0-9]+)\s*(ms|sec|s|min|m|h|d|w)?)");
  re2::StringPiece rest(text.data(), text.size());
  std::string out;
  std::string unit;
  uint64_t number = 0;
  while (!rest.empty() && RE2::Consume(&rest, kPart, &number, &unit)) {
    if (number > 100'000) return std::nullopt;
    if (unit == "w") {
      number *= 7;
      unit = "d";
    }
    if (unit == "d") {
      number *= 24;
      unit = "h";
    }
    if (unit == "h" && pattern == kDurationWithoutHours) {
      number *= 60;
      unit = "m";
    }
    // A bare number is read as seconds by nobody; what was meant is not known.
    if (unit.empty()) return std::nullopt;
    out += fmt::format("{}{}", number, unit == "min" ? "m" : unit == "sec" ? "s" : unit);
  }
  if (!rest.empty() || out.empty()) return std::nullopt;
  return out;
}

bool IsOperatorKind(const schema::Field& field, std::string_view text) {
  return field.name == "kind" && !catalog::Versions("fluxcd.controlplane.io", text).empty();
}

std::string OneOf(const std::vector<std::string_view>& values) {
  std::string out;
  const size_t shown = std::min(values.size(), kMostValues);
  for (size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == values.size();
    out += (i == 0 ? "" : last ? " or " : ", ") + std::string(values[i]);
  }
  if (shown < values.size()) out += fmt::format(" or one of {} more", values.size() - shown);
  return out;
}

}  // namespace fluxls
