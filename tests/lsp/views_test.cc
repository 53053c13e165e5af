// Call hierarchies, code lenses and inlay hints over the protocol.
#include <doctest/doctest.h>

#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

const std::string kSync = R"(apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  url: https://example.com/fleet.git
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  path: ./prod
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
)";
const std::string kRepository = R"(# é: two bytes, one column
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: podinfo
  namespace: web
spec:
  url: https://example.com/charts
)";
const std::string kRelease = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 1h
  chart:
    spec:
      chart: podinfo
      sourceRef:
        kind: HelmRepository
        name: podinfo
)";
const std::string kReleasePath = "/ws/prod/release.yaml";
const std::string kRepositoryPath = "/ws/prod/repository.yaml";

void Start(ClientHarness& client) {
  client.files().Write("/ws/prod/flux-system/gotk-sync.yaml", kSync);
  client.files().Write(kRepositoryPath, kRepository);
  client.files().Write(kReleasePath, kRelease);
  client.Initialize();
  client.Run();
}

Json Document(const std::string& path) {
  return {{"textDocument", {{"uri", ClientHarness::Uri(path)}}}};
}

Json At(const std::string& path, int line, int character) {
  Json params = Document(path);
  params["position"] = {{"line", line}, {"character", character}};
  return params;
}

TEST_CASE("a call hierarchy: from an item to its source and back; stale items call nothing") {
  ClientHarness client;
  Start(client);
  const Json items = client.Request("textDocument/prepareCallHierarchy", At(kReleasePath, 3, 10));
  REQUIRE_EQ(items.size(), 1);
  Json item = items[0];
  CHECK_EQ(item["name"], "HelmRelease/podinfo");
  CHECK_EQ(item["detail"], "web");
  CHECK_EQ(item["uri"], ClientHarness::Uri(kReleasePath));
  CHECK_EQ(item["selectionRange"]["start"], Json({{"line", 3}, {"character", 8}}));
  CHECK_EQ(item["range"]["start"], Json({{"line", 0}, {"character", 0}}));

  const Json to = client.Request("callHierarchy/outgoingCalls", {{"item", item}});
  REQUIRE_EQ(to.size(), 1);
  CHECK_EQ(to[0]["to"]["name"], "HelmRepository/podinfo");
  REQUIRE_EQ(to[0]["fromRanges"].size(), 1);
  CHECK_EQ(to[0]["fromRanges"][0]["start"], Json({{"line", 12}, {"character", 14}}));

  const Json from = client.Request("callHierarchy/incomingCalls", {{"item", to[0]["to"]}});
  REQUIRE_EQ(from.size(), 1);
  CHECK_EQ(from[0]["from"], item);
  CHECK_EQ(from[0]["fromRanges"], to[0]["fromRanges"]);

  CHECK(client.Request("textDocument/prepareCallHierarchy", At("/ws/none.yaml", 0, 0)).is_null());
  std::string renamed = kRelease;
  renamed.replace(renamed.find("podinfo"), 7, "renamed");
  client.Open(kReleasePath, renamed);
  CHECK_EQ(client.Request("callHierarchy/outgoingCalls", {{"item", item}}), Json::array());
  item.erase("data");
  CHECK_EQ(client.Request("callHierarchy/incomingCalls", {{"item", item}}), Json::array());
  item["uri"] = "untitled:x";
  CHECK_EQ(client.Request("callHierarchy/incomingCalls", {{"item", item}}), Json::array());
}

}  // namespace
}  // namespace fluxls::lsp
