// Completion over the protocol: what clients with and without capabilities get.
#include <doctest/doctest.h>

#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

const std::string kPath = "/ws/apps/release.yaml";
const std::string kHead =
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\nspec:\n";

Json Complete(ClientHarness& client, const std::string& text) {
  client.files().Write(kPath, "");
  client.Initialize();
  client.Run();
  client.Open(kPath, text);
  int line = 0;
  int character = 0;
  for (const char c : text) {
    ++character;
    if (c != '\n') continue;
    ++line;
    character = 0;
  }
  return client.Request("textDocument/completion",
                        {{"textDocument", {{"uri", ClientHarness::Uri(kPath)}}},
                         {"position", {{"line", line}, {"character", character}}}});
}

Json Item(const Json& list, const std::string& label) {
  for (const Json& item : list["items"]) {
    if (item["label"] == label) return item;
  }
  return nullptr;
}

TEST_CASE("a client without capabilities gets plain text, indented as it must stand") {
  ClientHarness client;
  const Json list = Complete(client, kHead + "  ch");
  const Json item = Item(list, "chartRef");
  REQUIRE_FALSE(item.is_null());
  CHECK_EQ(item["textEdit"]["newText"], "chartRef:\n    kind: OCIRepository\n    name: ");
  CHECK_EQ(item["textEdit"]["range"]["start"]["character"], 2);
  CHECK_EQ(item["textEdit"]["range"]["end"]["character"], 4);
  CHECK_FALSE(item.contains("insertTextFormat"));
  CHECK(item["documentation"]["kind"] == "plaintext");
  CHECK_FALSE(list.contains("itemDefaults"));
  // What begins with what is typed comes first.
  const std::string first = list["items"][0]["label"].get<std::string>();
  CHECK(first.starts_with("ch"));
}

TEST_CASE("a client with snippets gets placeholders, and documentation when it asks") {
  HarnessOptions options;
  options.capabilities = {
      {"textDocument",
       {{"completion",
         {{"completionItem",
           {{"snippetSupport", true},
            {"insertReplaceSupport", true},
            {"documentationFormat", Json::array({"markdown"})},
            {"insertTextModeSupport", {{"valueSet", Json::array({1, 2})}}},
            {"resolveSupport", {{"properties", Json::array({"documentation"})}}}}}}}}}};
  ClientHarness client(options);
  const Json list = Complete(client, kHead + "  ");
  const Json item = Item(list, "chartRef");
  REQUIRE_FALSE(item.is_null());
  CHECK_EQ(item["textEdit"]["newText"],
           "chartRef:\n  kind: ${1|OCIRepository,HelmChart,ExternalArtifact|}\n  name: $2");
  CHECK_EQ(item["insertTextFormat"], 2);
  CHECK_EQ(item["insertTextMode"], 2);
  CHECK(item["textEdit"].contains("insert"));
  CHECK(item["textEdit"].contains("replace"));
  CHECK_FALSE(item.contains("documentation"));
  const Json resolved = client.Request("completionItem/resolve", item);
  CHECK_EQ(resolved["documentation"]["kind"], "markdown");
  CHECK_NE(resolved["documentation"]["value"].get<std::string>().find("**spec.chartRef**"),
           std::string::npos);
  CHECK_EQ(resolved["label"], "chartRef");
}

TEST_CASE("a client that takes defaults gets the range once") {
  HarnessOptions options;
  options.capabilities = {
      {"textDocument",
       {{"completion", {{"completionList", {{"itemDefaults", Json::array({"editRange"})}}}}}}}};
  ClientHarness client(options);
  const Json list = Complete(client, kHead + "  upgrade:\n    crds: ");
  CHECK_EQ(list["itemDefaults"]["editRange"]["start"]["character"], 10);
  REQUIRE_EQ(list["items"].size(), 3);
  CHECK_EQ(list["items"][0]["label"], "Skip");
  CHECK_FALSE(list["items"][0].contains("textEdit"));
}

TEST_CASE("resolving what has nothing to resolve gives it back; bad data is told") {
  ClientHarness client;
  client.Initialize();
  CHECK_EQ(client.Request("completionItem/resolve", {{"label", "x"}}), Json{{"label", "x"}});
  const Json error =
      client.RequestError("completionItem/resolve", {{"label", "x"}, {"data", {{"path", 1}}}});
  CHECK_EQ(error["code"], -32602);
}

TEST_CASE("a list of names that was cut says so, until what is typed makes it whole") {
  ClientHarness client;
  const auto sources = [](int count) {
    std::string out;
    for (int i = 0; i < count; ++i) {
      out += "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n  name: " +
             std::string(i % 4 ? "many" : "few") + std::to_string(i) + "\n---\n";
    }
    return out;
  };
  client.files().Write("/ws/sources.yaml", sources(400));
  const std::string release =
      "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\nspec:\n"
      "  chart:\n    spec:\n      chart: web\n      sourceRef:\n        kind: HelmRepository\n"
      "        name: ";
  client.Initialize();
  client.Run();
  client.Open("/ws/web.yaml", release + "few\n");
  client.Run();
  const auto complete = [&client](int character) {
    return client.Request("textDocument/completion",
                          {{"textDocument", {{"uri", "file:///ws/web.yaml"}}},
                           {"position", {{"line", 10}, {"character", character}}}});
  };
  const Json cut = complete(17);
  CHECK(cut["isIncomplete"] == true);
  CHECK(cut["items"].size() == 300);
  // All that begin with it are there, and those that do not are not all.
  CHECK(cut["items"][99]["label"].get<std::string>().starts_with("few"));
  client.files().Write("/ws/sources.yaml", sources(200));
  client.Notify("workspace/didChangeWatchedFiles",
                {{"changes", {{{"uri", "file:///ws/sources.yaml"}, {"type", 2}}}}});
  client.Run();
  const Json whole = complete(17);
  CHECK(whole["isIncomplete"] == false);
  CHECK(whole["items"].size() == 200);
}

TEST_CASE("completion in a document that is not open is nothing") {
  ClientHarness client;
  client.Initialize();
  client.Run();
  CHECK(
      client
          .Request("textDocument/completion", {{"textDocument", {{"uri", "file:///ws/none.yaml"}}},
                                               {"position", {{"line", 0}, {"character", 0}}}})
          .is_null());
}

}  // namespace
}  // namespace fluxls::lsp
