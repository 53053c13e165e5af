// A file whose findings hang on other files has another signature when those change: else nobody
// would check it again.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "analysis/build/fleet.h"
#include "tests/rules/fixture.h"

namespace fluxls::test {
namespace {

const std::string kPath = "/repo/clusters/one/apps.yaml";

std::string Kustomization(std::string_view name, std::string_view rest = "") {
  return fmt::format(
      "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {}\n"
      "  namespace: flux-system\nspec:\n  interval: 10m\n  path: ./{}\n  prune: true\n  "
      "sourceRef:\n"
      "    kind: GitRepository\n    name: flux-system\n{}",
      name, name == "flux-system" ? "clusters/one" : name, rest);
}

std::vector<File> Repository() {
  return {
      {"clusters/one/flux-system/gotk-sync.yaml",
       "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n"
       "  name: flux-system\n  namespace: flux-system\nspec:\n  interval: 1m\n"
       "  url: https://example.com/fleet\n---\n" +
           Kustomization("flux-system")},
      {"clusters/one/apps.yaml", Kustomization("apps", "  dependsOn:\n    - name: middle\n")},
      {"clusters/one/middle.yaml", Kustomization("middle")},
      {"clusters/one/sources.yaml", Kustomization("sources")},
      {"clusters/one/controller.yaml",
       "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: helm-controller\nspec:\n"
       "  template:\n    spec:\n      containers:\n        - args: []\n"},
      {"apps/release.yaml",
       "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\n"
       "  namespace: web\nspec:\n  interval: 1h\n  chart:\n    spec:\n      chart: web\n"
       "      version: 1.0.0\n      sourceRef:\n        kind: HelmRepository\n        name: "
       "charts\n"
       "        namespace: flux-system\n"},
      {"middle/settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n"},
      {"sources/charts.yaml",
       "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n  name: charts\n"
       "  namespace: flux-system\nspec:\n  url: https://example.com/charts\n"},
  };
}

struct State {
  uint64_t signature = 0;
  size_t findings = 0;  // of the rule
};

State StateOf(const std::vector<File>& files, const std::string& path, std::string_view rule) {
  const Snapshot snapshot = Load(files);
  State out;
  out.signature = build::FleetBuilder(nullptr).Build(snapshot)->SignatureOf(path);
  for (const Finding& finding : CheckAll(snapshot)) {
    if (finding.path == path && finding.rule == rule) ++out.findings;
  }
  return out;
}

TEST_CASE("missing-dependency: the signature follows what others depend on") {
  std::vector<File> files = Repository();
  const State before = StateOf(files, kPath, "missing-dependency");
  CHECK_EQ(before.findings, 1);
  files[2].text = Kustomization("middle", "  dependsOn:\n    - name: sources\n");
  const State after = StateOf(files, kPath, "missing-dependency");
  CHECK_EQ(after.findings, 0);
  CHECK_NE(after.signature, before.signature);
}

TEST_CASE("cross-namespace-reference: the signature follows the flags of the controllers") {
  const std::string path = "/repo/apps/release.yaml";
  std::vector<File> files = Repository();
  const State before = StateOf(files, path, "cross-namespace-reference");
  CHECK_EQ(before.findings, 0);
  const size_t args = files[4].text.find("[]");
  files[4].text.replace(args, 2, "[\"--no-cross-namespace-refs=true\"]");
  const State after = StateOf(files, path, "cross-namespace-reference");
  CHECK_EQ(after.findings, 1);
  CHECK_NE(after.signature, before.signature);
}

TEST_CASE("cross-namespace-reference: the signature follows which cluster a build is for") {
  const std::string path = "/repo/apps/release.yaml";
  std::vector<File> files = Repository();
  files[4].text.replace(files[4].text.find("[]"), 2, "[\"--no-cross-namespace-refs=true\"]");
  const State before = StateOf(files, path, "cross-namespace-reference");
  CHECK_EQ(before.findings, 1);
  files[1].text += "  kubeConfig:\n    configMapRef:\n      name: other-cluster\n";
  const State after = StateOf(files, path, "cross-namespace-reference");
  CHECK_EQ(after.findings, 0);
  CHECK_NE(after.signature, before.signature);
}

}  // namespace
}  // namespace fluxls::test
