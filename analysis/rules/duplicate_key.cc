#include <fmt/format.h>

#include <algorithm>

#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a key that stands twice in one mapping, on the later one; the earlier one is shown beside it.

## Why it matters

kustomize and Flux refuse resources with such a mapping (`mapping key … already defined`). Where a reader accepts it, as kustomize
does in its own files, the later value wins and the earlier one is dropped without a word, which is rarely what the author of the
earlier line meant.

## When it is silent

* Files that a template engine fills in, where only one of the two may remain.
* Documents with a syntax error: keys may seem to stand together only because of it.
* `<<`, and keys that hold a template.
* After the first 100 of a file.

## Fix

Removes the earlier pair. Safe only when both values are the same and no comment goes with it; which of two different values is
meant only the author knows.

## References

* <https://yaml.org/spec/1.2.2/#3213-node-comparison>
)";

constexpr Example kExamples[] = {
    {.title = "Two lists of environment variables",
     .bad = R"(apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  LOG_LEVEL: debug
  REGION: eu-north-1
  LOG_LEVEL: info
# ^^^^^^^^^ "LOG_LEVEL" is already set in line 7; kustomize and Flux refuse a resource with such a mapping
)",
     .good = R"(apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  REGION: eu-north-1
  LOG_LEVEL: info
)"},
};

using yaml::Document;
using yaml::Node;

// Findings in one file; more of them tell nobody anything.
constexpr int kMaxReported = 100;

// The last value before `key` in its mapping that has the same key.
Node EarlierValue(Node key) {
  Node earlier;
  for (Node value : key.parent()) {
    Node other = value.key();
    if (other.range().begin >= key.range().begin) break;
    if (other.value() == key.value()) earlier = value;
  }
  return earlier;
}

Node ValueOf(Node key) {
  for (Node value : key.parent()) {
    if (value.key() == key) return value;
  }
  return {};
}

// Scalars that say the same in the same way. Collections are not compared: too much to take in at a
// glance.
bool SameScalar(Node a, Node b) {
  return a.IsScalar() && b.IsScalar() && a.value() == b.value() && a.style() == b.style() &&
         a.tag() == b.tag() && a.anchor().empty();
}

// A Kubernetes object that kustomize reads as a resource; its own files it reads more kindly.
bool IsResource(Node root) {
  const std::string_view api = root.Find("apiVersion").value();
  return !api.empty() && !root.Find("kind").value().empty() &&
         ApiVersion::Parse(api).group != kKustomizeGroup;
}

void Check(RuleContext& context) {
  if (context.file().file_class != FileClass::kYaml) return;
  int reported = 0;
  for (const Document& document : context.documents()) {
    if (document.HasErrors()) continue;
    const bool resource = IsResource(document.root());
    for (Node key : document.duplicate_keys()) {
      if (!key.IsScalar() || key.value() == "<<" || HasTemplate(key.value())) continue;
      Node earlier = EarlierValue(key);
      if (!earlier) continue;
      if (++reported > kMaxReported) return;
      const uint32_t line = context.file().text->lines().LineOf(earlier.key().range().begin) + 1;
      Finding& finding = context.Report(
          key, Part::kKey,
          fmt::format("\"{}\" is already set in line {}; {}", key.value(), line,
                      resource ? "kustomize and Flux refuse a resource with such a mapping"
                               : "the last value wins"));
      finding.related.push_back(
          {context.file().path, earlier.key().range(),
           resource ? "the earlier value" : "the earlier value, which has no effect"});
      std::optional<std::vector<TextEdit>> edits = yaml::RemovePair(document, earlier);
      const bool safe =
          edits && SameScalar(earlier, ValueOf(key)) && !TakesComment(document, *edits);
      context.AddFix(finding, fmt::format("Remove the earlier \"{}\"", key.value()),
                     std::move(edits), safe, /*preferred=*/safe);
    }
  }
}

}  // namespace

extern const Rule kDuplicateKey;
const Rule kDuplicateKey{
    .id = "duplicate-key",
    .severity = Severity::kError,
    .summary = "The same key stands twice in one mapping.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
