#include <fmt/format.h>

#include <algorithm>

#include "analysis/rules/build_problems.h"
#include "analysis/rules/example_cluster.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/substituted_texts.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports `${NAME}` in an object of a Flux Kustomization with `postBuild`, when neither `substitute` nor a ConfigMap or Secret of
`substituteFrom` defines the name in any of the builds that the text takes part in.

## Why it matters

From Flux 2.9 on the build fails (`variable not set (strict mode)`): the finding is then an error. Earlier releases write an empty text in
its place and say nothing.

## When it is silent

* When a source of variables is not known: a Secret that is not in the repository (of an encrypted one the keys are read), an optional one that is absent, a
  Kustomization that perhaps somebody else applies and changes.
* Expressions with a default (`${NAME:=value}`), escaped ones (`$${NAME}`), names without braces (`$NAME`).
* Objects with the label or annotation `kustomize.toolkit.fluxcd.io/substitute: disabled`.
* Text that a patch replaces in every build.

## Fix

Escapes the expression, so that it stands in the cluster as it is written: right for scripts and dashboards. To define the variable is
for you.

## References

* <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>
)";

constexpr Example kExamples[] = {
    {.title = "A name that nobody defines",
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
  color: ${clutser}
#        ^^^^^^^^^^ variable "clutser" is not defined by Kustomization "flux-system/apps": Flux 2.9 refuses the build
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
  color: $${clutser}
)"},
};

// Builds in which the scalar is replaced, and which do not define the variable. Empty when one of
// them does, or may.
std::vector<uint32_t> Lacking(const build::Fleet& fleet, const std::vector<build::Effect>& effects,
                              std::string_view name) {
  std::vector<uint32_t> lacking;
  for (build::Effect effect : effects) {
    const build::Variables& variables = fleet.BuildOf(effect).variables;
    if (!variables.complete || variables.defined.contains(name)) return {};
    lacking.push_back(effect.build);
  }
  return lacking;
}

void Report(RuleContext& context, const build::VariableUse& use,
            const std::vector<uint32_t>& lacking) {
  const std::vector<build::FluxBuildPtr>& builds = context.fleet()->builds();
  const auto strict = std::find_if(lacking.begin(), lacking.end(), [&builds](uint32_t build) {
    return builds[build]->variables.strict;
  });
  const bool fails = strict != lacking.end();
  const uint32_t build = fails ? *strict : lacking.front();
  const FluxRelease release = builds[build]->release;
  Finding& finding = context.ReportAt(
      use.range,
      fmt::format("variable \"{}\" is not defined by {}: {}", use.name,
                  DescribeBuild(context, build),
                  fails ? fmt::format("Flux {}.{} refuses the build", release.major, release.minor)
                        : "Flux writes nothing in its place"));
  if (fails) finding.severity = std::min(finding.severity, Severity::kError);
  AddEscape(context, finding, use.range);
}

void Check(RuleContext& context) {
  for (const SubstitutedText& text : SubstitutedTexts(context)) {
    for (const build::VariableUse& use : text.uses) {
      if (use.has_default || (text.error && use.range.end > text.error->range.begin)) continue;
      const std::vector<uint32_t> lacking = Lacking(*context.fleet(), *text.effects, use.name);
      if (!lacking.empty()) Report(context, use, lacking);
    }
  }
}

}  // namespace

extern const Rule kUndefinedVariable;
const Rule kUndefinedVariable{
    .id = "undefined-variable",
    .severity = Severity::kWarning,
    .summary = "A variable that no substitution of the Flux Kustomization defines.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
