#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/rules/effective_schema.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"
#include "schemas/kinds.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports entries of `spec.healthChecks` of a Flux Kustomization that find no object:

* without `apiVersion`, where the kind is none of `apps/v1`: that is what the kustomize-controller takes then;
* without `namespace`, where objects of the kind live in one: nothing is filled in.

And `healthChecks` beside `wait: true`: the controller waits for all that it applies, and does not read the list.

The Kustomization is judged as Flux sees it, after patches and substitution.

## Why it matters

The controller waits for an object that is not there until `timeout`. The Kustomization never becomes ready, and what depends on it is
not applied. A list that is not read looks as if something were waited for, and it may name objects that the Kustomization does not
apply itself. Where a patch turns `wait` on, the finding is an info.

## When it is silent

* Kinds of which it is not known whether they live in a namespace.
* Kustomizations that patches may complete, where no build reaches them.
* Values with variables or templates.

## Fix

Adds the `apiVersion` that the Flux of this cluster serves, or that of the only well-known kind of that name. Adds the namespace when the
cluster applies one object of that kind and name, else `spec.targetNamespace`. Removes a list that is not read.

## References

* <https://fluxcd.io/flux/components/kustomize/kustomizations/#health-checks>
)";

constexpr Example kExamples[] = {
    {.title = "A HelmRelease without apiVersion",
     .bad = R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
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
  healthChecks:
    - kind: HelmRelease
#     ^^^^^^^^^^^^^^^^^ health check of HelmRelease "podinfo" without apiVersion: Flux takes apps/v1, which has no such kind
      name: podinfo
      namespace: web
)",
     .good = R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
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
  healthChecks:
    - apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      name: podinfo
      namespace: web
)"},
    {.title = "A Deployment without namespace",
     .bad = R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  targetNamespace: web
  sourceRef:
    kind: GitRepository
    name: flux-system
  healthChecks:
    - apiVersion: apps/v1
      kind: Deployment
      name: podinfo
#     ^^^^^^^^^^^^^ health check of Deployment "podinfo" without namespace: Flux does not fill it in and finds nothing
)",
     .good = R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  targetNamespace: web
  sourceRef:
    kind: GitRepository
    name: flux-system
  healthChecks:
    - apiVersion: apps/v1
      kind: Deployment
      name: podinfo
      namespace: web
)"},
    {.title = "A list that nobody reads",
     .bad = R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
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
  wait: true
  healthChecks:
# ^^^^^^^^^^^^ healthChecks are ignored because of wait: true
    - apiVersion: apps/v1
      kind: Deployment
      name: podinfo
      namespace: web
)",
     .good = R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
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
  wait: true
)"},
};

using build::Value;
using yaml::Node;

constexpr std::string_view kDefaultApi = "apps/v1";

bool Waits(const Value* kustomization) {
  return build::Text(build::Find(kustomization, "spec"), "wait") == "true";
}

bool IsIgnored(const Value* kustomization) {
  return Waits(kustomization) &&
         !build::ItemsOf(build::Find(kustomization, {"spec", "healthChecks"})).empty();
}

bool LacksApiVersion(const Value* check) {
  const std::string_view kind = build::Text(check, "kind");
  if (!build::Text(check, "apiVersion").empty() || kind.empty() || HasTemplate(kind)) return false;
  return std::ranges::none_of(schema::KnownKinds(), [&](const schema::KnownKind& known) {
    return known.api == kDefaultApi && known.kind == kind;
  });
}

// Do objects of the kind certainly live in a namespace? Without apiVersion, those of every group
// that has such a kind.
bool IsNamespaced(std::string_view api, std::string_view kind) {
  const std::string group = ApiVersion::Parse(api).group;
  // All kinds of Flux do.
  const std::vector<std::string_view> groups = catalog::GroupsOf(kind);
  bool found = api.empty() ? !groups.empty() : std::ranges::find(groups, group) != groups.end();
  for (const schema::KnownKind& known : schema::KnownKinds()) {
    if (known.kind != kind) continue;
    if (!api.empty() && ApiVersion::Parse(known.api).group != group) continue;
    if (!known.namespaced) return false;
    found = true;
  }
  return found;
}

bool LacksNamespace(const Value* check) {
  return build::Text(check, "namespace").empty() &&
         IsNamespaced(build::Text(check, "apiVersion"), build::Text(check, "kind"));
}

// The apiVersion to write for a kind; "" when there are several, or none.
std::string ApiFor(const RuleContext& context, std::string_view kind) {
  const std::vector<std::string_view> groups = catalog::GroupsOf(kind);
  std::set<std::string> apis;
  for (std::string_view group : groups) {
    const ReleaseAnswer answer = context.snapshot().ReleaseFor(context.file().path);
    if (const catalog::Api* api = catalog::Best(group, kind, ToCatalog(answer.release)))
      apis.insert(fmt::format("{}/{}", api->group, api->version));
  }
  for (const schema::KnownKind& known : schema::KnownKinds()) {
    if (known.kind == kind) apis.emplace(known.api);
  }
  return apis.size() == 1 ? *apis.begin() : "";
}

// The namespace of the only object of this kind and name that the clusters of the builds apply,
// else the one that all builds put their objects into; "" when neither is known.
std::string NamespaceFor(const RuleContext& context, const EffectiveObject& effective,
                         std::string_view kind, std::string_view name) {
  if (kind.empty() || name.empty() || HasTemplate(name)) return "";
  std::set<std::string_view> found;
  for (const uint32_t build : effective.builds) {
    const std::string& cluster = context.fleet()->builds()[build]->cluster;
    found.merge(context.fleet()->NamespacesOf(cluster, kind, name));
  }
  if (found.empty()) {
    for (const Value* value : effective.values)
      found.insert(build::Text(build::Find(value, "spec"), "targetNamespace"));
  }
  return found.size() != 1 || HasTemplate(*found.begin()) ? "" : std::string(*found.begin());
}

void ReportItem(RuleContext& context, const EffectiveObject& effective, const EffectiveItem& item) {
  const yaml::Document& document = *effective.object->document;
  const Node kind = item.node.Find("kind");
  const Node name = item.node.Find("name");
  const std::string what = fmt::format(
      "health check of {}{}", Shown(kind.value()),
      name.value().empty() ? std::string() : fmt::format(" \"{}\"", Shown(name.value())));
  const auto report = [&](Node place, std::string message) -> Finding& {
    Finding& finding = context.Report(place ? place : item.node, place ? Part::kPair : Part::kValue,
                                      what + std::move(message));
    finding.severity = std::max(finding.severity, effective.severity);
    return finding;
  };
  if (auto where = WhereFaulty(context, effective, item.values, LacksApiVersion)) {
    Finding& finding =
        report(kind, fmt::format(" without apiVersion{}: Flux takes {}, which has no such kind",
                                 *where, kDefaultApi));
    const std::string api = ApiFor(context, kind.value());
    if (!api.empty()) {
      context.AddFix(finding, fmt::format("Add apiVersion {}", api),
                     WriteFirst(document, item.node, "apiVersion", api), false);
    }
  }
  if (auto where = WhereFaulty(context, effective, item.values, LacksNamespace)) {
    Finding& finding = report(
        name,
        fmt::format(" without namespace{}: Flux does not fill it in and finds nothing", *where));
    const std::string ns = NamespaceFor(context, effective, kind.value(), name.value());
    if (ns.empty()) return;
    const Node old = item.node.FindOwn("namespace");
    context.AddFix(
        finding, fmt::format("Add namespace \"{}\"", ns),
        old ? yaml::SetScalar(document, old, ns)
            : yaml::AddKey(document, item.node, "namespace", yaml::Value::String(ns), "name"),
        false);
  }
}

// `wait` where it is set: the effective value that a build has, for one that patches bring.
void AddPlaceOfWait(const EffectiveObject& effective, Finding& finding) {
  for (const Value* value : effective.values) {
    const Value* wait = build::Find(value, {"spec", "wait"});
    if (!wait || !wait->origin || !Waits(value)) continue;
    finding.related.push_back({wait->origin.file->path, wait->origin.range, "wait is set here"});
    return;
  }
}

void ReportIgnored(RuleContext& context, const EffectiveObject& effective, Node list,
                   std::string_view where) {
  const yaml::Document& document = *effective.object->document;
  const bool patched = effective.object->root.At("spec.wait").value() != "true";
  Finding& finding =
      context.Report(list, Part::kKey,
                     fmt::format("healthChecks are ignored because of wait: true{}{}",
                                 patched ? ", which a patch sets" : "", where));
  // Whoever turns it on for all Kustomizations knows that some have a list.
  finding.severity = std::max(finding.severity, patched ? Severity::kInfo : effective.severity);
  AddPlaceOfWait(effective, finding);
  context.AddFix(finding, "Remove healthChecks", yaml::RemovePair(document, list), false);
}

void Check(RuleContext& context) {
  VisitEffectiveObjects(context, [&](const EffectiveObject& effective) {
    const RuleContext::Object& object = *effective.object;
    if (object.kind != "Kustomization" || object.api.group != kFluxKustomizeGroup) return;
    const Node list = object.root.Find("spec").FindOwn("healthChecks");
    if (!list) return;
    if (auto where = WhereFaulty(context, effective, effective.values, IsIgnored))
      ReportIgnored(context, effective, list, *where);
    for (EffectiveItem& item : EffectiveItems(context, effective, {"spec", "healthChecks"})) {
      for (size_t i = 0; i < item.values.size(); ++i) {
        if (Waits(effective.values[i])) item.values[i] = nullptr;
      }
      ReportItem(context, effective, item);
    }
  });
}

}  // namespace

extern const Rule kHealthCheckReference;
const Rule kHealthCheckReference{
    .id = "health-check-reference",
    .severity = Severity::kWarning,
    .summary = "A health check finds no object, or is not read.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
