// Nodes, edges and the reconcile order.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "analysis/features/graph_order.h"
#include "tests/features/graph_fixture.h"

namespace fluxls::testing {
namespace {

bool HasEdge(const FluxGraph& graph, std::string_view from, EdgeKind kind, std::string_view to) {
  return std::any_of(graph.edges.begin(), graph.edges.end(), [&](const GraphEdge& edge) {
    return edge.kind == kind && graph.nodes[edge.from].Id() == from &&
           graph.nodes[edge.to].Id() == to;
  });
}

const GraphNode& Node(const FluxGraph& graph, std::string_view id) {
  const GraphNode* node = NodeNamed(graph, id);
  INFO(id);
  REQUIRE(node != nullptr);
  return *node;
}

// The bootstrap's objects, infrastructure with a repository, apps that wait for it.
GraphFixture Usual() {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml",
                "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n"
                "  name: flux-system\n  namespace: flux-system\nspec:\n  interval: 1m\n"
                "  url: https://example.com/fleet.git\n---\n" +
                    KustomizationYaml("flux-system", "./clusters/prod"));
  fixture.Write("clusters/prod/infrastructure.yaml",
                KustomizationYaml("infrastructure", "./infrastructure"));
  fixture.Write("clusters/prod/apps.yaml",
                KustomizationYaml("apps", "./apps", DependsOn("infrastructure")));
  fixture.Write("infrastructure/repository.yaml", RepositoryYaml("podinfo"));
  fixture.Write("apps/podinfo.yaml", ReleaseYaml("podinfo", "podinfo"));
  return fixture;
}

}  // namespace

TEST_CASE("the graph has what builds apply, who applies it and where it is written") {
  const FluxGraph graph = Usual().Graph();
  CHECK(graph.clusters == std::vector<std::string>{"clusters/prod"});
  std::vector<std::string> ids;
  for (const GraphNode& node : graph.nodes) ids.push_back(node.Id());
  CHECK(ids == std::vector<std::string>{
                   "Kustomization/flux-system/apps", "Kustomization/flux-system/flux-system",
                   "Kustomization/flux-system/infrastructure", "HelmRelease/web/podinfo",
                   "GitRepository/flux-system/flux-system", "HelmRepository/web/podinfo"});
  const std::string apps = "Kustomization/flux-system/apps";
  const std::string flux = "Kustomization/flux-system/flux-system";
  CHECK(HasEdge(graph, flux, EdgeKind::kApplies, apps));
  CHECK_FALSE(HasEdge(graph, flux, EdgeKind::kApplies, flux));
  CHECK(HasEdge(graph, apps, EdgeKind::kApplies, "HelmRelease/web/podinfo"));
  CHECK(HasEdge(graph, apps, EdgeKind::kDependsOn, "Kustomization/flux-system/infrastructure"));
  CHECK(HasEdge(graph, "HelmRelease/web/podinfo", EdgeKind::kSource, "HelmRepository/web/podinfo"));
  CHECK(HasEdge(graph, flux, EdgeKind::kSource, "GitRepository/flux-system/flux-system"));
  CHECK_EQ(Node(graph, "HelmRelease/web/podinfo").path, "/ws/apps/podinfo.yaml");
  CHECK_EQ(Node(graph, flux).objects, 4);
  for (const GraphNode& node : graph.nodes) {
    INFO(node.Id());
    CHECK(node.status == NodeStatus::kOk);
    CHECK_FALSE(node.never_ready);
  }
}

TEST_CASE("a child comes after its parent, and everything after what it depends on") {
  const FluxGraph graph = Usual().Graph();
  CHECK_EQ(Node(graph, "Kustomization/flux-system/flux-system").level, 0);
  CHECK_EQ(Node(graph, "Kustomization/flux-system/infrastructure").level, 1);
  CHECK_EQ(Node(graph, "Kustomization/flux-system/apps").level, 2);
  CHECK_EQ(Node(graph, "HelmRelease/web/podinfo").level, 3);
  CHECK_EQ(Node(graph, "HelmRepository/web/podinfo").level, 2);
  // Bootstrap made it before Flux did.
  CHECK_EQ(Node(graph, "GitRepository/flux-system/flux-system").level, 0);
}

TEST_CASE("a cycle is found, and what waits for it never becomes ready") {
  GraphFixture fixture = Usual();
  fixture.Write("clusters/prod/cycle.yaml",
                KustomizationYaml("a", "./a", DependsOn("b")) +
                    KustomizationYaml("b", "./b", DependsOn("c")) +
                    KustomizationYaml("c", "./c", DependsOn("a")) +
                    KustomizationYaml("self", "./d", DependsOn("self")) +
                    KustomizationYaml("waits", "./e", DependsOn("b")));
  for (const char* name : {"a", "b", "c", "d", "e"})
    fixture.Write(std::string(name) + "/repository.yaml", RepositoryYaml(name));
  const FluxGraph graph = fixture.Graph();
  REQUIRE_EQ(graph.cycles.size(), 2);
  CHECK_EQ(graph.cycles[0].size(), 3);
  CHECK_EQ(graph.cycles[1].size(), 1);
  CHECK(Node(graph, "Kustomization/flux-system/a").in_cycle);
  CHECK(Node(graph, "Kustomization/flux-system/self").in_cycle);
  const GraphNode& waits = Node(graph, "Kustomization/flux-system/waits");
  CHECK_FALSE(waits.in_cycle);
  CHECK(waits.never_ready);
  CHECK_FALSE(Node(graph, "Kustomization/flux-system/apps").never_ready);
  // What it would apply does not come either.
  CHECK(Node(graph, "HelmRepository/web/e").never_ready);
}

TEST_CASE("what nothing applies is missing, and its dependents never become ready") {
  GraphFixture fixture = Usual();
  fixture.Write("clusters/prod/more.yaml",
                KustomizationYaml("more", "./more", DependsOn("infrastructur")));
  fixture.Write("more/release.yaml", ReleaseYaml("redis", "bitnami"));
  const FluxGraph graph = fixture.Graph();
  const GraphNode& missing = Node(graph, "Kustomization/flux-system/infrastructur");
  CHECK(missing.status == NodeStatus::kMissing);
  CHECK(missing.path.empty());
  CHECK(Node(graph, "HelmRepository/web/bitnami").status == NodeStatus::kMissing);
  CHECK(Node(graph, "Kustomization/flux-system/more").never_ready);
  CHECK(Node(graph, "HelmRelease/web/redis").never_ready);
  CHECK_FALSE(Node(graph, "HelmRelease/web/podinfo").never_ready);
}

TEST_CASE("a target is only unknown where not all is known") {
  GraphFixture fixture = Usual();
  fixture.Write("clusters/prod/more.yaml",
                KustomizationYaml("more", "./more", DependsOn("elsewhere")));
  fixture.Write("more/kustomization.yaml",
                "resources:\n  - https://example.com/base?ref=v1\n  - release.yaml\n");
  fixture.Write("more/release.yaml", ReleaseYaml("redis", "bitnami"));
  const FluxGraph graph = fixture.Graph();
  CHECK(Node(graph, "Kustomization/flux-system/more").status == NodeStatus::kIncomplete);
  CHECK(Node(graph, "Kustomization/flux-system/elsewhere").status == NodeStatus::kUnknown);
  CHECK(Node(graph, "HelmRepository/web/bitnami").status == NodeStatus::kUnknown);
  CHECK_FALSE(Node(graph, "Kustomization/flux-system/more").never_ready);
}

TEST_CASE("the source that bootstrap makes is unknown, not missing") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/apps.yaml", KustomizationYaml("apps", "./apps"));
  fixture.Write("apps/podinfo.yaml", ReleaseYaml("podinfo", "podinfo"));
  const FluxGraph graph = fixture.Graph();
  CHECK(Node(graph, "GitRepository/flux-system/flux-system").status == NodeStatus::kUnknown);
  // No HelmRepository at all: somebody has them elsewhere.
  CHECK(Node(graph, "HelmRepository/web/podinfo").status == NodeStatus::kUnknown);
  CHECK_FALSE(Node(graph, "HelmRelease/web/podinfo").never_ready);
}

TEST_CASE("failing, suspended and their dependents") {
  GraphFixture fixture = Usual();
  fixture.Write("clusters/prod/more.yaml",
                KustomizationYaml("broken", "./broken") +
                    KustomizationYaml("after", "./after", DependsOn("broken")) +
                    KustomizationYaml("paused", "./paused", "  suspend: true\n"));
  fixture.Write("broken/kustomization.yaml", "resources: [nothing.yaml]\n");
  fixture.Write("after/repository.yaml", RepositoryYaml("after"));
  fixture.Write("paused/repository.yaml", RepositoryYaml("paused"));
  const FluxGraph graph = fixture.Graph();
  const GraphNode& broken = Node(graph, "Kustomization/flux-system/broken");
  CHECK(broken.status == NodeStatus::kFailed);
  CHECK(broken.reason.find("nothing.yaml") != std::string::npos);
  CHECK(Node(graph, "Kustomization/flux-system/after").never_ready);
  CHECK(Node(graph, "Kustomization/flux-system/paused").status == NodeStatus::kSuspended);
  CHECK_FALSE(Node(graph, "HelmRepository/web/paused").never_ready);
}

TEST_CASE("an ArtifactGenerator makes the artifacts that others read") {
  GraphFixture fixture = Usual();
  fixture.Write("infrastructure/generator.yaml",
                "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\n"
                "metadata:\n  name: parts\n  namespace: web\nspec:\n  sources:\n"
                "    - alias: fleet\n      kind: GitRepository\n      name: flux-system\n"
                "      namespace: flux-system\n  artifacts:\n    - name: charts\n      copy:\n"
                "        - from: \"@fleet/charts/**\"\n          to: \"@artifact/\"\n");
  fixture.Write("apps/other.yaml",
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n"
                "  name: other\n  namespace: web\nspec:\n  interval: 1h\n  chartRef:\n"
                "    kind: ExternalArtifact\n    name: charts\n");
  const FluxGraph graph = fixture.Graph();
  CHECK(HasEdge(graph, "ArtifactGenerator/web/parts", EdgeKind::kApplies,
                "ExternalArtifact/web/charts"));
  CHECK(HasEdge(graph, "HelmRelease/web/other", EdgeKind::kSource, "ExternalArtifact/web/charts"));
  CHECK(Node(graph, "ExternalArtifact/web/charts").status == NodeStatus::kOk);
}

TEST_CASE("broken and templated fields make no nodes of their own, and no crash") {
  GraphFixture fixture = Usual();
  fixture.Write("clusters/prod/odd.yaml",
                KustomizationYaml("odd", "./odd",
                                  "  dependsOn:\n    - name: \"${layer}\"\n    - {}\n    - 7\n"
                                  "    - name: [a]\n") +
                    KustomizationYaml("worse", "./odd", "  dependsOn: everything\n"));
  fixture.Write("odd/release.yaml",
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n"
                "  name: odd\n  namespace: web\nspec:\n  chart: [1, 2]\n  chartRef: x\n");
  const FluxGraph graph = fixture.Graph();
  CHECK(Node(graph, "Kustomization/flux-system/${layer}").status == NodeStatus::kUnknown);
  CHECK_FALSE(Node(graph, "Kustomization/flux-system/odd").never_ready);
  CHECK(Node(graph, "HelmRelease/web/odd").status == NodeStatus::kOk);
}

TEST_CASE("the same repository gives the same graph") {
  GraphFixture fixture = Usual();
  const std::string once = GraphJson(fixture.Graph(), ShowOffset);
  CHECK_EQ(GraphJson(fixture.Graph(), ShowOffset), once);
}

TEST_CASE("a cluster is meant by its directory or the end of it") {
  const std::vector<std::string> clusters = {"", "a/prod", "b/prod", "b/staging", "production"};
  std::string error;
  CHECK_EQ(ChooseCluster(clusters, "./a/prod/", error), "a/prod");
  CHECK_EQ(ChooseCluster(clusters, "staging", error), "b/staging");
  CHECK_EQ(ChooseCluster(clusters, ".", error), "");
  CHECK_EQ(error, "");
  CHECK_FALSE(ChooseCluster(clusters, "prod", error).has_value());
  CHECK_EQ(error, "several clusters are called \"prod\": a/prod, b/prod");
  CHECK_FALSE(ChooseCluster(clusters, "duction", error).has_value());
  CHECK_EQ(error,
           "there is no cluster \"duction\"; the clusters are: ., a/prod, b/prod, b/staging, "
           "production");
}

TEST_CASE("only the clusters that were asked for") {
  GraphFixture fixture = Usual();
  fixture.Write("clusters/test/apps.yaml", KustomizationYaml("apps", "./apps"));
  const FluxGraph graph = MakeGraph(*fixture.Fleet(), {"clusters/test"});
  CHECK(graph.clusters == std::vector<std::string>{"clusters/test"});
  for (const GraphNode& node : graph.nodes) CHECK_EQ(node.cluster, 0);
}

TEST_CASE("chains and cycles of any length are ordered without recursion") {
  constexpr uint32_t kCount = 300000;
  std::vector<std::vector<uint32_t>> waits(kCount);
  for (uint32_t i = 1; i < kCount; ++i) waits[i] = {i - 1};
  ReconcileOrder order = OrderOf(waits);
  CHECK(order.cycles.empty());
  CHECK_EQ(order.level[kCount - 1], kCount - 1);
  waits[0] = {kCount - 1};
  order = OrderOf(waits);
  REQUIRE_EQ(order.cycles.size(), 1);
  CHECK_EQ(order.cycles[0].size(), kCount);
  CHECK_EQ(order.level[7], 0);
}

TEST_CASE("a level is one more than the highest that is waited for") {
  // 0 ← 1 ← 2, 0 ← 2, {3, 4} wait for each other and for 2, 5 waits for 3.
  const ReconcileOrder order = OrderOf({{}, {0}, {1, 0}, {4, 2}, {3}, {3}});
  CHECK(order.level == std::vector<uint32_t>{0, 1, 2, 3, 3, 4});
  CHECK(order.cycles == std::vector<std::vector<uint32_t>>{{3, 4}});
}

}  // namespace fluxls::testing
