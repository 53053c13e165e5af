#include <fmt/format.h>

#include <set>

#include "analysis/rules/build_problems.h"
#include "analysis/rules/example_cluster.h"
#include "analysis/rules/judged_references.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports references whose target the cluster applies under this name, but in another namespace than the one that the field means: its own
`namespace`, or that of the referrer when there is none.

## Why it matters

Flux looks in that one namespace only, and waits.

## When it is silent

As `unresolved-reference`. A Secret or ConfigMap of the same name in another namespace is another one: `unresolved-reference` speaks of those.

## Fix

Adds or corrects `namespace`, where the field has one and only one namespace is possible.

## References

* <https://fluxcd.io/flux/components/helm/helmreleases/#chart-template>
)";

constexpr Example kExamples[] = {
    {.title = "A source in flux-system, used from another namespace",
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
  namespace: web
spec:
  interval: 24h
  chart:
    spec:
      chart: podinfo
      version: 6.9.2
      sourceRef:
        kind: HelmRepository
        name: podinfo
#             ^^^^^^^ HelmRepository "podinfo" is not in namespace "web"; it is in "flux-system"
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
  namespace: web
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
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
)"},
};

std::string Quoted(const std::set<std::string_view>& texts) {
  std::string out;
  for (std::string_view text : texts) out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", text);
  return out;
}

// The namespace where it is written, else the name.
ByteRange WrongPart(const RuleContext& context, const JudgedReference& judged,
                    const build::ObjectReference& reference) {
  const build::Value* written = reference.namespace_value;
  if (!written || !written->origin || written->origin.file->path != context.file().path)
    return judged.range;
  return written->origin.range;
}

void AddNamespaceFix(RuleContext& context, Finding& finding, const JudgedReference& judged,
                     const build::ObjectReference& reference, std::string_view namespace_) {
  if (reference.field->is_name || reference.field->rule == NamespaceRule::kOwn ||
      reference.field->rule == NamespaceRule::kOfSource) {
    return;
  }
  const std::string title = fmt::format("Set namespace to \"{}\"", namespace_);
  if (reference.namespace_value && !reference.namespace_value->str().empty()) {
    const build::Origin& origin = reference.namespace_value->origin;
    if (!origin || origin.file->path != context.file().path) return;
    const FoundNode written = FindNode(context, origin.range);
    if (!written.node.IsScalar() || IsBound(written.node)) return;
    context.AddFix(finding, title, yaml::SetScalar(*written.document, written.node, namespace_),
                   false);
    return;
  }
  const FoundNode name = FindNode(context, judged.range);
  const yaml::Node mapping = name.node.parent();
  if (!name.node.IsScalar() || !mapping.IsMapping() || name.node.key().value() != "name") return;
  context.AddFix(finding, title,
                 yaml::AddKey(*name.document, mapping, "namespace",
                              yaml::Value::String(std::string(namespace_)), "name"),
                 false);
}

void Check(RuleContext& context) {
  for (const JudgedReference& judged : ReferencesOf(context)) {
    const auto elsewhere = OutcomesWith(judged, build::Standing::kOtherNamespace);
    if (elsewhere.empty()) continue;
    const build::Fleet& fleet = *context.fleet();
    const build::ObjectReference& reference = *elsewhere.front()->reference;
    if (build::IsOftenElsewhere(reference.kind)) continue;
    // Charts install things of the same name, too.
    if (reference.field->rule == NamespaceRule::kAsWritten && !IsFluxGroup(reference.group))
      continue;
    std::set<std::string_view> namespaces;
    for (build::Effect effect : elsewhere.front()->resolution.targets)
      namespaces.insert(fleet.ObjectOf(effect).id.EffectiveNamespace());
    Finding& finding = context.ReportAt(
        WrongPart(context, judged, reference),
        fmt::format("{} \"{}\" is not in namespace \"{}\"{}; it is in {}", reference.kind,
                    Shown(reference.name), Shown(reference.namespace_),
                    InClusters(judged, elsewhere), Quoted(namespaces)));
    RelateTargets(fleet, elsewhere.front()->resolution, finding);
    const bool everywhere = elsewhere.size() == judged.outcomes.size();
    if (namespaces.size() == 1 && everywhere)
      AddNamespaceFix(context, finding, judged, reference, *namespaces.begin());
  }
}

}  // namespace

extern const Rule kWrongReferenceNamespace;
const Rule kWrongReferenceNamespace = {
    .id = "wrong-reference-namespace",
    .severity = Severity::kError,
    .summary = "A reference names an object that is in another namespace.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
