// What a Kustomization applies, nested.
#include "analysis/features/kustomization_tree.h"

#include <doctest/doctest.h>

#include "tests/features/graph_fixture.h"

namespace fluxls::testing {
namespace {

GraphFixture Usual() {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml",
                KustomizationYaml("flux-system", "./clusters/prod"));
  fixture.Write("clusters/prod/all.yaml", KustomizationYaml("infrastructure", "./infrastructure") +
                                              KustomizationYaml("apps", "./apps"));
  fixture.Write("infrastructure/repository.yaml", RepositoryYaml("podinfo"));
  fixture.Write("apps/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n");
  fixture.Write("apps/podinfo.yaml", ReleaseYaml("podinfo", "podinfo"));
  return fixture;
}

std::vector<TreeItem> TreeOf(const build::Fleet& fleet, std::string_view name,
                             TreeOptions options = {}) {
  std::string error;
  const std::optional<uint32_t> build = ChooseKustomization(fleet, {}, name, error);
  REQUIRE_EQ(error, "");
  return MakeTree(fleet, *build, options);
}

}  // namespace

TEST_CASE("the tree of a Kustomization nests what its Kustomizations apply") {
  const build::FleetPtr fleet = Usual().Fleet();
  CHECK_EQ(TreeText(TreeOf(*fleet, "flux-system")),
           "Kustomization/flux-system/flux-system\n"
           "├── Kustomization/flux-system/apps\n"
           "│   ├── Namespace/web\n"
           "│   └── HelmRelease/web/podinfo\n"
           "└── Kustomization/flux-system/infrastructure\n"
           "    └── HelmRepository/web/podinfo\n");
  CHECK_EQ(TreeText(TreeOf(*fleet, "flux-system/apps", {.flux_only = true})),
           "Kustomization/flux-system/apps\n"
           "└── HelmRelease/web/podinfo\n");
}

TEST_CASE("the tree as JSON") {
  const build::FleetPtr fleet = Usual().Fleet();
  CHECK_EQ(TreeJson(TreeOf(*fleet, "infrastructure")),
           "{\"version\": 1, \"tree\": \n"
           "  {\"apiVersion\": \"kustomize.toolkit.fluxcd.io/v1\", \"kind\": \"Kustomization\", "
           "\"namespace\": \"flux-system\", \"name\": \"infrastructure\", \"status\": \"ok\", "
           "\"children\": [\n"
           "    {\"apiVersion\": \"source.toolkit.fluxcd.io/v1\", \"kind\": \"HelmRepository\", "
           "\"namespace\": \"web\", \"name\": \"podinfo\", \"children\": []}]}}\n");
}

TEST_CASE("Kustomizations that apply each other end") {
  GraphFixture fixture;
  fixture.Write("a/b.yaml", KustomizationYaml("b", "./b"));
  fixture.Write("b/a.yaml", KustomizationYaml("a", "./a"));
  const build::FleetPtr fleet = fixture.Fleet();
  CHECK_EQ(TreeText(TreeOf(*fleet, "a")),
           "Kustomization/flux-system/a\n"
           "└── Kustomization/flux-system/b\n"
           "    └── Kustomization/flux-system/a [see above]\n");
}

TEST_CASE("a chain of many Kustomizations is cut") {
  GraphFixture fixture;
  for (int i = 0; i < 200; ++i) {
    fixture.Write(fmt::format("k{}/next.yaml", i),
                  KustomizationYaml(fmt::format("k{}", i + 1), fmt::format("./k{}", i + 1)));
  }
  fixture.Write("k200/repository.yaml", RepositoryYaml("podinfo"));
  fixture.Write("clusters/prod/first.yaml", KustomizationYaml("k0", "./k0"));
  const build::FleetPtr fleet = fixture.Fleet();
  const std::vector<TreeItem> tree = TreeOf(*fleet, "k0");
  CHECK_EQ(tree.size(), 65);
  CHECK(tree.back().cut);
  CHECK_FALSE(tree.back().repeated);
}

TEST_CASE("a Kustomization is meant by its name, with or without its namespace") {
  GraphFixture fixture = Usual();
  fixture.Write("clusters/test/apps.yaml", KustomizationYaml("apps", "./apps"));
  const build::FleetPtr fleet = fixture.Fleet();
  std::string error;
  CHECK_FALSE(ChooseKustomization(*fleet, {}, "apps", error).has_value());
  CHECK_EQ(error,
           "several Flux Kustomizations are called \"apps\": flux-system/apps in cluster "
           "clusters/prod, flux-system/apps in cluster clusters/test");
  CHECK(ChooseKustomization(*fleet, {"clusters/test"}, "flux-system/apps", error).has_value());
  CHECK_FALSE(ChooseKustomization(*fleet, {"clusters/test"}, "web/apps", error).has_value());
  CHECK_EQ(error, "there is no Flux Kustomization \"web/apps\" in cluster \"clusters/test\"");
}

}  // namespace fluxls::testing
