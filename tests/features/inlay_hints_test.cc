// Hints between the words: namespaces that builds give, values of variables.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "analysis/features/inlay_hints.h"
#include "tests/features/graph_fixture.h"

namespace fluxls::testing {
namespace {

std::string Substitute(const std::string& lines) {
  return "  postBuild:\n    substitute:\n" + lines;
}

// The text with its hints where editors show them, as `«namespace: web»`; tooltips behind it.
std::string Hinted(const GraphFixture& fixture, const std::string& path) {
  const Snapshot snapshot = fixture.snapshot();
  const build::FleetPtr fleet = fixture.Fleet();
  const SourceFilePtr file = snapshot.Find(fixture.Path(path));
  REQUIRE(file);
  const std::string& text = file->text->content();
  std::string out;
  std::string tooltips;
  uint32_t done = 0;
  for (const InlayHint& hint :
       InlayHintsIn(snapshot, *fleet, *file, {0, static_cast<uint32_t>(text.size())})) {
    out += text.substr(done, hint.offset - done) + "«" + hint.label + "»";
    done = hint.offset;
    if (!hint.tooltip.empty()) tooltips += "(" + hint.tooltip + ")\n";
  }
  return out + text.substr(done) + tooltips;
}

std::string ConfigMap(const std::string& rest) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings" + rest;
}

// One cluster with one Kustomization for apps/.
GraphFixture OneCluster(const std::string& more) {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write("clusters/prod/apps.yaml", KustomizationYaml("apps", "./apps", more));
  return fixture;
}

TEST_CASE("inlay hints: the namespace that is left out, from a transformer or targetNamespace") {
  for (const bool target : {false, true}) {
    GraphFixture fixture = OneCluster(target ? "  targetNamespace: web\n" : "");
    if (!target)
      fixture.Write("apps/kustomization.yaml", "namespace: web\nresources: [settings.yaml]\n");
    fixture.Write("apps/settings.yaml",
                  ConfigMap(" # mine\n") + "---\n" + ConfigMap("2\n  namespace: own\n") +
                      "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n");
    CHECK_EQ(Hinted(fixture, "apps/settings.yaml"),
             ConfigMap("«namespace: web» # mine\n") + "---\n" + ConfigMap("2\n  namespace: own\n") +
                 "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n");
  }
  GraphFixture none = OneCluster("");
  none.Write("apps/settings.yaml", ConfigMap("\n"));
  CHECK_EQ(Hinted(none, "apps/settings.yaml"), ConfigMap("\n"));
}

TEST_CASE("inlay hints: where builds give different namespaces all are told") {
  GraphFixture fixture;
  for (const std::string cluster : {"prod", "staging"}) {
    fixture.Write(fmt::format("clusters/{}/flux-system/gotk-sync.yaml", cluster), Sync(cluster));
    fixture.Write(fmt::format("clusters/{}/apps.yaml", cluster),
                  KustomizationYaml("apps", "./apps", "  targetNamespace: " + cluster + "\n"));
  }
  fixture.Write("clusters/prod/again.yaml", KustomizationYaml("plain", "./apps"));
  fixture.Write("apps/settings.yaml", ConfigMap("\n"));
  CHECK_EQ(Hinted(fixture, "apps/settings.yaml"),
           ConfigMap("«namespace: prod and 2 more»\n") +
               "(prod: Kustomization flux-system/apps (prod)\n"
               "staging: Kustomization flux-system/apps (staging)\n"
               "no namespace: Kustomization flux-system/plain (prod))\n");
}

TEST_CASE("inlay hints: values of variables stand behind their use") {
  GraphFixture fixture =
      OneCluster(Substitute("      color: green\n      empty: \"\"\n"
                            "      long: abcdefghijklmnopqrstuvwxyzäöüß0123456789\n"));
  fixture.Write("apps/settings.yaml",
                ConfigMap("\ndata:\n  a: ${color}-${color:-x}!\n  b: \"${ color }${color^^}\"\n"
                          "  c: $${color} ${none} ${none:-x}\n  d: |\n    one ${color}\n"
                          "    two ${empty}\n  e: ${long}\n"));
  CHECK_EQ(
      Hinted(fixture, "apps/settings.yaml"),
      ConfigMap("\ndata:\n  a: ${color}«= green»-${color:-x}«= green»!\n"
                "  b: \"${ color }${color^^}\"\n"
                "  c: $${color} ${none} ${none:-x}\n  d: |\n    one ${color}«= green»\n"
                "    two ${empty}«= \"\"»\n  e: ${long}«= abcdefghijklmnopqrstuvwxyzäöüß…»\n"
                "(set in clusters/prod/apps.yaml)\n(set in clusters/prod/apps.yaml)\n"
                "(set in clusters/prod/apps.yaml)\n(set in clusters/prod/apps.yaml)\n"
                "(abcdefghijklmnopqrstuvwxyzäöüß0123456789\nset in clusters/prod/apps.yaml)\n"));
}

TEST_CASE("inlay hints: where builds differ the first value speaks, the tooltip tells all") {
  GraphFixture fixture;
  for (const std::string cluster : {"prod", "staging", "test"}) {
    fixture.Write(fmt::format("clusters/{}/flux-system/gotk-sync.yaml", cluster), Sync(cluster));
    fixture.Write(
        fmt::format("clusters/{}/apps.yaml", cluster),
        KustomizationYaml("apps", "./apps",
                          Substitute(cluster == "test" ? "      other: x\n"
                                                       : "      host: " + cluster + ".io\n")));
  }
  fixture.Write("apps/settings.yaml", ConfigMap("\ndata:\n  a: ${host}\n"));
  CHECK_EQ(Hinted(fixture, "apps/settings.yaml"),
           ConfigMap("\ndata:\n  a: ${host}«= prod.io and 1 more»\n") +
               "(prod.io: Kustomization flux-system/apps (prod)\n"
               "staging.io: Kustomization flux-system/apps (staging))\n");
}

TEST_CASE("inlay hints: nothing from Secrets, from files of SOPS, or by way of another build") {
  const std::string from =
      "  postBuild:\n    substituteFrom:\n      - kind: Secret\n"
      "        name: secrets\n      - kind: ConfigMap\n        name: vars\n";
  const std::string use = ConfigMap("\ndata:\n  a: ${password}${plain}${color}\n");
  GraphFixture fixture = OneCluster(from);
  fixture.Write("clusters/prod/vars.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: secrets\n"
                "  namespace: flux-system\ndata:\n  password: aHVudGVyMg==\nstringData:\n"
                "  plain: hunter2\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n"
                "  name: vars\n  namespace: flux-system\ndata:\n  color: green\n");
  fixture.Write("apps/settings.yaml", use);
  const std::string hinted = Hinted(fixture, "apps/settings.yaml");
  CHECK_EQ(hinted.find("hunter"), std::string::npos);
  CHECK_NE(hinted.find("${color}«= green»"), std::string::npos);

  // The same ConfigMap with something of SOPS.
  fixture.Write("clusters/prod/vars.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: vars\n"
                "  namespace: flux-system\ndata:\n  color: green\n  plain: ENC[AES256_GCM]\n"
                "sops:\n  version: 3.8.1\n");
  CHECK_EQ(Hinted(fixture, "apps/settings.yaml"), use);

  // A Secret fills in the child's own variable.
  GraphFixture nested = OneCluster(
      "  postBuild:\n    substituteFrom:\n      - kind: Secret\n"
      "        name: secrets\n");
  nested.Write("clusters/prod/vars.yaml",
               "apiVersion: v1\nkind: Secret\nmetadata:\n  name: secrets\n"
               "  namespace: flux-system\nstringData:\n  plain: hunter2\n");
  nested.Write("apps/child.yaml",
               KustomizationYaml("child", "./child", Substitute("      password: ${plain}\n")));
  nested.Write("child/settings.yaml", use);
  const build::FleetPtr fleet = nested.Fleet();
  const auto child = std::find_if(fleet->builds().begin(), fleet->builds().end(),
                                  [](const auto& build) { return build->name == "child"; });
  REQUIRE(child != fleet->builds().end());
  REQUIRE_EQ((*child)->variables.defined.at("password").value, "hunter2");
  CHECK_EQ(Hinted(nested, "child/settings.yaml").find("hunter"), std::string::npos);
  CHECK_EQ(Hinted(nested, "apps/child.yaml").find("hunter"), std::string::npos);
}

TEST_CASE("inlay hints: the stamp follows a value that moves into a Secret") {
  const auto from = [](const std::string& kind) {
    return "  postBuild:\n    substituteFrom:\n      - kind: " + kind + "\n        name: vars\n";
  };
  const std::string metadata = "metadata:\n  name: vars\n  namespace: flux-system\n";
  GraphFixture fixture = OneCluster(from("ConfigMap"));
  fixture.Write("clusters/prod/map.yaml",
                "apiVersion: v1\nkind: ConfigMap\n" + metadata + "data:\n  color: green\n");
  fixture.Write("clusters/prod/secret.yaml",
                "apiVersion: v1\nkind: Secret\n" + metadata + "stringData:\n  color: green\n");
  const std::string use = ConfigMap("\ndata:\n  a: ${color}\n");
  fixture.Write("apps/settings.yaml", use);
  CHECK_NE(Hinted(fixture, "apps/settings.yaml").find("= green"), std::string::npos);
  const std::string path = fixture.Path("apps/settings.yaml");
  const uint64_t before = HintStamp(*fixture.Fleet(), path);
  fixture.Write("clusters/prod/apps.yaml", KustomizationYaml("apps", "./apps", from("Secret")));
  CHECK_EQ(Hinted(fixture, "apps/settings.yaml"), use);
  CHECK_NE(HintStamp(*fixture.Fleet(), path), before);
}

TEST_CASE("inlay hints: only those of the lines that are asked for") {
  GraphFixture fixture =
      OneCluster("  targetNamespace: web\n" + Substitute("      color: green\n"));
  const std::string text = ConfigMap("\ndata:\n  a: ${color}\n");
  fixture.Write("apps/settings.yaml", text);
  const Snapshot snapshot = fixture.snapshot();
  const SourceFilePtr file = snapshot.Find(fixture.Path("apps/settings.yaml"));
  const auto data = static_cast<uint32_t>(text.find("\ndata") + 1);
  const auto size = static_cast<uint32_t>(text.size());
  const build::FleetPtr fleet = fixture.Fleet();
  CHECK_EQ(InlayHintsIn(snapshot, *fleet, *file, {0, size}).size(), 2);
  CHECK_EQ(InlayHintsIn(snapshot, *fleet, *file, {0, data}).size(), 1);
  CHECK_EQ(InlayHintsIn(snapshot, *fleet, *file, {data, size}).size(), 1);
  CHECK(InlayHintsIn(snapshot, *fleet, *file, {data, data + 4}).empty());
}

}  // namespace
}  // namespace fluxls::testing
