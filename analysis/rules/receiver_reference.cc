#include <fmt/format.h>

#include <algorithm>

#include "analysis/rules/effective_schema.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports entries of a Receiver's `spec.resources` that the notification-controller cannot resolve:

* an entry without `apiVersion` whose kind is Kustomization, HelmRelease, ImagePolicy, ImageUpdateAutomation or ExternalArtifact. For the
  other kinds the controller has a default;
* an entry with the name `*` and without `matchLabels`. An Alert allows that, a Receiver does not.

The Receiver is judged as Flux sees it, after patches and substitution.

## Why it matters

The API server accepts such a Receiver, and it becomes ready. When the webhook is called the controller answers with an error
(`apiVersion must be specified for kind "HelmRelease"`), and the object is not reconciled.

## When it is silent

* Receivers that patches may complete, where no build reaches them.
* Values with variables or templates.

## Fix

Adds the `apiVersion` that the Flux of this cluster serves. Which labels are meant only the author knows.

## References

* <https://fluxcd.io/flux/components/notification/receivers/#resources>
)";

constexpr Example kExamples[] = {
    {.title = "A HelmRelease without apiVersion",
     .bad = R"(apiVersion: notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata:
  name: registry
  namespace: flux-system
spec:
  type: harbor
  secretRef:
    name: registry-token
  resources:
    - kind: OCIRepository
      name: podinfo
    - kind: HelmRelease
#     ^^^^^^^^^^^^^^^^^ apiVersion must be specified for kind "HelmRelease": a Receiver has no default for it
      name: podinfo
)",
     .good = R"(apiVersion: notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata:
  name: registry
  namespace: flux-system
spec:
  type: harbor
  secretRef:
    name: registry-token
  resources:
    - kind: OCIRepository
      name: podinfo
    - apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      name: podinfo
)"},
    {.title = "All objects of a kind, without labels",
     .bad = R"(apiVersion: notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata:
  name: git
  namespace: flux-system
spec:
  type: github
  secretRef:
    name: git-token
  resources:
    - kind: GitRepository
      name: "*"
#     ^^^^^^^^^ a Receiver takes the name * only together with matchLabels
)",
     .good = R"(apiVersion: notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata:
  name: git
  namespace: flux-system
spec:
  type: github
  secretRef:
    name: git-token
  resources:
    - kind: GitRepository
      name: "*"
      matchLabels:
        team: web
)"},
};

using build::Value;

// Kinds of Flux that the controller has no apiVersion for (notification-controller,
// internal/server/receiver_handlers.go).
constexpr std::string_view kNoDefault[] = {"Kustomization", "HelmRelease", "ImagePolicy",
                                           "ImageUpdateAutomation", "ExternalArtifact"};

bool LacksApiVersion(const Value* item) {
  return build::Text(item, "apiVersion").empty() &&
         std::ranges::find(kNoDefault, build::Text(item, "kind")) != std::end(kNoDefault);
}

bool LacksLabels(const Value* item) {
  const Value* labels = build::Find(item, "matchLabels");
  return build::Text(item, "name") == "*" && (!labels || labels->IsNull());
}

void AddApiVersion(RuleContext& context, Finding& finding, const EffectiveObject& effective,
                   yaml::Node item) {
  const ReleaseAnswer answer = context.snapshot().ReleaseFor(context.file().path);
  const std::string_view kind = item.Find("kind").value();
  const std::vector<std::string_view> groups = catalog::GroupsOf(kind);
  if (groups.size() != 1) return;
  const catalog::Api* api = catalog::Best(groups[0], kind, ToCatalog(answer.release));
  if (!api) return;
  const std::string version = fmt::format("{}/{}", api->group, api->version);
  context.AddFix(finding, fmt::format("Add apiVersion {}", version),
                 WriteFirst(*effective.object->document, item, "apiVersion", version),
                 !answer.assumed);
}

void Check(RuleContext& context) {
  VisitEffectiveObjects(context, [&](const EffectiveObject& effective) {
    const RuleContext::Object& object = *effective.object;
    if (object.kind != "Receiver" || object.api.group != "notification.toolkit.fluxcd.io") return;
    for (const EffectiveItem& item : EffectiveItems(context, effective, {"spec", "resources"})) {
      if (auto where = WhereFaulty(context, effective, item.values, LacksApiVersion)) {
        const yaml::Node kind = item.node.Find("kind");
        Finding& finding = context.Report(
            kind ? kind : item.node, kind ? Part::kPair : Part::kValue,
            fmt::format(
                "apiVersion must be specified for kind \"{}\": a Receiver has no default for it{}",
                Shown(kind.value()), *where));
        finding.severity = std::max(finding.severity, effective.severity);
        AddApiVersion(context, finding, effective, item.node);
      }
      if (auto where = WhereFaulty(context, effective, item.values, LacksLabels)) {
        const yaml::Node name = item.node.Find("name");
        Finding& finding = context.Report(
            name ? name : item.node, name ? Part::kPair : Part::kValue,
            fmt::format("a Receiver takes the name * only together with matchLabels{}", *where));
        finding.severity = std::max(finding.severity, effective.severity);
      }
    }
  });
}

}  // namespace

extern const Rule kReceiverReference;
const Rule kReceiverReference{
    .id = "receiver-reference",
    .severity = Severity::kError,
    .summary = "A Receiver's entry lacks what the controller needs to find the objects.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
