// The cluster that many examples stand in: what `flux bootstrap` writes for clusters/production.
// A macro, because only literals can be put together with literals.
#pragma once

// clang-format off
#define FLUXLS_EXAMPLE_CLUSTER \
  "%! clusters/production/flux-system/gotk-sync.yaml\n" \
  "apiVersion: source.toolkit.fluxcd.io/v1\n" \
  "kind: GitRepository\n" \
  "metadata:\n" \
  "  name: flux-system\n" \
  "  namespace: flux-system\n" \
  "spec:\n" \
  "  interval: 1m\n" \
  "  ref:\n" \
  "    branch: main\n" \
  "  url: ssh://git@github.com/example/fleet\n" \
  "---\n" \
  "apiVersion: kustomize.toolkit.fluxcd.io/v1\n" \
  "kind: Kustomization\n" \
  "metadata:\n" \
  "  name: flux-system\n" \
  "  namespace: flux-system\n" \
  "spec:\n" \
  "  interval: 10m\n" \
  "  path: ./clusters/production\n" \
  "  prune: true\n" \
  "  sourceRef:\n" \
  "    kind: GitRepository\n" \
  "    name: flux-system\n"
// clang-format on
