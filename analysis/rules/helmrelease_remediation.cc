#include <fmt/format.h>

#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a HelmRelease that says nothing about what should happen when an install or an upgrade fails: neither
`remediation` nor a `strategy` under `spec.install` and `spec.upgrade`.

## Why it matters

The default is no retry at all. One slow image pull or one flaky webhook leaves the release failed until somebody changes it.

## When it is silent

* `remediation.retries` (or `remediateLastFailure`) is set, or a `strategy` is.
* Patches: documents without `chart` and `chartRef`, and files that a kustomization lists as patches.
* Some patch of the workspace, in a kustomization file or a Flux Kustomization, targets HelmReleases: what is missing here may come
  from there. This will be decided object by object once builds are computed.
* Values that hold a template, and documents with a syntax error.

## Fix

Adds both blocks with three retries. Where Flux is 2.7 or newer, `strategy: {name: RetryOnFailure}` is an alternative.

## References

* <https://fluxcd.io/flux/components/helm/helmreleases/#configuring-failure-handling>
)";

constexpr Example kExamples[] = {
    {.title = "No word about failure",
     .bad = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
#     ^^^^^^^^^^^ HelmRelease "podinfo" has no failure handling for install and upgrade; a failed one is not retried
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  chartRef:
    kind: OCIRepository
    name: podinfo
)",
     .good = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
  chartRef:
    kind: OCIRepository
    name: podinfo
)"},
    {.title = "Only the install is covered",
     .bad = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
#     ^^^^^^^^^^^ HelmRelease "podinfo" has no failure handling for upgrade; a failed one is not retried
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  chartRef:
    kind: OCIRepository
    name: podinfo
  install:
    remediation:
      retries: 3
  upgrade:
    cleanupOnFail: true
)",
     .good = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  chartRef:
    kind: OCIRepository
    name: podinfo
  install:
    remediation:
      retries: 3
  upgrade:
    cleanupOnFail: true
    remediation:
      retries: 3
)"},
};

using yaml::Node;
using yaml::Value;

constexpr std::string_view kActions[] = {"install", "upgrade"};

// Anything that is not plainly absent counts: zero retries written down are a decision too.
bool HandlesFailure(Node action) {
  if (!action) return false;
  if (!action.IsMapping()) return !action.IsNull();
  if (action.Find("strategy")) return true;
  Node remediation = action.Find("remediation");
  if (!remediation || remediation.IsNull()) return false;
  if (!remediation.IsMapping()) return true;
  return remediation.Find("retries") || remediation.Find("remediateLastFailure");
}

// Is this file a patch of some kustomization?
bool IsListedAsPatch(const Snapshot& snapshot, const std::string& path) {
  for (const SourceFilePtr& lister : snapshot.KustomizationsListing(path)) {
    if (!lister->facts.kustomization) continue;
    const std::string directory(DirectoryName(lister->path));
    for (const KustomizeEntry& entry : lister->facts.kustomization->entries) {
      if (entry.field.starts_with("patches") && JoinPath(directory, entry.value) == path)
        return true;
    }
  }
  return false;
}

// Does some patch file hold a HelmRelease of this name? It may add what is missing.
bool IsPatchedByFile(const Snapshot& snapshot, std::string_view name) {
  for (const ResourceLocation& location : snapshot.Resources("HelmRelease", "", name)) {
    if (IsListedAsPatch(snapshot, location.file->path)) return true;
  }
  return false;
}

// Adds what is missing, one edit a block. Where one block cannot be added, none is.
std::optional<std::vector<TextEdit>> AddBlocks(const RuleContext::Object& object, Node spec) {
  std::vector<TextEdit> all;
  const Value remediation = Value::Mapping({{"retries", Value::Verbatim("3")}});
  std::string_view after = "interval";
  // Blocks that go to the same place are written together, in order.
  for (std::string_view name : kActions) {
    Node own = spec.FindOwn(name);
    if (HandlesFailure(spec.Find(name))) continue;
    yaml::Edits edits;
    if (!own) {
      edits =
          yaml::AddKey(*object.document, spec, name, Value::Mapping({{"remediation", remediation}}),
                       name == "upgrade" && spec.FindOwn("install") ? "install" : after);
    } else if (own.IsMapping() && !own.FindOwn("remediation")) {
      edits = yaml::AddKey(*object.document, own, "remediation", remediation);
    } else {
      edits =
          yaml::ReplaceValue(*object.document, own, Value::Mapping({{"remediation", remediation}}));
      if (own.IsMapping()) {
        edits = yaml::ReplaceValue(*object.document, own.FindOwn("remediation"), remediation);
      }
    }
    if (!edits) return std::nullopt;
    all.insert(all.end(), edits->begin(), edits->end());
  }
  return all;
}

void Check(RuleContext& context) {
  if (context.file().file_class != FileClass::kYaml) return;
  bool file_is_patch_known = false;
  for (const RuleContext::Object& object : context.objects()) {
    if (object.kind != "HelmRelease" || object.api.group != "helm.toolkit.fluxcd.io") continue;
    Node spec = object.root.Find("spec");
    if (!spec.IsMapping() || object.document->HasErrors()) continue;
    if (!spec.Find("chart") && !spec.Find("chartRef")) continue;
    std::string missing;
    for (std::string_view name : kActions) {
      if (HandlesFailure(spec.Find(name))) continue;
      if (!missing.empty()) missing += " and ";
      missing += name;
    }
    if (missing.empty()) continue;
    if (!file_is_patch_known) {
      if (context.snapshot().IsKindPatched("HelmRelease") ||
          IsListedAsPatch(context.snapshot(), context.file().path)) {
        return;
      }
      file_is_patch_known = true;
    }
    if (IsPatchedByFile(context.snapshot(), object.name)) continue;
    const std::string name =
        object.name.empty() || HasTemplate(object.name) ? "" : fmt::format(" \"{}\"", object.name);
    Finding& finding = context.Report(
        object.root.Find("kind"), Part::kValue,
        fmt::format("HelmRelease{} has no failure handling for {}; a failed one is not retried",
                    name, missing));
    context.AddFix(finding,
                   missing == "install and upgrade"
                       ? "Add remediation for install and upgrade"
                       : fmt::format("Add remediation for {}", missing),
                   AddBlocks(object, spec), false);
  }
}

}  // namespace

extern const Rule kHelmreleaseRemediation;
const Rule kHelmreleaseRemediation{
    .id = "helmrelease-remediation",
    .severity = Severity::kInfo,
    .house = true,
    .summary = "A HelmRelease without failure handling for install or upgrade.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
