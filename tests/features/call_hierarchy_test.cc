// Call hierarchies of Flux objects: what they wait for and read from, one hop at a time.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "analysis/features/call_hierarchy.h"
#include "tests/features/graph_fixture.h"

namespace fluxls::testing {
namespace {

// The fleet of a fixture, and questions to it.
struct Asking {
  explicit Asking(const GraphFixture& of)
      : fixture(of), snapshot(of.snapshot()), fleet(of.Fleet()) {}

  const GraphFixture& fixture;
  Snapshot snapshot;
  build::FleetPtr fleet;

  // At the first letter of `text`.
  std::vector<FluxItem> At(const std::string& path, std::string_view text) const {
    const SourceFilePtr file = snapshot.Find(fixture.Path(path));
    REQUIRE(file);
    const size_t offset = file->text->content().find(text);
    REQUIRE(offset != std::string::npos);
    return FluxItemsAt(snapshot, *fleet, *file, static_cast<uint32_t>(offset));
  }
  FluxItem OneAt(const std::string& path, std::string_view text) const {
    const std::vector<FluxItem> items = At(path, text);
    REQUIRE_EQ(items.size(), 1);
    return items.front();
  }
  // `Kind/name (detail) by the texts that name it`, one a line.
  std::string Show(const std::vector<FluxCall>& calls, const FluxItem* caller) const {
    std::string out;
    for (const FluxCall& call : calls) {
      out += fmt::format("{}/{} ({}) by", call.item.kind, call.item.name, call.item.detail);
      const SourceFilePtr file = snapshot.Find(caller ? caller->path : call.item.path);
      REQUIRE(file);
      for (ByteRange range : call.ranges) {
        const uint32_t line = file->text->lines().LineOf(range.begin);
        out += fmt::format(" {}:{}", line, Slice(file->text->content(), range));
      }
      out += '\n';
    }
    return out;
  }
  std::string From(const FluxItem& item) const {
    return Show(CallsFrom(snapshot, *fleet, item), &item);
  }
  std::string To(const FluxItem& item) const {
    return Show(CallsTo(snapshot, *fleet, item), nullptr);
  }
};

GraphFixture OneCluster() {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write("clusters/prod/apps.yaml",
                KustomizationYaml("infra", "./infra") +
                    KustomizationYaml("apps", "./apps", DependsOn("infra")));
  fixture.Write("infra/repository.yaml", RepositoryYaml("charts"));
  fixture.Write("apps/release.yaml", ReleaseYaml("podinfo", "charts"));
  return fixture;
}

TEST_CASE("call hierarchy: what a reconciler waits for and reads from, and who does so from it") {
  const GraphFixture fixture = OneCluster();
  const Asking ask(fixture);
  const FluxItem apps = ask.OneAt("clusters/prod/apps.yaml", "apps");
  CHECK_EQ(apps.kind, "Kustomization");
  CHECK_EQ(apps.clusters, std::vector<std::string>{"clusters/prod"});
  CHECK_EQ(apps.detail, "flux-system");
  // In order of the lines that say so.
  CHECK_EQ(ask.From(apps),
           "GitRepository/flux-system (flux-system) by 24:flux-system\n"
           "Kustomization/infra (flux-system) by 26:\"infra\"\n");
  CHECK_EQ(ask.To(apps), "");

  const FluxItem infra = ask.OneAt("clusters/prod/apps.yaml", "infra");
  CHECK_EQ(ask.To(infra), "Kustomization/apps (flux-system) by 26:\"infra\"\n");

  const FluxItem source = ask.OneAt("clusters/prod/flux-system/gotk-sync.yaml", "flux-system");
  CHECK_EQ(ask.To(source),
           "Kustomization/infra (flux-system) by 11:flux-system\n"
           "Kustomization/apps (flux-system) by 24:flux-system\n"
           "Kustomization/flux-system (flux-system) by 20:flux-system\n");

  const FluxItem release = ask.OneAt("apps/release.yaml", "podinfo");
  CHECK_EQ(ask.From(release), "HelmRepository/charts (web) by 12:charts\n");
  CHECK_EQ(ask.To(ask.OneAt("infra/repository.yaml", "charts")),
           "HelmRelease/podinfo (web) by 12:charts\n");
}

TEST_CASE("call hierarchy: a reference means its target, any other line the object around it") {
  GraphFixture fixture = OneCluster();
  fixture.Write("apps/secret.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: values\n  namespace: web\n");
  fixture.Write(
      "apps/other.yaml",
      ReleaseYaml("other", "charts").substr(0, ReleaseYaml("other", "charts").size() - 4) +
          "  valuesFrom:\n    - kind: ConfigMap\n      name: values\n");
  const Asking ask(fixture);
  CHECK_EQ(ask.OneAt("apps/release.yaml", "charts").kind, "HelmRepository");
  CHECK_EQ(ask.OneAt("apps/release.yaml", "interval").name, "podinfo");
  CHECK_EQ(ask.OneAt("clusters/prod/apps.yaml", "kind").name, "infra");
  // No object of Flux, neither where it is written nor where it is named.
  CHECK(ask.At("apps/secret.yaml", "values").empty());
  CHECK(ask.At("apps/other.yaml", "values\n").empty());
  CHECK_EQ(ask.From(ask.OneAt("apps/other.yaml", "other")),
           "HelmRepository/charts (web) by 12:charts\n");
}

TEST_CASE("call hierarchy: circles are one hop like any other") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write("clusters/prod/apps.yaml", KustomizationYaml("a", "./a", DependsOn("b")) +
                                               KustomizationYaml("b", "./b", DependsOn("a")) +
                                               KustomizationYaml("c", "./c", DependsOn("c")));
  const Asking ask(fixture);
  const FluxItem a = ask.OneAt("clusters/prod/apps.yaml", "a\"");
  CHECK_NE(ask.From(a).find("Kustomization/b"), std::string::npos);
  CHECK_EQ(ask.To(a), "Kustomization/b (flux-system) by 28:\"a\"\n");
  CHECK_EQ(ask.To(ask.OneAt("clusters/prod/apps.yaml", "c\"")),
           "Kustomization/c (flux-system) by 43:\"c\"\n");
}

TEST_CASE("call hierarchy: each cluster has its own objects; what they share is one item") {
  GraphFixture fixture;
  for (const std::string cluster : {"prod", "staging"}) {
    fixture.Write(fmt::format("clusters/{}/flux-system/gotk-sync.yaml", cluster), Sync(cluster));
    fixture.Write(fmt::format("clusters/{}/apps.yaml", cluster),
                  KustomizationYaml("apps", "./apps") + KustomizationYaml("own", "./" + cluster));
  }
  fixture.Write("apps/release.yaml", ReleaseYaml("podinfo", "charts"));
  fixture.Write("prod/repository.yaml", RepositoryYaml("charts"));
  fixture.Write("staging/repository.yaml", RepositoryYaml("charts"));
  const Asking ask(fixture);
  const FluxItem release = ask.OneAt("apps/release.yaml", "podinfo");
  CHECK_EQ(release.detail, "web in clusters/prod, clusters/staging");
  CHECK_EQ(ask.From(release),
           "HelmRepository/charts (web in clusters/prod) by 12:charts\n"
           "HelmRepository/charts (web in clusters/staging) by 12:charts\n");
  // From there on it is one cluster.
  const FluxItem repository = ask.OneAt("prod/repository.yaml", "charts");
  const std::vector<FluxCall> callers = CallsTo(ask.snapshot, *ask.fleet, repository);
  REQUIRE_EQ(callers.size(), 1);
  CHECK_EQ(callers.front().item.clusters, std::vector<std::string>{"clusters/prod"});
  CHECK_EQ(ask.From(callers.front().item),
           "HelmRepository/charts (web in clusters/prod) by 12:charts\n");
}

TEST_CASE(
    "call hierarchy: names are those of the builds, and a patch elsewhere counts as the caller") {
  GraphFixture fixture = OneCluster();
  fixture.Write("apps/release.yaml", ReleaseYaml("podinfo", "old"));
  fixture.Write("apps/kustomization.yaml",
                "namespace: shop\nnamePrefix: my-\nresources: [release.yaml]\npatches:\n"
                "  - path: patch.yaml\n    target:\n      kind: HelmRelease\n");
  fixture.Write("apps/patch.yaml",
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n"
                "  name: podinfo\nspec:\n  chart:\n    spec:\n      sourceRef:\n"
                "        name: charts\n        namespace: web\n");
  const Asking ask(fixture);
  const FluxItem release = ask.OneAt("apps/release.yaml", "podinfo");
  CHECK_EQ(release.name, "my-podinfo");
  CHECK_EQ(release.namespace_, "shop");
  CHECK_EQ(ask.From(release), "HelmRepository/charts (web) by 3:podinfo\n");
  CHECK_EQ(ask.To(ask.OneAt("infra/repository.yaml", "charts")),
           "HelmRelease/my-podinfo (shop) by 3:podinfo\n");
}

TEST_CASE("call hierarchy: who makes a source stands in for it") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/instance.yaml",
                "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata:\n"
                "  name: flux\n  namespace: flux-system\nspec:\n  distribution:\n"
                "    version: 2.x\n    registry: ghcr.io/fluxcd\n  sync:\n    kind: GitRepository\n"
                "    url: https://example.com/fleet.git\n    ref: refs/heads/main\n"
                "    path: clusters/prod\n");
  fixture.Write("clusters/prod/apps.yaml", KustomizationYaml("apps", "./apps"));
  const Asking ask(fixture);
  CHECK_EQ(ask.From(ask.OneAt("clusters/prod/apps.yaml", "apps")),
           "FluxInstance/flux (flux-system) by 11:flux-system\n");
  CHECK_EQ(ask.To(ask.OneAt("clusters/prod/instance.yaml", "flux\n")),
           "Kustomization/apps (flux-system) by 11:flux-system\n");
}

TEST_CASE("call hierarchy: entries of clusters that are bootstrapped from elsewhere") {
  GraphFixture fixture;
  for (const std::string cluster : {"prod", "staging"}) {
    fixture.Write(fmt::format("clusters/{}/infra.yaml", cluster),
                  KustomizationYaml("infra", "./infra"));
    fixture.Write(fmt::format("clusters/{}/apps.yaml", cluster),
                  KustomizationYaml("apps", "./apps", DependsOn("infra")));
  }
  fixture.Write("infra/repository.yaml", RepositoryYaml("charts"));
  fixture.Write("apps/release.yaml", ReleaseYaml("podinfo", "charts"));
  const Asking ask(fixture);
  const FluxItem apps = ask.OneAt("clusters/prod/apps.yaml", "apps");
  CHECK_EQ(apps.detail, "flux-system in clusters/prod");
  CHECK_EQ(ask.From(apps), "Kustomization/infra (flux-system in clusters/prod) by 13:\"infra\"\n");
  CHECK_EQ(ask.To(ask.OneAt("clusters/staging/infra.yaml", "kind")),
           "Kustomization/apps (flux-system in clusters/staging) by 13:\"infra\"\n");
  CHECK_EQ(ask.From(ask.OneAt("apps/release.yaml", "podinfo")),
           "HelmRepository/charts (web in clusters/prod, clusters/staging) by 12:charts\n");
}

TEST_CASE("call hierarchy: what is gone, missing or applied by nobody calls nothing") {
  GraphFixture fixture = OneCluster();
  fixture.Write("clusters/prod/more.yaml", KustomizationYaml("more", "./more", DependsOn("none")));
  fixture.Write("elsewhere/release.yaml", ReleaseYaml("lost", "charts"));
  const Asking ask(fixture);
  CHECK_EQ(ask.From(ask.OneAt("clusters/prod/more.yaml", "more")),
           "GitRepository/flux-system (flux-system) by 11:flux-system\n");
  // Nobody applies it, and what clusters apply is nothing to it.
  CHECK_EQ(ask.From(ask.OneAt("elsewhere/release.yaml", "lost")), "");
  FluxItem stale = ask.OneAt("apps/release.yaml", "podinfo");
  stale.name = "renamed";
  CHECK_EQ(ask.From(stale), "");
  CHECK_EQ(ask.To(stale), "");
  stale.path = "/ws/none.yaml";
  CHECK_EQ(ask.From(stale), "");
}

}  // namespace
}  // namespace fluxls::testing
