// Navigation over the protocol: positions, files that are not open, refusals.
#include <doctest/doctest.h>

#include "tests/lsp/podinfo_repository.h"

namespace fluxls::lsp {
namespace {

TEST_CASE("definition leads into a file that is not open, from one that is not open either") {
  ClientHarness client;
  Start(client);
  const Json found = client.Request("textDocument/definition", At("/ws/prod/release.yaml", 12, 17));
  REQUIRE_EQ(found.size(), 1);
  CHECK_EQ(found[0]["uri"], ClientHarness::Uri("/ws/prod/repository.yaml"));
  CHECK_EQ(found[0]["range"]["start"], Json({{"line", 4}, {"character", 8}}));
  CHECK_EQ(found[0]["range"]["end"], Json({{"line", 4}, {"character", 15}}));
  CHECK_EQ(client.Request("textDocument/definition", At("/ws/prod/release.yaml", 6, 3)),
           Json::array());
  CHECK_EQ(client.Request("textDocument/definition", At("/ws/none.yaml", 0, 0)), Json::array());
}

TEST_CASE("references come with the definition or without it") {
  ClientHarness client;
  Start(client);
  Json params = At("/ws/prod/repository.yaml", 4, 10);
  params["context"] = {{"includeDeclaration", false}};
  CHECK_EQ(client.Request("textDocument/references", params).size(), 1);
  params["context"] = {{"includeDeclaration", true}};
  const Json both = client.Request("textDocument/references", params);
  REQUIRE_EQ(both.size(), 2);
  CHECK_EQ(both[0]["uri"], ClientHarness::Uri("/ws/prod/repository.yaml"));
  const Json marks =
      client.Request("textDocument/documentHighlight", At("/ws/prod/repository.yaml", 4, 10));
  REQUIRE_EQ(marks.size(), 1);
  CHECK_EQ(marks[0]["kind"], 3);
}

TEST_CASE(
    "paths are links: entries, the file of a directory, spec.path, and what is not there yet") {
  ClientHarness client;
  const std::string path = "/ws/apps/kustomization.yaml";
  const std::string text =
      "resources:\n  - \"./release.yaml\"\n  - ../base\n  - later.yaml\n  - "
      "https://example.com/x.yaml\n"
      "configMapGenerator:\n  - name: values\n    files:\n      - key=values.yaml\n";
  client.files().Write("/ws/prod/flux-system/gotk-sync.yaml", kSync);
  client.files().Write("/ws/prod/kustomization.yaml",
                       "resources:\n  - flux-system/gotk-sync.yaml\n");
  client.files().Write("/ws/apps/release.yaml", kRelease);
  client.files().Write("/ws/apps/values.yaml", "a: 1\n");
  client.files().Write("/ws/base/kustomization.yaml", "resources: []\n");
  client.files().Write(path, text);
  client.Initialize();
  client.Run();
  const Json links = client.Request("textDocument/documentLink",
                                    {{"textDocument", {{"uri", ClientHarness::Uri(path)}}}});
  REQUIRE_EQ(links.size(), 4);
  CHECK_EQ(links[0]["target"], ClientHarness::Uri("/ws/apps/release.yaml"));
  CHECK_EQ(links[0]["range"]["start"], Json({{"line", 1}, {"character", 5}}));
  CHECK_EQ(links[1]["target"], ClientHarness::Uri("/ws/base/kustomization.yaml"));
  CHECK_EQ(links[2]["tooltip"], "not there yet: apps/later.yaml");
  CHECK_EQ(links[3]["target"], ClientHarness::Uri("/ws/apps/values.yaml"));
  CHECK_EQ(links[3]["range"]["start"]["character"], 12);
  const Json sync = client.Request(
      "textDocument/documentLink",
      {{"textDocument", {{"uri", ClientHarness::Uri("/ws/prod/flux-system/gotk-sync.yaml")}}}});
  REQUIRE_EQ(sync.size(), 1);
  CHECK_EQ(sync[0]["target"], ClientHarness::Uri("/ws/prod/kustomization.yaml"));
}

TEST_CASE("hover on a reference tells what it leads to") {
  ClientHarness client;
  Start(client);
  const Json hover = client.Request("textDocument/hover", At("/ws/prod/release.yaml", 12, 17));
  const std::string text = hover["contents"]["value"];
  CHECK_NE(text.find("HelmRepository `web/podinfo`"), std::string::npos);
  CHECK_NE(text.find("applied by Kustomization `flux-system/flux-system`"), std::string::npos);
  CHECK_NE(text.find("https://example.com/charts"), std::string::npos);
}

TEST_CASE("rename edits every file, follows unsaved text, and is refused with a reason") {
  ClientHarness client;
  Start(client);
  const Json place =
      client.Request("textDocument/prepareRename", At("/ws/prod/repository.yaml", 4, 10));
  CHECK_EQ(place["placeholder"], "podinfo");
  CHECK_EQ(place["range"]["start"], Json({{"line", 4}, {"character", 8}}));
  CHECK(
      client.Request("textDocument/prepareRename", At("/ws/prod/repository.yaml", 6, 2)).is_null());

  Json params = At("/ws/prod/repository.yaml", 4, 10);
  params["newName"] = "charts";
  CHECK_EQ(client.Request("textDocument/rename", params)["changes"].size(), 2);

  // A line more above the reference, not saved yet.
  client.Open("/ws/prod/release.yaml", "# new\n" + kRelease);
  client.Run();
  const Json edit = client.Request("textDocument/rename", params)["changes"];
  const Json& edits = edit[ClientHarness::Uri("/ws/prod/release.yaml")];
  REQUIRE_EQ(edits.size(), 1);
  CHECK_EQ(edits[0]["range"]["start"]["line"], 13);
  CHECK_EQ(edits[0]["newText"], "charts");

  params["newName"] = "Not A Name";
  const Json error = client.RequestError("textDocument/rename", params);
  CHECK_EQ(error["code"], -32803);
  CHECK_NE(error["message"].get<std::string>().find("is no name for an object"), std::string::npos);
}

TEST_CASE("a variable is renamed at its key and at its uses, by its name alone") {
  ClientHarness client;
  client.files().Write("/ws/prod/flux-system/gotk-sync.yaml", kSync);
  client.files().Write("/ws/prod/apps.yaml", R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  postBuild:
    substitute:
      domain: example.com
)");
  client.files().Write("/ws/apps/settings.yaml",
                       "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
                       "  namespace: web\ndata:\n  url: \"é ${domain:=x}\"\n");
  client.Initialize();
  client.Run();
  Json params = At("/ws/apps/settings.yaml", 6, 14);
  const Json place = client.Request("textDocument/prepareRename", params);
  CHECK_EQ(place["placeholder"], "domain");
  CHECK_EQ(place["range"]["start"], Json({{"line", 6}, {"character", 12}}));
  CHECK_EQ(place["range"]["end"], Json({{"line", 6}, {"character", 18}}));
  params["newName"] = "zone";
  const Json changes = client.Request("textDocument/rename", params)["changes"];
  REQUIRE_EQ(changes.size(), 2);
  const Json& key = changes[ClientHarness::Uri("/ws/prod/apps.yaml")];
  REQUIRE_EQ(key.size(), 1);
  CHECK_EQ(key[0]["range"]["start"], Json({{"line", 14}, {"character", 6}}));
  CHECK_EQ(key[0]["newText"], "zone");
  const Json definition =
      client.Request("textDocument/definition", At("/ws/apps/settings.yaml", 6, 14));
  REQUIRE_EQ(definition.size(), 1);
  CHECK_EQ(definition[0]["range"]["start"], Json({{"line", 14}, {"character", 6}}));
}

}  // namespace
}  // namespace fluxls::lsp
