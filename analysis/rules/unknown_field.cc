#include "analysis/rules/schema_problems.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a field that the schema of the object's apiVersion and kind does not have, for the Flux release that the cluster
runs. Patches are checked against the schema of what they patch. The message names the field that was meant, where one is
spelt nearly so, or the place where the field belongs, where that is one level up or down.

## Why it matters

Flux applies objects on the server's side, which refuses fields that it does not know: the Flux Kustomization fails as a whole. Where
the field is dropped silently instead, the setting has no effect.

## When it is silent

* Values with a template (`${…}`, `{{ … }}`): what they will be is not known.
* Files that a template engine fills in, and objects encrypted by SOPS.
* Kinds whose schema is not known: neither in the catalogue nor as a CustomResourceDefinition in the workspace.
* `null`, and keys of patches that begin with `$`.
* In a field whose content is free, such as `values`.

## Fix

Renames the field, moves it where it belongs, or removes it. None of them is safe: only the author knows what was meant.

## References

* <https://fluxcd.io/flux/components/>
)";

constexpr Example kExamples[] = {
    {.title = "A slip of the pen, and a field one level too deep",
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
      version: 6.5.0
      sourceRef:
        kind: HelmRepository
        name: podinfo
      values:
#     ^^^^^^ spec.chart.spec has no field "values"; it belongs to spec
        replicaCount: 2
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
      version: 6.5.0
      sourceRef:
        kind: HelmRepository
        name: podinfo
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
  values:
    replicaCount: 2
)"},
    {.title = "A misspelt field",
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
  maxHistry: 3
# ^^^^^^^^^ spec has no field "maxHistry"; did you mean "maxHistory"?
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
  ReportSchemaProblems(context, SchemaProblem::Kind::kUnknownField);
}

}  // namespace

extern const Rule kUnknownField;
const Rule kUnknownField{
    .id = "unknown-field",
    .severity = Severity::kError,
    .summary = "The schema of this kind has no such field.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
