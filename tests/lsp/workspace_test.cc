#include <doctest/doctest.h>

#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

using Names = std::vector<std::string>;
const Names kRemoved = {"removed-api-version"};

void Watched(ClientHarness& client, const std::string& path, int type) {
  client.Notify("workspace/didChangeWatchedFiles",
                {{"changes", {{{"uri", "file://" + path}, {"type", type}}}}});
}

TEST_CASE("the root is taken from folders, rootUri or rootPath, and may be missing") {
  for (const char* root : {R"("rootUri":"file:///ws")", R"("rootPath":"/ws/")",
                           R"("rootUri":null,"workspaceFolders":[{"uri":"file:///ws","name":"w"}])",
                           R"("rootUri":"file:///ws","workspaceFolders":[])"}) {
    CAPTURE(root);
    ClientHarness client;
    client.files().Write("/ws/b.yaml", kBadManifest);
    client.SendRaw(
        std::string(
            R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{},)") +
        root + "}}");
    client.Notify("initialized", {});
    client.Run();
    CHECK(client.Codes("/ws/b.yaml") == kRemoved);
  }
  HarnessOptions options;
  options.roots = {};
  ClientHarness client(options);
  client.files().Write("/ws/b.yaml", kBadManifest);
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml") == kRemoved);
  CHECK(client.Pushes("/ws/b.yaml").empty());
}

TEST_CASE("the file system's root and a home directory without .git are not indexed") {
  for (const char* root : {"/", "/home/me"}) {
    HarnessOptions options;
    options.roots = {root};
    ClientHarness client(options);
    client.files().Write("/home/me/b.yaml", kBadManifest);
    client.Initialize();
    client.Open("/home/me/a.yaml", kBadManifest);
    client.Run();
    CHECK(client.Codes("/home/me/a.yaml") == kRemoved);
    CHECK(client.Pushes("/home/me/b.yaml").empty());
  }
}

TEST_CASE("folders come and go") {
  HarnessOptions options;
  options.roots = {"/one"};
  ClientHarness client(options);
  client.files().Write("/one/a.yaml", kBadManifest);
  client.files().Write("/two/b.yaml", kBadManifest);
  client.Initialize();
  client.Run();
  CHECK(client.Codes("/one/a.yaml") == kRemoved);
  CHECK(client.Pushes("/two/b.yaml").empty());
  client.Notify("workspace/didChangeWorkspaceFolders",
                {{"event",
                  {{"added", {{{"uri", "file:///two"}, {"name", "two"}}}},
                   {"removed", {{{"uri", "file:///%6Fne/"}, {"name", "one"}}}}}}});
  client.Run();
  CHECK(client.Codes("/one/a.yaml").empty());
  CHECK(client.Codes("/two/b.yaml") == kRemoved);
}

TEST_CASE("a folder that goes while it is being read leaves nothing behind") {
  HarnessOptions options;
  options.roots = {"/one"};
  ClientHarness client(options);
  for (int i = 0; i < 50; ++i)
    client.files().Write("/one/" + std::to_string(i) + ".yaml", kBadManifest);
  client.Initialize();
  client.executor().RunMain();
  client.executor().RunOneWorker();  // the scan
  client.executor().RunMain();
  client.executor().RunOneWorker();  // some files
  client.executor().RunMain();
  client.Notify(
      "workspace/didChangeWorkspaceFolders",
      {{"event",
        {{"added", Json::array()}, {"removed", {{{"uri", "file:///one"}, {"name", "one"}}}}}}});
  client.Run();
  for (const Json& push : client.Sent("textDocument/publishDiagnostics"))
    CHECK(push["diagnostics"].empty());
}

TEST_CASE("watched files: created, changed, deleted") {
  ClientHarness client;
  client.Initialize();
  client.Run();
  client.files().Write("/ws/a.yaml", kBadManifest);
  Watched(client, "/ws/a.yaml", 1);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml") == kRemoved);
  client.files().Write("/ws/a.yaml", kGoodManifest);
  Watched(client, "/ws/a.yaml", 2);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml").empty());
  client.files().Write("/ws/a.yaml", kBadManifest);
  Watched(client, "/ws/a.yaml", 2);
  client.Run();
  client.files().Remove("/ws/a.yaml");
  Watched(client, "/ws/a.yaml", 3);
  client.Run();
  CHECK(client.Pushes("/ws/a.yaml").size() == 4);
  CHECK(client.Codes("/ws/a.yaml").empty());
}

TEST_CASE("the disk is looked at again when a document is opened or saved, or asked about") {
  HarnessOptions options;
  options.capabilities = {{"textDocument", {{"diagnostic", Json::object()}}}};
  options.client_info = nullptr;
  ClientHarness client(options);
  client.Initialize();
  client.Run();
  client.files().Write("/ws/a.yaml", kBadManifest);
  client.Open("/ws/x.yaml", kGoodManifest);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml") == kRemoved);
  client.files().Write("/ws/a.yaml", kGoodManifest);
  client.Notify("textDocument/didSave", {{"textDocument", {{"uri", "file:///ws/x.yaml"}}}});
  client.Run();
  CHECK(client.Codes("/ws/a.yaml").empty());
  client.files().Write("/ws/a.yaml", kBadManifest);
  CHECK(client
            .Request("textDocument/diagnostic",
                     {{"textDocument", {{"uri", "file:///ws/a.yaml"}}}})["items"]
            .size() == 1);
}

TEST_CASE("an open document is the editor's, whatever the disk says") {
  ClientHarness client;
  client.files().Write("/ws/a.yaml", kGoodManifest);
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  client.Run();
  client.files().Write("/ws/a.yaml", "a: 1\n");
  Watched(client, "/ws/a.yaml", 2);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml") == kRemoved);
  client.files().Remove("/ws/a.yaml");
  Watched(client, "/ws/a.yaml", 3);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml") == kRemoved);
}

TEST_CASE("an agent's edit in another file counts before the first answer") {
  // What opencode does: a file made by a shell, then an event and the whole text of the
  // kustomization that names it.
  ClientHarness client;
  const std::string kustomization =
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- new.yaml\n";
  client.files().Write("/ws/kustomization.yaml", kustomization);
  client.Initialize();
  client.Open("/ws/kustomization.yaml", kustomization, 0);
  client.Run();
  CHECK(client.Codes("/ws/kustomization.yaml") == Names{"kustomize-missing-entry"});
  client.files().Write("/ws/new.yaml", kGoodManifest);
  size_t before = client.Pushes("/ws/kustomization.yaml").size();
  Watched(client, "/ws/kustomization.yaml", 2);
  client.ChangeAll("/ws/kustomization.yaml", kustomization + "# x\n", 1);
  client.Run();
  std::vector<Json> pushes = client.Pushes("/ws/kustomization.yaml");
  REQUIRE(pushes.size() > before);
  CHECK(pushes[before]["diagnostics"].empty());
}

TEST_CASE("findings of other files follow what is typed") {
  ClientHarness client;
  const std::string kustomization =
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- b.yaml\n";
  client.files().Write("/ws/kustomization.yaml", kustomization);
  client.Initialize();
  client.Run();
  CHECK(client.Codes("/ws/kustomization.yaml") == Names{"kustomize-missing-entry"});
  client.Open("/ws/b.yaml", kGoodManifest);  // not saved yet
  client.Run();
  CHECK(client.Codes("/ws/kustomization.yaml").empty());
  client.Close("/ws/b.yaml");
  client.Run();
  CHECK(client.Codes("/ws/kustomization.yaml") == Names{"kustomize-missing-entry"});
}

TEST_CASE("progress is shown while indexing, to clients that show it") {
  HarnessOptions options;
  options.capabilities = {{"window", {{"workDoneProgress", true}}}};
  ClientHarness client(options);
  for (int i = 0; i < 100; ++i)
    client.files().Write("/ws/" + std::to_string(i) + ".yaml", kGoodManifest);
  client.Initialize();
  client.Run();
  std::vector<Json> progress = client.Sent("$/progress");
  REQUIRE(progress.size() >= 3);
  CHECK(progress.front()["value"]["kind"] == "begin");
  CHECK(progress[1]["value"]["kind"] == "report");
  CHECK(progress.back()["value"]["kind"] == "end");
  client.Open("/ws/0.yaml", kGoodManifest);
  client.Run();
  CHECK(client.Sent("$/progress").size() == progress.size());
}

TEST_CASE("files of a chart's templates are not judged, open or not") {
  ClientHarness client;
  const std::string broken = "a: {{ .Values.x }}\n  b: [\n";
  client.files().Write("/ws/chart/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
  client.files().Write("/ws/chart/templates/x.yaml", broken);
  client.Initialize();
  client.Run();
  CHECK(client.Pushes("/ws/chart/templates/x.yaml").empty());
  client.Open("/ws/chart/templates/x.yaml", broken);
  client.Open("/ws/chart/templates/sub/new.yaml", broken);
  client.Run();
  CHECK(client.Diagnostics("/ws/chart/templates/x.yaml").empty());
  CHECK(client.Diagnostics("/ws/chart/templates/sub/new.yaml").empty());
}

TEST_CASE("an ignored file is judged while it is open") {
  ClientHarness client;
  client.files().Write("/ws/.gitignore", "tmp/\n*.gen.yaml\n");
  client.files().Write("/ws/tmp/a.yaml", kBadManifest);
  client.files().Write("/ws/b.gen.yaml", kBadManifest);
  client.Initialize();
  client.Run();
  for (const char* path : {"/ws/tmp/a.yaml", "/ws/b.gen.yaml"}) {
    CAPTURE(path);
    CHECK(client.Pushes(path).empty());
    client.Open(path, kBadManifest);
    client.Run();
    CHECK(client.Codes(path) == kRemoved);
    client.Close(path);
    client.Run();
    CHECK(client.Codes(path).empty());
  }
}

TEST_CASE("a file that is too large is named in the log and nowhere else") {
  HarnessOptions options;
  options.initialization_options = {{"maxFileBytes", 100}};
  ClientHarness client(options);
  client.files().Write("/ws/big.yaml", kBadManifest);
  client.Initialize();
  client.Open("/ws/open.yaml", kBadManifest);
  client.Run();
  CHECK(client.Pushes("/ws/big.yaml").empty());
  CHECK(client.Diagnostics("/ws/open.yaml").empty());
  std::vector<Json> logged = client.Sent("window/logMessage");
  REQUIRE(logged.size() == 1);
  CHECK(logged[0]["message"].get<std::string>().find("/ws/big.yaml") != std::string::npos);
}

TEST_CASE("many files in the background, one typed in meanwhile") {
  ClientHarness client;
  for (int i = 0; i < 200; ++i)
    client.files().Write("/ws/" + std::to_string(i) + ".yaml", kBadManifest);
  client.Initialize();
  client.Open("/ws/0.yaml", kGoodManifest, 1);
  for (int version = 2; version < 60; ++version) {
    client.executor().RunMain();
    client.executor().RunOneWorker();
    client.executor().RunMain();
    client.ChangeAll("/ws/0.yaml",
                     version % 2 ? kBadManifest : kGoodManifest + "---\n" + kGoodManifest, version);
  }
  client.Run();
  for (int i = 1; i < 200; ++i) {
    CHECK(client.Codes("/ws/" + std::to_string(i) + ".yaml") == kRemoved);
    CHECK(client.Pushes("/ws/" + std::to_string(i) + ".yaml").size() == 1);
  }
  CHECK(client.Codes("/ws/0.yaml") == kRemoved);
}

TEST_CASE("watchers are registered where that is offered") {
  HarnessOptions options;
  options.capabilities = {
      {"workspace", {{"didChangeWatchedFiles", {{"dynamicRegistration", true}}}}}};
  ClientHarness client(options);
  client.Initialize();
  std::vector<Json> sent = client.Sent("client/registerCapability");
  REQUIRE(sent.size() == 1);
  CHECK(sent[0]["registrations"][0]["method"] == "workspace/didChangeWatchedFiles");
  CHECK(sent[0]["registrations"][0]["registerOptions"]["watchers"][0]["globPattern"] ==
        "**/*.{yaml,yml}");
}

TEST_CASE("findings come while something writes files all the time") {
  ClientHarness client;
  client.files().Write("/ws/busy.yaml", kGoodManifest);
  client.Initialize();
  client.Run();
  client.Open("/ws/a.yaml", kBadManifest);
  for (int i = 0; i < 50; ++i) {
    client.files().Write("/ws/busy.yaml", kGoodManifest + "# " + std::to_string(i) + "\n");
    Watched(client, "/ws/busy.yaml", 2);
    client.executor().RunMain();
    client.executor().RunOneWorker();
    Watched(client, "/ws/busy.yaml", 2);
    client.executor().RunMain();
  }
  CHECK(client.Codes("/ws/a.yaml") == kRemoved);
  client.files().Write("/ws/busy.yaml", kBadManifest);
  Watched(client, "/ws/busy.yaml", 2);
  client.Run();
  CHECK(client.Codes("/ws/busy.yaml") == kRemoved);
}

TEST_CASE("events for what cannot matter start nothing") {
  ClientHarness client;
  client.files().Write("/ws/.gitignore", "tmp/\n");
  client.files().Write("/ws/tmp/a.yaml", kBadManifest);
  client.files().Write("/ws/notes.txt", "x");
  client.Initialize();
  client.Run();
  for (const char* path :
       {"/ws/tmp/a.yaml", "/ws/tmp/new.yaml", "/elsewhere/a.yaml", "/ws/.git/index"}) {
    CAPTURE(path);
    Watched(client, path, 1);
    client.executor().RunMain();
    CHECK(client.executor().waiting_workers() == 0);
  }
  Watched(client, "/ws/notes.txt", 2);
  client.executor().RunMain();
  CHECK(client.executor().waiting_workers() == 0);
}

TEST_CASE("a pull right after a change on disk sees it") {
  HarnessOptions options;
  options.capabilities = {{"textDocument", {{"diagnostic", Json::object()}}}};
  ClientHarness client(options);
  client.files().Write("/ws/a.yaml", kGoodManifest);
  client.Initialize();
  client.executor().RunReady();
  auto pull = [&](const std::string& path) {
    int64_t id =
        client.Send("textDocument/diagnostic", {{"textDocument", {{"uri", "file://" + path}}}});
    client.Run(std::chrono::milliseconds(30));
    REQUIRE(client.Answer(id));
    return (*client.Answer(id))["result"]["items"].size();
  };
  CHECK(pull("/ws/a.yaml") == 0);
  client.files().Write("/ws/a.yaml", kBadManifest);
  CHECK(pull("/ws/a.yaml") == 1);
  client.files().Write("/ws/new.yaml", kBadManifest);
  CHECK(pull("/ws/new.yaml") == 1);
  client.files().Remove("/ws/new.yaml");
  CHECK(pull("/ws/new.yaml") == 0);
  client.files().Write("/ws/b.yaml", kBadManifest);
  client.Run(std::chrono::milliseconds(30));
  int64_t id = client.Send("workspace/diagnostic", {{"previousResultIds", Json::array()}});
  client.Run(std::chrono::milliseconds(5));
  CHECK((*client.Answer(id))["result"]["items"].size() == 2);
}

TEST_CASE("a subchart's templates are templates, open or not, before and after the scan") {
  ClientHarness client;
  const std::string broken = "a: {{ .Values.x }}\n  b: [\n";
  client.files().Write("/ws/chart/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
  client.files().Write("/ws/chart/charts/sub/templates/x.yaml", broken);
  client.files().Write("/ws/late/templates/x.yaml", kBadManifest);
  client.Initialize();
  client.Open("/ws/chart/charts/sub/templates/x.yaml", broken);
  client.Open("/ws/late/templates/x.yaml", kBadManifest);
  client.Run();
  CHECK(client.Diagnostics("/ws/chart/charts/sub/templates/x.yaml").empty());
  CHECK(client.Codes("/ws/late/templates/x.yaml") == kRemoved);
  client.files().Write("/ws/late/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
  Watched(client, "/ws/late/Chart.yaml", 1);
  client.Run();
  CHECK(client.Diagnostics("/ws/late/templates/x.yaml").empty());
}

}  // namespace
}  // namespace fluxls::lsp
