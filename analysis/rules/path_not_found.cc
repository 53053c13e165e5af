#include <fmt/format.h>

#include "analysis/rules/build_problems.h"
#include "analysis/rules/example_cluster.h"
#include "analysis/rules/near_path.h"
#include "analysis/rules/rule.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports `spec.path` of a Flux Kustomization that leads to no directory, or to a file. It is judged as Flux sees it: after the
kustomizations and substitutions that the Kustomization itself goes through, and from the root of its source.

## Why it matters

The kustomize-controller reports `kustomization path not found`, and nothing is applied.

## When it is silent

* Sources that are not this repository: another GitRepository, an OCIRepository, a Bucket.
* Paths with variables whose value is not known here.

## Fix

Writes the nearest directory, when there is one.

## References

* <https://fluxcd.io/flux/components/kustomize/kustomizations/#path>
)";

constexpr Example kExamples[] = {
    {.title = "A slip of the pen",
     .bad = FLUXLS_EXAMPLE_CLUSTER R"(%! clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./aps
#       ^^^^^ path "./aps" is no directory of this repository; did you mean "./apps"?
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
  for (const BuildProblem& problem : BuildProblemsIn(context, {build::ProblemKind::kPath})) {
    Finding& finding = ReportBuildProblem(context, problem);
    const FoundNode path = FindNode(context, problem.problem->range);
    if (!path.node.IsScalar()) continue;
    std::string_view text = path.node.value();
    const bool dotted = text.starts_with("./");
    const bool rooted = text.starts_with('/');
    if (dotted || rooted) text.remove_prefix(dotted ? 2 : 1);
    std::optional<std::string> near = NearPath(
        context.snapshot(), context.fleet()->RootOf(context.snapshot(), context.file().path), text,
        EntryKind::kDirectory, {});
    if (!near || near->starts_with("..")) continue;
    if (dotted) near->insert(0, "./");
    if (rooted) near->insert(0, "/");
    finding.message += fmt::format("; did you mean \"{}\"?", *near);
    context.AddFix(finding, fmt::format("Change to \"{}\"", *near),
                   yaml::SetScalar(*path.document, path.node, *near), false);
  }
}

}  // namespace

extern const Rule kPathNotFound;
const Rule kPathNotFound{
    .id = "path-not-found",
    .severity = Severity::kError,
    .summary = "The path of a Flux Kustomization names no directory of this repository.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
