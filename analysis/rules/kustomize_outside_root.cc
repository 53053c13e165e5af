#include <fmt/format.h>

#include "analysis/rules/listed_paths.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a file (not a directory) that a kustomization names and that lies neither in its directory nor below it.

## Why it matters

Flux allows it. `kustomize build` on the command line refuses it (`security; file … is not in or below …`) unless it is told
`--load-restrictor LoadRestrictionsNone`; so do tools that build the directory in CI.

## When it is silent

* Directories: a base may lie anywhere.
* Files that are not there.

## Fix

None: give the file's directory a kustomization file and list that.

## References

* <https://kubectl.docs.kubernetes.io/faq/kustomize/#security-file-foo-is-not-in-or-below-bar>
)";

constexpr Example kExamples[] = {
    {.title = "A file of the directory next door",
     .bad = R"(%! apps/web/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../shared/settings.yaml
#   ^^^^^^^^^^^^^^^^^^^^^^^ "../shared/settings.yaml" lies outside of this directory: Flux reads it, plain kustomize build does not
%! apps/shared/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
)",
     .good = R"(%! apps/web/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../shared
%! apps/shared/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - settings.yaml
%! apps/shared/settings.yaml
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
  if (!document) return;
  const std::string directory(DirectoryName(context.file().path));
  for (const ListedPath& listed : ListedPaths(document->root())) {
    if (listed.field == "bases" || listed.field == "components") continue;
    if (listed.node.IsBlockScalar()) continue;
    const std::string path = JoinPath(directory, listed.entry);
    if (IsInside(path, directory) || context.snapshot().Stat(path) != PathKind::kFile) continue;
    context.Report(listed.node, Part::kValue,
                   fmt::format("\"{}\" lies outside of this directory: Flux reads it, plain "
                               "kustomize build does not",
                               listed.entry));
  }
}

}  // namespace

extern const Rule kKustomizeOutsideRoot;
const Rule kKustomizeOutsideRoot{
    .id = "kustomize-outside-root",
    .severity = Severity::kInfo,
    .summary = "A kustomization lists a file outside of its directory.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
