#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/build/fleet.h"
#include "analysis/rules/build_problems.h"
#include "analysis/rules/example_cluster.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a Flux Kustomization that uses what another Kustomization of its cluster applies, without depending on it:

* the CustomResourceDefinition of a kind that it has objects of;
* the source of a HelmRelease (`chart.spec.sourceRef`, `chartRef`);
* a ConfigMap or Secret that a HelmRelease takes values from (`valuesFrom`), or the Kustomization itself its variables
  (`postBuild.substituteFrom`).

## Why it matters

On a new cluster, and whenever both change at once, Flux applies them in any order. Without the CustomResourceDefinition, the values or the
variables the Kustomization or the release fails and is tried again later; without the source it is not ready for as long. `dependsOn` says
which one comes first.

## When it is silent

* What applies the Kustomization itself, and what it depends on over several steps: who depends on a layer depends on all that is below it.
* A HelmRelease that depends on a release of the other Kustomization.
* Where waiting would go in a circle.
* What controllers make, what several Kustomizations apply, what another cluster has, references with `optional: true`.
* Kinds that a chart of what it depends on may bring along.
* Suspended objects, Kustomizations with a `kubeConfig`, and those that wait for something this repository does not show.

## Fix

Adds the other Kustomization to `dependsOn`.

## References

* <https://fluxcd.io/flux/components/kustomize/kustomizations/#dependencies>
)";

constexpr Example kExamples[] = {
    {.title = "Values from a ConfigMap of another layer",
     .bad = FLUXLS_EXAMPLE_CLUSTER R"(%! clusters/production/layers.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: settings
  namespace: flux-system
spec:
  interval: 10m
  path: ./settings
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
#       ^^^^ Kustomization "apps" uses ConfigMap "podinfo-values" of Kustomization "settings", and does not depend on it
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
%! settings/podinfo.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: podinfo-values
  namespace: web
data:
  values.yaml: |
    replicaCount: 2
%! apps/podinfo.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  url: oci://ghcr.io/stefanprodan/charts/podinfo
  ref:
    semver: 6.x
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 24h
  chartRef:
    kind: OCIRepository
    name: podinfo
  valuesFrom:
    - kind: ConfigMap
      name: podinfo-values
)",
     .good = FLUXLS_EXAMPLE_CLUSTER R"(%! clusters/production/layers.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: settings
  namespace: flux-system
spec:
  interval: 10m
  path: ./settings
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
---
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
    - name: settings
%! settings/podinfo.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: podinfo-values
  namespace: web
data:
  values.yaml: |
    replicaCount: 2
%! apps/podinfo.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  url: oci://ghcr.io/stefanprodan/charts/podinfo
  ref:
    semver: 6.x
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 24h
  chartRef:
    kind: OCIRepository
    name: podinfo
  valuesFrom:
    - kind: ConfigMap
      name: podinfo-values
)"},
};

using build::MissingDependency;

// One document, one Kustomization to wait for: what the clusters have of it.
struct Told {
  const MissingDependency* first = nullptr;
  std::set<std::string_view> clusters;
};

std::string Message(const build::Fleet& fleet, const MissingDependency& missing,
                    const std::string& where) {
  const build::FluxBuild& build = *fleet.builds()[missing.build];
  const build::FluxBuild& provider = *fleet.builds()[missing.provider];
  const build::ObjectId& used = fleet.ObjectOf(missing.used).id;
  const std::string other =
      provider.namespace_ == build.namespace_ ? provider.name : provider.Title();
  if (used.kind == "CustomResourceDefinition") {
    return fmt::format(
        "Kustomization \"{}\" has objects of kind {}, which Kustomization \"{}\" defines, and does "
        "not depend on it{}",
        Shown(build.name), fleet.ObjectOf(missing.user).id.kind, Shown(other), where);
  }
  return fmt::format(
      "Kustomization \"{}\" uses {} \"{}\" of Kustomization \"{}\", and does not depend on it{}",
      Shown(build.name), used.kind, Shown(used.name), Shown(other), where);
}

void AddDependency(RuleContext& context, Finding& finding, const yaml::Document& document,
                   const build::FluxBuild& build, const build::FluxBuild& provider) {
  const yaml::Node spec = document.root().At("spec");
  if (!spec.IsMapping()) return;
  yaml::Value item = yaml::Value::Mapping({{"name", yaml::Value::String(provider.name)}});
  if (provider.namespace_ != build.namespace_)
    item.pairs.push_back({"namespace", yaml::Value::String(provider.namespace_)});
  const yaml::Node written = spec.At("dependsOn");
  const bool has = build::Find(build.kustomization, {"spec", "dependsOn"}) != nullptr;
  // What a patch has put there it would put there again.
  if (has != static_cast<bool>(written)) return;
  const std::string title = fmt::format("Add \"{}\" to dependsOn", provider.name);
  context.AddFix(finding, title,
                 written ? yaml::AppendItem(document, written, item)
                         : yaml::AddKey(document, spec, "dependsOn", yaml::Value::Sequence({item})),
                 false);
}

void Check(RuleContext& context) {
  const build::Fleet* fleet = context.fleet();
  if (!fleet || IsGeneratedFile(context.file())) return;
  const std::string& path = context.file().path;
  std::map<std::pair<ByteRange, std::string>, Told> all;
  for (const MissingDependency& missing : fleet->MissingDependenciesIn(path)) {
    const build::FluxBuild& build = *fleet->builds()[missing.build];
    Told& told = all[{build.origin.range, fleet->builds()[missing.provider]->Title()}];
    if (!told.first) told.first = &missing;
    told.clusters.insert(build.cluster);
  }
  for (const auto& [key, told] : all) {
    const build::FluxBuild& build = *fleet->builds()[told.first->build];
    const build::FluxBuild& provider = *fleet->builds()[told.first->provider];
    const FoundNode root = FindNode(context, key.first);
    if (!root.document) continue;
    const yaml::Node name = root.node.At("metadata.name");
    if (!name.IsScalar()) continue;
    // Every cluster that has the Kustomization counts.
    std::set<std::string_view> clusters;
    for (build::Effect effect : fleet->EffectsOf(path, key.first))
      clusters.insert(fleet->BuildOf(effect).cluster);
    std::string where;
    if (told.clusters.size() < clusters.size()) {
      for (std::string_view cluster : told.clusters)
        where += fmt::format("{}\"{}\"", where.empty() ? ", in cluster " : ", ", cluster);
    }
    Finding& finding = context.Report(name, Part::kValue, Message(*fleet, *told.first, where));
    if (told.first->place) {
      finding.related.push_back({told.first->place.file->path, told.first->place.range,
                                 Describe(fleet->ObjectOf(told.first->user).id)});
    }
    const build::Object& used = fleet->ObjectOf(told.first->used);
    if (used.origin)
      finding.related.push_back({used.origin.file->path, used.origin.range, Describe(used.id)});
    if (where.empty()) AddDependency(context, finding, *root.document, build, provider);
  }
}

}  // namespace

extern const Rule kMissingDependency;
const Rule kMissingDependency = {
    .id = "missing-dependency",
    .severity = Severity::kInfo,
    .summary = "A Kustomization uses what another one applies, and does not wait for it.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
