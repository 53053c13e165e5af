#include <fmt/format.h>

#include "analysis/build/envsubst.h"
#include "analysis/build/fleet.h"
#include "analysis/rules/example_cluster.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a key of `postBuild.substitute`, and a key of a ConfigMap or Secret that a `substituteFrom` names, that is no name for a variable:
letters, digits and `_`, and no digit in front.

## Why it matters

One such key fails the whole build, whether anything uses it or not.

## When it is silent

* ConfigMaps and Secrets that no Flux Kustomization of the same cluster takes variables from.

## Fix

Writes `_` for what is not allowed. Where the name is used it has to be changed as well.

## References

* <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>
)";

constexpr Example kExamples[] = {
    {.title = "A dash in a name",
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
  postBuild:
    substitute:
      cluster-name: production
#     ^^^^^^^^^^^^ "cluster-name" is no name for a variable: letters, digits and _ are allowed, and no digit in front
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
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
  postBuild:
    substitute:
      cluster_name: production
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

using yaml::Node;

class Checker {
 public:
  explicit Checker(RuleContext& context) : context_(context) {}

  void Run() {
    for (const RuleContext::Object& object : context_.objects()) {
      if (object.kind == "Kustomization" && object.api.group == kFluxKustomizeGroup) {
        Keys(object, object.root.At("spec.postBuild.substitute"));
      } else if (object.kind == "ConfigMap" || object.kind == "Secret") {
        if (!IsSource(object)) continue;
        for (std::string_view field : {"data", "stringData"}) Keys(object, object.root.Find(field));
      }
    }
  }

 private:
  // Does a Kustomization take variables from it?
  bool IsSource(const RuleContext::Object& object) const {
    const build::Fleet* fleet = context_.fleet();
    if (!fleet) return false;
    for (build::Effect effect : fleet->EffectsOf(context_.file().path, object.root.range())) {
      const build::ObjectId& id = fleet->ObjectOf(effect).id;
      if (!fleet
               ->BuildsSubstitutingFrom(fleet->BuildOf(effect).cluster, id.kind,
                                        id.EffectiveNamespace(), id.name)
               .empty()) {
        return true;
      }
    }
    return false;
  }

  void Keys(const RuleContext::Object& object, Node map) {
    if (!map.IsMapping()) return;
    for (Node value : map) {
      const std::string_view name = value.key().value();
      if (name.empty() || name == "<<" || build::IsVariableName(name) || HasTemplate(name))
        continue;
      Finding& finding = context_.Report(
          value, Part::kKey,
          fmt::format("\"{}\" is no name for a variable: letters, digits and _ are allowed, and no "
                      "digit in front",
                      name));
      std::string better;
      for (char c : name) {
        const bool good =
            c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        better += good ? c : '_';
      }
      if (better.front() >= '0' && better.front() <= '9') better.insert(0, "_");
      if (map.FindOwn(better)) continue;
      context_.AddFix(finding, fmt::format("Change to \"{}\"", better),
                      yaml::RenameKey(*object.document, value, better), false);
    }
  }

  RuleContext& context_;
};

void Check(RuleContext& context) {
  Checker(context).Run();
}

}  // namespace

extern const Rule kInvalidVariableName;
const Rule kInvalidVariableName{
    .id = "invalid-variable-name",
    .severity = Severity::kError,
    .summary = "A variable of a substitution has a name that Flux refuses.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
