// The repository that builds and navigation are measured with.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "tests/bench/measure.h"

namespace fluxls::bench {

inline std::string HelmRepository(const std::string& name, const std::string& namespace_) {
  return fmt::format(
      "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n  name: {}\n"
      "  namespace: {}\nspec:\n  interval: 1h\n  url: https://charts.example.org\n",
      name, namespace_);
}

inline std::string FluxKustomization(const std::string& name, const std::string& path) {
  return fmt::format(
      "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {}\n"
      "  namespace: flux-system\nspec:\n  interval: 10m\n  path: ./{}\n  prune: true\n"
      "  sourceRef:\n    kind: GitRepository\n    name: flux-system\n  postBuild:\n"
      "    substitute:\n      domain: example.org\n",
      name, path);
}

// A policy of the namespace, and what it reads.
inline std::string ImagePolicy(const std::string& name, const std::string& namespace_) {
  return fmt::format(
      "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nmetadata:\n  name: {0}\n"
      "  namespace: {1}\nspec:\n  image: example.org/{0}\n  interval: 1h\n---\n"
      "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata:\n  name: {0}\n"
      "  namespace: {1}\nspec:\n  imageRepositoryRef:\n    name: {0}\n  policy:\n    semver:\n"
      "      range: 1.x\n",
      name, namespace_);
}

// 50 teams with 50 applications of four documents; two clusters apply the teams, each with a patch.
// Every other application takes its chart from a source of its team, the others from one that all
// share. `policies`: image policies of each team.
inline void WriteTeamRepository(const std::filesystem::path& root, int policies = 0) {
  constexpr int kTeams = 50;
  constexpr int kApps = 50;
  for (int team = 0; team < kTeams; ++team) {
    std::string list =
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n"
        "  - source.yaml\n";
    const std::string source = fmt::format("team-{}", team);
    std::string sources = HelmRepository(source, source);
    for (int policy = 0; policy < policies; ++policy)
      sources += "---\n" + ImagePolicy(fmt::format("policy-{}-{}", team, policy), source);
    Write(root / fmt::format("apps/team-{}/source.yaml", team), sources);
    for (int app = 0; app < kApps; ++app) {
      const std::string name = fmt::format("app-{}-{}", team, app);
      const std::string from = app % 2 ? "shared" : source;
      list += fmt::format("  - {}.yaml\n", name);
      Write(root / fmt::format("apps/team-{}/{}.yaml", team, name),
            fmt::format(
                "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {0}\n---\n"
                "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n"
                "  name: {0}\n  namespace: {0}\nspec:\n  interval: 1h\n  url: "
                "https://charts.${{domain}}\n"
                "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n"
                "  name: {0}\n  namespace: {0}\nspec:\n  interval: 30m\n  chart:\n    spec:\n"
                "      chart: podinfo\n      version: 6.5.0\n      sourceRef:\n"
                "        kind: HelmRepository\n        name: {1}\n        namespace: {1}\n  "
                "values:\n    replicaCount: 2\n"
                "    ingress:\n      host: {0}.${{domain}}\n---\napiVersion: v1\nkind: ConfigMap\n"
                "metadata:\n  name: {0}\n  namespace: {0}\ndata:\n  color: green\n",
                name, from));
    }
    Write(root / fmt::format("apps/team-{}/kustomization.yaml", team), list);
    for (const char* cluster : {"production", "staging"}) {
      Write(root / fmt::format("apps/{}/team-{}/kustomization.yaml", cluster, team),
            fmt::format("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
                        "resources:\n  - ../../team-{}\npatches:\n  - target:\n"
                        "      kind: HelmRelease\n    patch: |\n      - op: replace\n"
                        "        path: /spec/interval\n        value: 24h\n",
                        team));
      Write(root / fmt::format("clusters/{}/team-{}.yaml", cluster, team),
            FluxKustomization(fmt::format("team-{}", team),
                              fmt::format("apps/{}/team-{}", cluster, team)));
      Write(root / fmt::format("clusters/{}/shared.yaml", cluster),
            HelmRepository("shared", "shared"));
      Write(root / fmt::format("clusters/{}/flux-system/gotk-sync.yaml", cluster),
            FluxKustomization("flux-system", fmt::format("clusters/{}", cluster)));
    }
  }
}

}  // namespace fluxls::bench
