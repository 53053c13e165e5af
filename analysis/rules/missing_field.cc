#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/rules/build_problems.h"
#include "analysis/rules/effective_schema.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports required fields that an object does not have once it is built: after patches, overlays, substitution, and what the
parent Kustomization adds. What any of them fills in is not missing. Where several builds use the object, a field that only
some of them leave out is reported with the name of such a build.

## Why it matters

The API server refuses the object, and the Flux Kustomization that applies it fails.

## When it is silent

* Patches, and documents that builds read without making an object of them.
* Builds that fail: what they would make is not known.
* Objects encrypted by SOPS, files that a template engine fills in, documents with a syntax error.
* Fields for which the schema has a default.

An object that no build reaches may well be completed by somebody else: the finding is a warning there.

## Fix

Adds the fields: with their default or first allowed value where there is one, `interval: 10m`, and `change-me` for
what only the author knows.

## References

* <https://fluxcd.io/flux/components/>
)";

constexpr Example kExamples[] = {
    {.title = "A Flux Kustomization without interval and prune",
     .bad = R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
#^^^ Kustomization "apps" needs spec.interval and spec.prune
  path: ./apps
  sourceRef:
    kind: GitRepository
    name: flux-system
)",
     .good = R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  path: ./apps
  sourceRef:
    kind: GitRepository
    name: flux-system
  interval: 10m
  prune: true
)"},
};

using build::Value;
using schema::FactKind;
using schema::Field;

constexpr int kMaxDepth = 64;
constexpr size_t kMaxMissing = 50;

using Steps = std::vector<yaml::PathStep>;

// Adds the required fields that `value` does not have.
void FindMissing(const Value* value, const Field& field, schema::Release release, Steps& steps,
                 std::vector<Steps>& missing, int depth = 0) {
  if (depth > kMaxDepth || missing.size() >= kMaxMissing) return;
  if (value->IsList()) {
    const Field* items = schema::FindField(field, schema::kItems, release);
    if (!items) return;
    for (size_t i = 0; i < value->Items().size(); ++i) {
      steps.push_back({"", static_cast<int32_t>(i)});
      FindMissing(value->Items()[i], *items, release, steps, missing, depth + 1);
      steps.pop_back();
    }
    return;
  }
  if (!value->IsMap()) return;
  // A template may bring keys of its own.
  for (const build::Pair& pair : value->Pairs()) {
    if (HasTemplate(pair.key)) return;
  }
  for (const Field& child : field.fields) {
    if (!child.span.Holds(release)) continue;
    const Value* found = build::Find(value, child.name);
    const bool there = found && !found->IsNull();
    if (there && found->IsScalar()) continue;
    if (!there && (!schema::HasFact(child, FactKind::kRequired, release) ||
                   schema::HasFact(child, FactKind::kDefault, release)))
      continue;
    steps.push_back({child.name, -1});
    if (there) {
      FindMissing(found, child, release, steps, missing, depth + 1);
    } else {
      missing.push_back(steps);
    }
    steps.pop_back();
  }
}

// What to write for a field that is missing.
yaml::Value Skeleton(const Field& field, schema::Release release, int depth = 0) {
  const std::string_view type = schema::TypeOf(field, release);
  if (const auto value = schema::FactValue(field, FactKind::kDefault, release); !value.empty())
    return yaml::Value::Verbatim(std::string(value));
  if (const auto values = schema::EnumOf(field, release); !values.empty())
    return yaml::Value::String(std::string(values.front()));
  if (type == "object" && depth < kMaxDepth) {
    std::vector<yaml::ValuePair> pairs;
    for (const Field& child : field.fields) {
      if (child.span.Holds(release) && schema::HasFact(child, FactKind::kRequired, release))
        pairs.push_back({child.name, Skeleton(child, release, depth + 1)});
    }
    return yaml::Value::Mapping(std::move(pairs));
  }
  if (type == "list") {
    const Field* items = schema::FindField(field, schema::kItems, release);
    if (!items) return yaml::Value::Verbatim("[]");
    return yaml::Value::Sequence({Skeleton(*items, release, depth + 1)});
  }
  if (type == "boolean") return yaml::Value::Verbatim("true");
  if (type == "integer" || type == "number") {
    const std::string_view least = schema::FactValue(field, FactKind::kMinimum, release);
    return yaml::Value::Verbatim(least.empty() ? "0" : std::string(least));
  }
  if (field.name == "interval") return yaml::Value::Verbatim("10m");
  if (field.name == "url") return yaml::Value::Verbatim("https://example.com");
  return yaml::Value::Verbatim("change-me");
}

std::string AndList(const std::vector<Steps>& missing) {
  std::string out;
  for (size_t i = 0; i < missing.size(); ++i) {
    out += (i == 0 ? "" : i + 1 == missing.size() ? " and " : ", ") + yaml::ToString(missing[i]);
  }
  return out;
}

void AddSkeleton(RuleContext& context, Finding& finding, const EffectiveObject& effective,
                 const std::vector<Steps>& missing) {
  const yaml::Node root = effective.object->root;
  std::optional<std::vector<TextEdit>> edits = std::vector<TextEdit>();
  for (const Steps& steps : missing) {
    const Steps parent(steps.begin(), steps.end() - 1);
    const yaml::Node mapping = NearestNode(root, parent);
    const Field* field = schema::FieldAt(*effective.choice, steps);
    // The mapping that lacks it is not written here.
    if (!field || !mapping.IsMapping() || mapping != NearestNode(root, steps)) return;
    if (!parent.empty() && mapping == root) return;
    edits = Together(std::move(edits),
                     yaml::AddKey(*effective.object->document, mapping, steps.back().key,
                                  Skeleton(*field, effective.choice->release)));
  }
  context.AddFix(finding, missing.size() == 1 ? "Add the field" : "Add the fields", edits, false);
}

void Report(RuleContext& context, const EffectiveObject& effective,
            const std::vector<Steps>& missing, std::string_view where) {
  const RuleContext::Object& object = *effective.object;
  yaml::Node node = NearestNode(object.root, missing.front());
  if (node == object.root) node = object.root.Find("kind");
  const std::string name =
      object.name.empty() ? std::string() : fmt::format(" \"{}\"", object.name);
  Finding& finding =
      context.Report(node, node.key() && node.IsScalar() ? Part::kPair : Part::kKey,
                     fmt::format("{}{} needs {}{}", object.kind, name, AndList(missing), where));
  finding.severity = std::max(finding.severity, effective.severity);
  AddSkeleton(context, finding, effective, missing);
}

void Check(RuleContext& context) {
  VisitEffectiveObjects(context, [&](const EffectiveObject& effective) {
    const schema::Choice& choice = *effective.choice;
    // By route: how many of the builds lack it, and the first of those.
    std::map<std::string, std::pair<size_t, size_t>> counts;
    std::vector<Steps> all;
    for (size_t i = 0; i < effective.values.size(); ++i) {
      std::vector<Steps> missing;
      Steps steps;
      if (!effective.values[i]) return;
      FindMissing(effective.values[i], choice.schema->root, choice.release, steps, missing);
      for (Steps& found : missing) {
        auto [entry, fresh] = counts.try_emplace(yaml::ToString(found), 0, i);
        ++entry->second.first;
        if (fresh) all.push_back(std::move(found));
      }
    }
    std::vector<Steps> everywhere;
    std::map<size_t, std::vector<Steps>> somewhere;  // by the first build that lacks them
    for (Steps& steps : all) {
      const auto& [count, first] = counts[yaml::ToString(steps)];
      if (count == effective.values.size()) {
        everywhere.push_back(std::move(steps));
      } else {
        somewhere[first].push_back(std::move(steps));
      }
    }
    if (!everywhere.empty()) Report(context, effective, everywhere, "");
    for (const auto& [index, missing] : somewhere) {
      Report(context, effective, missing, " in " + DescribeBuild(context, effective.builds[index]));
    }
  });
}

}  // namespace

extern const Rule kMissingField;
const Rule kMissingField{
    .id = "missing-field",
    .severity = Severity::kError,
    .summary = "An effective object lacks a field that its schema requires.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
