#include <fmt/format.h>

#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a key that stands twice in one mapping, on the later one; the earlier one is shown beside it.

## Why it matters

kustomize and Flux refuse resources with such a mapping (`mapping key … already defined`). Where a reader accepts it, the
later value wins and the earlier one is dropped without a word, which is rarely what the author of the earlier line meant.

## When it is silent

* Files that a template engine fills in, where only one of the two may remain.
* Documents with a syntax error: keys may seem to stand together only because of it.
* `<<`, and keys that hold a template.

## Fix

Removes the earlier pair, which is the one that has no effect. Safe only when both values are the same.

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
# ^^^^^^^^^ "LOG_LEVEL" is already set in line 7; the last value wins
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

void Check(RuleContext& context) {
  if (context.file().file_class != FileClass::kYaml) return;
  for (const Document& document : context.documents()) {
    if (document.HasErrors()) continue;
    for (Node key : document.duplicate_keys()) {
      if (!key.IsScalar() || key.value() == "<<" || HasTemplate(key.value())) continue;
      Node earlier = EarlierValue(key);
      if (!earlier) continue;
      const uint32_t line = context.file().text->lines().LineOf(earlier.key().range().begin) + 1;
      Finding& finding = context.Report(
          key, Part::kKey,
          fmt::format("\"{}\" is already set in line {}; the last value wins", key.value(), line));
      finding.related.push_back(
          {context.file().path, earlier.key().range(), "the earlier value, which has no effect"});
      context.AddFix(finding, fmt::format("Remove the earlier \"{}\"", key.value()),
                     yaml::RemovePair(document, earlier), SameScalar(earlier, ValueOf(key)));
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
