#include "analysis/rules/build_problems.h"
#include "analysis/rules/example_cluster.h"
#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a Flux Kustomization that applies an object which another one of the same cluster applies too. One finding for each pair of
Kustomizations, at `spec.path` of the second one.

## Why it matters

Both write the object at each reconciliation; where they differ, they undo each other. When one of them is removed it prunes what the
other one wants to keep.

## When it is silent

* Kustomizations of different clusters, and those with a `kubeConfig`.
* Kustomizations that perhaps nobody applies.

## Fix

None: move the object, or one of the paths.

## References

* <https://fluxcd.io/flux/components/kustomize/kustomizations/#prune>
)";

constexpr Example kExamples[] = {
    {.title = "A path inside another path",
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
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/web
#       ^^^^^^^^^^ Namespace "web" is applied by Kustomization "flux-system/apps" as well
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
%! apps/web/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
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
%! apps/web/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
)"},
};

void Check(RuleContext& context) {
  for (const BuildProblem& problem : BuildProblemsIn(context, {build::ProblemKind::kOverlap})) {
    ReportBuildProblem(context, problem);
  }
}

}  // namespace

extern const Rule kOverlappingPaths;
const Rule kOverlappingPaths{
    .id = "overlapping-paths",
    .severity = Severity::kWarning,
    .summary = "Two Flux Kustomizations of a cluster apply the same object.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
