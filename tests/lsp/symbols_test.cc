// Outlines, names of the workspace, folding and selection over the protocol.
#include <doctest/doctest.h>

#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

const std::string kPath = "/ws/apps/release.yaml";
const std::string kRelease =
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\n"
    "  namespace: apps\nspec:\n  chartRef:\n    kind: OCIRepository\n    name: web\n";

Json About(const std::string& path) {
  return {{"textDocument", {{"uri", ClientHarness::Uri(path)}}}};
}

Json Symbols(ClientHarness& client, const std::string& path) {
  return client.Request("textDocument/documentSymbol", About(path));
}

TEST_CASE("the server says what it can") {
  ClientHarness client;
  const Json capabilities = client.Initialize()["capabilities"];
  for (const char* name : {"documentSymbolProvider", "workspaceSymbolProvider",
                           "foldingRangeProvider", "selectionRangeProvider"}) {
    CAPTURE(name);
    CHECK(capabilities[name] == true);
  }
}

TEST_CASE("an outline is nested for clients that nest") {
  HarnessOptions options;
  options.capabilities = {
      {"textDocument", {{"documentSymbol", {{"hierarchicalDocumentSymbolSupport", true}}}}}};
  ClientHarness client(options);
  client.Initialize();
  client.Run();
  client.Open(kPath, kRelease);
  const Json symbols = Symbols(client, kPath);
  REQUIRE_EQ(symbols.size(), 1);
  CHECK_EQ(symbols[0]["name"], "HelmRelease/web");
  CHECK_EQ(symbols[0]["detail"], "apps");
  CHECK_EQ(symbols[0]["kind"], 5);
  CHECK_EQ(symbols[0]["range"], At(0, 0, 8, 13));
  CHECK_EQ(symbols[0]["selectionRange"], At(3, 8, 3, 11));
  REQUIRE_EQ(symbols[0]["children"].size(), 1);
  CHECK_EQ(symbols[0]["children"][0]["name"], "chartRef");
  CHECK_EQ(symbols[0]["children"][0]["detail"], "OCIRepository/web");
}

TEST_CASE("an outline is flat for others, and needs no open file") {
  ClientHarness client;
  client.files().Write(kPath, kRelease);
  client.files().Write("/ws/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n");
  client.Initialize();
  SUBCASE("before the workspace is read") {}
  SUBCASE("afterwards") {
    client.Run();
  }
  const Json symbols = Symbols(client, kPath);
  REQUIRE_EQ(symbols.size(), 4);
  CHECK_EQ(symbols[0]["name"], "HelmRelease/web");
  CHECK_EQ(symbols[0]["location"]["uri"], ClientHarness::Uri(kPath));
  CHECK_EQ(symbols[0]["location"]["range"], At(0, 0, 8, 13));
  CHECK_FALSE(symbols[0].contains("containerName"));
  CHECK_EQ(symbols[1]["name"], "chartRef");
  CHECK_EQ(symbols[1]["containerName"], "HelmRelease/web");
  CHECK_EQ(Symbols(client, "/ws/map.yaml")[0]["kind"], 23);
}

TEST_CASE("an outline is that of the text as it is now") {
  ClientHarness client;
  client.files().Write(kPath, kRelease);
  client.Initialize();
  client.Run();
  client.Open(kPath, kRelease);
  client.ChangeAll(kPath, "# é\na: 1\n", 2);
  // Nothing has run since.
  const int64_t id = client.Send("textDocument/documentSymbol", About(kPath));
  REQUIRE(client.Answer(id));
  const Json symbols = (*client.Answer(id))["result"];
  REQUIRE_EQ(symbols.size(), 1);
  CHECK_EQ(symbols[0]["name"], "a");
  CHECK_EQ(symbols[0]["location"]["range"], At(1, 0, 1, 4));
  client.Close(kPath);
  // What changed on disk without a word is seen.
  client.files().Write(kPath, "b: 1\nc: 2\n");
  CHECK_EQ(Symbols(client, kPath).size(), 2);
}

TEST_CASE("files that nobody knows, and templates of charts, have nothing") {
  ClientHarness client;
  client.files().Write("/ws/chart/Chart.yaml", "name: c\nversion: 1.0.0\n");
  client.files().Write("/ws/chart/templates/a.yaml", "a:\n  b: 1\n");
  client.files().Write("/ws/readme.md", "a: 1\n");
  client.Initialize();
  client.Run();
  for (const char* path : {"/ws/none.yaml", "/ws/chart/templates/a.yaml", "/ws/readme.md"}) {
    CAPTURE(path);
    CHECK(Symbols(client, path) == Json::array());
    CHECK(client.Request("textDocument/foldingRange", About(path)) == Json::array());
  }
  Json params = About("/ws/none.yaml");
  params["positions"] = Json::array({{{"line", 0}, {"character", 0}}});
  CHECK(client.Request("textDocument/selectionRange", params).is_null());
  CHECK(client.Request("textDocument/documentSymbol",
                       {{"textDocument", {{"uri", "git:/ws/a.yaml"}}}}) == Json::array());
}

TEST_CASE("names of the workspace are found, also while it is being read") {
  ClientHarness client;
  client.files().Write(kPath, kRelease);
  client.files().Write("/ws/apps/kustomization.yaml", "resources: [release.yaml]\n");
  client.Initialize();
  const Json found = client.Request("workspace/symbol", {{"query", "web"}});
  REQUIRE_EQ(found.size(), 1);
  CHECK_EQ(found[0]["name"], "HelmRelease/apps/web");
  CHECK_EQ(found[0]["kind"], 5);
  CHECK_EQ(found[0]["containerName"], "apps/release.yaml");
  CHECK_EQ(found[0]["location"]["uri"], ClientHarness::Uri(kPath));
  CHECK_EQ(found[0]["location"]["range"], At(3, 8, 3, 11));
  CHECK_EQ(client.Request("workspace/symbol", {{"query", ""}}).size(), 2);
  CHECK_EQ(client.Request("workspace/symbol", {{"query", "kust"}})[0]["kind"], 23);
  // What comes later is found later.
  client.Open("/ws/new.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: fresh}\n");
  client.Run();
  CHECK_EQ(client.Request("workspace/symbol", {{"query", "fresh"}}).size(), 1);
  CHECK_EQ(client.RequestError("workspace/symbol", {{"query", 1}})["code"], -32602);
}

TEST_CASE("folding: lines, comments, and no more than the client takes") {
  const std::string text = "# one\n# two\na:\n  b:\n    c: 1\nd:\n  - 1\n";
  HarnessOptions options;
  SUBCASE("all") {}
  SUBCASE("a few") {
    options.capabilities = {{"textDocument", {{"foldingRange", {{"rangeLimit", 3}}}}}};
  }
  ClientHarness client(options);
  client.Initialize();
  client.Open(kPath, text);
  const Json folds = client.Request("textDocument/foldingRange", About(kPath));
  Json expected = Json::array({{{"startLine", 0}, {"endLine", 1}, {"kind", "comment"}},
                               {{"startLine", 2}, {"endLine", 4}},
                               {{"startLine", 3}, {"endLine", 4}},
                               {{"startLine", 5}, {"endLine", 6}}});
  if (!options.capabilities.empty()) expected.erase(2);
  CHECK_EQ(folds, expected);
}

TEST_CASE("selection grows for every cursor, in the client's columns") {
  ClientHarness client;
  client.Initialize();
  client.Open(kPath, "\"é\": \"x\"\r\nb: 1\r\n");
  Json params = About(kPath);
  params["positions"] =
      Json::array({{{"line", 0}, {"character", 6}}, {{"line", 1}, {"character", 0}}});
  const Json answer = client.Request("textDocument/selectionRange", params);
  REQUIRE_EQ(answer.size(), 2);
  std::vector<Json> ranges;
  for (const Json* at = &answer[0];; at = &(*at)["parent"]) {
    ranges.push_back((*at)["range"]);
    if (!at->contains("parent")) break;
  }
  CHECK(ranges == std::vector<Json>{At(0, 6, 0, 7), At(0, 5, 0, 8), At(0, 0, 0, 8), At(0, 0, 1, 4),
                                    At(0, 0, 2, 0)});
  CHECK_EQ(answer[1]["range"], At(1, 0, 1, 1));
  params["positions"] = "x";
  CHECK_EQ(client.RequestError("textDocument/selectionRange", params)["code"], -32602);
}

}  // namespace
}  // namespace fluxls::lsp
