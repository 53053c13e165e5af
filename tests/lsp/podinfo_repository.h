// A repository with one cluster, a chart repository and a HelmRelease, and how a client asks about
// it.
#pragma once

#include <string>

#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {

inline const std::string kSync = R"(apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  url: https://example.com/fleet.git
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  path: ./prod
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
)";
inline const std::string kRepository = R"(# é: two bytes, one column
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: podinfo
  namespace: web
spec:
  url: https://example.com/charts
)";
inline const std::string kRelease = R"(apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: web
spec:
  interval: 1h
  chart:
    spec:
      chart: podinfo
      sourceRef:
        kind: HelmRepository
        name: podinfo
)";
inline const std::string kReleasePath = "/ws/prod/release.yaml";
inline const std::string kRepositoryPath = "/ws/prod/repository.yaml";

inline void Start(ClientHarness& client) {
  client.files().Write("/ws/prod/flux-system/gotk-sync.yaml", kSync);
  client.files().Write(kRepositoryPath, kRepository);
  client.files().Write(kReleasePath, kRelease);
  client.Initialize();
  client.Run();
}

// Parameters: a document, and a place in it.
inline Json Document(const std::string& path) {
  return {{"textDocument", {{"uri", ClientHarness::Uri(path)}}}};
}

inline Json At(const std::string& path, int line, int character) {
  Json params = Document(path);
  params["position"] = {{"line", line}, {"character", character}};
  return params;
}

}  // namespace fluxls::lsp
