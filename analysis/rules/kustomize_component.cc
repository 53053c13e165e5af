#include <fmt/format.h>

#include "analysis/rules/build_problems.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports an entry of `resources` that leads to a `kind: Component`, an entry of `components` that leads to a Kustomization, and a file
under `components`.

## Why it matters

kustomize builds a Component only on top of what includes it (`expected kind != 'Component' for path …`). The build fails as a whole.

## When it is silent

* Directories whose kustomization file cannot be read.

## Fix

Moves the entry to the other list. A component changes what it is listed with, and is applied after `resources`; so look at the result.

## References

* <https://kubectl.docs.kubernetes.io/guides/config_management/components/>
)";

constexpr Example kExamples[] = {
    {.title = "A Component among the resources",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
  - monitoring
#   ^^^^^^^^^^ "monitoring" is a Component; list it under components
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
%! apps/monitoring/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
labels:
  - pairs:
      monitored: "yes"
)",
     .good = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
components:
  - monitoring
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
%! apps/monitoring/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
labels:
  - pairs:
      monitored: "yes"
)"},
    {.title = "A Kustomization among the components",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
components:
  - web
#   ^^^ "web" is a Kustomization; list it under resources
  - monitoring
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
%! apps/web/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - settings.yaml
%! apps/web/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
%! apps/monitoring/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
labels:
  - pairs:
      monitored: "yes"
)",
     .good = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
  - web
components:
  - monitoring
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
%! apps/web/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - settings.yaml
%! apps/web/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
%! apps/monitoring/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
labels:
  - pairs:
      monitored: "yes"
)"},
};

// Moves an item to the list `to` of the kustomization; nothing when a comment would be lost on the
// way.
yaml::Edits MoveTo(const RuleContext& context, const FoundNode& entry, std::string_view to) {
  const yaml::Document& document = *entry.document;
  const yaml::Node list = entry.node.parent();
  if (!list.IsSequence()) return std::nullopt;
  const yaml::Edits remove =
      list.size() > 1 ? yaml::RemoveItem(document, entry.node) : yaml::RemovePair(document, list);
  if (!remove || TakesComment(document, *remove)) return std::nullopt;
  const yaml::Value moved = yaml::Value::String(std::string(entry.node.value()));
  const std::string from(list.key().value());
  return OneAfterTheOther(context.file(), remove, [&](const yaml::Document& rest) {
    const yaml::Node other = rest.root().FindOwn(to);
    return other ? yaml::AppendItem(rest, other, moved)
                 : yaml::AddKey(rest, rest.root(), to, yaml::Value::Sequence({moved}), from);
  });
}

void Check(RuleContext& context) {
  const std::string directory(DirectoryName(context.file().path));
  for (const BuildProblem& problem : BuildProblemsIn(context, {build::ProblemKind::kComponent})) {
    Finding& finding = ReportBuildProblem(context, problem);
    const FoundNode entry = FindNode(context, problem.problem->range);
    if (!entry.node.IsScalar()) continue;
    const std::string_view field = entry.node.parent().key().value();
    const std::string_view to = field == "components" ? "resources" : "components";
    if (field != "components" && field != "resources") continue;
    bool listed = false;
    for (std::string_view list : {to, std::string_view("bases")}) {
      const yaml::Node other = entry.document->root().FindOwn(list);
      if (!other.IsSequence()) continue;
      for (yaml::Node item : other) {
        listed |= JoinPath(directory, item.value()) == JoinPath(directory, entry.node.value());
      }
    }
    if (listed) continue;
    context.AddFix(finding, fmt::format("Move \"{}\" to {}", entry.node.value(), to),
                   MoveTo(context, entry, to), false);
  }
}

}  // namespace

extern const Rule kKustomizeComponent;
const Rule kKustomizeComponent{
    .id = "kustomize-component",
    .severity = Severity::kError,
    .summary = "A Component is listed under resources, or a Kustomization under components.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
