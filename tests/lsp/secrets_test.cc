// What a Secret holds is shown to nobody, whatever builds make of it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

Json At(const std::string& path, int line, int character) {
  return {{"textDocument", {{"uri", "file://" + path}}},
          {"position", {{"line", line}, {"character", character}}}};
}

// A Secret and a ConfigMap fill in what `apps` builds; a child gets a value handed on.
void WriteSecrets(ClientHarness& client) {
  const std::string kustomization =
      "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {}\n"
      "  namespace: flux-system\nspec:\n  interval: 10m\n  path: ./{}\n  prune: true\n"
      "  sourceRef:\n    kind: GitRepository\n    name: flux-system\n";
  const auto write = [&](const std::string& path, const std::string& name,
                         const std::string& post_build) {
    client.files().Write(path, fmt::format(fmt::runtime(kustomization), name, name) + post_build);
  };
  write("/ws/clusters/prod/apps.yaml", "apps",
        "  postBuild:\n    substituteFrom:\n      - kind: Secret\n        name: cluster-secrets\n"
        "      - kind: ConfigMap\n        name: settings\n");
  client.files().Write(
      "/ws/clusters/prod/vars.yaml",
      "apiVersion: v1\nkind: Secret\nmetadata:\n  name: cluster-secrets\n"
      "  namespace: flux-system\ndata:\n  coded: aHVudGVyMQ==\nstringData:\n  password: hunter2\n"
      "  quoted: 'hunter3: \"x'\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n"
      "  name: settings\n  namespace: flux-system\ndata:\n  color: green\n");
  client.files().Write("/ws/clusters/prod/flux-system/gotk-sync.yaml",
                       fmt::format(fmt::runtime(kustomization), "flux-system", "clusters/prod"));
  write("/ws/apps/child.yaml", "child",
        "  postBuild:\n    substitute:\n      copy: ${password}\n      hue: ${color}\n");
  client.files().Write("/ws/child/settings.yaml",
                       "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: handed\n"
                       "data:\n  a: ${copy}\n  b: ${hue}\n");
}

constexpr std::string_view kUses =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n"
    "  a: ${password}\n"
    "  b: x-${coded}-y\n"
    "  c: ${color}\n"
    "  d: ${color}${password}\n"
    "  e: \"p: '${password}' ${quoted}\"\n";

// Keys that are hidden, too.
constexpr std::string_view kKeys =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: keys\ndata:\n"
    "  ${password}: ${color}\n";

TEST_CASE("nobody sees what a Secret puts into a build") {
  ClientHarness client;
  WriteSecrets(client);
  client.files().Write("/ws/apps/settings.yaml", std::string(kUses));
  client.files().Write("/ws/apps/keys.yaml", std::string(kKeys));
  client.Initialize();
  client.Run();
  const auto hover = [&client](const std::string& path, int line) {
    const Json answer = client.Request("textDocument/hover", At(path, line, 7));
    return answer.is_null() ? "" : answer["contents"]["value"].get<std::string>();
  };
  const std::string masked = "becomes `*** (from Secret \"cluster-secrets\")`";
  CHECK(hover("/ws/apps/settings.yaml", 5).starts_with(masked));
  CHECK(hover("/ws/apps/settings.yaml", 6).starts_with(masked));
  CHECK(hover("/ws/apps/settings.yaml", 7).starts_with("becomes `green`"));
  CHECK(hover("/ws/apps/settings.yaml", 8).starts_with(masked));
  CHECK(hover("/ws/child/settings.yaml", 5).starts_with(masked));
  CHECK(hover("/ws/child/settings.yaml", 6).starts_with("becomes `green`"));

  CHECK(hover("/ws/apps/settings.yaml", 9).starts_with(masked));
  CHECK(hover("/ws/apps/child.yaml", 14).starts_with(masked));
  CHECK(hover("/ws/apps/child.yaml", 15).starts_with("becomes `green`"));

  const auto effective = [&client](const std::string& path) {
    return client.Request("fluxcd/effectiveObject", At(path, 2, 0)).dump();
  };
  for (const char* path : {"/ws/apps/settings.yaml", "/ws/apps/keys.yaml",
                           "/ws/child/settings.yaml", "/ws/apps/child.yaml"}) {
    CAPTURE(path);
    const std::string text = effective(path);
    CHECK_EQ(text.find("hunter"), std::string::npos);
    CHECK_NE(text.find("*** (from Secret"), std::string::npos);
  }
  // The Secret itself.
  const std::string secret = effective("/ws/clusters/prod/vars.yaml");
  CHECK_EQ(secret.find("hunter"), std::string::npos);
  CHECK_EQ(secret.find("aHVudGVyMQ"), std::string::npos);
  CHECK_NE(secret.find("password: '***'"), std::string::npos);
}

TEST_CASE("nobody sees what kustomize takes from a Secret, or makes of one") {
  ClientHarness client;
  client.files().Write("/ws/app/secret.yaml",
                       "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n"
                       "  password: hunter2\n");
  client.files().Write("/ws/app/web.yaml",
                       "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n"
                       "  a: none\n  b: none\n  port: 1\n  c: '{\"x\": 1}'\n");
  client.files().Write(
      "/ws/app/kustomization.yaml",
      "resources: [secret.yaml, web.yaml]\npatches:\n  - patch: |\n      apiVersion: v1\n"
      "      kind: Secret\n      metadata:\n        name: db\n      stringData:\n"
      "        password: hunter3\nreplacements:\n"
      "  - source: {kind: Secret, name: db, fieldPath: stringData.password}\n    targets:\n"
      "      - select: {kind: ConfigMap, name: web}\n        fieldPaths: [data.a, data.c.x]\n"
      "  - source: {kind: Secret, name: db, fieldPath: metadata.name}\n    targets:\n"
      "      - select: {kind: ConfigMap, name: web}\n        fieldPaths: [data.b]\n"
      "secretGenerator:\n  - name: made\n    literals: [token=hunter4]\n");
  client.Initialize();
  client.Run();
  const auto hover = [&client](const std::string& path, int line) {
    const Json answer = client.Request("textDocument/hover", At(path, line, 3));
    return answer.is_null() ? "" : answer["contents"]["value"].get<std::string>();
  };
  CHECK(hover("/ws/app/web.yaml", 5).starts_with("becomes `*** (from Secret \"db\")`"));
  CHECK(hover("/ws/app/web.yaml", 6).starts_with("becomes `db`"));
  CHECK(hover("/ws/app/web.yaml", 8).starts_with("becomes `*** (from Secret \"db\")`"));
  CHECK(hover("/ws/app/secret.yaml", 5).starts_with("becomes `***`"));
  for (const char* path : {"/ws/app/web.yaml", "/ws/app/secret.yaml"}) {
    const std::string text = client.Request("fluxcd/effectiveObject", At(path, 2, 0)).dump();
    CHECK_EQ(text.find("hunter"), std::string::npos);
    CHECK_NE(text.find("***"), std::string::npos);
  }

  // A value that does not fit is not in the message either.
  client.files().Write(
      "/ws/app/kustomization.yaml",
      "resources: [secret.yaml, web.yaml]\nreplacements:\n"
      "  - source: {kind: Secret, name: db, fieldPath: stringData.password}\n    targets:\n"
      "      - select: {kind: ConfigMap, name: web}\n        fieldPaths: [data.port]\n");
  ClientHarness other;
  for (const char* path : {"secret.yaml", "web.yaml", "kustomization.yaml"}) {
    const std::string name = std::string("/ws/app/") + path;
    other.files().Write(name, *client.files().Read(name));
  }
  other.Initialize();
  other.Run();
  const std::string found = other.Diagnostics("/ws/app/kustomization.yaml").dump();
  CHECK_EQ(found.find("hunter"), std::string::npos);
  CHECK_NE(found.find("cannot take the place of"), std::string::npos);
}

}  // namespace
}  // namespace fluxls::lsp
