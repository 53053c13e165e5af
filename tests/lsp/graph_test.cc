// fluxcd/graph, and the commands fluxcd.graph and fluxcd.tree.
#include <doctest/doctest.h>

#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

std::string KustomizationYaml(const std::string& name, const std::string& more = "") {
  return "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: " +
         name + "\n  namespace: flux-system\nspec:\n  interval: 10m\n  path: ./" + name +
         "\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n" + more +
         "---\n";
}

void Open(ClientHarness& client) {
  client.files().Write(
      "/ws/clusters/prod/all.yaml",
      KustomizationYaml("base") + KustomizationYaml("apps", "  dependsOn: [{name: base}]\n"));
  client.files().Write("/ws/apps/namespace.yaml",
                       "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n");
  client.files().Write("/ws/base/namespace.yaml",
                       "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: base\n");
  client.Initialize();
  client.Run();
}

Json ToRun(const std::string& name, Json argument) {
  return {{"command", name}, {"arguments", Json::array({std::move(argument)})}};
}

}  // namespace

TEST_CASE("the graph is JSON unless another format is asked for") {
  ClientHarness client;
  Open(client);
  const Json graph = client.Request("fluxcd/graph", Json::object());
  REQUIRE_EQ(graph["clusters"].size(), 1);
  const Json& node = graph["clusters"][0]["nodes"][0];
  CHECK_EQ(node["id"], "Kustomization/flux-system/apps");
  CHECK_EQ(node["path"], "clusters/prod/all.yaml");
  CHECK_EQ(node["line"], 14);
  const Json svg = client.Request("fluxcd/graph", {{"format", "svg"}, {"cluster", "prod"}});
  CHECK_EQ(svg["format"], "svg");
  CHECK(svg["text"].get<std::string>().starts_with("<svg "));
  const Json text =
      client.Request("workspace/executeCommand", ToRun("fluxcd.graph", {{"format", "text"}}));
  CHECK(text["text"].get<std::string>().starts_with("cluster clusters/prod: Kustomizations 2"));
  // Without any argument.
  CHECK_EQ(client.Request("workspace/executeCommand", {{"command", "fluxcd.graph"}}), graph);
}

TEST_CASE("the graph follows edits") {
  ClientHarness client;
  Open(client);
  const std::string cycle = KustomizationYaml("base", "  dependsOn: [{name: apps}]\n") +
                            KustomizationYaml("apps", "  dependsOn: [{name: base}]\n");
  client.Open("/ws/clusters/prod/all.yaml", cycle);
  const Json graph = client.Request("fluxcd/graph", Json::object());
  CHECK_EQ(graph["clusters"][0]["cycles"].size(), 1);
}

TEST_CASE("the tree of a Kustomization") {
  ClientHarness client;
  Open(client);
  const Json tree =
      client.Request("workspace/executeCommand", ToRun("fluxcd.tree", {{"kustomization", "apps"}}));
  CHECK_EQ(tree["tree"]["children"][0]["name"], "web");
  const Json text = client.Request(
      "workspace/executeCommand",
      ToRun("fluxcd.tree", {{"kustomization", "apps"}, {"format", "text"}, {"compact", true}}));
  CHECK_EQ(text["text"], "Kustomization/flux-system/apps\n");
}

TEST_CASE("wrong questions about graphs are answered with what there is") {
  ClientHarness client;
  Open(client);
  CHECK_EQ(client.RequestError("fluxcd/graph", {{"cluster", "tset"}})["message"],
           "there is no cluster \"tset\"; the clusters are: clusters/prod");
  CHECK_EQ(client.RequestError("fluxcd/graph", {{"format", "png"}})["message"],
           "there is no format \"png\"; there are: text, dot, mermaid, json, svg, html");
  CHECK_EQ(client.RequestError("fluxcd/graph", {{"cluster", 7}})["message"],
           "params.cluster: expected a string, found a number");
  CHECK_EQ(client.RequestError("workspace/executeCommand",
                               ToRun("fluxcd.tree", {{"kustomization", "nothing"}}))["message"],
           "there is no Flux Kustomization \"nothing\"");
}

}  // namespace fluxls::lsp
