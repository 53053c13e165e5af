#include <fmt/format.h>

#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports objects of Flux v1 and of its Helm operator: the API groups `flux.weave.works` and `helm.fluxcd.io`.

## Why it matters

Flux v2 does not read them, and the controllers that did are no longer maintained. Where their CRDs are not
installed, the Flux Kustomization that applies such an object fails as a whole; where they are, nothing acts on it.

## When it is silent

* CustomResourceDefinition objects.
* Values that hold a template.

## Fix

None: source, chart and values of such an object become two objects in Flux v2, a source and a HelmRelease. The migration
guide goes through it.

## References

* <https://fluxcd.io/flux/migration/flux-v1-migration/>
* <https://fluxcd.io/flux/migration/helm-operator-migration/>
)";

constexpr Example kExamples[] = {
    {.title = "A HelmRelease of the Helm operator",
     .bad = R"(apiVersion: helm.fluxcd.io/v1
#           ^^^^^^^^^^^^^^^^^ helm.fluxcd.io/v1 HelmRelease belongs to Flux v1, which Flux v2 does not read; see https://fluxcd.io/flux/migration/helm-operator-migration/
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  releaseName: podinfo
  chart:
    repository: https://stefanprodan.github.io/podinfo
    name: podinfo
    version: 6.5.0
)",
     .good = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  releaseName: podinfo
  chart:
    spec:
      chart: podinfo
      version: 6.5.0
      sourceRef:
        kind: HelmRepository
        name: podinfo
        namespace: flux-system
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
)"},
};

struct OldGroup {
  std::string_view group;
  std::string_view guide;
};
constexpr OldGroup kOldGroups[] = {
    {"helm.fluxcd.io", "https://fluxcd.io/flux/migration/helm-operator-migration/"},
    {"flux.weave.works", "https://fluxcd.io/flux/migration/flux-v1-migration/"},
};

void Check(RuleContext& context) {
  for (const RuleContext::Object& object : context.objects()) {
    for (const OldGroup& old : kOldGroups) {
      if (object.api.group != old.group) continue;
      context.Report(object.root.Find("apiVersion"), Part::kValue,
                     fmt::format("{} {} belongs to Flux v1, which Flux v2 does not read; see {}",
                                 object.api.ToString(), object.kind, old.guide));
    }
  }
}

}  // namespace

extern const Rule kFluxV1Manifest;
const Rule kFluxV1Manifest{
    .id = "flux-v1-manifest",
    .severity = Severity::kError,
    .summary = "An object of Flux v1 or its Helm operator.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
