// Renaming: everywhere, or not at all.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "tests/features/reference_fixture.h"
#include "tests/features/rename_fixture.h"

namespace fluxls::testing {
namespace {

// Two clusters, a base and an overlay each, with patches that name what they change.
GraphFixture Fleet() {
  GraphFixture fixture;
  for (const std::string cluster : {"prod", "staging"}) {
    fixture.Write("clusters/" + cluster + "/flux-system/gotk-sync.yaml", Sync(cluster));
    fixture.Write("clusters/" + cluster + "/infrastructure.yaml",
                  KustomizationYaml("infrastructure", "./infrastructure"));
    fixture.Write("clusters/" + cluster + "/apps.yaml",
                  KustomizationYaml("apps", "./apps/" + cluster, DependsOn("infrastructure")));
  }
  fixture.Write("infrastructure/repository.yaml", RepositoryYaml("podinfo"));
  fixture.Write("apps/base/kustomization.yaml", "resources:\n  - release.yaml\n");
  fixture.Write("apps/base/release.yaml", ReleaseYaml("web", "podinfo # the chart"));
  fixture.Write("apps/prod/kustomization.yaml",
                "resources:\n  - ../base\npatches:\n  - path: patch.yaml\n  - target:\n"
                "      kind: HelmRelease\n      name: web\n    patch: |\n      - op: add\n"
                "        path: /spec/suspend\n        value: true\n  - patch: |\n"
                "      apiVersion: helm.toolkit.fluxcd.io/v2\n      kind: HelmRelease\n"
                "      metadata:\n        name: web\n        namespace: web\n      spec:\n"
                "        interval: 2h\n");
  fixture.Write("apps/prod/patch.yaml",
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n"
                "  name: web\n  namespace: web\nspec:\n  timeout: 9m\n");
  fixture.Write("apps/staging/kustomization.yaml", "resources:\n  - ../base\n");
  return fixture;
}

TEST_CASE("a source is renamed where it is, and where every cluster names it; comments stay") {
  const GraphFixture fixture = Fleet();
  const RenameResult result =
      Rename(fixture, "infrastructure/repository.yaml", "name: podinfo", "charts");
  CHECK_EQ(result.refusal, "");
  const auto after = After(fixture, result);
  REQUIRE_EQ(after.size(), 2);
  CHECK_EQ(after.at(fixture.Path("infrastructure/repository.yaml")), RepositoryYaml("charts"));
  CHECK_NE(after.at(fixture.Path("apps/base/release.yaml")).find("name: charts # the chart"),
           std::string::npos);
  CHECK_NE(after.at(fixture.Path("apps/base/release.yaml")).find("chart: web"), std::string::npos);
}

TEST_CASE("a rename from the reference is the rename from the definition") {
  const GraphFixture fixture = Fleet();
  const auto there =
      After(fixture, Rename(fixture, "apps/base/release.yaml", "        name: podinfo", "charts"));
  const auto here =
      After(fixture, Rename(fixture, "infrastructure/repository.yaml", "name: podinfo", "charts"));
  CHECK_FALSE(there.empty());
  CHECK(there == here);
}

TEST_CASE("patches, their targets and patches inside of a kustomization follow") {
  const GraphFixture fixture = Fleet();
  const RenameResult result = Rename(fixture, "apps/base/release.yaml", "name: web", "front");
  CHECK_EQ(result.refusal, "");
  const auto after = After(fixture, result);
  REQUIRE_EQ(after.size(), 3);
  for (const auto& entry : after) {
    const std::string& path = entry.first;
    const std::string& text = entry.second;
    CAPTURE(path);
    CHECK_EQ(text.find("name: web\n"), std::string::npos);
    CHECK_NE(text.find("name: front"), std::string::npos);
    CHECK_NE(text.find("namespace: web"),
             path.ends_with("kustomization.yaml") ? 0 : std::string::npos);
  }
}

TEST_CASE("a rename from a patch, or from its target, is the rename from the definition") {
  const GraphFixture fixture = Fleet();
  const auto there =
      After(fixture, Rename(fixture, "apps/base/release.yaml", "name: web", "front"));
  CHECK_FALSE(there.empty());
  for (const auto& place : std::vector<std::pair<std::string, std::string>>{
           {"apps/prod/patch.yaml", "name: w"},
           {"apps/prod/kustomization.yaml", "kind: HelmRelease\n      name: we"},
           {"apps/prod/kustomization.yaml", "metadata:\n        name: we"}}) {
    CAPTURE(place.first);
    CHECK_EQ(Prepared(fixture, place.first, place.second), "web");
    CHECK(After(fixture, Rename(fixture, place.first, place.second, "front")) == there);
  }
  CHECK_EQ(Prepared(fixture, "apps/prod/kustomization.yaml", "interval: 2"), "nothing");
}

TEST_CASE("an image policy is renamed in the markers that name it, and from them") {
  GraphFixture fixture = Fleet();
  const std::string policy =
      "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata:\n  name: podinfo\n"
      "  namespace: flux-system\nspec:\n  imageRepositoryRef:\n    name: podinfo\n  policy:\n"
      "    semver:\n      range: 6.x\n---\napiVersion: image.toolkit.fluxcd.io/v1\n"
      "kind: ImageRepository\nmetadata:\n  name: podinfo\n  namespace: flux-system\nspec:\n"
      "  image: ghcr.io/stefanprodan/podinfo\n  interval: 5m\n";
  fixture.Write("infrastructure/policy.yaml", policy);
  fixture.Write("apps/prod/kustomization.yaml",
                "resources:\n  - ../base\nimages:\n  - name: ghcr.io/stefanprodan/podinfo\n"
                "    newTag: 6.5.0 # {\"$imagepolicy\": \"flux-system:podinfo:tag\"}\n");
  const RenameResult result =
      Rename(fixture, "infrastructure/policy.yaml", "name: podinfo", "latest");
  CheckOnlyTheName(fixture, result, "podinfo", "latest");
  CHECK_EQ(
      NewLines(fixture, result),
      std::vector<std::string>{"apps/prod/kustomization.yaml: newTag: 6.5.0 # {\"$imagepolicy\": "
                               "\"flux-system:latest:tag\"}",
                               "infrastructure/policy.yaml: name: latest"});
  CHECK_EQ(Prepared(fixture, "apps/prod/kustomization.yaml", "system:pod"), "podinfo");
  CHECK(After(fixture, Rename(fixture, "apps/prod/kustomization.yaml", "system:pod", "latest")) ==
        After(fixture, result));
}

TEST_CASE("a kind or a namespace beside a name is no name") {
  const GraphFixture fixture = Fleet();
  CHECK_EQ(Prepared(fixture, "apps/base/release.yaml", "kind: HelmRepo"), "nothing");
  GraphFixture same = Fleet();
  same.Write("apps/base/release.yaml", ReleaseYaml("web", "podinfo\n        namespace: web"));
  CHECK_EQ(Prepared(same, "apps/base/release.yaml", "        namespace: we"), "nothing");
}

TEST_CASE("patches of another cluster that has an object of that name stay") {
  GraphFixture fixture = Fleet();
  fixture.Write("apps/staging/kustomization.yaml",
                "resources:\n  - release.yaml\npatches:\n  - target:\n"
                "      kind: HelmRelease\n      name: web\n    patch: |\n      - op: add\n"
                "        path: /spec/suspend\n        value: true\n");
  fixture.Write("apps/staging/release.yaml", ReleaseYaml("web", "podinfo"));
  const RenameResult result = Rename(fixture, "apps/staging/release.yaml", "name: web", "front");
  CheckOnlyTheName(fixture, result, "web", "front");
  CHECK_EQ(NewLines(fixture, result),
           std::vector<std::string>{"apps/staging/kustomization.yaml: name: front",
                                    "apps/staging/release.yaml: name: front"});
}

TEST_CASE("replacements that copy from an object follow its name") {
  GraphFixture fixture = Fleet();
  fixture.Write("apps/staging/kustomization.yaml",
                "resources:\n  - ../base\nreplacements:\n  - source:\n"
                "      kind: HelmRelease\n      name: web\n      fieldPath: spec.interval\n"
                "    targets:\n      - select:\n          kind: HelmRelease\n"
                "          name: web\n        fieldPaths:\n          - spec.timeout\n"
                "        options:\n          create: true\n");
  const RenameResult result = Rename(fixture, "apps/base/release.yaml", "name: web", "front");
  CheckOnlyTheName(fixture, result, "web", "front");
  CHECK_EQ(After(fixture, result).count(fixture.Path("apps/staging/kustomization.yaml")), 1);
}

TEST_CASE("a Kustomization is renamed in every dependsOn of its cluster, and in no other") {
  const GraphFixture fixture = Fleet();
  const RenameResult result =
      Rename(fixture, "clusters/prod/infrastructure.yaml", "name: \"infra", "base-layer");
  CHECK_EQ(result.refusal, "");
  const auto after = After(fixture, result);
  REQUIRE_EQ(after.size(), 2);
  CHECK(after.contains(fixture.Path("clusters/prod/apps.yaml")));
  CHECK_NE(after.at(fixture.Path("clusters/prod/apps.yaml")).find("- name: \"base-layer\""),
           std::string::npos);
}

TEST_CASE("a rename that cannot be made everywhere is refused, and says why") {
  GraphFixture fixture = Fleet();
  CHECK_EQ(Rename(fixture, "infrastructure/repository.yaml", "name: podinfo", "No Name").refusal,
           "\"No Name\" is no name for an object: lower-case letters, digits, - and . are allowed, "
           "and a letter or digit at both ends");
  CHECK_NE(Rename(fixture, "infrastructure/repository.yaml", "name: podinfo", "a..b").refusal, "");
  fixture.Write("infrastructure/other.yaml", RepositoryYaml("taken"));
  CHECK_EQ(Rename(fixture, "infrastructure/repository.yaml", "name: podinfo", "taken").refusal,
           "HelmRepository \"taken\" is already in namespace \"web\"");
  // A pattern that matches the old name, and not the new one.
  fixture.Write("apps/staging/kustomization.yaml",
                "resources:\n  - ../base\npatches:\n  - target:\n      kind: HelmRelease\n"
                "      name: w.b\n    patch: |\n      - op: add\n        path: /spec/suspend\n"
                "        value: true\n");
  CHECK_EQ(Rename(fixture, "apps/base/release.yaml", "name: web", "front").refusal,
           "Kustomization \"flux-system/apps\" would not be the same: this target selects nothing "
           "(kind \"HelmRelease\", name \"w.b\")");
  CHECK(Rename(fixture, "apps/base/release.yaml", "name: web", "front").edits.empty());
  CHECK_EQ(Rename(fixture, "apps/base/release.yaml", "interval", "x").refusal,
           "nothing here has a name that can be changed");
}

TEST_CASE("what objects of Kubernetes may name, and a namespace, is not renamed") {
  GraphFixture fixture = Fleet();
  fixture.Write("infrastructure/namespace.yaml",
                "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n");
  fixture.Write("infrastructure/settings.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: web\n"
                "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: tool\n  namespace: web\nspec:\n"
                "  volumes:\n    - configMap:\n        name: settings\n");
  CHECK_EQ(Rename(fixture, "infrastructure/settings.yaml", "name: settings", "options").refusal,
           "Pod \"tool\" in namespace \"web\" may name it");
  CHECK_EQ(Rename(fixture, "infrastructure/namespace.yaml", "name: web", "shop").refusal,
           "other objects live in namespace \"web\"");
}

TEST_CASE("a name that variables fill in is refused") {
  GraphFixture fixture = Fleet();
  fixture.Write("clusters/prod/apps.yaml",
                KustomizationYaml("apps", "./apps/prod",
                                  "  postBuild:\n    substitute:\n      chart: podinfo\n"));
  fixture.Write("apps/prod/kustomization.yaml", "resources:\n  - ../base\n");
  fixture.Write("apps/base/release.yaml", ReleaseYaml("web", "${chart}"));
  const RenameResult result =
      Rename(fixture, "infrastructure/repository.yaml", "name: podinfo", "charts");
  CHECK_EQ(result.refusal, "it is written as \"${chart}\" in apps/base/release.yaml");
}

TEST_CASE("an anchor is renamed with its aliases") {
  GraphFixture fixture;
  fixture.Write("apps/settings.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: &name settings\n  labels:\n"
                "    app: *name # same\n");
  const auto after = After(fixture, Rename(fixture, "apps/settings.yaml", "app: *na", "app"));
  CHECK_EQ(after.at(fixture.Path("apps/settings.yaml")),
           "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: &app settings\n  labels:\n"
           "    app: *app # same\n");
  CHECK(After(fixture, Rename(fixture, "apps/settings.yaml", "name: &na", "app")) == after);
}

TEST_CASE("an anchor does not get the name of another") {
  GraphFixture fixture;
  fixture.Write("apps/settings.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: &name settings\n"
                "  namespace: &space web\n  labels:\n    app: *name\n---\nkind: &other List\n");
  CHECK_EQ(Rename(fixture, "apps/settings.yaml", "app: *na", "space").refusal,
           "this document has an anchor \"space\" already");
  CHECK_EQ(Rename(fixture, "apps/settings.yaml", "app: *na", "other").refusal, "");
}

TEST_CASE("a line of two clusters: what one of them has elsewhere is not renamed with it") {
  GraphFixture fixture = Fleet();
  fixture.Write("infrastructure/repository.yaml", "apiVersion: v1\nkind: List\nitems: []\n");
  fixture.Write("clusters/prod/repository.yaml", RepositoryYaml("podinfo"));
  std::string elsewhere = RepositoryYaml("podinfo");
  elsewhere.replace(elsewhere.find("namespace: web"), 14, "namespace: elsewhere");
  fixture.Write("clusters/staging/repository.yaml", elsewhere);
  const RenameResult result =
      Rename(fixture, "clusters/prod/repository.yaml", "name: podinfo", "charts");
  CHECK_EQ(NewLines(fixture, result),
           std::vector<std::string>{"apps/base/release.yaml: name: charts # the chart",
                                    "clusters/prod/repository.yaml: name: charts"});
  CHECK(After(fixture, Rename(fixture, "apps/base/release.yaml", "        name: podinfo",
                              "charts")) == After(fixture, result));
}

}  // namespace
}  // namespace fluxls::testing
