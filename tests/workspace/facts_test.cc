#include <doctest/doctest.h>
#include <fmt/format.h>

#include "analysis/model/kustomization.h"
#include "analysis/model/resource.h"

namespace fluxls {
namespace {

FileFacts Facts(std::string_view text, std::string_view path = "/r/file.yaml") {
  return ExtractFacts(path, text, yaml::Parse(text));
}

std::string Show(const std::vector<Resource>& resources) {
  std::string out;
  for (const Resource& resource : resources) {
    out += fmt::format("{}:{} {} {}/{}\n", resource.document, resource.id.api.ToString(),
                       resource.id.kind, resource.id.namespace_, resource.id.name);
  }
  return out;
}

std::string Show(const std::vector<Reference>& references) {
  std::string out;
  for (const Reference& reference : references) {
    out += fmt::format("{} {} {} {}/{}\n", reference.resource, reference.route, reference.kind,
                       reference.namespace_, reference.name);
  }
  return out;
}

std::string Show(const KustomizationFacts& facts) {
  std::string out;
  for (const KustomizeEntry& entry : facts.entries) out += entry.field + " " + entry.value + "\n";
  return out;
}

TEST_CASE("releases") {
  struct Case {
    const char* text;
    const char* expected;
  };
  for (auto [text, expected] : std::initializer_list<Case>{
           {"v2.6.4", "2.6"},
           {"2.6", "2.6"},
           {"2.6.x", "2.6"},
           {"2.x", "2.9"},
           {"2.x.x", "2.9"},
           {"0.41.2", "0.41"},
           {"v2.3.0-rc.1", "2.3"},
           {"2.5.1+build", "2.5"},
           {">=2.6.0", ""},
           {"", ""},
           {"v", ""},
           {"2", ""},
           {"latest", ""},
           {"2.6.", ""},
           {"2.6.1.0", ""},
           {"1.x", ""},
           {"2.x.1", ""},
           {"${VERSION}", ""},
           {"2.99999.0", ""},
           {"-1.2", ""},
           {"2.6-", ""},
       }) {
    CAPTURE(text);
    auto release = ParseFluxRelease(text);
    CHECK((release ? release->ToString() : "") == expected);
  }
  CHECK(FluxRelease{0, 41} < FluxRelease{2, 0});
}

TEST_CASE("groups and api versions") {
  CHECK(ApiVersion::Parse("v1") == ApiVersion{"", "v1"});
  CHECK(ApiVersion::Parse("apps/v1") == ApiVersion{"apps", "v1"});
  CHECK(ApiVersion::Parse("apps/v1").ToString() == "apps/v1");
  CHECK(IsFluxGroup("source.toolkit.fluxcd.io"));
  CHECK(IsFluxGroup("source.extensions.fluxcd.io"));
  CHECK(IsFluxGroup("fluxcd.controlplane.io"));
  CHECK_FALSE(IsFluxGroup("helm.fluxcd.io"));
  CHECK_FALSE(IsFluxGroup("toolkit.fluxcd.io.example.org"));
}

TEST_CASE("resources of several documents, comments and other content between") {
  FileFacts facts = Facts(R"(# only a comment
---
apiVersion: v1
kind: Secret
metadata: {name: a, namespace: n}
---
just: data
---
- a list
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ${APP}
)");
  CHECK(Show(facts.resources) ==
        "0:v1 Secret n/a\n"
        "3:helm.toolkit.fluxcd.io/v2 HelmRelease /${APP}\n");
  CHECK_FALSE(facts.kustomization);
}

TEST_CASE("items of lists are resources") {
  FileFacts facts = Facts(R"(apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a}
- 7
- apiVersion: kustomize.toolkit.fluxcd.io/v1
  kind: Kustomization
  metadata: {name: b, namespace: n}
  spec: {sourceRef: {kind: GitRepository, name: g}}
---
apiVersion: example.org/v1
kind: AllowList
metadata: {name: no-items}
)");
  CHECK(Show(facts.resources) ==
        "0:v1 ConfigMap /a\n"
        "0:kustomize.toolkit.fluxcd.io/v1 Kustomization n/b\n"
        "1:example.org/v1 AllowList /no-items\n");
  CHECK(Show(facts.references) == "1 spec.sourceRef GitRepository n/g\n");
}

TEST_CASE("references and their namespaces") {
  FileFacts facts = Facts(R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  sourceRef: {kind: GitRepository, name: repo, namespace: sources}
  dependsOn: [{name: infra}, {name: other, namespace: tenants}]
  serviceAccountName: deployer
  decryption: {provider: sops, secretRef: {name: age, namespace: ignored}}
  postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}, {kind: Secret, name: ""}]}
  healthChecks: [{kind: HelmRelease, name: hr}, {kind: HelmRelease, name: hr2, namespace: n2}]
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: hr, namespace: apps}
spec:
  chart:
    spec:
      sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}
      verify: {provider: cosign, secretRef: {name: keys}}
  valuesFrom:
  - {kind: Secret, name: values}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: no-namespace}
spec:
  chartRef: {kind: OCIRepository, name: chart}
---
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata: {name: alert, namespace: flux-system}
spec:
  providerRef: {name: slack}
  eventSources: [{kind: HelmRelease, name: '*'}, {kind: GitRepository, name: repo}]
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: auto, namespace: flux-system}
spec:
  sourceRef: {name: repo}
---
apiVersion: example.org/v1
kind: Kustomization
metadata: {name: foreign}
spec: {sourceRef: {kind: GitRepository, name: not-followed}}
)");
  CHECK(Show(facts.references) == R"(0 spec.sourceRef GitRepository sources/repo
0 spec.dependsOn[0] Kustomization flux-system/infra
0 spec.dependsOn[1] Kustomization tenants/other
0 spec.serviceAccountName ServiceAccount flux-system/deployer
0 spec.decryption.secretRef Secret flux-system/age
0 spec.postBuild.substituteFrom[0] ConfigMap flux-system/vars
0 spec.healthChecks[0] HelmRelease /hr
0 spec.healthChecks[1] HelmRelease n2/hr2
1 spec.chart.spec.sourceRef HelmRepository flux-system/charts
1 spec.chart.spec.verify.secretRef Secret flux-system/keys
1 spec.valuesFrom[0] Secret apps/values
2 spec.chartRef OCIRepository /chart
3 spec.providerRef Provider flux-system/slack
3 spec.eventSources[1] GitRepository flux-system/repo
4 spec.sourceRef GitRepository flux-system/repo
)");
}

TEST_CASE("references behind anchors and merge keys") {
  FileFacts facts = Facts(R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: a, namespace: n}
x: &base
  chartRef: &ref {kind: OCIRepository, name: chart}
spec:
  <<: *base
  dependsOn: [{name: b}]
)");
  CHECK(Show(facts.references) ==
        "0 spec.chartRef OCIRepository n/chart\n"
        "0 spec.dependsOn[0] HelmRelease n/b\n");
}

TEST_CASE("kustomization lists") {
  FileFacts facts = Facts(R"(apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [a.yaml, ../base, "https://example.org/x.yaml", 5]
Bases: [old]
components: [../../components/c]
crds: [crd.json]
configurations: [conf.yaml]
openapi: {path: schema.json}
patches:
- path: p.yaml
- patch: |
    kind: X
- target: {kind: Y}
patchesStrategicMerge:
- sm.yaml
- |-
  apiVersion: v1
- '{"kind": "Z"}'
patchesJson6902: [{path: j.json, target: {kind: A}}]
replacements: [{path: r.yaml}, {source: {kind: B}}]
generators: [gen.yaml]
transformers: ["apiVersion: builtin"]
validators: [v.yaml]
configMapGenerator:
- name: c
  files: [values.yaml, key=../x/other.yaml]
  envs: [a.env]
  env: b.env
  literals: [not=a-path]
secretGenerator: [{name: s, files: [s.txt]}]
namespace: x
)",
                          "/r/any-name.yaml");
  REQUIRE(facts.kustomization);
  CHECK(facts.resources.empty());
  CHECK_FALSE(facts.kustomization->component);
  CHECK(Show(*facts.kustomization) == R"(resources a.yaml
resources ../base
resources https://example.org/x.yaml
resources 5
bases old
components ../../components/c
crds crd.json
configurations conf.yaml
patches p.yaml
patchesStrategicMerge sm.yaml
patchesJson6902 j.json
replacements r.yaml
generators gen.yaml
validators v.yaml
configMapGenerator.files values.yaml
configMapGenerator.files key=../x/other.yaml
configMapGenerator.envs a.env
configMapGenerator.env b.env
secretGenerator.files s.txt
openapi schema.json
)");
  CHECK(EntryPath({"configMapGenerator.files", "key=../x"}) == "../x");
  CHECK(EntryPath({"resources", "a=b.yaml"}) == "a=b.yaml");
}

TEST_CASE("a file with kustomize's name is a kustomization without saying so") {
  for (const char* name : {"/r/kustomization.yaml", "/r/kustomization.yml", "/r/Kustomization"}) {
    FileFacts facts = Facts("resources:\n- a.yaml\n", name);
    REQUIRE(facts.kustomization);
    CHECK(facts.kustomization->entries.size() == 1);
  }
  CHECK_FALSE(Facts("resources:\n- a.yaml\n", "/r/kustomization.json").kustomization);
  CHECK(Facts("kind: Component\n", "/r/kustomization.yaml").kustomization->component);
  // An empty file lists nothing, and is none.
  CHECK_FALSE(Facts("", "/r/kustomization.yaml").kustomization);
}

TEST_CASE("remote entries") {
  for (const char* value :
       {"https://example.org/x.yaml", "github.com/org/repo/path?ref=v1", "git@host:org/repo.git",
        "ssh://git@host/x", "https://github.com/org/repo//path?ref=main", "host/org/repo.git//p"}) {
    CAPTURE(value);
    CHECK(IsRemoteEntry(value));
  }
  for (const char* value : {"a.yaml", "../base", "./git", "github.community/x.yaml"}) {
    CAPTURE(value);
    CHECK_FALSE(IsRemoteEntry(value));
  }
}

std::string Release(std::string_view text, std::string_view path = "/r/f.yaml") {
  auto facts = Facts(text, path);
  return facts.release ? facts.release->release.ToString() : "";
}

TEST_CASE("signs of the release") {
  CHECK(Release("---\n# This manifest was generated by flux. DO NOT EDIT.\n"
                "# Flux Version: v2.6.4\n# Components: x\n") == "2.6");
  CHECK(Release("# Flux Version: v2.6.4\r\n") == "2.6");
  CHECK(Release("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: flux-system\n  labels:\n"
                "    app.kubernetes.io/instance: flux-system\n"
                "    app.kubernetes.io/part-of: flux\n"
                "    app.kubernetes.io/version: v2.3.0\n") == "2.3");
  // Labels of that kind on one's own objects say nothing.
  CHECK(Release("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mine\n  labels:\n"
                "    app.kubernetes.io/instance: flux-system\n"
                "    app.kubernetes.io/part-of: flux\n"
                "    app.kubernetes.io/version: v1.0.0\n") == "");
  constexpr std::string_view kInstance =
      "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {{name: flux}}\n"
      "spec: {{distribution: {{version: {}}}}}\n";
  CHECK(Release(fmt::format(kInstance, "'2.7.x'")) == "2.7");
  CHECK(Release(fmt::format(kInstance, "2.x")) == "2.9");
  CHECK(Release(fmt::format(kInstance, "'${V}'")) == "");
  CHECK(Release("apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\n"
                "metadata: {name: flux-manifests}\nspec:\n"
                "  url: oci://ghcr.io/fluxcd/flux-manifests\n  ref: {tag: v2.5.1}\n") == "2.5");
  CHECK(Release("resources:\n- github.com/fluxcd/flux2/manifests/install?ref=v2.1.2\n",
                "/r/kustomization.yaml") == "2.1");
  CHECK(
      Release(
          "resources:\n- https://github.com/fluxcd/flux2//manifests/install?timeout=9&ref=v2.4.0\n",
          "/r/kustomization.yaml") == "2.4");
  CHECK(Release("resources:\n- github.com/fluxcd/flux2/manifests/install?ref=main\n",
                "/r/kustomization.yaml") == "");
}

}  // namespace
}  // namespace fluxls
