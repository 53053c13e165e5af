#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "analysis/build/fleet.h"
#include "analysis/build/scalar_type.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports names, namespaces, labels and annotations of an object that Kubernetes refuses:

* a name or namespace that is no DNS name: small letters, digits, `-`, and in names `.`;
* a label or annotation whose value is no text, such as an unquoted `true` or `1`;
* a label or annotation key, or a label's value, of the wrong form.

Names are checked for the kinds of Flux and for those kinds of Kubernetes that need DNS names.

## Why it matters

The API server refuses the object, and the Flux Kustomization that applies it fails. kustomize stops at labels and
annotations that are no text before that.

## When it is silent

* Values with a template (`${…}`).
* Names of other kinds: roles and some custom resources take nearly any text.
* Names that a build replaces, and names in files that no build reads, unless the object is one of Flux.

## Fix

Writes quotes around a value that has to be text.

## References

* <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>
* <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set>
)";

constexpr Example kExamples[] = {
    {.title = "An annotation that is no text",
     .bad = R"(apiVersion: v1
kind: Namespace
metadata:
  name: web
  labels:
    istio-injection: true
#                    ^^^^ the value of label "istio-injection" must be text; write "true"
)",
     .good = R"(apiVersion: v1
kind: Namespace
metadata:
  name: web
  labels:
    istio-injection: "true"
)"},
    {.title = "Capitals in a name",
     .bad = R"(apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: Podinfo
#       ^^^^^^^ the name "Podinfo" is not allowed: small letters, digits, "-" and "." only, at most 253 of them
  namespace: web
spec:
  interval: 1h
  url: https://stefanprodan.github.io/podinfo
)",
     .good = R"(apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 1h
  url: https://stefanprodan.github.io/podinfo
)"},
};

using yaml::Node;

// Kinds of Kubernetes itself whose names are DNS names.
constexpr std::array<std::string_view, 14> kPlainKinds = {
    "ConfigMap", "Secret",       "Deployment",     "StatefulSet",
    "DaemonSet", "Job",          "CronJob",        "Ingress",
    "Service",   "Namespace",    "ServiceAccount", "PersistentVolumeClaim",
    "Pod",       "NetworkPolicy"};

bool Matches(std::string_view text, const RE2& pattern) {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

bool HasDnsName(const RuleContext::Object& object) {
  if (IsFluxGroup(object.api.group)) return true;
  const bool core = object.api.group.empty() || object.api.group == "apps" ||
                    object.api.group == "batch" || object.api.group == "networking.k8s.io";
  return core &&
         std::find(kPlainKinds.begin(), kPlainKinds.end(), object.kind) != kPlainKinds.end();
}

bool IsText(Node node) {
  if (!node.IsScalar() || node.style() != yaml::ScalarStyle::kPlain || !node.tag().empty())
    return node.IsScalar();
  return build::PlainType(node.value()) == build::Type::kString;
}

// The names that builds give the object; what is written, for an object of Flux that nobody builds.
// kustomize puts its `namespace` in place of a Namespace's name, so what is written need not count.
std::vector<std::string_view> EffectiveTexts(const RuleContext& context,
                                             const RuleContext::Object& object,
                                             std::string_view field, std::string_view written) {
  std::vector<std::string_view> out;
  const build::Fleet* fleet = context.fleet();
  if (!fleet) return out;
  const std::string& path = context.file().path;
  for (const build::Effect effect : fleet->EffectsOf(path, object.root.range())) {
    out.push_back(build::Text(build::Find(fleet->ObjectOf(effect).root, "metadata"), field));
  }
  if (out.empty() && fleet->BuildsReading(path).empty() && IsFluxGroup(object.api.group))
    out.push_back(written);
  return out;
}

// Are all of the texts wrong, and there is one?
template <typename IsRight>
bool AllWrong(const std::vector<std::string_view>& texts, const IsRight& is_right) {
  return !texts.empty() && std::none_of(texts.begin(), texts.end(), [&](std::string_view text) {
    // A dollar sign in a name is somebody's template.
    return text.empty() || HasTemplate(text) || text.find('$') != std::string_view::npos ||
           is_right(text);
  });
}

void CheckName(RuleContext& context, const RuleContext::Object& object, Node metadata) {
  // Asked only where what is written is wrong: that is what can be mended here.
  const Node name = metadata.Find("name");
  if (name.IsScalar() && HasDnsName(object) && AllWrong({name.value()}, IsObjectName) &&
      AllWrong(EffectiveTexts(context, object, "name", name.value()), IsObjectName)) {
    context.Report(name, Part::kValue,
                   fmt::format("the name \"{}\" is not allowed: small letters, digits, \"-\" and "
                               "\".\" only, at most 253 of them",
                               name.value()));
  }
  const Node ns = metadata.Find("namespace");
  if (ns.IsScalar() && AllWrong({ns.value()}, IsNamespaceName) &&
      AllWrong(EffectiveTexts(context, object, "namespace", ns.value()), IsNamespaceName)) {
    context.Report(ns, Part::kValue,
                   fmt::format("the namespace \"{}\" is not allowed: small letters, digits and "
                               "\"-\" only, at most 63 of them",
                               ns.value()));
  }
}

// `what`: "label" or "annotation".
void CheckMap(RuleContext& context, const yaml::Document& document, Node map,
              std::string_view what) {
  static const RE2 kName(R"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)");
  static const RE2 kPrefix(R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)");
  // Of annotations the API server looks at the key in small letters.
  static const RE2 kAnyPrefix(
      R"((?i)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)");
  for (const Node value : map) {
    const std::string_view key = value.key().value();
    // Merge keys, patch directives and templates.
    if (key == "<<" || key.starts_with('$') || HasTemplate(key)) continue;
    const size_t slash = key.find('/');
    const std::string_view name = slash == std::string_view::npos ? key : key.substr(slash + 1);
    if (!Matches(name, kName) ||
        (slash != std::string_view::npos &&
         !Matches(key.substr(0, slash), what == "label" ? kPrefix : kAnyPrefix))) {
      context.Report(value, Part::kKey,
                     fmt::format("\"{}\" is no {} key: a name of at most 63 letters, digits, -, _ "
                                 "and ., behind a domain and a slash if need be",
                                 key, what));
    }
    const Node node = value.Resolve();
    if (node.IsNull() || (node.IsScalar() && HasTemplate(node.value()))) continue;
    if (!IsText(node)) {
      Finding& finding = context.Report(
          value, node.IsScalar() ? Part::kValue : Part::kKey,
          node.IsScalar() ? fmt::format("the value of {} \"{}\" must be text; write \"{}\"", what,
                                        key, node.value())
                          : fmt::format("the value of {} \"{}\" must be text", what, key));
      if (node.IsScalar() && node == value) {
        context.AddFix(
            finding, "Quote it",
            yaml::ReplaceValue(document, node,
                               yaml::Value::Verbatim(fmt::format("\"{}\"", node.value()))),
            true);
      }
    } else if (what == "label" && !node.value().empty() && !Matches(node.value(), kName)) {
      context.Report(value, Part::kValue,
                     fmt::format("\"{}\" is no label value: at most 63 letters, digits, -, _ and .",
                                 Shown(node.value(), 80)));
    }
  }
}

void Check(RuleContext& context) {
  if (context.file().file_class != FileClass::kYaml || IsGeneratedFile(context.file())) return;
  for (const RuleContext::Object& object : context.objects()) {
    if (object.document->HasErrors() || object.root.Find("sops").IsMapping()) continue;
    if (object.kind == "CustomResourceDefinition" || object.api.group == kKustomizeGroup) continue;
    const Node metadata = object.root.Find("metadata");
    CheckName(context, object, metadata);
    CheckMap(context, *object.document, metadata.Find("labels"), "label");
    CheckMap(context, *object.document, metadata.Find("annotations"), "annotation");
  }
}

}  // namespace

extern const Rule kInvalidMetadata;
const Rule kInvalidMetadata{
    .id = "invalid-metadata",
    .severity = Severity::kError,
    .summary = "A name, label or annotation that Kubernetes refuses.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
