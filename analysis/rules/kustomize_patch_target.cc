#include <fmt/format.h>

#include <algorithm>

#include "analysis/rules/build_problems.h"
#include "analysis/rules/rule.h"
#include "analysis/yaml/edit.h"
#include "schemas/nearest.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a `target` of a patch, or a `select` of a replacement, that matches no object of any build that the kustomization takes part in.

## Why it matters

kustomize says nothing about it and applies no patch. What you see in the file is not what the cluster gets. (A patch without `target`
that finds no object is an error, which kustomize reports itself: see `kustomize-build`.)

## When it is silent

* When one of the builds has such an object: components and Flux patches are often written for several.
* When a base is remote, or a resource cannot be read: what is missing may be there.

## Fix

Writes the nearest name, when the kind fits and the name is nearly that of an object of the build.

## References

* <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/>
)";

constexpr Example kExamples[] = {
    {.title = "A slip in the name",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - settings.yaml
patches:
  - target:
      kind: ConfigMap
#     ^^^^^^^^^^^^^^^ this target selects nothing (kind "ConfigMap", name "setings")
      name: setings
    patch: |
      - op: replace
        path: /data/color
        value: blue
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
)",
     .good = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - settings.yaml
patches:
  - target:
      kind: ConfigMap
      name: settings
    patch: |
      - op: replace
        path: /data/color
        value: blue
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
)"},
};

// The name of the object of this kind that is nearest to `name` in a build.
std::optional<std::string> NearestName(const build::FluxBuild& build, std::string_view kind,
                                       std::string_view name) {
  std::vector<std::string> names;
  for (const build::Object& object : build.objects) {
    const build::ObjectId& id = object.original();
    if (kind.empty() || id.kind == kind) names.emplace_back(id.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return Nearest(name, names);
}

void Check(RuleContext& context) {
  for (const BuildProblem& problem : BuildProblemsIn(context, {build::ProblemKind::kPatchTarget})) {
    // A component, or a patch on all Kustomizations, is written for many.
    if (context.fleet()->Selects(context.file().path, problem.problem->range)) continue;
    Finding& finding = ReportBuildProblem(context, problem);
    const FoundNode target = FindNode(context, problem.problem->range);
    const yaml::Node name = target.node.FindOwn("name");
    if (!name.IsScalar()) continue;
    const build::FluxBuild& build = *context.fleet()->builds()[problem.builds.front()];
    const std::optional<std::string> near =
        NearestName(build, target.node.Find("kind").value(), name.value());
    if (!near || *near == name.value()) continue;
    context.AddFix(finding, fmt::format("Change to \"{}\"", *near),
                   yaml::SetScalar(*target.document, name, *near), false);
  }
}

}  // namespace

extern const Rule kKustomizePatchTarget;
const Rule kKustomizePatchTarget{
    .id = "kustomize-patch-target",
    .severity = Severity::kWarning,
    .summary = "The target of a patch or replacement selects nothing.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
