#include "analysis/features/snippet.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analysis/rules/schema_words.h"

namespace fluxls {
namespace {

using schema::FactKind;
using schema::Field;
using schema::Release;

constexpr int kMaxDepth = 6;
// Written in a skeleton though it is not required: that many of a hundred have it.
constexpr int kNearlyAlways = 60;

// `special`: what has a meaning there.
std::string Escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string Placeholder(SnippetStyle& style, std::string_view text) {
  if (!style.snippet) return std::string(text);
  const int number = style.next_placeholder++;
  if (text.empty()) return fmt::format("${}", number);
  return fmt::format("${{{}:{}}}", number, Escaped(text, "$}\\"));
}

std::string Choice(SnippetStyle& style, const std::vector<std::string_view>& values) {
  if (!style.snippet) return std::string(values.front());
  std::string all;
  for (const std::string_view value : values)
    all += (all.empty() ? "" : ",") + Escaped(value, "$}\\,|");
  return fmt::format("${{{}|{}|}}", style.next_placeholder++, all);
}

std::string ScalarText(const Field& field, Release release, SnippetStyle& style) {
  if (const auto values = schema::EnumOf(field, release); !values.empty())
    return Choice(style, values);
  const std::string_view type = schema::TypeOf(field, release);
  if (type == "boolean") return Choice(style, {"true", "false"});
  if (const auto value = schema::FactValue(field, FactKind::kDefault, release);
      !value.empty() && value != "*")
    return Placeholder(style, value);
  const std::string_view pattern = schema::FactValue(field, FactKind::kPattern, release);
  if (IsDurationPattern(pattern)) return Placeholder(style, field.name == "timeout" ? "5m" : "10m");
  return Placeholder(style, "");
}

std::string Body(const Field& field, Release release, SnippetStyle& style, int depth);

std::string Pairs(const Field& field, Release release, SnippetStyle& style, int depth,
                  std::string_view separator) {
  std::string out;
  for (const Field& child : field.fields) {
    if (!child.span.Holds(release) || !schema::HasFact(child, FactKind::kRequired, release))
      continue;
    if (!out.empty()) out += separator;
    out += child.name + ":" + Body(child, release, style, depth);
  }
  return out;
}

// Of what is not required: what nearly everybody writes, where there is something to write.
bool IsWorthIt(const Field& field, Release release) {
  if (field.usage < kNearlyAlways || field.name == "suspend") return false;
  const std::string_view type = schema::TypeOf(field, release);
  if (type != "object") return type != "list" && type != "any";
  return std::any_of(field.fields.begin(), field.fields.end(), [&](const Field& child) {
    return child.span.Holds(release) && schema::HasFact(child, FactKind::kRequired, release);
  });
}

// What follows `name:`.
std::string Body(const Field& field, Release release, SnippetStyle& style, int depth) {
  const std::string_view type = schema::TypeOf(field, release);
  const std::string newline = "\n" + std::string(style.indent + 2, ' ');
  const bool deep = depth >= kMaxDepth;
  if (type == "list") {
    const Field* items = schema::FindField(field, schema::kItems, release);
    if (style.flow || !items || deep) return fmt::format(" [{}]", Placeholder(style, ""));
    style.indent += 4;
    const std::string inside =
        schema::TypeOf(*items, release) == "object"
            ? Pairs(*items, release, style, depth + 1, "\n" + std::string(style.indent, ' '))
            : ScalarText(*items, release, style);
    style.indent -= 4;
    return newline + "- " + (inside.empty() ? Placeholder(style, "") : inside);
  }
  if (type == "object") {
    if (style.flow || deep) {
      return fmt::format(" {{{}}}", style.snippet ? Placeholder(style, "") : std::string());
    }
    style.indent += 2;
    const std::string inside =
        Pairs(field, release, style, depth + 1, "\n" + std::string(style.indent, ' '));
    style.indent -= 2;
    return newline + (inside.empty() ? Placeholder(style, "") : inside);
  }
  if (type == "any") return style.flow ? " " : newline + Placeholder(style, "");
  return " " + ScalarText(field, release, style);
}

}  // namespace

std::string FieldText(const Field& field, Release release, SnippetStyle& style) {
  return field.name + ":" + Body(field, release, style, 0);
}

std::string ObjectText(const schema::KindSchema& schema, Release release, SnippetStyle& style) {
  const bool kustomize = schema.group == "kustomize.config.k8s.io";
  std::string out = fmt::format("apiVersion: {}{}{}\nkind: {}\n", schema.group,
                                schema.group.empty() ? "" : "/", schema.version, schema.kind);
  if (!kustomize) {
    out += fmt::format("metadata:\n  name: {}\n", Placeholder(style, "my-name"));
    out += fmt::format("  namespace: {}\n", Placeholder(style, "flux-system"));
  }
  for (const Field& top : schema.root.fields) {
    if (!top.span.Holds(release)) continue;
    if (top.name != "spec") {
      if (kustomize && top.name == "resources") out += FieldText(top, release, style) + "\n";
      continue;
    }
    out += "spec:\n";
    style.indent = 2;
    for (const Field& field : top.fields) {
      if (!field.span.Holds(release)) continue;
      if (!schema::HasFact(field, FactKind::kRequired, release) && !IsWorthIt(field, release))
        continue;
      out += "  " + FieldText(field, release, style) + "\n";
    }
    style.indent = 0;
  }
  return out;
}

}  // namespace fluxls
