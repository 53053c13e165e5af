#include "analysis/rules/build_problems.h"
#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports `helmCharts`, `helmChartInflationGenerator` and plugins that are programs (exec, containers, Starlark) in a kustomization that a
Flux Kustomization builds.

## Why it matters

kustomize needs `--enable-helm` or `--enable-alpha-plugins` for these, and the kustomize-controller never sets them: it starts no programs.
The build fails.

## When it is silent

* Kustomizations that no Flux Kustomization builds: you may well build them by hand.
* Transformers, generators and validators that are built into kustomize.

## Fix

None: a chart becomes a HelmRelease with a source.

## References

* <https://fluxcd.io/flux/components/kustomize/kustomizations/>
* <https://fluxcd.io/flux/components/helm/helmreleases/>
)";

constexpr Example kExamples[] = {
    {.title = "A chart in a directory that Flux builds",
     .bad = R"(%! clusters/production/apps.yaml
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
%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
helmCharts:
  - name: podinfo
# ^^^^^^^^^^^^^^^ kustomize inflates Helm charts only with --enable-helm, and Flux never does; use a HelmRelease
    repo: https://stefanprodan.github.io/podinfo
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
)",
     .good = R"(%! clusters/production/apps.yaml
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
%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
)"},
};

void Check(RuleContext& context) {
  for (const BuildProblem& problem : BuildProblemsIn(context, {build::ProblemKind::kUnsupported})) {
    if (problem.by_flux) ReportBuildProblem(context, problem);
  }
}

}  // namespace

extern const Rule kKustomizeUnsupported;
const Rule kKustomizeUnsupported{
    .id = "kustomize-unsupported",
    .severity = Severity::kError,
    .summary = "A kustomization uses what Flux does not run: Helm charts or plugins.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
