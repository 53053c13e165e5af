// Files that an editor is about to move, create or delete.
#include <doctest/doctest.h>

#include "analysis/text/text.h"
#include "lsp/convert.h"
#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

HarnessOptions Options(bool document_changes = true) {
  HarnessOptions options;
  options.initialization_options = {{"fluxVersion", "2.9"}};
  options.capabilities = {
      {"workspace",
       {{"fileOperations", {{"willRename", true}, {"willCreate", true}, {"willDelete", true}}},
        {"workspaceEdit", {{"documentChanges", document_changes}}}}}};
  return options;
}

const std::string kManifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
const std::string kList =
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    "resources:\n  - a.yaml # ä\n  - c.yaml\n";

std::string FluxKustomization(const std::string& path) {
  return "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n"
         "  name: apps\n  namespace: flux-system\nspec:\n  interval: 10m\n  path: " +
         path + "\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n";
}

void Fill(ClientHarness& client) {
  client.files().Write("/ws/.git/HEAD", "ref: refs/heads/main\n");
  client.files().Write("/ws/clusters/one/apps.yaml", FluxKustomization("./apps"));
  client.files().Write("/ws/apps/kustomization.yaml", kList);
  client.files().Write("/ws/apps/a.yaml", kManifest);
  client.files().Write("/ws/apps/c.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: c\n");
}

Json Rename(const std::string& from, const std::string& to) {
  return {{"files", {{{"oldUri", "file://" + from}, {"newUri", "file://" + to}}}}};
}
Json Files(const std::string& path) {
  return {{"files", {{{"uri", "file://" + path}}}}};
}

std::string Apply(const std::string& text, const Json& edits) {
  Text base(text);
  std::vector<TextEdit> changes;
  for (const Json& edit : edits) {
    auto position = [](const Json& p) { return Position{p["line"], p["character"]}; };
    Range range = {position(edit["range"]["start"]), position(edit["range"]["end"])};
    changes.push_back({ToByteRange(base, range, PositionEncoding::kUtf16), edit["newText"]});
  }
  return ApplyEdits(text, changes);
}

TEST_CASE("file operations are registered for clients that have them") {
  ClientHarness client(Options());
  const Json capabilities = client.Initialize()["capabilities"]["workspace"]["fileOperations"];
  for (const char* operation : {"willRename", "willCreate", "willDelete"}) {
    const Json filters = capabilities[operation]["filters"];
    REQUIRE(filters.size() == 2);
    CHECK(filters[0]["pattern"]["matches"] == "file");
    CHECK(filters[1]["pattern"]["matches"] == "folder");
  }
  CHECK(capabilities["willCreate"]["filters"][0]["pattern"]["glob"] == "**/*.{yaml,yml}");

  ClientHarness plain;
  CHECK_FALSE(plain.Initialize()["capabilities"]["workspace"].contains("fileOperations"));
}

TEST_CASE("a renamed file is renamed in its list, in the editor's text") {
  ClientHarness client(Options());
  Fill(client);
  client.Initialize();
  const std::string typed = "# typed a moment ago\n" + kList;
  client.Open("/ws/apps/kustomization.yaml", kList, 1);
  client.ChangeAll("/ws/apps/kustomization.yaml", typed, 2);
  const Json edit =
      client.Request("workspace/willRenameFiles", Rename("/ws/apps/a.yaml", "/ws/apps/b.yaml"));
  const Json change = edit["documentChanges"][0];
  CHECK(change["textDocument"] ==
        Json({{"uri", "file:///ws/apps/kustomization.yaml"}, {"version", 2}}));
  CHECK(Apply(typed, change["edits"]) ==
        "# typed a moment ago\n"
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
        "resources:\n  - b.yaml # ä\n  - c.yaml\n");
}

TEST_CASE("a renamed folder is renamed in spec.path") {
  ClientHarness client(Options(/*document_changes=*/false));
  Fill(client);
  client.Initialize();
  const Json edit = client.Request("workspace/willRenameFiles", Rename("/ws/apps", "/ws/new/web"));
  REQUIRE(edit["changes"].size() == 1);
  CHECK(Apply(FluxKustomization("./apps"), edit["changes"]["file:///ws/clusters/one/apps.yaml"]) ==
        FluxKustomization("./new/web"));
}

TEST_CASE("a move that follows another one sees what that has done") {
  ClientHarness client(Options());
  Fill(client);
  client.Initialize();
  client.files().Remove("/ws/apps/a.yaml");
  client.files().Write("/ws/apps/b.yaml", kManifest);
  client.files().Write("/ws/apps/kustomization.yaml", "resources: [b.yaml, c.yaml]\n");
  client.Notify("workspace/didChangeWatchedFiles",
                {{"changes",
                  {{{"uri", "file:///ws/apps/a.yaml"}, {"type", 3}},
                   {{"uri", "file:///ws/apps/b.yaml"}, {"type", 1}},
                   {{"uri", "file:///ws/apps/kustomization.yaml"}, {"type", 2}}}}});
  const Json edit =
      client.Request("workspace/willRenameFiles", Rename("/ws/apps/b.yaml", "/ws/apps/d.yaml"));
  CHECK(Apply("resources: [b.yaml, c.yaml]\n", edit["documentChanges"][0]["edits"]) ==
        "resources: [d.yaml, c.yaml]\n");
}

TEST_CASE("entries of created files come, those of deleted ones go") {
  ClientHarness client(Options());
  Fill(client);
  client.Initialize();
  const Json created = client.Request("workspace/willCreateFiles", Files("/ws/apps/b.yaml"));
  CHECK(Apply(kList, created["documentChanges"][0]["edits"]) ==
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
        "resources:\n  - a.yaml # ä\n  - b.yaml\n  - c.yaml\n");
  const Json deleted = client.Request("workspace/willDeleteFiles", Files("/ws/apps/c.yaml"));
  CHECK(Apply(kList, deleted["documentChanges"][0]["edits"]) ==
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
        "resources:\n  - a.yaml # ä\n");
}

TEST_CASE("odd operations are answered with null") {
  ClientHarness client(Options());
  Fill(client);
  client.Initialize();
  const Json odd[] = {
      Json::object(),
      {{"files", nullptr}},
      {{"files", 3}},
      {{"files", Json::array()}},
      {{"files", {1, "x", nullptr, Json::object()}}},
      {{"files", {{{"oldUri", 1}, {"newUri", "file:///x"}, {"uri", 7}}}}},
      {{"files", {{{"oldUri", "git:/a"}, {"newUri", "git:/b"}, {"uri", "git:/c"}}}}},
      {{"files", {{{"oldUri", "file:///"}, {"newUri", "file:///"}, {"uri", "file:///"}}}}},
      {{"files",
        {{{"oldUri", "file:///ws/nothing.yaml"},
          {"newUri", "file:///ws/apps/%2e%2e/x.yaml"},
          {"uri", "file:///ws/nothing.yaml"}}}}},
      {{"files",
        {{{"oldUri", "file:///ws/apps"},
          {"newUri", "file:///ws/apps/apps"},
          {"uri", "file:///outside/a.yaml"}}}}}};
  for (const Json& params : odd) {
    CAPTURE(params.dump());
    for (const char* method :
         {"workspace/willRenameFiles", "workspace/willCreateFiles", "workspace/willDeleteFiles"}) {
      CAPTURE(method);
      CHECK(client.Request(method, params).is_null());
    }
  }
}

}  // namespace
}  // namespace fluxls::lsp
