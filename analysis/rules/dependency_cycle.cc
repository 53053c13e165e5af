#include <fmt/format.h>

#include <set>

#include "analysis/rules/example_cluster.h"
#include "analysis/rules/judged_references.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Follows `dependsOn` of Flux Kustomizations and HelmReleases, as the cluster has them, and reports every step of a circle. An object that
depends on itself is the shortest one.

## Why it matters

None of them ever gets ready: each waits for the others.

## When it is silent

Never, where the circle is in this repository.

## Fix

None: which of the dependencies is the wrong one, only you know.

## References

* <https://fluxcd.io/flux/components/kustomize/kustomizations/#dependencies>
)";

constexpr Example kExamples[] = {
    {.title = "Two that wait for each other",
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
  dependsOn:
    - name: databases
#           ^^^^^^^^^ Kustomization "apps" waits for itself: apps → databases → apps
---
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
  dependsOn:
    - name: apps
#           ^^^^ Kustomization "databases" waits for itself: databases → apps → databases
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
  dependsOn:
    - name: databases
---
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

constexpr size_t kMostShown = 8;

const build::Object& ReferrerOf(const build::Fleet& fleet, build::ReferenceSite site) {
  return fleet.builds()[site.build]->objects[fleet.ReferenceAt(site).object];
}

// The circle, from its hop `first` on.
void ReportHop(RuleContext& context, const std::vector<build::ReferenceSite>& cycle, size_t first) {
  const build::Fleet& fleet = *context.fleet();
  const build::Object& from = ReferrerOf(fleet, cycle[first]);
  std::string way(from.id.name);
  for (size_t i = 0; i < cycle.size(); ++i) {
    if (i == kMostShown && cycle.size() > kMostShown + 1) {
      way += fmt::format(" → {} more → {}", cycle.size() - i - 1, from.id.name);
      break;
    }
    way += fmt::format(" → {}", fleet.ReferenceAt(cycle[(first + i) % cycle.size()]).name);
  }
  Finding& finding = context.ReportAt(
      fleet.ReferenceAt(cycle[first]).name_value->origin.range,
      fmt::format("{} \"{}\" waits for itself: {}", from.id.kind, Shown(from.id.name), way));
  for (size_t i = 1; i < cycle.size(); ++i) {
    const build::ReferenceSite site = cycle[(first + i) % cycle.size()];
    const build::Origin& origin = fleet.ReferenceAt(site).name_value->origin;
    if (!origin) continue;
    finding.related.push_back({origin.file->path, origin.range,
                               fmt::format("{} depends on {}", ReferrerOf(fleet, site).id.name,
                                           fleet.ReferenceAt(site).name)});
  }
}

void Check(RuleContext& context) {
  const build::Fleet* fleet = context.fleet();
  if (!fleet) return;
  std::set<ByteRange> told;
  for (const std::vector<build::ReferenceSite>& cycle : fleet->cycles()) {
    for (size_t i = 0; i < cycle.size(); ++i) {
      const build::Origin& origin = fleet->ReferenceAt(cycle[i]).name_value->origin;
      if (origin && origin.file->path == context.file().path && told.insert(origin.range).second)
        ReportHop(context, cycle, i);
    }
  }
}

}  // namespace

extern const Rule kDependencyCycle;
const Rule kDependencyCycle = {
    .id = "dependency-cycle",
    .severity = Severity::kError,
    .summary = "Objects wait for each other through dependsOn.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
