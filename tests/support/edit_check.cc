#include "tests/support/edit_check.h"

#include <map>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "analysis/yaml/edit.h"

namespace fluxls::test {
namespace {

using yaml::Document;
using yaml::Edits;
using yaml::File;
using yaml::Node;
using yaml::NodeKind;
using yaml::Value;

std::string Describe(Node node) {
  switch (node.kind()) {
    case NodeKind::kNull:
      return "null";
    case NodeKind::kScalar:
      return fmt::format("\"{}\"", node.value());
    case NodeKind::kAlias:
      return fmt::format("*{}", node.value());
    case NodeKind::kSequence:
      return "[]";
    case NodeKind::kMapping:
      return "{}";
  }
  return "";
}

// Route → what is there, for one document. Keys may stand twice: later ones get a number.
std::map<std::string, std::string> Flatten(Node root) {
  std::map<std::string, std::string> out;
  root.Visit([&](Node node) {
    if (node.IsKey()) return;
    for (Node up = node; up; up = up.parent()) {
      if (up.IsKey()) return;  // inside a complex key
    }
    std::string route = yaml::RouteOf(node);
    while (out.contains(route)) route += "'";
    out[route] = fmt::format("{} {}", Describe(node), node.anchor());
  });
  return out;
}

bool HasComplexKeys(const Document& document) {
  bool found = false;
  document.root().Visit([&](Node node) {
    // Routes name scalar keys only, and a key with a dot or bracket in it makes them ambiguous.
    if (!node.IsKey()) return;
    found |= !node.IsScalar() || node.value().find_first_of(".[]'") != std::string_view::npos ||
             node.value().empty();
  });
  document.root().Visit([&](Node node) {
    // Two merges are no duplicate keys, but have one route.
    int merges = 0;
    for (Node child : node) merges += child.key() && child.key().value() == "<<";
    found |= merges > 1;
  });
  return found || !document.duplicate_keys().empty();
}

std::string WithoutLastLineEnd(std::string described) {
  size_t at = described.rfind("\n\" ");
  if (at != std::string::npos) described.erase(at, 1);
  return described;
}

struct Attempt {
  std::string_view name;
  Edits edits;
  std::string route;  // what changes; everything below it may change too
  std::optional<std::string>
      expected;       // Describe() of the new value there; nothing: it must be gone
  bool exact = true;  // nothing else may change (removals renumber items)
  bool keeps_comments = true;
};

std::string CheckAttempt(std::string_view text, const Document& document, const Attempt& attempt) {
  std::string changed = ApplyEdits(text, *attempt.edits);
  File file = yaml::Parse(changed);
  auto fail = [&](std::string_view what) {
    return fmt::format("{} at \"{}\": {}; became:\n{}", attempt.name, attempt.route, what, changed);
  };
  const Document* after = nullptr;
  for (const Document& candidate : file.documents) {
    if (candidate.base() == document.base()) after = &candidate;
  }
  if (!after) return fail("the document is gone");
  if (after->HasErrors()) return fail(fmt::format("syntax error: {}", after->errors()[0].message));
  if (attempt.keeps_comments && after->comments().size() < document.comments().size())
    return fail("a comment is lost");
  std::map<std::string, std::string> old_values = Flatten(document.root());
  std::map<std::string, std::string> new_values = Flatten(after->root());
  if (attempt.expected) {
    auto found = new_values.find(attempt.route);
    if (found == new_values.end()) return fail("the new value is not there");
    if (found->second != *attempt.expected)
      return fail(fmt::format("found {}, expected {}", found->second, *attempt.expected));
  }
  if (!attempt.exact) return "";
  for (const auto& [route, value] : old_values) {
    bool below = route.starts_with(attempt.route) &&
                 (route.size() == attempt.route.size() || attempt.route.empty() ||
                  route[attempt.route.size()] == '.' || route[attempt.route.size()] == '[');
    bool above = attempt.route.starts_with(route);
    if (below || above) continue;
    auto found = new_values.find(route);
    // A block scalar at the very end of a text without a last line end gains one when something
    // follows it.
    bool gained_line_end = found != new_values.end() && document.range().end == text.size() &&
                           !text.ends_with('\n') && WithoutLastLineEnd(found->second) == value;
    if (gained_line_end) continue;
    if (found == new_values.end() || found->second != value)
      return fail(fmt::format("{} changed", route));
  }
  return "";
}

std::string Join(const std::string& route, std::string_view key) {
  return route.empty() ? std::string(key) : fmt::format("{}.{}", route, key);
}

}  // namespace

std::string Dump(const File& file) {
  std::string out;
  for (const Document& document : file.documents) {
    out += fmt::format("document {}-{}\n", document.range().begin, document.range().end);
    for (const yaml::SyntaxError& error : document.errors())
      out += fmt::format("error {} {}\n", error.range.begin, error.message);
    for (ByteRange comment : document.comments()) out += fmt::format("comment {}\n", comment.begin);
    document.root().Visit([&](Node node) {
      out += fmt::format("{} {} {}-{}\n", yaml::RouteOf(node), Describe(node), node.range().begin,
                         node.range().end);
    });
  }
  return out;
}

std::string CheckEdits(std::string_view text, const Document& document, Node node) {
  std::vector<Attempt> attempts;
  std::string route = yaml::RouteOf(node);
  constexpr std::string_view kValue = "x: 'y' # \"z\"";
  const std::string described = fmt::format("\"{}\" ", kValue);
  attempts.push_back({"SetScalar",
                      node.IsKey() ? std::nullopt : yaml::SetScalar(document, node, kValue), route,
                      described + std::string(node.anchor())});
  attempts.push_back({"ReplaceValue by a scalar",
                      yaml::ReplaceValue(document, node, Value::String(std::string(kValue))), route,
                      described, true, false});
  attempts.push_back(
      {"ReplaceValue by a mapping",
       yaml::ReplaceValue(document, node,
                          Value::Mapping({{"a", Value::String("1")},
                                          {"b", Value::Sequence({Value::String("c")})}})),
       route, "{} ", true, false});
  attempts.push_back(
      {"AddKey",
       yaml::AddKey(document, node, "fluxcdLsNew", Value::Mapping({{"a", Value::Verbatim("1")}})),
       Join(route, "fluxcdLsNew"), "{} "});
  attempts.push_back({"AddKey of a block",
                      yaml::AddKey(document, node, "fluxcdLsNew", Value::Block("a\n\n  b\n")),
                      Join(route, "fluxcdLsNew"), "\"a\n\n  b\n\" "});
  attempts.push_back({"AddFirstKey", yaml::AddFirstKey(document, node, "fluxcdLsNew", kValue),
                      Join(route, "fluxcdLsNew"), described});
  if (!node.IsKey()) {
    attempts.push_back(
        {"AppendItem",
         yaml::AppendItem(document, node,
                          Value::Mapping({{"a", Value::String("b")}, {"c", Value::String("d")}})),
         fmt::format("{}[{}]", route, node.IsSequence() ? node.size() : 0), "{} "});
    attempts.push_back(
        {"RemoveItem", yaml::RemoveItem(document, node), route, std::nullopt, false, false});
    attempts.push_back({"RemoveItem below comments",
                        yaml::RemoveItem(document, node, yaml::CommentsAbove::kStay), route,
                        std::nullopt, false, false});
    for (uint32_t i = 0; node.IsSequence() && i < 2 && i < node.size(); ++i) {
      const Edits edits = yaml::InsertItem(document, node, i, Value::String(std::string(kValue)));
      attempts.push_back({"InsertItem", edits, fmt::format("{}[{}]", route, i), described, false});
      // The other items move on; nothing else changes.
      attempts.push_back({"InsertItem", edits, route, fmt::format("[] {}", node.anchor())});
    }
  }
  if (node.key()) {
    attempts.push_back(
        {"RemovePair", yaml::RemovePair(document, node), route, std::nullopt, true, false});
    attempts.push_back(
        {"RenameKey", yaml::RenameKey(document, node, "fluxcdLsRenamed"), route, std::nullopt});
  }
  bool judge = !document.HasErrors() && !HasComplexKeys(document);
  for (const Attempt& attempt : attempts) {
    if (!attempt.edits) continue;
    if (!judge) {
      yaml::Parse(ApplyEdits(text, *attempt.edits));
      continue;
    }
    std::string problem = CheckAttempt(text, document, attempt);
    if (!problem.empty()) return problem;
  }
  return "";
}

}  // namespace fluxls::test
