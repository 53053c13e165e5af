// Hover on a value that a build changes, and the effective object as a whole.
#include <doctest/doctest.h>

#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

const std::string kDeployment =
    "apiVersion: apps/v1\n"
    "kind: Deployment\n"
    "metadata:\n"
    "  name: web\n"
    "spec:\n"
    "  replicas: 1\n"
    "  paused: false\n";

const std::string kPatch =
    "apiVersion: apps/v1\n"
    "kind: Deployment\n"
    "metadata:\n"
    "  name: web\n"
    "spec:\n"
    "  replicas: 3\n";

void WriteOverlays(ClientHarness& client) {
  client.files().Write("/ws/base/kustomization.yaml", "resources: [web.yaml]\n");
  client.files().Write("/ws/base/web.yaml", kDeployment);
  client.files().Write("/ws/prod/kustomization.yaml",
                       "resources: [../base]\nnamePrefix: big-\npatches:\n  - path: patch.yaml\n");
  client.files().Write("/ws/prod/patch.yaml", kPatch);
}

// An editor with the base open.
void OpenBase(ClientHarness& client) {
  WriteOverlays(client);
  client.Initialize();
  client.Run();
  client.Open("/ws/base/web.yaml", kDeployment);
  client.Run();
}

Json At(const std::string& path, int line, int character) {
  return {{"textDocument", {{"uri", "file://" + path}}},
          {"position", {{"line", line}, {"character", character}}}};
}

std::string Hover(ClientHarness& client, int line, int character) {
  const Json answer =
      client.Request("textDocument/hover", At("/ws/base/web.yaml", line, character));
  return answer.is_null() ? "" : answer["contents"]["value"].get<std::string>();
}

TEST_CASE("hover tells what a value becomes, and by which line") {
  ClientHarness client;
  OpenBase(client);
  CHECK_EQ(Hover(client, 5, 13),
           "becomes `3` by `prod/patch.yaml:6` (patch)\n  in the build of `prod`");
  // The key says the same as its value.
  CHECK_EQ(Hover(client, 5, 3), Hover(client, 5, 13));
  CHECK_EQ(Hover(client, 3, 9),
           "becomes `big-web` by `prod/kustomization.yaml:2` (namePrefix)\n  in the build of "
           "`prod`\n\n---\n\n**metadata.name**\n\nName of the object, unique for its kind in its "
           "namespace");
}

TEST_CASE("hover tells that a field is removed, and by which line") {
  ClientHarness client;
  WriteOverlays(client);
  client.files().Write("/ws/prod/patch.yaml", kPatch + "  paused: null\n");
  client.Initialize();
  client.Run();
  client.Open("/ws/base/web.yaml", kDeployment);
  client.Run();
  CHECK_EQ(Hover(client, 6, 12), "is removed by `prod/patch.yaml:7`\n  in the build of `prod`");
  CHECK_EQ(Hover(client, 5, 13),
           "becomes `3` by `prod/patch.yaml:6` (patch)\n  in the build of `prod`");
}

TEST_CASE("hover says nothing of a value that stays what it is") {
  ClientHarness client;
  OpenBase(client);
  CHECK_EQ(Hover(client, 6, 12), "");
  CHECK_EQ(Hover(client, 4, 2), "");
  CHECK_EQ(Hover(client, 99, 0), "");
  CHECK(client.Request("textDocument/hover", At("/ws/none.yaml", 0, 0)).is_null());
}

TEST_CASE("hover follows edits") {
  ClientHarness client;
  WriteOverlays(client);
  client.Initialize();
  client.Run();
  client.Open("/ws/base/web.yaml", kDeployment);
  client.Open("/ws/prod/patch.yaml", kPatch);
  client.Run();
  client.ChangeAll("/ws/prod/patch.yaml", kPatch + "  minReadySeconds: 5\n", 2);
  CHECK_EQ(Hover(client, 5, 13),
           "becomes `3` by `prod/patch.yaml:6` (patch)\n  in the build of `prod`");
  std::string five = kPatch;
  five.replace(five.find('3'), 1, "5");
  client.ChangeAll("/ws/prod/patch.yaml", five, 3);
  CHECK_EQ(Hover(client, 5, 13),
           "becomes `5` by `prod/patch.yaml:6` (patch)\n  in the build of `prod`");
}

TEST_CASE("hover explains fields, kinds and API versions") {
  ClientHarness client;
  const std::string release =
      "apiVersion: helm.toolkit.fluxcd.io/v2beta2\n"
      "kind: HelmRelease\n"
      "metadata:\n"
      "  name: web\n"
      "spec:\n"
      "  interval: 5m\n"
      "  upgrade:\n"
      "    crds: Skip\n";
  client.files().Write("/ws/base/web.yaml", release);
  client.Initialize();
  client.Run();
  client.Open("/ws/base/web.yaml", release);
  client.Run();
  const std::string interval = Hover(client, 5, 4);
  CHECK_NE(interval.find("**spec.interval** · duration · required"), std::string::npos);
  CHECK_NE(interval.find("advice: 24h for stable infrastructure"), std::string::npos);
  CHECK_EQ(Hover(client, 5, 14), interval);
  CHECK_NE(Hover(client, 7, 6).find("one of: `Skip`, `Create`, `CreateReplace`"),
           std::string::npos);
  const std::string api = Hover(client, 0, 20);
  CHECK_NE(api.find("since Flux 2.2, deprecated since 2.3, not served from 2.8 on"),
           std::string::npos);
  CHECK_NE(api.find("has `helm.toolkit.fluxcd.io/v2`"), std::string::npos);
  CHECK_NE(Hover(client, 1, 8).find("**HelmRelease**"), std::string::npos);
}

const std::string kEffective =
    "# the build of prod\n"
    "apiVersion: apps/v1\n"
    "kind: Deployment\n"
    "metadata:\n"
    "  name: big-web\n"
    "spec:\n"
    "  paused: false\n"
    "  replicas: 3\n";

TEST_CASE("the effective object is that of the document around the place") {
  ClientHarness client;
  WriteOverlays(client);
  // The first build that is asked has the second document only.
  const std::string both =
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n---\n"
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: two\n";
  client.files().Write("/ws/both/both.yaml", both);
  client.files().Write("/ws/both/kustomization.yaml", "resources: [both.yaml]\n");
  client.files().Write("/ws/a/kustomization.yaml",
                       "resources: [../both]\npatches:\n  - patch: |\n      $patch: delete\n"
                       "      apiVersion: v1\n      kind: ConfigMap\n      metadata:\n"
                       "        name: one\n");
  client.files().Write("/ws/b/kustomization.yaml", "resources: [../both]\n");
  client.Initialize();
  client.Run();
  client.Open("/ws/both/both.yaml", both);
  client.Run();
  CHECK_EQ(client.Request("fluxcd/effectiveObject", At("/ws/both/both.yaml", 1, 0)),
           "# the build of b\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n");
  CHECK_EQ(client.Request("fluxcd/effectiveObject", At("/ws/both/both.yaml", 6, 0)),
           "# the build of a\n# the build of b\napiVersion: v1\nkind: ConfigMap\nmetadata:\n"
           "  name: two\n");
}

TEST_CASE("the effective object follows edits") {
  ClientHarness client;
  OpenBase(client);
  CHECK_EQ(client.Request("fluxcd/effectiveObject", At("/ws/base/web.yaml", 3, 0)), kEffective);
  CHECK_EQ(client.Request("fluxcd/effectiveObject", At("/ws/base/web.yaml", 99, 0)), kEffective);
  std::string paused = kDeployment;
  paused.replace(paused.find("false"), 5, "true");
  client.ChangeAll("/ws/base/web.yaml", paused, 2);
  std::string wanted = kEffective;
  wanted.replace(wanted.find("false"), 5, "true");
  CHECK_EQ(client.Request("fluxcd/effectiveObject", At("/ws/base/web.yaml", 0, 0)), wanted);
  CHECK(client.Request("fluxcd/effectiveObject", At("/ws/prod/patch.yaml", 0, 0)).is_null());
  CHECK(client.Request("fluxcd/effectiveObject", At("/ws/none.yaml", 0, 0)).is_null());
}

TEST_CASE("a code lens is offered to clients that can show an effective object") {
  HarnessOptions options;
  options.capabilities = {{"experimental", {{"fluxcdEffectiveObject", true}}}};
  ClientHarness client(options);
  WriteOverlays(client);
  const Json result = client.Initialize();
  client.Run();
  client.Open("/ws/base/web.yaml", kDeployment);
  client.Run();
  const Json lenses = client.Request("textDocument/codeLens",
                                     {{"textDocument", {{"uri", "file:///ws/base/web.yaml"}}}});
  REQUIRE_EQ(lenses.size(), 1);
  CHECK_EQ(lenses[0]["command"]["title"], "show effective object");
  CHECK_EQ(lenses[0]["command"]["command"], "fluxcd.showEffectiveObject");
  CHECK_EQ(lenses[0]["command"]["arguments"][0]["uri"], "file:///ws/base/web.yaml");
  CHECK_EQ(lenses[0]["range"]["start"]["line"], 0);
}

}  // namespace
}  // namespace fluxls::lsp
