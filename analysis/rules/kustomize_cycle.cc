#include "analysis/rules/build_problems.h"
#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports an entry of `resources` or `components` that leads back to a directory that is being built: to itself, to a directory above it,
or round a circle of several kustomization files. The finding stands at the entry that closes the circle.

## Why it matters

kustomize refuses to build it (`cycle detected`), and nothing below the Flux Kustomization is updated.

## When it is silent

* Entries of kustomization files that another mistake keeps from being read.

## Fix

None: which of the entries is too much is for you to say. List the files, or move what both need into a directory of its own.

## References

* <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/>
)";

constexpr Example kExamples[] = {
    {.title = "Two directories that list each other",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - web
%! apps/web/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../shared
  - namespace.yaml
%! apps/web/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
%! apps/shared/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../web
#   ^^^^^^ "../web" is built by this kustomization already: a cycle
)",
     .good = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - web
%! apps/web/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../shared
  - namespace.yaml
%! apps/web/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
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
  for (const BuildProblem& problem : BuildProblemsIn(context, {build::ProblemKind::kCycle})) {
    ReportBuildProblem(context, problem);
  }
}

}  // namespace

extern const Rule kKustomizeCycle;
const Rule kKustomizeCycle{
    .id = "kustomize-cycle",
    .severity = Severity::kError,
    .summary = "A kustomization includes itself, or a directory that it lies in.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
