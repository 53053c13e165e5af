#include <fmt/format.h>

#include "analysis/rules/build_problems.h"
#include "analysis/rules/example_cluster.h"
#include "analysis/rules/judged_references.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Looks up every field of a Flux object that names another object (`sourceRef`, `chartRef`, `dependsOn`, `providerRef`, `eventSources`, …) as
the controllers do: in the namespace that the field means, among the objects that the cluster of the referrer applies, after patches,
prefixes and variables. Reports what is nowhere.

## Why it matters

Flux waits for the missing object and never gets ready; what depends on it waits as well.

## When it is silent

* Where the target may come from elsewhere: a source or a base outside of this repository, a build that fails, a kind that the
  repository defines nowhere, `flux-system` sources that bootstrap creates.
* What controllers make of an object of the cluster: the Secret of an ExternalSecret, SealedSecret, OnePasswordItem or Certificate, the
  ExternalArtifact of an ArtifactGenerator, the source of a FluxInstance.
* Names with `${…}`, references with `optional: true`, `healthChecks` of what charts install.

In files that no Flux Kustomization of the repository applies, the name is looked for everywhere, and a missing one is no more than
information. A Secret, ConfigMap or ServiceAccount that is not in Git is no more than a hint: many of them are made by hand or by other tools.

## Fix

Writes the name that is nearly the same, when there is exactly one.

## References

* <https://fluxcd.io/flux/components/helm/helmreleases/#chart-template>
* <https://fluxcd.io/flux/components/kustomize/kustomizations/#dependencies>
)";

constexpr Example kExamples[] = {
    {.title = "A misspelt source",
     .bad = FLUXLS_EXAMPLE_CLUSTER R"(%! clusters/production/sources.yaml
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
  namespace: flux-system
spec:
  interval: 24h
  chart:
    spec:
      chart: podinfo
      version: 6.9.2
      sourceRef:
        kind: HelmRepository
        name: podinfoo
#             ^^^^^^^^ HelmRepository "podinfoo" is not in namespace "flux-system", and nowhere else in this repository; did you mean "podinfo"?
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
)",
     .good = FLUXLS_EXAMPLE_CLUSTER R"(%! clusters/production/sources.yaml
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
  namespace: flux-system
spec:
  interval: 24h
  chart:
    spec:
      chart: podinfo
      version: 6.9.2
      sourceRef:
        kind: HelmRepository
        name: podinfo
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
)"},
    {.title = "A dependency that does not exist",
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
#           ^^^^^^^^^ Kustomization "databases" is not in namespace "flux-system", and nowhere else in this repository
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
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
)"},
};

// What nobody expects in Git: keys of clusters and of SOPS, what charts and controllers bring
// along.
bool IsExpectedElsewhere(const build::ObjectReference& reference) {
  const std::string_view route = reference.field->route;
  if (reference.optional) return true;
  if (reference.field->rule == NamespaceRule::kAsWritten)
    return !IsFluxGroup(reference.group) || reference.namespace_.empty();
  return reference.name == "default" || reference.name == "flux-system" ||
         route.starts_with("spec.kubeConfig") || route.starts_with("spec.decryption");
}

void ReportMissing(RuleContext& context, const JudgedReference& judged,
                   const std::vector<const ReferenceOutcome*>& outcomes, bool elsewhere) {
  const build::Fleet& fleet = *context.fleet();
  const build::ObjectReference& reference = *outcomes.front()->reference;
  if (IsExpectedElsewhere(reference)) return;
  const std::string clusters = InClusters(judged, outcomes);
  const std::string what =
      fmt::format("{} \"{}\" is not in namespace \"{}\"{}", reference.kind, Shown(reference.name),
                  Shown(reference.namespace_), clusters);
  if (build::IsOftenElsewhere(reference.kind)) {
    if (!outcomes.front()->build) return;
    const build::Resolution& resolution = outcomes.front()->resolution;
    Finding& finding = context.ReportAt(
        judged.range,
        elsewhere && !resolution.targets.empty()
            ? fmt::format("{}; this repository has it in \"{}\"", what,
                          fleet.ObjectOf(resolution.targets.front()).id.EffectiveNamespace())
            : fmt::format("{} of this repository: something else must create it", what),
        Confidence::kMedium);
    finding.severity = std::max(finding.severity, Severity::kHint);
    return;
  }
  const std::string near = NearName(fleet, *outcomes.front());
  std::string message = what;
  if (!outcomes.front()->build) {
    message = fmt::format("{} \"{}\" is nowhere in this repository", reference.kind,
                          Shown(reference.name));
  } else if (clusters.empty()) {
    message += ", and nowhere else in this repository";
  }
  if (!near.empty()) message += fmt::format("; did you mean \"{}\"?", near);
  Finding& finding = context.ReportAt(judged.range, std::move(message));
  if (!outcomes.front()->resolution.certain) {
    finding.confidence = Confidence::kMedium;
    finding.severity = std::max(finding.severity, Severity::kWarning);
  }
  // Nobody knows whether anybody applies the referrer, and beside what.
  if (!outcomes.front()->build) {
    finding.confidence = Confidence::kMedium;
    finding.severity = std::max(finding.severity, Severity::kInfo);
  }
  if (near.empty()) return;
  const FoundNode name = FindNode(context, judged.range);
  if (!name.node.IsScalar() || IsBound(name.node)) return;
  context.AddFix(finding, fmt::format("Change to \"{}\"", near),
                 yaml::SetScalar(*name.document, name.node, near), false);
}

void Check(RuleContext& context) {
  for (const JudgedReference& judged : ReferencesOf(context)) {
    const auto missing = OutcomesWith(judged, build::Standing::kMissing);
    if (!missing.empty()) {
      ReportMissing(context, judged, missing, false);
      continue;
    }
    // One of the same name in another namespace is another Secret, most of the time.
    const auto elsewhere = OutcomesWith(judged, build::Standing::kOtherNamespace);
    if (elsewhere.empty()) continue;
    const build::ObjectReference& reference = *elsewhere.front()->reference;
    if (build::IsOftenElsewhere(reference.kind)) ReportMissing(context, judged, elsewhere, true);
  }
}

}  // namespace

extern const Rule kUnresolvedReference;
const Rule kUnresolvedReference = {
    .id = "unresolved-reference",
    .severity = Severity::kError,
    .summary = "A reference names an object that nothing in its cluster provides.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
