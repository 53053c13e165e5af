#include <doctest/doctest.h>

#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

using Names = std::vector<std::string>;

HarnessOptions Pulling() {
  HarnessOptions options;
  options.capabilities = {{"textDocument", {{"diagnostic", Json::object()}}},
                          {"workspace", {{"diagnostics", {{"refreshSupport", true}}}}}};
  return options;
}

Json Ask(const std::string& path) {
  return {{"textDocument", {{"uri", "file://" + path}}}};
}

TEST_CASE("a pulling client that introduces itself is not pushed to") {
  ClientHarness client(Pulling());
  client.files().Write("/ws/b.yaml", kBadManifest);
  Json provider = client.Initialize()["capabilities"]["diagnosticProvider"];
  CHECK(provider["workspaceDiagnostics"] == true);
  CHECK(provider["interFileDependencies"] == true);
  client.Open("/ws/a.yaml", kBadManifest);
  Json report = client.Request("textDocument/diagnostic", Ask("/ws/a.yaml"));
  CHECK(report["kind"] == "full");
  CHECK(report["items"].size() == 1);
  CHECK(client.Sent("textDocument/publishDiagnostics").empty());
}

TEST_CASE("a pulling client without a name gets both, and both are the same") {
  HarnessOptions options = Pulling();
  options.client_info = nullptr;
  ClientHarness client(options);
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest, 0);
  Json report = client.Request("textDocument/diagnostic", Ask("/ws/a.yaml"));
  REQUIRE(client.Pushes("/ws/a.yaml").size() == 1);
  CHECK(report["items"] == client.Diagnostics("/ws/a.yaml"));
}

TEST_CASE("a client that cannot pull is not offered it") {
  ClientHarness client;
  CHECK_FALSE(client.Initialize()["capabilities"].contains("diagnosticProvider"));
}

TEST_CASE("diagnostics.mode overrides") {
  for (const auto& [mode, pull, push] :
       {std::tuple{"push", false, true}, std::tuple{"both", true, true},
        std::tuple{"pull", true, false}}) {
    HarnessOptions options = Pulling();
    options.initialization_options = {{"diagnostics", {{"mode", mode}}}};
    ClientHarness client(options);
    CHECK(client.Initialize()["capabilities"].contains("diagnosticProvider") == pull);
    client.Open("/ws/a.yaml", kBadManifest);
    client.Run();
    CHECK(!client.Pushes("/ws/a.yaml").empty() == push);
  }
}

TEST_CASE("an unchanged list is said to be unchanged") {
  ClientHarness client(Pulling());
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  Json first = client.Request("textDocument/diagnostic", Ask("/ws/a.yaml"));
  Json params = Ask("/ws/a.yaml");
  params["previousResultId"] = first["resultId"];
  Json second = client.Request("textDocument/diagnostic", params);
  CHECK(second["kind"] == "unchanged");
  CHECK(second["resultId"] == first["resultId"]);
  CHECK_FALSE(second.contains("items"));
  client.ChangeAll("/ws/a.yaml", "# moved\n" + kBadManifest, 2);
  Json third = client.Request("textDocument/diagnostic", params);
  CHECK(third["kind"] == "full");
  CHECK(third["items"][0]["range"]["start"]["line"] == 1);
}

TEST_CASE("a pull right behind an edit sees the edit") {
  ClientHarness client(Pulling());
  client.Initialize();
  client.Open("/ws/a.yaml", kGoodManifest, 0);
  for (int version = 1; version <= 20; ++version) {
    client.ChangeAll("/ws/a.yaml", version % 2 ? kBadManifest : kGoodManifest, version);
    Json report = client.Request("textDocument/diagnostic", Ask("/ws/a.yaml"));
    CHECK(report["items"].size() == static_cast<size_t>(version % 2));
  }
}

TEST_CASE("a pull waits for the edits of other documents too") {
  ClientHarness client(Pulling());
  client.files().Write(
      "/ws/kustomization.yaml",
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- b.yaml\n");
  client.Initialize();
  client.Run();
  size_t before =
      client.Request("textDocument/diagnostic", Ask("/ws/kustomization.yaml"))["items"].size();
  client.Open("/ws/b.yaml", kGoodManifest);
  size_t after =
      client.Request("textDocument/diagnostic", Ask("/ws/kustomization.yaml"))["items"].size();
  CHECK(before == after + 1);  // kustomize-missing-entry is gone: the buffer is a file
}

TEST_CASE("files that were never opened, or do not exist, have an answer") {
  ClientHarness client(Pulling());
  client.files().Write("/ws/b.yaml", kBadManifest);
  client.Initialize();
  CHECK(client.Request("textDocument/diagnostic", Ask("/ws/b.yaml"))["items"].size() == 1);
  CHECK(client.Request("textDocument/diagnostic", Ask("/ws/none.yaml"))["items"].empty());
  CHECK(client.Request("textDocument/diagnostic", {{"textDocument", {{"uri", "git:/x"}}}})["items"]
            .empty());
}

TEST_CASE(
    "workspace diagnostics list every file with findings, and say what is unchanged or gone") {
  ClientHarness client(Pulling());
  client.files().Write("/ws/b.yaml", kBadManifest);
  client.files().Write("/ws/c.yaml", "a: 1\na: 2\n");
  client.files().Write("/ws/good.yaml", kGoodManifest);
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest, 3);
  Json report = client.Request("workspace/diagnostic", {{"previousResultIds", Json::array()}});
  REQUIRE(report["items"].size() == 3);
  CHECK(report["items"][0]["uri"] == "file:///ws/a.yaml");
  CHECK(report["items"][0]["version"] == 3);
  CHECK(report["items"][1]["version"].is_null());
  CHECK(report["items"][1]["kind"] == "full");

  Json previous = Json::array();
  for (const Json& item : report["items"])
    previous.push_back({{"uri", item["uri"]}, {"value", item["resultId"]}});
  client.files().Write("/ws/b.yaml", kGoodManifest);
  client.files().Remove("/ws/c.yaml");
  client.Run(std::chrono::seconds(10));
  Json second = client.Request("workspace/diagnostic", {{"previousResultIds", previous}});
  std::map<std::string, Json> by_uri;
  for (const Json& item : second["items"]) by_uri[item["uri"]] = item;
  CHECK(by_uri.size() == 3);
  CHECK(by_uri["file:///ws/a.yaml"]["kind"] == "unchanged");
  CHECK(by_uri["file:///ws/b.yaml"]["items"].empty());
  CHECK(by_uri["file:///ws/c.yaml"]["items"].empty());
  CHECK(by_uri["file:///ws/c.yaml"]["version"].is_null());
}

TEST_CASE("scope `open` leaves closed files out") {
  HarnessOptions options = Pulling();
  options.initialization_options = {{"fluxcd", {{"diagnostics", {{"scope", "open"}}}}}};
  ClientHarness client(options);
  client.files().Write("/ws/b.yaml", kBadManifest);
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  CHECK(client.Request("workspace/diagnostic", {{"previousResultIds", Json::array()}})["items"]
            .size() == 1);
}

TEST_CASE("the client is asked to pull again when other files' findings changed") {
  ClientHarness client(Pulling());
  const std::string kustomization =
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- b.yaml\n";
  client.files().Write("/ws/kustomization.yaml", kustomization);
  client.Initialize();
  client.Open("/ws/kustomization.yaml", kustomization);
  CHECK(client.Request("textDocument/diagnostic", Ask("/ws/kustomization.yaml"))["items"].size() ==
        1);
  CHECK(client.Sent("workspace/diagnostic/refresh").empty());
  client.Open("/ws/b.yaml", kGoodManifest);
  client.Run();
  CHECK(client.Sent("workspace/diagnostic/refresh").size() == 1);
  // Nobody is told about what its own edit did.
  client.ChangeAll("/ws/kustomization.yaml", "# x\n" + kustomization, 2);
  client.Run();
  CHECK(client.Sent("workspace/diagnostic/refresh").size() == 1);
}

TEST_CASE("closed files are pushed once, complete, and only when there is something to say") {
  ClientHarness client;
  client.files().Write("/ws/b.yaml", kBadManifest);
  client.files().Write("/ws/good.yaml", kGoodManifest);
  client.Initialize();
  client.Run();
  REQUIRE(client.Pushes("/ws/b.yaml").size() == 1);
  CHECK(client.Codes("/ws/b.yaml").size() == 1);
  CHECK_FALSE(client.Pushes("/ws/b.yaml")[0].contains("version"));
  CHECK(client.Pushes("/ws/good.yaml").empty());
}

TEST_CASE("a list is pushed once for each version, and not again when nothing changed") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/good.yaml", kGoodManifest, 1);
  client.Run();
  CHECK(client.Pushes("/ws/good.yaml").size() == 1);
  client.ChangeAll("/ws/good.yaml", kGoodManifest + "# x\n", 2);
  client.Run();
  CHECK(client.Pushes("/ws/good.yaml").size() == 2);
  client.Open("/ws/other.yaml", kBadManifest, 1);
  client.Notify("textDocument/didSave", Ask("/ws/good.yaml"));
  client.Run();
  CHECK(client.Pushes("/ws/good.yaml").size() == 2);
}

TEST_CASE("closing keeps the findings of workspace files and takes back those of others") {
  ClientHarness client;
  client.files().Write("/ws/a.yaml", kBadManifest);
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  client.Open("/elsewhere/a.yaml", kBadManifest);
  client.Open("/ws/unsaved.yaml", kBadManifest);
  client.Run();
  CHECK(client.Codes("/elsewhere/a.yaml").size() == 1);
  client.Close("/ws/a.yaml");
  client.Close("/elsewhere/a.yaml");
  client.Close("/ws/unsaved.yaml");
  client.Run();
  CHECK(client.Pushes("/ws/a.yaml").size() == 1);
  CHECK(client.Codes("/ws/a.yaml").size() == 1);
  CHECK(client.Codes("/elsewhere/a.yaml").empty());
  CHECK(client.Codes("/ws/unsaved.yaml").empty());
}

TEST_CASE("closing without saving goes back to what the disk has") {
  ClientHarness client;
  client.files().Write("/ws/a.yaml", kGoodManifest);
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml").size() == 1);
  client.Close("/ws/a.yaml");
  client.Run();
  CHECK(client.Codes("/ws/a.yaml").empty());
}

TEST_CASE("scope `open` pushes nothing for closed files and clears on close") {
  HarnessOptions options;
  options.initialization_options = {{"diagnostics", {{"scope", "open"}}}};
  ClientHarness client(options);
  client.files().Write("/ws/a.yaml", kBadManifest);
  client.files().Write("/ws/b.yaml", kBadManifest);
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  client.Run();
  CHECK(client.Pushes("/ws/b.yaml").empty());
  CHECK(client.Codes("/ws/a.yaml").size() == 1);
  client.Close("/ws/a.yaml");
  client.Run();
  CHECK(client.Diagnostics("/ws/a.yaml").empty());
}

TEST_CASE("the byte order mark of a closed file is not a column") {
  ClientHarness client;
  client.files().Write("/ws/a.yaml", "\xEF\xBB\xBF" + kBadManifest);
  client.Initialize();
  client.Run();
  CHECK(client.Diagnostics("/ws/a.yaml")[0]["range"] == At(0, 12, 0, 47));
}

TEST_CASE("details follow the client's capabilities") {
  ClientHarness plain;
  plain.Initialize();
  plain.Open("/ws/a.yaml", kBadManifest);
  plain.Run();
  Json item = plain.Diagnostics("/ws/a.yaml")[0];
  CHECK_FALSE(item.contains("codeDescription"));
  CHECK_FALSE(item.contains("tags"));
  CHECK_FALSE(item.contains("data"));

  HarnessOptions options;
  options.capabilities = {{"textDocument",
                           {{"publishDiagnostics",
                             {{"codeDescriptionSupport", true},
                              {"dataSupport", true},
                              {"relatedInformation", true},
                              {"tagSupport", {{"valueSet", {1, 2}}}}}}}}};
  ClientHarness rich(options);
  rich.Initialize();
  rich.Open("/ws/a.yaml", kBadManifest);
  rich.Run();
  item = rich.Diagnostics("/ws/a.yaml")[0];
  CHECK(item["codeDescription"]["href"].get<std::string>().ends_with("/removed-api-version.md"));
  CHECK(item["tags"] == Json({2}));
  CHECK(item.contains("data"));
}

}  // namespace
}  // namespace fluxls::lsp
