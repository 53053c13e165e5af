#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports the first syntax error of each YAML document, on the text that causes it. Aliases without an anchor (`*name` where no
`&name` stands before it in the same document) are among them.

## Why it matters

Neither kustomize nor Flux can read the file. The Flux Kustomization that builds it fails as a whole, and nothing
that it manages is updated.

## When it is silent

* Templates of Helm charts, and files that hold the marks of another template engine.
* Legal YAML that looks odd: an anchor defined twice, keys of several types, empty documents.
* Errors behind the first one of a document, which are often only its echo.

## Fix

Where the repair is obvious: quote the value, put spaces for the tab, add the missing `:` or space. Only tabs are replaced
without asking, the rest could mean something else.

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
#          ^^^^^ alias "*hots" has no anchor: no "&hots" before it in this document
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

void Check(RuleContext& context) {
  if (context.file().file_class != FileClass::kYaml) return;
  for (const yaml::Document& document : context.documents()) {
    if (!document.HasErrors()) continue;
    std::vector<yaml::SyntaxError> errors = document.errors();
    if (errors.empty()) continue;
    yaml::SyntaxError& error = errors.front();
    Finding& finding = context.ReportAt(error.range, std::move(error.message));
    const bool safe = error.kind == yaml::SyntaxErrorKind::kTab;
    context.AddFix(finding, std::move(error.fix_title), std::move(error.edits), safe);
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
