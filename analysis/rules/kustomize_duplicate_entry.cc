#include <fmt/format.h>

#include "analysis/rules/duplicate_entries.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports an entry of `resources` (or of `bases`) that leads to what an earlier entry lists already, however it is written.

## Why it matters

kustomize takes it in twice and then refuses the build: `may not add resource with an already registered id`.

## When it is silent

* Components, patches and other lists: something that stands there twice is applied twice.

## Fix

Removes the second entry. It is safe: the build cannot have worked with it.

## References

* <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/>
)";

constexpr Example kExamples[] = {
    {.title = "The same file, written differently",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
  - settings.yaml
  - ./namespace.yaml
#   ^^^^^^^^^^^^^^^^ "./namespace.yaml" is listed already
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
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
  - namespace.yaml
  - settings.yaml
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
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

void Check(RuleContext& context) {
  const yaml::Document* document = KustomizationDocument(context);
  for (const DuplicateEntry& duplicate : FindDuplicateEntries(context)) {
    Finding& finding =
        context.Report(duplicate.entry, Part::kValue,
                       fmt::format("\"{}\" is listed already", duplicate.entry.value()));
    finding.related.push_back({context.file().path, duplicate.first.range(), "the first time"});
    yaml::Edits edits = yaml::RemoveItem(*document, duplicate.entry);
    const bool safe = edits && !TakesComment(*document, *edits);
    context.AddFix(finding, fmt::format("Remove \"{}\"", duplicate.entry.value()), std::move(edits),
                   safe);
  }
}

}  // namespace

extern const Rule kKustomizeDuplicateEntry;
const Rule kKustomizeDuplicateEntry{
    .id = "kustomize-duplicate-entry",
    .severity = Severity::kError,
    .summary = "A kustomization file lists the same file or directory twice.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
