#include <fmt/format.h>

#include <set>

#include "analysis/build/fleet.h"
#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a `valuesFrom` of a HelmRelease, or a `substituteFrom` of a Flux Kustomization, that names a ConfigMap or Secret by the name it
has in its generator, while the build puts a content hash behind that name.

## Why it matters

kustomize writes the new name into the fields it knows, and these are not among them. In the cluster there is only
`podinfo-values-k8h2m9d4tf`; Flux looks for `podinfo-values` and reports that it is not there.

## When it is silent

* Generators with `disableNameSuffixHash: true`.
* References that a `nameReference` configuration rewrites.
* Names that another object of the cluster has.

## Fix

None in this file: set `options.disableNameSuffixHash: true` at the generator, or teach kustomize the field with `configurations`.

## References

* <https://fluxcd.io/flux/guides/helmreleases/#refer-to-values-in-configmaps-generated-with-kustomize>
)";

constexpr Example kExamples[] = {
    {.title = "Values from a generator",
     .bad = R"(%! apps/podinfo/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: web
resources:
  - release.yaml
configMapGenerator:
  - name: podinfo-values
    literals:
      - values.yaml=replicaCount=2
%! apps/podinfo/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
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
  valuesFrom:
    - kind: ConfigMap
      name: podinfo-values
#           ^^^^^^^^^^^^^^ ConfigMap "podinfo-values" is generated and gets a hash behind its name; Flux will not find it (set disableNameSuffixHash)
)",
     .good = R"(%! apps/podinfo/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: web
resources:
  - release.yaml
configMapGenerator:
  - name: podinfo-values
    literals:
      - values.yaml=replicaCount=2
    options:
      disableNameSuffixHash: true
%! apps/podinfo/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
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
  valuesFrom:
    - kind: ConfigMap
      name: podinfo-values
)"},
};

using build::Object;
using build::Value;

// The generated object of a build that lost this name to a hash.
const Object* FindHashed(const build::FluxBuild& build, std::string_view kind,
                         std::string_view namespace_, std::string_view name) {
  for (const Object& object : build.objects) {
    if (!object.needs_hash || object.id.kind != kind) continue;
    if (object.id.EffectiveNamespace() != namespace_) continue;
    for (const build::ObjectId& id : object.previous) {
      if (id.name == name) return &object;
    }
  }
  return nullptr;
}

class Checker {
 public:
  explicit Checker(RuleContext& context) : context_(context), fleet_(*context.fleet()) {}

  void Run() {
    for (build::Effect effect : fleet_.EffectsOf(context_.file().path)) {
      const Object& object = fleet_.ObjectOf(effect);
      if (object.id.kind == "HelmRelease") {
        Check(effect, object, build::Find(object.root, {"spec", "valuesFrom"}));
      } else if (build::IsFluxKustomization(object.id)) {
        Check(effect, object, build::Find(object.root, {"spec", "postBuild", "substituteFrom"}));
      }
    }
  }

 private:
  void Check(build::Effect effect, const Object& object, const Value* references) {
    for (const Value* reference : build::ItemsOf(references)) {
      const std::string_view kind = build::Text(reference, "kind");
      const Value* name = build::Find(reference, "name");
      if (!name || !name->origin || name->origin.file->path != context_.file().path) continue;
      const build::FluxBuild& build = fleet_.BuildOf(effect);
      const std::string_view space = object.id.EffectiveNamespace();
      if (fleet_.Find(build.cluster, kind, space, name->str())) continue;
      const Object* hashed = FindHashed(build, kind, space, name->str());
      if (!hashed || !told_.insert(name->origin.range).second) continue;
      Finding& finding = context_.ReportAt(
          name->origin.range, fmt::format("{} \"{}\" is generated and gets a hash behind its name; "
                                          "Flux will not find it (set disableNameSuffixHash)",
                                          kind, name->str()));
      if (hashed->origin) {
        finding.related.push_back(
            {hashed->origin.file->path, hashed->origin.range, "generated here"});
      }
    }
  }

  RuleContext& context_;
  const build::Fleet& fleet_;
  std::set<ByteRange> told_;
};

void Check(RuleContext& context) {
  if (context.fleet()) Checker(context).Run();
}

}  // namespace

extern const Rule kKustomizeGeneratedName;
const Rule kKustomizeGeneratedName{
    .id = "kustomize-generated-name",
    .severity = Severity::kWarning,
    .summary = "A generated ConfigMap or Secret is named without the hash behind its name.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
