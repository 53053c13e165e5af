// Call hierarchies, code lenses and inlay hints over the protocol.
#include <doctest/doctest.h>

#include "tests/lsp/podinfo_repository.h"

namespace fluxls::lsp {
namespace {

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

// Without the HelmRelease's namespace, and with a variable.
const std::string kOpenRelease = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo # é
spec:
  interval: ${interval}
  chart:
    spec:
      chart: podinfo
      sourceRef:
        kind: HelmRepository
        name: podinfo
        namespace: web
)";

std::string AppsYaml(const std::string& interval) {
  return "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n"
         "  name: apps\n  namespace: flux-system\nspec:\n  interval: 10m\n  path: ./apps\n"
         "  prune: true\n  targetNamespace: shop\n  sourceRef:\n    kind: GitRepository\n"
         "    name: flux-system\n  postBuild:\n    substitute:\n      interval: " +
         interval + "\n";
}
const std::string kAppsPath = "/ws/prod/apps.yaml";
const std::string kOpenReleasePath = "/ws/apps/release.yaml";

HarnessOptions Editor(Json settings) {
  HarnessOptions options;
  options.capabilities = {
      {"workspace",
       {{"codeLens", {{"refreshSupport", true}}}, {"inlayHint", {{"refreshSupport", true}}}}}};
  options.initialization_options = std::move(settings);
  return options;
}

void StartApps(ClientHarness& client) {
  client.files().Write(kAppsPath, AppsYaml("1h"));
  client.files().Write(kOpenReleasePath, kOpenRelease);
  Start(client);
  client.Open(kOpenReleasePath, kOpenRelease);
  client.Run();
}

Json Hints(ClientHarness& client, int first, int last) {
  Json params = Document(kOpenReleasePath);
  params["range"] = {{"start", {{"line", first}, {"character", 0}}},
                     {"end", {{"line", last}, {"character", 0}}}};
  return client.Request("textDocument/inlayHint", params);
}

TEST_CASE("inlay hints are there by default, and come anew when the builds say something else") {
  ClientHarness client(Editor(nullptr));
  StartApps(client);
  const Json hints = Hints(client, 0, 13);
  REQUIRE_EQ(hints.size(), 2);
  CHECK_EQ(hints[0]["label"], "namespace: shop");
  CHECK_EQ(hints[0]["position"], Json({{"line", 3}, {"character", 15}}));
  CHECK_EQ(hints[0]["paddingLeft"], true);
  CHECK_EQ(hints[1]["label"], "= 1h");
  CHECK_EQ(hints[1]["tooltip"], "set in prod/apps.yaml");
  CHECK_EQ(Hints(client, 4, 13).size(), 1);

  // An edit of the file itself: the editor asks without being told.
  client.ChangeAll(kOpenReleasePath, "# new\n" + kOpenRelease, 2);
  client.Run();
  CHECK(client.Sent("workspace/inlayHint/refresh").empty());
  CHECK_EQ(Hints(client, 0, 14)[1]["position"]["line"], 6);
  client.Open(kAppsPath, AppsYaml("2h"));
  client.Run();
  CHECK_EQ(client.Sent("workspace/inlayHint/refresh").size(), 1);
  CHECK_EQ(Hints(client, 0, 14)[1]["label"], "= 2h");
  // What changes nothing here is not told, nor what was not asked for.
  client.ChangeAll(kAppsPath, AppsYaml("2h") + "# more\n", 2);
  client.Run();
  CHECK_EQ(client.Sent("workspace/inlayHint/refresh").size(), 1);
  CHECK(client.Sent("workspace/codeLens/refresh").empty());

  client.Notify("workspace/didChangeConfiguration",
                {{"settings", {{"fluxcd", {{"inlayHints", {{"enable", false}}}}}}}});
  client.Run();
  CHECK_EQ(client.Sent("workspace/inlayHint/refresh").size(), 2);
  CHECK_EQ(Hints(client, 0, 14), Json::array());
}

TEST_CASE("inlay hints stand where the client counts in units of its encoding") {
  // Behind a letter of four bytes, which UTF-16 counts as two.
  std::string release = kRelease;
  release.replace(release.find("chart: podinfo"), 14, "chart: \"\xF0\x9F\x90\xB3${interval}\"");
  for (const bool bytes : {false, true}) {
    CAPTURE(bytes);
    HarnessOptions options = Editor(nullptr);
    options.capabilities["general"] = {{"positionEncodings", {bytes ? "utf-8" : "utf-16"}}};
    ClientHarness client(options);
    client.files().Write(kAppsPath, AppsYaml("1h"));
    client.files().Write(kOpenReleasePath, release);
    Start(client);
    const Json hints = Hints(client, 8, 12);
    REQUIRE_EQ(hints.size(), 1);
    CHECK_EQ(hints[0]["label"], "= 1h");
    CHECK_EQ(hints[0]["position"]["character"], 14 + (bytes ? 4 : 2) + 11);
  }
}

TEST_CASE("code lenses are there when they are switched on, to read where nobody can click") {
  ClientHarness client(Editor(nullptr));
  StartApps(client);
  CHECK_EQ(client.Request("textDocument/codeLens", Document(kRepositoryPath)), Json::array());
  client.Notify("workspace/didChangeConfiguration",
                {{"settings", {{"fluxcd", {{"codeLens", {{"enable", true}}}}}}}});
  client.Run();
  CHECK_EQ(client.Sent("workspace/codeLens/refresh").size(), 1);

  client.Open(kRepositoryPath, kRepository);
  const Json lenses = client.Request("textDocument/codeLens", Document(kRepositoryPath));
  REQUIRE_EQ(lenses.size(), 2);
  CHECK_EQ(lenses[0]["command"]["title"],
           "applied by Kustomization flux-system/flux-system (prod)");
  CHECK_EQ(lenses[0]["command"]["command"], "");
  CHECK_FALSE(lenses[0]["command"].contains("arguments"));
  CHECK_EQ(lenses[0]["range"]["start"]["line"], 1);
  CHECK_FALSE(lenses[1].contains("command"));
  Json counted = client.Request("codeLens/resolve", lenses[1]);
  CHECK_EQ(counted["command"], Json({{"title", "2 references"}, {"command", ""}}));
  CHECK_EQ(counted["range"], lenses[1]["range"]);

  // One reference less, in another file.
  client.files().Write(kReleasePath, "# nothing\n");
  client.Notify("workspace/didChangeWatchedFiles",
                {{"changes", {{{"uri", ClientHarness::Uri(kReleasePath)}, {"type", 2}}}}});
  client.Run();
  CHECK_EQ(client.Sent("workspace/codeLens/refresh").size(), 2);
  counted = client.Request("codeLens/resolve", lenses[1]);
  CHECK_EQ(counted["command"]["title"], "1 reference");
  Json stale = lenses[1];
  stale["range"]["start"]["line"] = 4;
  CHECK_EQ(client.Request("codeLens/resolve", stale)["command"]["title"], "no references");
}

TEST_CASE("code lenses carry places for a client that can show them") {
  HarnessOptions options = Editor({{"codeLens", {{"enable", true}}}});
  options.capabilities["experimental"] = {{"fluxcdShowReferences", true}};
  ClientHarness client(options);
  StartApps(client);
  const Json lenses = client.Request("textDocument/codeLens", Document(kRepositoryPath));
  REQUIRE_EQ(lenses.size(), 2);
  const Json& applied = lenses[0]["command"];
  CHECK_EQ(applied["command"], "fluxcd.showReferences");
  REQUIRE_EQ(applied["arguments"].size(), 1);
  CHECK_EQ(applied["arguments"][0]["uri"], ClientHarness::Uri(kRepositoryPath));
  CHECK_EQ(applied["arguments"][0]["position"]["line"], 1);
  REQUIRE_EQ(applied["arguments"][0]["locations"].size(), 1);
  CHECK_EQ(applied["arguments"][0]["locations"][0]["range"]["start"]["line"], 9);
  const Json counted = client.Request("codeLens/resolve", lenses[1])["command"];
  CHECK_EQ(counted["command"], "fluxcd.showReferences");
  CHECK_EQ(counted["arguments"][0]["locations"].size(), 2);
  CHECK_EQ(counted["arguments"][0]["position"]["line"], 1);
}

}  // namespace
}  // namespace fluxls::lsp
