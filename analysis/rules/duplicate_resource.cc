#include <fmt/format.h>

#include <map>
#include <set>

#include "analysis/rules/build_problems.h"
#include "analysis/rules/duplicate_entries.h"
#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports two objects with the same kind, name and namespace in one build, at the second of them, or at the entry that brings it in again.

## Why it matters

kustomize refuses the build (`may not add resource with an already registered id`), and nothing that the Flux Kustomization manages is
updated.

## When it is silent

* The same entry twice in one list: that is `kustomize-duplicate-entry`.
* Objects of two Flux Kustomizations: that is `overlapping-paths`.

## Fix

None: the two may differ.

## References

* <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/>
)";

constexpr Example kExamples[] = {
    {.title = "A namespace in the base and in the overlay",
     .bad = R"(%! apps/production/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
  - ../base
#   ^^^^^^^ Namespace "web" is in this build twice
%! apps/production/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
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
resources:
  - ../base
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
};

void Check(RuleContext& context) {
  const std::set<ByteRange> twice = RangesOfDuplicateEntries(context);
  std::map<ByteRange, int> count;
  const std::vector<BuildProblem> problems =
      BuildProblemsIn(context, {build::ProblemKind::kDuplicateObject});
  for (const BuildProblem& problem : problems) ++count[problem.problem->range];
  for (const BuildProblem& problem : problems) {
    int& more = count[problem.problem->range];
    // An entry that brings in many of them is told once.
    if (more == 0 || twice.contains(problem.problem->range)) continue;
    Finding& finding = ReportBuildProblem(context, problem);
    if (more > 1) finding.message += fmt::format(", and {} more", more - 1);
    more = 0;
  }
}

}  // namespace

extern const Rule kDuplicateResource;
const Rule kDuplicateResource{
    .id = "duplicate-resource",
    .severity = Severity::kError,
    .summary = "The same object is in one build twice.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
