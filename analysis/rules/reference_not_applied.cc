#include <fmt/format.h>

#include "analysis/rules/example_cluster.h"
#include "analysis/rules/judged_references.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports references whose target is written in this repository, while no build of the referrer's cluster applies it: its file is not
listed (or no longer), or only another cluster has it.

## Why it matters

For this cluster the object does not exist, and Flux waits for it.

## When it is silent

As `unresolved-reference`: wherever the target may come from elsewhere.

## Fix

None: to list the file, or to take the reference out, is for you.

## References

* <https://fluxcd.io/flux/components/kustomize/kustomizations/#dependencies>
)";

constexpr Example kExamples[] = {
    {.title = "A dependency that is switched off",
     .bad = FLUXLS_EXAMPLE_CLUSTER R"(%! clusters/production/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - flux-system/gotk-sync.yaml
  - apps.yaml
  # - databases.yaml
%! clusters/production/databases.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: databases
  namespace: flux-system
spec:
  interval: 10m
  path: ./databases
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
  dependsOn:
    - name: databases
#           ^^^^^^^^^ Kustomization "databases" is written in clusters/production/databases.yaml, but this cluster does not apply it
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
%! databases/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: db
)",
     .good = FLUXLS_EXAMPLE_CLUSTER R"(%! clusters/production/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - flux-system/gotk-sync.yaml
  - apps.yaml
  - databases.yaml
%! clusters/production/databases.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: databases
  namespace: flux-system
spec:
  interval: 10m
  path: ./databases
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
  dependsOn:
    - name: databases
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
%! databases/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: db
)"},
};

// What somebody else may well have made, under the same name.
bool IsWeak(const build::ObjectReference& reference) {
  return reference.optional || build::IsOftenElsewhere(reference.kind) ||
         reference.field->rule == NamespaceRule::kAsWritten;
}

void Check(RuleContext& context) {
  for (const JudgedReference& judged : ReferencesOf(context)) {
    for (build::Standing standing :
         {build::Standing::kOtherCluster, build::Standing::kNotApplied}) {
      const auto outcomes = OutcomesWith(judged, standing);
      if (outcomes.empty()) continue;
      const build::Fleet& fleet = *context.fleet();
      const build::ObjectReference& reference = *outcomes.front()->reference;
      if (IsWeak(reference)) break;
      const build::Resolution& resolution = outcomes.front()->resolution;
      const bool other = standing == build::Standing::kOtherCluster;
      const std::string where =
          other
              ? fmt::format("only applied by cluster \"{}\"",
                            fleet.BuildOf(resolution.targets.front()).cluster)
              : fmt::format("written in {}",
                            context.snapshot().DisplayPath(resolution.written.front().file->path));
      const std::string here = InClusters(judged, outcomes);
      Finding& finding = context.ReportAt(
          judged.range,
          other ? fmt::format("{} \"{}\" is {}, not by cluster \"{}\"", reference.kind,
                              Shown(reference.name), where, outcomes.front()->build->cluster)
                : fmt::format("{} \"{}\" is {}, but {} not apply it", reference.kind,
                              Shown(reference.name), where,
                              here.empty() ? "this cluster does" : "not every cluster does"));
      if (!other && !here.empty())
        finding.message = fmt::format("{} \"{}\" is {}, but is not applied{}", reference.kind,
                                      Shown(reference.name), where, here);
      for (const ResourceLocation& location : resolution.written)
        finding.related.push_back({location.file->path, {0, 0}, "written here"});
      RelateTargets(fleet, resolution, finding);
      break;
    }
  }
}

}  // namespace

extern const Rule kReferenceNotApplied;
const Rule kReferenceNotApplied = {
    .id = "reference-not-applied",
    .severity = Severity::kInfo,
    .summary = "A reference names an object of the repository that its cluster does not apply.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
