#include <fmt/format.h>

#include <map>
#include <set>

#include "analysis/build/resolve.h"
#include "analysis/build/selections.h"
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
  std::string target;
  std::string_view controller;
  std::set<std::string_view> clusters;
};

// A reference, or an entry that takes all objects of a namespace.
struct Crossing {
  const build::FluxBuild* build = nullptr;
  const build::Object* referrer = nullptr;
  std::string_view kind;
  std::string_view name;
  std::string_view namespace_;
  std::string_view controller;
};

// Does a controller of the cluster refuse it?
bool IsRefused(const build::Fleet& fleet, const Crossing& crossing) {
  const build::FluxBuild& build = *crossing.build;
  if (crossing.controller.empty() || !build.flux || !build.certain || build::IsRemote(build))
    return false;
  const std::string_view own = crossing.referrer->id.namespace_;
  if (own.empty() || own == crossing.namespace_) return false;
  if (build::IsTemplatedName(own) || build::IsTemplatedName(crossing.namespace_)) return false;
  return fleet.IsLockedDown(build.cluster, crossing.controller);
}

bool IsIn(const RuleContext& context, const build::Value* value) {
  return value && value->origin && value->origin.file->path == context.file().path;
}

// The namespace where it is written in this file, else the name.
ByteRange PlaceOf(const RuleContext& context, const build::ObjectReference& reference) {
  const build::Value* written = reference.namespace_value;
  return (IsIn(context, written) ? written : reference.name_value)->origin.range;
}

class Collector {
 public:
  Collector(const RuleContext& context, const build::Fleet& fleet)
      : context_(context), fleet_(fleet) {}

  void FromReferences() {
    for (build::ReferenceSite site : fleet_.ReferencesIn(context_.file().path)) {
      const build::FluxBuild& build = *fleet_.builds()[site.build];
      const build::ObjectReference& reference = fleet_.ReferenceAt(site);
      Add(PlaceOf(context_, reference),
          {&build, &build.objects[reference.object], reference.kind, reference.name,
           reference.namespace_, ControllerOf(*reference.field)});
    }
  }

  // `*` names nothing, and is no reference. Only Alerts and Receivers select elsewhere.
  void FromWildcards() {
    for (build::Effect effect : fleet_.EffectsOf(context_.file().path)) {
      const build::Object& object = fleet_.ObjectOf(effect);
      for (const build::Selection& selection : build::FindSelections(object)) {
        const build::Value* written = build::Find(selection.node, "namespace");
        if (!IsIn(context_, written) || written->str().empty()) continue;
        Add(written->origin.range, {&fleet_.BuildOf(effect), &object, selection.kind, "*",
                                    selection.namespace_, "notification-controller"});
      }
    }
  }

  void Report(RuleContext& context) const {
    for (const auto& [place, one] : refused_) {
      const std::set<std::string_view>& all = clusters_.at(place);
      std::string where;
      if (one.clusters.size() < all.size()) {
        for (std::string_view cluster : one.clusters)
          where += fmt::format("{}\"{}\"", where.empty() ? " in cluster " : ", ", cluster);
      }
      context.ReportAt(
          place, fmt::format("{} runs with --no-cross-namespace-refs{}: {} cannot "
                             "refer to {}",
                             one.controller, where, build::Describe(one.referrer->id), one.target));
    }
  }

 private:
  void Add(ByteRange place, const Crossing& crossing) {
    clusters_[place].insert(crossing.build->cluster);
    if (!IsRefused(fleet_, crossing)) return;
    Refused& one = refused_[place];
    if (!one.referrer) {
      one.referrer = crossing.referrer;
      one.target = fmt::format("{} \"{}\" in namespace \"{}\"", crossing.kind, Shown(crossing.name),
                               Shown(crossing.namespace_));
      one.controller = crossing.controller;
    }
    one.clusters.insert(crossing.build->cluster);
  }

  const RuleContext& context_;
  const build::Fleet& fleet_;
  std::map<ByteRange, Refused> refused_;
  std::map<ByteRange, std::set<std::string_view>> clusters_;  // that have the reference
};

void Check(RuleContext& context) {
  const build::Fleet* fleet = context.fleet();
  if (!fleet) return;
  Collector collector(context, *fleet);
  collector.FromReferences();
  collector.FromWildcards();
  collector.Report(context);
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
