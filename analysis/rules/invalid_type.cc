#include "analysis/rules/schema_problems.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a value of the wrong type: text where a number is needed, a number where text is needed, a list instead of a
mapping. Plain scalars are read as kustomize reads them, which writes what the cluster gets: `yes` and `on` are text,
`true` is not; `1.10` is the number 1.1.

## Why it matters

The API server refuses the object, and the Flux Kustomization that applies it fails. A version such as `1.10` that is read as a number
has lost its zero before anybody looks at it.

## When it is silent

* Values with a template (`${…}`, `{{ … }}`): what they will be is not known.
* Files that a template engine fills in, and objects encrypted by SOPS.
* Kinds whose schema is not known: neither in the catalogue nor as a CustomResourceDefinition in the workspace.
* `null`, and keys of patches that begin with `$`.

## Fix

Writes quotes around a number that has to be text, takes them away from a number that has to be one, writes `true` for `yes`.

## References

* <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation>
)";

constexpr Example kExamples[] = {
    {.title = "A chart version that is a number",
     .bad = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  chart:
    spec:
      chart: podinfo
      version: 6.5
#              ^^^ spec.chart.spec.version takes a string, found 6.5
      sourceRef:
        kind: HelmRepository
        name: podinfo
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
)",
     .good = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  chart:
    spec:
      chart: podinfo
      version: "6.5"
      sourceRef:
        kind: HelmRepository
        name: podinfo
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
)"},
    {.title = "A number in quotes",
     .bad = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  chartRef:
    kind: OCIRepository
    name: podinfo
  maxHistory: "3"
#             ^^^ spec.maxHistory takes a whole number, found the text "3"
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
)",
     .good = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 5m
  chartRef:
    kind: OCIRepository
    name: podinfo
  maxHistory: 3
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
)"},
};

void Check(RuleContext& context) {
  ReportSchemaProblems(context, SchemaProblem::Kind::kInvalidType);
}

}  // namespace

extern const Rule kInvalidType;
const Rule kInvalidType{
    .id = "invalid-type",
    .severity = Severity::kError,
    .summary = "The value has another type than the field takes.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
