#include <fmt/format.h>

#include <algorithm>

#include "analysis/build/envsubst.h"
#include "analysis/rules/build_problems.h"
#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports `${NAME}` in an object of a Flux Kustomization with `postBuild`, when neither `substitute` nor a ConfigMap or Secret of
`substituteFrom` defines the name in any of the builds that the text takes part in.

## Why it matters

From Flux 2.9 on the build fails (`variable not set (strict mode)`): the finding is then an error. Earlier releases write an empty text in
its place and say nothing.

## When it is silent

* When a source of variables is not known: a Secret that is not in the repository or is encrypted, an optional one that is absent, a
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
     .bad = R"(%! clusters/production/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  ref:
    branch: main
  url: ssh://git@github.com/example/fleet
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  path: ./clusters/production
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
%! clusters/production/apps.yaml
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
     .good = R"(%! clusters/production/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  ref:
    branch: main
  url: ssh://git@github.com/example/fleet
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  path: ./clusters/production
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
%! clusters/production/apps.yaml
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
std::vector<uint32_t> Lacking(const build::Fleet& fleet, const build::SubstitutedScalar& scalar,
                              std::string_view name) {
  std::vector<uint32_t> lacking;
  for (build::Effect effect : scalar.effects) {
    const build::Variables& variables = fleet.BuildOf(effect).variables;
    if (!variables.complete || variables.defined.contains(name)) return {};
    lacking.push_back(effect.build);
  }
  return lacking;
}

void Check(RuleContext& context) {
  const build::Fleet* fleet = context.fleet();
  if (!fleet) return;
  const std::string& text = context.file().text->content();
  for (const build::SubstitutedScalar& scalar : fleet->SubstitutedIn(context.file().path)) {
    const std::string_view written = Slice(text, scalar.range);
    std::optional<build::SubstitutionError> error;
    for (const build::VariableUse& use : build::VariablesIn(written, &error)) {
      if (use.has_default || (error && use.range.end > error->range.begin)) continue;
      const std::vector<uint32_t> lacking = Lacking(*fleet, scalar, use.name);
      if (lacking.empty()) continue;
      const auto strict = std::find_if(lacking.begin(), lacking.end(), [fleet](uint32_t build) {
        return fleet->builds()[build]->variables.strict;
      });
      const bool fails = strict != lacking.end();
      const uint32_t build = fails ? *strict : lacking.front();
      const ByteRange range{scalar.range.begin + use.range.begin,
                            scalar.range.begin + use.range.end};
      const FluxRelease release = fleet->builds()[build]->release;
      Finding& finding = context.ReportAt(
          range,
          fmt::format(
              "variable \"{}\" is not defined by {}: {}", use.name, DescribeBuild(context, build),
              fails ? fmt::format("Flux {}.{} refuses the build", release.major, release.minor)
                    : "Flux writes nothing in its place"));
      if (fails) finding.severity = std::min(finding.severity, Severity::kError);
      context.AddFix(finding, "Write it as plain text, $${…}",
                     std::vector<TextEdit>{{{range.begin, range.begin}, "$"}}, false);
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
