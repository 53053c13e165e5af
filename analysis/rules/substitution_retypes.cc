#include <fmt/format.h>

#include <set>

#include "analysis/build/fleet.h"
#include "analysis/build/open_value.h"
#include "analysis/rules/example_cluster.h"
#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a value that is text as it is written and something else once Flux has put the variables in, in places that take only text: `data`
of a ConfigMap, `stringData` of a Secret, labels, annotations, and `value` of an environment variable.

## Why it matters

kustomize drops quotes that YAML does not need, so `"${replicas}"` reaches the substitution as `${replicas}` and becomes the number `2`.
The API server then refuses the object: `cannot unmarshal number into Go struct field ….data of type string`.

## When it is silent

* Fields that may be of any type, such as the values of a HelmRelease.
* Values that are not known here.

## Fix

None in this line alone: define a variable that holds a quotation mark and write it around the value, `${quote}${replicas}${quote}` with
`quote: '"'`.

## References

* <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>
)";

constexpr Example kExamples[] = {
    {.title = "A number in a ConfigMap",
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
      replicas: "2"
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  replicas: "${replicas}"
#           ^^^^^^^^^^^^^ this becomes the number 2, and text is wanted here
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
      replicas: "2"
      quote: '"'
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  replicas: ${quote}${replicas}${quote}
)"},
};

using build::Type;
using build::Value;

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kBool:
      return "boolean";
    case Type::kInt:
    case Type::kFloat:
      return "number";
    default:
      return "null";
  }
}

class Checker {
 public:
  explicit Checker(RuleContext& context) : context_(context) {}

  void Run(const build::Fleet& fleet) {
    std::set<const Value*> seen;
    for (const auto& [range, effects] : fleet.SubstitutedIn(context_.file().path)) {
      for (build::Effect effect : effects) {
        const build::Object& object = fleet.ObjectOf(effect);
        if (!seen.insert(object.root).second) continue;
        Walk(object.root);
        if (object.id.group.empty() && object.id.kind == "ConfigMap")
          Texts(build::Find(object.root, "data"));
        if (object.id.group.empty() && object.id.kind == "Secret")
          Texts(build::Find(object.root, "stringData"), /*hidden=*/true);
      }
    }
  }

 private:
  // `metadata` and `env` wherever they are.
  void Walk(const Value* value) {
    for (const build::Pair& pair : value->Pairs()) {
      if (pair.key == "metadata") {
        Texts(build::Find(pair.value, "labels"));
        Texts(build::Find(pair.value, "annotations"));
      } else if (pair.key == "env" && pair.value->IsList()) {
        for (const Value* item : pair.value->Items()) {
          // What has a name is an environment variable of a container.
          if (build::Find(item, "name")) Text(build::Find(item, "value"));
        }
      } else if (pair.key != "values" && pair.key != "valuesObject") {
        Walk(pair.value);
      }
    }
    for (const Value* item : value->Items()) Walk(item);
  }

  void Texts(const Value* map, bool hidden = false) {
    if (!map) return;
    for (const build::Pair& pair : map->Pairs()) Text(pair.value, hidden);
  }

  void Text(const Value* value, bool hidden = false) {
    if (!value || !value->IsScalar() || value->type == Type::kString || !value->edits) return;
    if (value->edits->kind != build::EditKind::kSubstitution) return;
    if (!value->origin || value->origin.file->path != context_.file().path) return;
    // What stays of a variable that is not known tells nothing.
    if (value->str().find("${") != std::string_view::npos) return;
    if (!told_.insert(value->origin.range).second) return;
    context_.ReportAt(
        value->origin.range,
        value->IsNull()
            ? std::string("this becomes null, and text is wanted here")
            : fmt::format("this becomes the {} {}, and text is wanted here", TypeName(value->type),
                          hidden ? "***" : build::OpenText(*value)));
  }

  RuleContext& context_;
  std::set<ByteRange> told_;
};

void Check(RuleContext& context) {
  if (context.fleet()) Checker(context).Run(*context.fleet());
}

}  // namespace

extern const Rule kSubstitutionRetypes;
const Rule kSubstitutionRetypes{
    .id = "substitution-retypes",
    .severity = Severity::kWarning,
    .summary = "A variable turns a text into a number or a boolean where Kubernetes wants text.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
