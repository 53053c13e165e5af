#include <fmt/format.h>

#include "analysis/rules/api_judge.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"
#include "schemas/nearest.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports an `apiVersion` and `kind` that no release of Flux ever served together: a version that never existed (`Receiver` of
`notification.toolkit.fluxcd.io/v1beta3`), a kind under another group of Flux (`ArtifactGenerator` under
`source.toolkit.fluxcd.io`), a misspelt kind or group. It looks at the same places as `removed-api-version`.

In a file that kustomize reads as its own (`kustomization.yaml`), it also reports versions of `kustomize.config.k8s.io` that kustomize refuses.

## Why it matters

The API server answers `no matches for kind …`, and the Flux Kustomization that applies the object fails as a whole.

## When it is silent

* The value holds a template (`${…}`, `{{ … }}`, `<< … >>`).
* Groups that are not part of Flux or Flux Operator.
* The repository runs a Flux release that is newer than the newest one known here.
* CustomResourceDefinition objects, and `gotk-components.yaml`.

## Fix

Writes the apiVersion that the release serves for this kind, or the kind that is meant.

## References

* <https://fluxcd.io/flux/components/>
)";

constexpr Example kExamples[] = {
    {.title = "A version that exists for other kinds only",
     .bad = R"(apiVersion: notification.toolkit.fluxcd.io/v1beta3
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Receiver has no version v1beta3 in any release of Flux; use notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata:
  name: github
  namespace: flux-system
spec:
  type: github
  secretRef:
    name: receiver-token
  resources:
    - kind: GitRepository
      name: flux-system
)",
     .good = R"(apiVersion: notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata:
  name: github
  namespace: flux-system
spec:
  type: github
  secretRef:
    name: receiver-token
  resources:
    - kind: GitRepository
      name: flux-system
)"},
    {.title = "A kind in the wrong group",
     .bad = R"(apiVersion: source.toolkit.fluxcd.io/v1beta1
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ ArtifactGenerator is not a kind of source.toolkit.fluxcd.io; use source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata:
  name: apps
  namespace: flux-system
)",
     .good = R"(apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata:
  name: apps
  namespace: flux-system
)"},
    {.title = "A misspelt kind",
     .bad = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmReleaes
#     ^^^^^^^^^^^ helm.toolkit.fluxcd.io has no kind HelmReleaes; did you mean HelmRelease?
metadata:
  name: podinfo
  namespace: web
)",
     .good = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
)"},
};

void ReportUnknownKind(RuleContext& context, const ApiSite& site) {
  yaml::Node kind = site.object.Find("kind");
  const ByteRange range = site.inner ? site.inner->RangeOf(kind) : kind.range();
  std::vector<std::string_view> candidates = catalog::KindsOf(site.api.group);
  std::optional<std::string_view> nearest = Nearest(site.kind, candidates);
  if (!nearest) {
    context.ReportAt(range, fmt::format("{} has no kind {}; it has {}", site.api.group, site.kind,
                                        fmt::join(candidates, ", ")));
    return;
  }
  Finding& finding = context.ReportAt(range, fmt::format("{} has no kind {}; did you mean {}?",
                                                         site.api.group, site.kind, *nearest));
  std::optional<std::vector<TextEdit>> edits = yaml::SetScalar(*site.document, kind, *nearest);
  if (site.inner) edits = site.inner->ToFile(std::move(edits));
  context.AddFix(finding, fmt::format("Change to {}", *nearest), std::move(edits), false);
}

void ReportSite(RuleContext& context, const ApiSite& site, const ApiJudgement& judgement,
                std::string message) {
  Finding& finding = context.ReportAt(site.range, std::move(message));
  if (site.IsLoose()) finding.severity = std::max(finding.severity, Severity::kWarning);
  // The group of a target is a field of its own.
  if (site.role == ApiSite::Role::kTarget && judgement.best->group != site.api.group) return;
  context.AddFix(finding, fmt::format("Change to {}", ApiName(*judgement.best)),
                 RewriteVersion(site, judgement.best->group, judgement.best->version), false);
}

// kustomize has one version for each of its two kinds and takes no other.
void CheckKustomizeFile(RuleContext& context) {
  if (!IsKustomizationFileName(BaseName(context.file().path))) return;
  for (const RuleContext::Object& object : context.objects()) {
    if (object.api.group != kKustomizeGroup || IsFluxKustomizationUnderKustomizeApi(object.root)) {
      continue;
    }
    std::string_view version;
    if (object.kind == "Kustomization") version = "v1beta1";
    if (object.kind == "Component") version = "v1alpha1";
    if (version.empty() || object.api.version == version) continue;
    yaml::Node node = object.root.Find("apiVersion");
    const std::string wanted = fmt::format("{}/{}", kKustomizeGroup, version);
    Finding& finding = context.Report(node, Part::kValue,
                                      fmt::format("kustomize reads {} only as {}, not as {}",
                                                  object.kind, wanted, object.api.ToString()));
    context.AddFix(finding, fmt::format("Change to {}", wanted),
                   yaml::SetScalar(*object.document, node, wanted), true);
  }
}

void Check(RuleContext& context) {
  for (const ApiSite& site : ApiSitesOf(context)) {
    const ApiJudgement judgement = JudgeApi(context, site);
    switch (judgement.verdict) {
      case ApiVerdict::kUnknownVersion:
        ReportSite(
            context, site, judgement,
            fmt::format("{} has no version {} in any release of {}; use {}", site.kind,
                        site.api.version,
                        site.api.group == "fluxcd.controlplane.io" ? "Flux Operator" : "Flux",
                        ApiName(*judgement.best)));
        break;
      case ApiVerdict::kWrongGroup:
      case ApiVerdict::kUnknownGroup:
        ReportSite(context, site, judgement,
                   fmt::format("{} is not a kind of {}; use {}", site.kind, site.api.group,
                               ApiName(*judgement.best)));
        break;
      case ApiVerdict::kUnknownKind:
        ReportUnknownKind(context, site);
        break;
      case ApiVerdict::kFine:
      case ApiVerdict::kDeprecated:
      case ApiVerdict::kRemoved:
        break;
    }
  }
  CheckKustomizeFile(context);
}

}  // namespace

extern const Rule kUnknownApiVersion;
const Rule kUnknownApiVersion{
    .id = "unknown-api-version",
    .severity = Severity::kError,
    .summary = "No release of Flux ever served this group, version and kind.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
