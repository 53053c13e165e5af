#include "analysis/rules/build_problems.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports, at the line that causes it, what makes a build fail and no other rule speaks of: a field that a kustomization file does not
have, a resource without kind or name, a patch that finds no object or does not fit, a generator without a name, a replacement whose
source is not there, a selector that is malformed, two kustomization files in one directory.

## Why it matters

kustomize stops, with a message that often names neither file nor line, and the Flux Kustomization applies nothing until it is mended.

## When it is silent

* Objects that are looked for in a build of which a part is not known (a remote base) or cannot be read.
* What other rules say: missing entries, cycles, Components, duplicates, `helmCharts`, syntax errors.

Where no Flux Kustomization builds the directory it is a warning.

## Fix

None.

## References

* <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>
)";

constexpr Example kExamples[] = {
    {.title = "A patch without an object",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - settings.yaml
patches:
  - path: patch.yaml
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
#^^^^^^^^^^^^^ nothing is called ConfigMap "setings" in namespace "web" here
kind: ConfigMap
metadata:
  name: setings
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
  - path: patch.yaml
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
    {.title = "A field that kustomize does not have",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resource:
#^^^^^^^ "resource" is no field of a kustomization file; did you mean "resources"?
  - settings.yaml
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

// wrong-kustomization speaks of these: a kustomization file that is listed as a resource, or has
// the apiVersion of Flux's Kustomization.
bool IsWrongKustomization(const RuleContext& context, const build::Problem& problem) {
  if (problem.kind != build::ProblemKind::kBadObject &&
      problem.kind != build::ProblemKind::kBadKustomization) {
    return false;
  }
  for (const yaml::Document& document : context.documents()) {
    const yaml::Node root = document.root();
    if (root.Find("kind").value() != "Kustomization") continue;
    const bool kustomize =
        ApiVersion::Parse(root.Find("apiVersion").value()).group == kKustomizeGroup;
    if (!kustomize || problem.kind == build::ProblemKind::kBadObject ||
        IsFluxKustomizationUnderKustomizeApi(root)) {
      return true;
    }
  }
  return problem.kind == build::ProblemKind::kBadObject &&
         IsKustomizationFileName(BaseName(context.file().path));
}

// kustomize-missing-entry reads kustomization files; `components` of a Flux Kustomization it does
// not.
bool IsOurs(const RuleContext& context, build::ProblemKind kind) {
  const bool entry =
      kind == build::ProblemKind::kMissingEntry || kind == build::ProblemKind::kNoKustomization;
  return !entry || !context.file().facts.kustomization;
}

void Check(RuleContext& context) {
  using build::ProblemKind;
  for (const BuildProblem& problem : BuildProblemsIn(
           context, {ProblemKind::kBadObject, ProblemKind::kBadKustomization, ProblemKind::kPatch,
                     ProblemKind::kGenerator, ProblemKind::kReplacement, ProblemKind::kTransformer,
                     ProblemKind::kVariable, ProblemKind::kNameReference,
                     ProblemKind::kMissingEntry, ProblemKind::kNoKustomization})) {
    if (IsWrongKustomization(context, *problem.problem)) continue;
    if (!IsOurs(context, problem.problem->kind)) continue;
    Finding& finding = ReportBuildProblem(context, problem);
    if (problem.problem->kind != ProblemKind::kBadKustomization) continue;
    // A field is wrong as a whole.
    if (const yaml::Node key = FindNode(context, problem.problem->range).node.key())
      finding.range = key.range();
  }
}

}  // namespace

extern const Rule kKustomizeBuild;
const Rule kKustomizeBuild{
    .id = "kustomize-build",
    .severity = Severity::kError,
    .summary = "kustomize refuses to build this.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
