#include <fmt/format.h>

#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports `bases`, `imageTags`, `patchesStrategicMerge`, `patchesJson6902`, `commonLabels`, `vars`, and `env` of a generator.

## Why it matters

They still work, with a warning (`'bases' is deprecated …`). None of them gets new abilities, and kustomize announces to drop them.

## When it is silent

* `commonAnnotations`, which is not deprecated.

## Fix

What `kustomize edit fix` does, with comments and order kept: `bases` becomes `resources`, `imageTags` becomes `images`, `env` becomes
`envs`, `commonLabels` becomes an entry of `labels` with `includeSelectors: true`, patches become entries of `patches`.

It is offered as safe where the build stays the same. kustomize applies `patchesStrategicMerge` before `patches`, and `patchesJson6902`
after namespace, names and labels; where that could make a difference the fix is not applied unseen. `vars` have no simple
counterpart: write `replacements`.

## References

* <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>
* <https://github.com/kubernetes-sigs/kustomize/blob/master/api/types/kustomization.go>
)";

constexpr Example kExamples[] = {
    {.title = "Bases",
     .bad = R"(%! apps/production/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
# What every cluster gets.
bases:
#^^^^ "bases" is deprecated; directories stand under "resources"
  - ../base # podinfo
%! apps/base/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
%! apps/base/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
)",
     .good = R"(%! apps/production/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
# What every cluster gets.
resources:
  - ../base # podinfo
%! apps/base/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
%! apps/base/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
)"},
    {.title = "Patches",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - settings.yaml
patchesStrategicMerge:
#^^^^^^^^^^^^^^^^^^^^ "patchesStrategicMerge" is deprecated; use "patches"
  # Green is for the others.
  - patch.yaml
  - |-
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
      namespace: web
    data:
      size: large
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
%! apps/patch.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: blue
)",
     .good = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - settings.yaml
patches:
  # Green is for the others.
  - path: patch.yaml
  - patch: |-
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
        namespace: web
      data:
        size: large
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
%! apps/patch.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: blue
)"},
    {.title = "Labels",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - settings.yaml
commonLabels:
#^^^^^^^^^^^ "commonLabels" is deprecated; use "labels" with includeSelectors
  team: web
  tier: "1"
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
labels:
  - includeSelectors: true
    pairs:
      team: web
      tier: "1"
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

using yaml::Document;
using yaml::Edits;
using yaml::Node;
using yaml::Value;

struct Field {
  std::string_view name;
  std::string_view instead;  // the field that takes over
  std::string_view advice;
};

constexpr Field kFields[] = {
    {"bases", "resources", "directories stand under \"resources\""},
    {"imageTags", "images", "use \"images\""},
    {"patchesStrategicMerge", "patches", "use \"patches\""},
    {"patchesJson6902", "patches", "use \"patches\""},
    {"commonLabels", "labels", "use \"labels\" with includeSelectors"},
    {"vars", "", "use \"replacements\""},
};

// A value that can be written elsewhere; nothing for what would lose something on the way.
std::optional<Value> Copy(Node node) {
  if (!node || node.IsAlias() || !node.anchor().empty() || !node.tag().empty()) return std::nullopt;
  if (node.IsNull()) return Value::Verbatim("null");
  if (node.IsScalar()) {
    if (node.IsBlockScalar()) return Value::Block(std::string(node.value()));
    if (node.style() == yaml::ScalarStyle::kPlain)
      return Value::Verbatim(std::string(node.value()));
    return Value::Verbatim(yaml::QuoteScalar(node.value(), node.style()));
  }
  if (node.IsSequence()) {
    std::vector<Value> items;
    for (Node item : node) {
      std::optional<Value> copy = Copy(item);
      if (!copy) return std::nullopt;
      items.push_back(std::move(*copy));
    }
    return Value::Sequence(std::move(items));
  }
  std::vector<yaml::ValuePair> pairs;
  for (Node value : node) {
    std::optional<Value> copy = Copy(value);
    if (!copy || value.key().value() == "<<") return std::nullopt;
    pairs.push_back({std::string(value.key().value()), std::move(*copy)});
  }
  return Value::Mapping(std::move(pairs));
}

// An item of one of the lists as the new list has it.
std::optional<Value> ItemFor(std::string_view field, Node item) {
  std::optional<Value> copy = Copy(item);
  if (!copy || field != "patchesStrategicMerge") return copy;
  if (!item.IsScalar()) return std::nullopt;
  return Value::Mapping({{LooksInline(item) ? "patch" : "path", std::move(*copy)}});
}

// Renames the field, and changes its items where they stand.
Edits InPlace(const Document& document, Node value, const Field& field) {
  Edits edits = yaml::RenameKey(document, value, field.instead);
  if (field.name == "commonLabels") {
    std::optional<Value> pairs = Copy(value);
    if (!pairs || !value.IsMapping()) return std::nullopt;
    edits =
        Together(std::move(edits),
                 yaml::ReplaceValue(
                     document, value,
                     Value::Sequence({Value::Mapping({{"includeSelectors", Value::Verbatim("true")},
                                                      {"pairs", std::move(*pairs)}})})));
    if (edits && TakesComment(document, *edits)) return std::nullopt;
    return edits;
  }
  if (field.name != "patchesStrategicMerge") return edits;
  if (!value.IsSequence() || value.IsFlow()) return std::nullopt;
  for (Node item : value) {
    std::optional<Value> fresh = ItemFor(field.name, item);
    if (!fresh) return std::nullopt;
    edits = Together(std::move(edits), yaml::ReplaceValue(document, item, *fresh));
  }
  if (edits && TakesComment(document, *edits)) return std::nullopt;
  return edits;
}

// Moves the items to the end of the list that is there already.
Edits ToTheOther(const Document& document, Node value, Node other, const Field& field) {
  Edits edits = yaml::RemovePair(document, value);
  if (!edits || TakesComment(document, *edits)) return std::nullopt;
  if (field.name == "commonLabels") {
    std::optional<Value> pairs = Copy(value);
    if (!pairs) return std::nullopt;
    return Together(std::move(edits),
                    yaml::AppendItem(document, other,
                                     Value::Mapping({{"includeSelectors", Value::Verbatim("true")},
                                                     {"pairs", std::move(*pairs)}})));
  }
  if (!value.IsSequence()) return std::nullopt;
  for (Node item : value) {
    std::optional<Value> fresh = ItemFor(field.name, item);
    if (!fresh) return std::nullopt;
    edits = Together(std::move(edits), yaml::AppendItem(document, other, *fresh));
  }
  return edits;
}

// Does kustomize apply JSON patches after something that could change what they see?
bool ChangesBeforeJsonPatches(Node root) {
  for (std::string_view field :
       {"namespace", "namePrefix", "nameSuffix", "labels", "commonLabels", "commonAnnotations"}) {
    if (root.FindOwn(field)) return true;
  }
  return false;
}

void CheckField(RuleContext& context, const Document& document, const Field& field) {
  const Node root = document.root();
  const Node value = root.FindOwn(field.name);
  if (!value) return;
  Finding& finding = context.Report(
      value, Part::kKey, fmt::format("\"{}\" is deprecated; {}", field.name, field.advice));
  if (field.instead.empty() || value.IsAlias()) return;
  // One after the other: both would become the same field.
  if (field.name == "patchesJson6902" && root.FindOwn("patchesStrategicMerge")) return;
  const Node other = root.FindOwn(field.instead);
  bool safe = true;
  if (field.name == "patchesStrategicMerge") safe = !other;
  if (field.name == "patchesJson6902") safe = !ChangesBeforeJsonPatches(root);
  if (field.name == "commonLabels") safe = !other;
  context.AddFix(
      finding, fmt::format("Change to \"{}\"", field.instead),
      other ? ToTheOther(document, value, other, field) : InPlace(document, value, field), safe);
}

void CheckGenerators(RuleContext& context, const Document& document, Node list) {
  if (!list.IsSequence()) return;
  for (Node generator : list) {
    const Node env = generator.FindOwn("env");
    if (!env.IsScalar()) continue;
    Finding& finding = context.Report(env, Part::kKey, "\"env\" is deprecated; use \"envs\"");
    if (generator.FindOwn("envs")) continue;
    context.AddFix(
        finding, "Change to \"envs\"",
        Together(yaml::RenameKey(document, env, "envs"),
                 yaml::ReplaceValue(document, env,
                                    Value::Sequence({Value::String(std::string(env.value()))}))),
        true);
  }
}

void Check(RuleContext& context) {
  const Document* document = KustomizationDocument(context);
  if (!document) return;
  for (const Field& field : kFields) CheckField(context, *document, field);
  CheckGenerators(context, *document, document->root().Find("configMapGenerator"));
  CheckGenerators(context, *document, document->root().Find("secretGenerator"));
}

}  // namespace

extern const Rule kKustomizeDeprecatedField;
const Rule kKustomizeDeprecatedField{
    .id = "kustomize-deprecated-field",
    .severity = Severity::kWarning,
    .summary = "A field of a kustomization file that kustomize has replaced by another.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
