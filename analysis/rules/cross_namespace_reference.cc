#include <fmt/format.h>

#include <map>
#include <set>

#include "analysis/build/resolve.h"
#include "analysis/rules/example_cluster.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports references to objects of another namespace in clusters that are locked down for several tenants: where the controller that follows
the reference runs with `--no-cross-namespace-refs=true`, or a FluxInstance has `cluster.multitenant: true`.

## Why it matters

The controller refuses such a reference: the object gets "access denied" and never reconciles. An Alert tells nothing of what happens in
other namespaces, and a Receiver triggers nothing there.

## When it is silent

* In clusters that this repository does not show to be locked down, and for controllers that run without the flag.
* `dependsOn` and `healthChecks`: Flux follows those into every namespace.
* Objects that are applied to another cluster (`kubeConfig`), that no Flux Kustomization of the repository applies, or whose namespace
  is not known.

## Fix

None: a source of its own in the tenant's namespace, or another namespace for the referrer, is for you to choose.

## References

* <https://fluxcd.io/flux/installation/configuration/multitenancy/>
)";

// clang-format off
#define LOCKED_CLUSTER FLUXLS_EXAMPLE_CLUSTER \
  "%! clusters/production/flux-system/helm-controller.yaml\n" \
  "apiVersion: apps/v1\n" \
  "kind: Deployment\n" \
  "metadata:\n" \
  "  name: helm-controller\n" \
  "  namespace: flux-system\n" \
  "spec:\n" \
  "  template:\n" \
  "    spec:\n" \
  "      containers:\n" \
  "        - name: manager\n" \
  "          args:\n" \
  "            - --no-cross-namespace-refs=true\n"
// clang-format on

constexpr Example kExamples[] = {
    {.title = "A tenant takes a source of the platform",
     .bad = LOCKED_CLUSTER R"(%! clusters/production/sources.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: podinfo
  namespace: flux-system
spec:
  interval: 1h
  url: https://stefanprodan.github.io/podinfo
%! clusters/production/podinfo.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: apps
spec:
  interval: 24h
  chart:
    spec:
      chart: podinfo
      version: 6.9.2
      sourceRef:
        kind: HelmRepository
        name: podinfo
        namespace: flux-system
#                  ^^^^^^^^^^^ helm-controller runs with --no-cross-namespace-refs: HelmRelease "podinfo" in namespace "apps" cannot refer to HelmRepository "podinfo" in namespace "flux-system"
)",
     .good = LOCKED_CLUSTER R"(%! clusters/production/sources.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: podinfo
  namespace: apps
spec:
  interval: 1h
  url: https://stefanprodan.github.io/podinfo
%! clusters/production/podinfo.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: apps
spec:
  interval: 24h
  chart:
    spec:
      chart: podinfo
      version: 6.9.2
      sourceRef:
        kind: HelmRepository
        name: podinfo
)"},
};
#undef LOCKED_CLUSTER

// Who follows the reference, and asks whether it may.
struct Follower {
  std::string_view kind;  // of the referrer
  std::string_view route;
  std::string_view controller;
};
constexpr Follower kFollowers[] = {
    {"Kustomization", "spec.sourceRef", "kustomize-controller"},
    {"HelmRelease", "spec.chart.spec.sourceRef", "helm-controller"},
    {"HelmRelease", "spec.chartRef", "helm-controller"},
    {"Alert", "spec.eventSources[]", "notification-controller"},
    {"Receiver", "spec.resources[]", "notification-controller"},
    {"ImagePolicy", "spec.imageRepositoryRef", "image-reflector-controller"},
    {"ImageUpdateAutomation", "spec.sourceRef", "image-automation-controller"},
    {"ArtifactGenerator", "spec.sources[]", "source-watcher"},
};

// "" for fields that nobody guards.
std::string_view ControllerOf(const ReferenceField& field) {
  for (const Follower& follower : kFollowers) {
    if (follower.kind == field.kind && follower.route == field.route) return follower.controller;
  }
  return "";
}

struct Refused {
  const build::Object* referrer = nullptr;
  const build::ObjectReference* reference = nullptr;
  std::string_view controller;
  std::set<std::string_view> clusters;
};

// Does a controller of the cluster refuse it?
bool IsRefused(const build::Fleet& fleet, const build::FluxBuild& build,
               const build::ObjectReference& reference, std::string_view controller) {
  if (controller.empty() || !build.flux || !build.certain || build::IsRemote(build)) return false;
  const std::string_view own = build.objects[reference.object].id.namespace_;
  if (own.empty() || own == reference.namespace_) return false;
  if (build::IsTemplatedName(own) || build::IsTemplatedName(reference.namespace_)) return false;
  return fleet.IsLockedDown(build.cluster, controller);
}

// The namespace where it is written in this file, else the name.
ByteRange PlaceOf(const RuleContext& context, const build::ObjectReference& reference) {
  const build::Value* written = reference.namespace_value;
  if (written && written->origin && written->origin.file->path == context.file().path)
    return written->origin.range;
  return reference.name_value->origin.range;
}

void Check(RuleContext& context) {
  const build::Fleet* fleet = context.fleet();
  if (!fleet) return;
  std::map<ByteRange, Refused> refused;
  std::map<ByteRange, std::set<std::string_view>> clusters;  // that have the reference
  for (build::ReferenceSite site : fleet->ReferencesIn(context.file().path)) {
    const build::FluxBuild& build = *fleet->builds()[site.build];
    const build::ObjectReference& reference = fleet->ReferenceAt(site);
    const std::string_view controller = ControllerOf(*reference.field);
    const ByteRange place = PlaceOf(context, reference);
    clusters[place].insert(build.cluster);
    if (!IsRefused(*fleet, build, reference, controller)) continue;
    Refused& one = refused[place];
    if (!one.reference) {
      one.referrer = &build.objects[reference.object];
      one.reference = &reference;
      one.controller = controller;
    }
    one.clusters.insert(build.cluster);
  }
  for (const auto& [place, one] : refused) {
    std::string where;
    if (one.clusters.size() < clusters[place].size()) {
      for (std::string_view cluster : one.clusters)
        where += fmt::format("{}\"{}\"", where.empty() ? " in cluster " : ", ", cluster);
    }
    context.ReportAt(
        place,
        fmt::format("{} runs with --no-cross-namespace-refs{}: {} cannot refer to {} "
                    "\"{}\" in namespace \"{}\"",
                    one.controller, where, build::Describe(one.referrer->id), one.reference->kind,
                    Shown(one.reference->name), Shown(one.reference->namespace_)));
  }
}

}  // namespace

extern const Rule kCrossNamespaceReference;
const Rule kCrossNamespaceReference = {
    .id = "cross-namespace-reference",
    .severity = Severity::kError,
    .summary = "A reference to another namespace in a cluster that is locked down for tenants.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
