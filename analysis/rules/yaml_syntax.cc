#include <fmt/format.h>

#include <set>

#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/inner_yaml.h"
#include "schemas/nearest.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports the first syntax error of each YAML document, on the text that causes it. Aliases without an anchor (`*name` where no
`&name` stands before it in the same document) are among them, and so are errors in the text of inline patches
(`patch: |`) of kustomization files, Flux Kustomizations and post renderers.

## Why it matters

Neither kustomize nor Flux can read the file. The Flux Kustomization that builds it fails as a whole, and nothing
that it manages is updated.

## When it is silent

* Templates of Helm charts, and files that hold the marks of another template engine.
* Legal YAML that looks odd: an anchor defined twice, keys of several types, empty documents.
* Errors behind the first one of a document, which are often only its echo.

## Fix

Where the repair is likely: quote the value, put spaces for the tab, add the missing `:` or space,
name the near anchor. None of them is done unseen: each could be meant otherwise.

## References

* <https://yaml.org/spec/1.2.2/>
)";

constexpr Example kExamples[] = {
    {.title = "An alias without an anchor",
     .bad = R"(apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  primary: &host db-0.web.svc
  replica: *hots
#          ^^^^^ alias *hots names no anchor: there is no &hots before it in this document; did you mean *host?
)",
     .good = R"(apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  primary: &host db-0.web.svc
  replica: *host
)"},
};

// Inline patches are YAML in a string: kustomize parses them when it builds.
void CheckPatches(RuleContext& context, yaml::Node holder) {
  std::set<yaml::NodeId> seen;
  for (std::string_view field : {"patches", "patchesJson6902", "patchesStrategicMerge"}) {
    yaml::Node list = holder.Find(field);
    if (!list.IsSequence()) continue;
    for (yaml::Node item : list) {
      yaml::Node patch = item.Resolve();
      if (patch.IsMapping()) patch = patch.Find("patch");
      // Many patches may be aliases of one.
      if (!seen.insert(patch.id()).second) continue;
      if (!patch.IsBlockScalar() || HasTemplate(patch.value())) continue;
      const InnerYaml inner =
          ReadInner(patch, context.file().text->content(), OffsetMap::Identity(), patch.range());
      for (const yaml::Document& document : inner.file.documents) {
        if (!document.HasErrors()) continue;
        yaml::SyntaxError error = document.errors().front();
        context.ReportAt(inner.to_file.Map(error.range).value_or(inner.whole),
                         "in this patch: " + error.message);
        break;
      }
    }
  }
}

// For an alias without an anchor: the anchor before it that was probably meant.
std::optional<std::string_view> NearAnchor(const yaml::Document& document, ByteRange alias,
                                           std::string_view text) {
  std::vector<std::string_view> anchors;
  document.root().Visit([&](yaml::Node node) {
    if (!node.anchor().empty() && node.range().begin < alias.begin)
      anchors.push_back(node.anchor());
  });
  const std::string_view written = Slice(text, alias);
  if (!written.starts_with('*')) return std::nullopt;
  return Nearest(written.substr(1), anchors);
}

void Check(RuleContext& context) {
  if (context.file().file_class != FileClass::kYaml) return;
  for (const yaml::Document& document : context.documents()) {
    if (!document.HasErrors()) continue;
    std::vector<yaml::SyntaxError> errors = document.errors();
    if (errors.empty()) continue;
    yaml::SyntaxError& error = errors.front();
    std::optional<std::string_view> anchor;
    if (error.kind == yaml::SyntaxErrorKind::kUndefinedAlias && error.edits.empty()) {
      anchor = NearAnchor(document, error.range, context.file().text->content());
    }
    if (anchor) {
      error.message += fmt::format("; did you mean *{}?", *anchor);
      error.fix_title = fmt::format("Change to *{}", *anchor);
      error.edits.push_back({error.range, fmt::format("*{}", *anchor)});
    }
    Finding& finding = context.ReportAt(error.range, std::move(error.message));
    context.AddFix(finding, std::move(error.fix_title), std::move(error.edits),
                   /*safe=*/false);
  }
  for (const yaml::Document& document : context.documents()) {
    if (document.HasErrors()) continue;
    yaml::Node root = document.root();
    if (context.file().facts.kustomization) CheckPatches(context, root);
    if (!IsFluxGroup(ApiVersion::Parse(root.Find("apiVersion").value()).group)) continue;
    yaml::Node spec = root.Find("spec");
    CheckPatches(context, spec);
    yaml::Node renderers = spec.Find("postRenderers");
    if (!renderers.IsSequence()) continue;
    for (yaml::Node renderer : renderers)
      CheckPatches(context, renderer.Resolve().Find("kustomize"));
  }
}

}  // namespace

extern const Rule kYamlSyntax;
const Rule kYamlSyntax{
    .id = "yaml-syntax",
    .severity = Severity::kError,
    .summary = "The document is not valid YAML.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
