#include <fmt/format.h>

#include <algorithm>

#include "analysis/build/load.h"
#include "analysis/rules/build_problems.h"
#include "analysis/rules/cel.h"
#include "analysis/rules/effective_schema.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports fields that do not go together, by the rules that the schema of the kind has for that: a HelmRelease with `chart`
and `chartRef`, or with neither; a Receiver without `secretRef`; a service account beside a secret. The
rules of CustomResourceDefinitions in the workspace count too.

What is there and must not be is reported on the fields. What is not there and has to be is judged on what the builds make
of the object.

## Why it matters

The API server refuses the object, and the Flux Kustomization that applies it fails.

## When it is silent

* Where the answer hangs on a value with a template (`${…}`).
* Where a rule uses functions that are not known here, or compares with the object as it was before.
* Objects encrypted by SOPS, files that a template engine fills in, documents with a syntax error.

## Fix

Removes one of two fields that exclude each other. Which one only the author knows.

## References

* <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules>
)";

constexpr Example kExamples[] = {
    {.title = "A HelmRelease with two charts",
     .bad = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  chart:
    spec:
      chart: podinfo
      version: 6.5.0
      sourceRef:
        kind: HelmRepository
        name: podinfo
  chartRef:
# ^^^^^^^^ HelmRelease "podinfo": set either chart or chartRef, not both and not none
    kind: OCIRepository
    name: podinfo
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
)",
     .good = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  chart:
    spec:
      chart: podinfo
      version: 6.5.0
      sourceRef:
        kind: HelmRepository
        name: podinfo
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
)"},
};

using build::Value;
using schema::Field;
using yaml::Node;

constexpr int kMaxDepth = 64;

using Steps = std::vector<yaml::PathStep>;

struct Violation {
  Steps steps;  // of the value that the rule is about
  const schema::Rule* rule = nullptr;
  bool operator==(const Violation& other) const {
    return steps == other.steps && rule == other.rule;
  }
};

void FindViolations(const Value* value, const Field& field, schema::Release release, bool open,
                    Steps& steps, std::vector<Violation>& out, int depth = 0) {
  if (!value || value->IsNull() || depth > kMaxDepth) return;
  for (const schema::Rule& rule : field.rules) {
    if (!rule.span.Holds(release)) continue;
    const CelSubject subject{.self = value, .field = &field, .release = release, .open = open};
    if (EvaluateCel(rule.expression, subject) == Truth::kFalse) out.push_back({steps, &rule});
  }
  if (value->IsList()) {
    const Field* items = schema::FindField(field, schema::kItems, release);
    if (!items) return;
    for (size_t i = 0; i < value->Items().size(); ++i) {
      steps.push_back({"", static_cast<int32_t>(i)});
      FindViolations(value->Items()[i], *items, release, open, steps, out, depth + 1);
      steps.pop_back();
    }
    return;
  }
  for (const build::Pair& pair : value->Pairs()) {
    const Field* child = schema::FindField(field, pair.key, release);
    if (!child) child = schema::FindField(field, schema::kValues, release);
    if (!child || (pair.value->IsScalar() && child->rules.empty())) continue;
    steps.push_back({std::string(pair.key), -1});
    FindViolations(pair.value, *child, release, open, steps, out, depth + 1);
    steps.pop_back();
  }
}

class Reporter {
 public:
  Reporter(RuleContext& context, const EffectiveObject& effective)
      : context_(context), effective_(effective), root_(effective.object->root) {}

  void Report(const Violation& violation, bool is_absence, std::string_view where) {
    const Node self = NearestNode(root_, violation.steps);
    std::vector<Node> named;
    for (const std::vector<std::string>& steps : FieldsInCel(violation.rule->expression)) {
      Node holder = self;
      for (size_t i = 0; i + 1 < steps.size(); ++i) holder = holder.Find(steps[i]);
      if (const Node node = holder.FindOwn(steps.back());
          node && std::find(named.begin(), named.end(), node) == named.end())
        named.push_back(node);
    }
    std::sort(named.begin(), named.end(),
              [](Node a, Node b) { return a.pair_range().begin < b.pair_range().begin; });
    Node at = is_absence || named.empty() ? self : named.back();
    if (!at.key()) at = root_.Find("kind");
    const RuleContext::Object& object = *effective_.object;
    const std::string& message = violation.rule->message;
    Finding& finding = context_.Report(
        at, Part::kKey,
        fmt::format(
            "{}{}: {}{}", object.kind,
            object.name.empty() ? std::string() : fmt::format(" \"{}\"", object.name),
            message.empty() ? "must satisfy " + Shown(violation.rule->expression, 120) : message,
            where));
    if (is_absence) {
      finding.severity = std::max(finding.severity, effective_.severity);
      return;
    }
    for (const Node node : named) {
      if (node == at) continue;
      finding.related.push_back({context_.file().path, node.key().range(), "together with this"});
    }
    for (size_t i = named.size(); i-- > 0 && named.size() > 1;) {
      // A mapping or list of its own can go; a plain value is more likely the wrong one.
      context_.AddFix(finding, fmt::format("Remove {}", named[i].key().value()),
                      yaml::RemovePair(*object.document, named[i]), false, i + 1 == named.size());
    }
  }

 private:
  RuleContext& context_;
  const EffectiveObject& effective_;
  Node root_;
};

void Check(RuleContext& context) {
  VisitEffectiveObjects(context, [&](const EffectiveObject& effective) {
    const schema::Choice& choice = *effective.choice;
    const Field& root = choice.schema->root;
    Steps steps;
    // As the builds leave it: each violation with the builds that have it.
    std::vector<std::pair<Violation, std::vector<size_t>>> built;
    for (size_t i = 0; i < effective.values.size(); ++i) {
      std::vector<Violation> found;
      FindViolations(effective.values[i], root, choice.release, false, steps, found);
      for (Violation& violation : found) {
        auto known = std::find_if(built.begin(), built.end(),
                                  [&](const auto& entry) { return entry.first == violation; });
        if (known == built.end()) {
          built.emplace_back(std::move(violation), std::vector<size_t>());
          known = built.end() - 1;
        }
        known->second.push_back(i);
      }
    }
    if (built.empty()) return;
    // Wrong as it is written, whatever else may be added.
    std::vector<Violation> written;
    FindViolations(effective.written(), root, choice.release, true, steps, written);
    Reporter reporter(context, effective);
    for (const auto& [violation, builds] : built) {
      const bool everywhere = builds.size() == effective.values.size();
      reporter.Report(
          violation, std::find(written.begin(), written.end(), violation) == written.end(),
          everywhere ? "" : " in " + DescribeBuild(context, effective.builds[builds.front()]));
    }
  });
}

}  // namespace

extern const Rule kInvalidCombination;
const Rule kInvalidCombination{
    .id = "invalid-combination",
    .severity = Severity::kError,
    .summary = "Fields that do not go together, or of which one is needed.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
