#include <fmt/format.h>

#include "analysis/rules/example_cluster.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/substituted_texts.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports `${NAME:?text}` and `${NAME:+text}` in an object that a Flux Kustomization substitutes variables in.

## Why it matters

In a shell the first one stops with an error when the variable is not set, and the second one stands for `text` only when it is set. Flux
treats both like `:-`: `text` is the default.

## When it is silent

* Objects that no build with `postBuild` reaches, and those with `kustomize.toolkit.fluxcd.io/substitute: disabled`.

## Fix

Writes `:-`, which does the same and says so.

## References

* <https://github.com/fluxcd/pkg/tree/main/envsubst>
)";

constexpr Example kExamples[] = {
    {.title = "An error message that becomes a value",
     .bad = FLUXLS_EXAMPLE_CLUSTER R"(%! clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  postBuild:
    substitute:
      cluster: production
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: ${cluster:?is not set}
#        ^^^^^^^^^^^^^^^^^^^^^^ Flux reads ":?" like ":-": the text behind it is the default
)",
     .good = FLUXLS_EXAMPLE_CLUSTER R"(%! clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  postBuild:
    substitute:
      cluster: production
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: ${cluster:-is not set}
)"},
};

void Check(RuleContext& context) {
  const std::string& content = context.file().text->content();
  for (const SubstitutedText& text : SubstitutedTexts(context)) {
    for (const build::VariableUse& use : text.uses) {
      if (use.op != ":?" && use.op != ":+") continue;
      Finding& finding = context.ReportAt(
          use.range,
          fmt::format("Flux reads \"{0}\" like \":-\": the text behind it is the default", use.op));
      const ByteRange op{use.name_range.end, use.name_range.end + 2};
      if (Slice(content, op) != use.op) continue;
      context.AddFix(finding, "Write \":-\"", std::vector<TextEdit>{{op, ":-"}}, true);
    }
  }
}

}  // namespace

extern const Rule kSubstitutionOperator;
const Rule kSubstitutionOperator{
    .id = "substitution-operator",
    .severity = Severity::kWarning,
    .summary = "`:?` and `:+` do not do in Flux what they do in a shell.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
