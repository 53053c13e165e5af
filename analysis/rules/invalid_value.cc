#include "analysis/rules/schema_problems.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a value that is none of the values a field takes, does not have the form that it needs (durations, URLs), or is too long, too short, too many
or too few. The message says what is allowed.

## Why it matters

The API server refuses the object, and the Flux Kustomization that applies it fails.

## When it is silent

* Values with a template (`${…}`, `{{ … }}`): what they will be is not known.
* Files that a template engine fills in, and objects encrypted by SOPS.
* Kinds whose schema is not known: neither in the catalogue nor as a CustomResourceDefinition in the workspace.
* `null`, and keys of patches that begin with `$`.

## Fix

Writes the nearest of the allowed values; a duration in units that are allowed: `24h` for `1d`, and `60m` for `1h` where
the field takes no hours, as `spec.timeout` of sources does.

## References

* <https://fluxcd.io/flux/components/>
)";

constexpr Example kExamples[] = {
    {.title = "Days, which no duration has",
     .bad = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 1d
#           ^^ spec.interval takes a duration such as 5m or 1h30m, found "1d"
  chartRef:
    kind: OCIRepository
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
  interval: 24h
  chartRef:
    kind: OCIRepository
    name: podinfo
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
)"},
    {.title = "A kind of source that a Kustomization does not read",
     .bad = R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  sourceRef:
    kind: GitRepo
#         ^^^^^^^ spec.sourceRef.kind takes OCIRepository, GitRepository, Bucket or ExternalArtifact, found "GitRepo"
    name: flux-system
)",
     .good = R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
)"},
};

void Check(RuleContext& context) {
  ReportSchemaProblems(context, SchemaProblem::Kind::kInvalidValue);
}

}  // namespace

extern const Rule kInvalidValue;
const Rule kInvalidValue{
    .id = "invalid-value",
    .severity = Severity::kError,
    .summary = "The value is none that the field takes.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
