#include <fmt/format.h>

#include <map>

#include "analysis/build/fleet.h"
#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports `postBuild.substitute` of a Flux Kustomization when another cluster builds the same directory with other values.

## Why it matters

What a cluster gets then stands in two places, and neither shows the result. An overlay for each cluster that patches a common base can be
built, compared and checked as it is.

## When it is silent

* Variables of `substituteFrom`: they may be secrets, or facts of the cluster.
* Clusters that use the same values.
* Variables that nothing in the directory uses.

## Fix

None: make a directory for each cluster that lists the base and patches it.

## References

* <https://fluxcd.io/flux/guides/repository-structure/>
)";

constexpr Example kExamples[] = {
    {.title = "Two clusters, one directory",
     .bad = R"(%! clusters/production/apps.yaml
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
  postBuild:
    substitute:
#   ^^^^^^^^^^ cluster "clusters/staging" builds "apps" with other values; an overlay for each cluster shows what it gets
      color: green
%! clusters/production/flux-system/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: []
%! clusters/staging/apps.yaml
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
  postBuild:
    substitute:
#   ^^^^^^^^^^ cluster "clusters/production" builds "apps" with other values; an overlay for each cluster shows what it gets
      color: blue
%! clusters/staging/flux-system/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: []
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: ${color}
)",
     .good = R"(%! clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/production
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
%! clusters/staging/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/staging
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
%! apps/production/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
%! apps/staging/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
)"},
};

using build::FluxBuild;
using build::Value;

using Written = std::map<std::string_view, std::string_view>;

// Does the build replace a variable of this name?
bool Uses(const FluxBuild& build, std::string_view name) {
  const std::string start = fmt::format("${{{}", name);
  return std::any_of(
      build.variable_sites.begin(), build.variable_sites.end(),
      [&](const build::VariableSite& site) {
        if (!site.origin || !site.origin.file->text) return true;
        const std::string_view text = Slice(site.origin.file->text->content(), site.origin.range);
        for (size_t at = text.find(start); at != std::string_view::npos;
             at = text.find(start, at + 1)) {
          const size_t end = at + start.size();
          // Not the beginning of a longer name.
          if (end >= text.size() ||
              (std::isalnum(static_cast<unsigned char>(text[end])) == 0 && text[end] != '_'))
            return true;
        }
        return false;
      });
}

// The variables as the Kustomization's own file has them; what its parent puts in is the overlay
// that this rule asks for.
Written WrittenIn(const FluxBuild& build) {
  Written out;
  const Value* values = build::Find(build.kustomization, {"spec", "postBuild", "substitute"});
  if (!values || !build.origin) return out;
  for (const build::Pair& pair : values->Pairs()) {
    const bool own = !pair.value->edits && pair.value->origin &&
                     pair.value->origin.file->path == build.origin.file->path;
    if (own && Uses(build, pair.key)) out.emplace(pair.key, pair.value->str());
  }
  return out;
}

// A build of another cluster that has the same directory and other values.
const FluxBuild* FindOther(const build::Fleet& fleet, const FluxBuild& own) {
  const Written values = WrittenIn(own);
  if (values.empty()) return nullptr;
  for (const build::FluxBuildPtr& other : fleet.builds()) {
    if (!other->flux || other->cluster == own.cluster || other->directory != own.directory)
      continue;
    const Written theirs = WrittenIn(*other);
    if (!theirs.empty() && theirs != values) return other.get();
  }
  return nullptr;
}

void Check(RuleContext& context) {
  const build::Fleet* fleet = context.fleet();
  if (!fleet) return;
  for (const RuleContext::Object& object : context.objects()) {
    if (object.kind != "Kustomization" || object.api.group != kFluxKustomizeGroup) continue;
    const yaml::Node written = object.root.At("spec.postBuild").FindOwn("substitute");
    if (!written) continue;
    for (const build::FluxBuildPtr& own : fleet->builds()) {
      if (!own->flux || own->directory.empty() || !own->origin) continue;
      if (own->origin.file->path != context.file().path || own->origin.range != object.root.range())
        continue;
      const FluxBuild* other = FindOther(*fleet, *own);
      if (!other) continue;
      context.Report(written, Part::kKey,
                     fmt::format("cluster \"{}\" builds \"{}\" with other values; an overlay for "
                                 "each cluster shows what it gets",
                                 context.snapshot().DisplayPath(other->cluster),
                                 context.snapshot().DisplayPath(own->directory)));
      break;
    }
  }
}

}  // namespace

extern const Rule kPreferOverlays;
const Rule kPreferOverlays{
    .id = "prefer-overlays",
    .severity = Severity::kHint,
    .house = true,
    .summary = "Clusters build the same directory and differ only in variables.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
