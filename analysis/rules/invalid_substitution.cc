#include <fmt/format.h>

#include <algorithm>

#include "analysis/rules/build_problems.h"
#include "analysis/rules/example_cluster.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/substituted_texts.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports `${…}` that the substitution of a Flux Kustomization does not understand, in an object that it goes through: `${a.b}`, `${{ … }}`,
`${a-b}`, a missing brace.

## Why it matters

The whole build fails: `envsubst` stops at the first such expression, in shell scripts and dashboards as anywhere else.

## When it is silent

* Objects that no build with `postBuild` reaches, and those with `kustomize.toolkit.fluxcd.io/substitute: disabled`.
* Escaped expressions (`$${…}`), and `$(…)`.
* When nobody knows whether Flux substitutes at all, since all variables are optional and absent.

## Fix

Escapes the expression: it then stands in the cluster as it is written.

## References

* <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>
)";

constexpr Example kExamples[] = {
    {.title = "An expression of a shell",
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
  color: ${color-blue}
#        ^^^^^^^^^^^^^ Kustomization "flux-system/apps" refuses this: "-" is not allowed behind the name of a variable
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
  color: $${color-blue}
)"},
};

void Check(RuleContext& context) {
  for (const SubstitutedText& text : SubstitutedTexts(context)) {
    if (!text.error) continue;
    const auto sure =
        std::find_if(text.effects->begin(), text.effects->end(), [&](build::Effect effect) {
          return context.fleet()->BuildOf(effect).variables.IsCertain();
        });
    if (sure == text.effects->end()) continue;
    Finding& finding = context.ReportAt(
        text.error->range, fmt::format("{} refuses this: {}", DescribeBuild(context, sure->build),
                                       text.error->message));
    AddEscape(context, finding, text.error->range);
  }
}

}  // namespace

extern const Rule kInvalidSubstitution;
const Rule kInvalidSubstitution{
    .id = "invalid-substitution",
    .severity = Severity::kError,
    .summary = "Text that looks like a variable, and that Flux cannot read.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
