// Renames where several share a repository: tenants, and clusters.
#include <doctest/doctest.h>

#include "tests/features/rename_fixture.h"

namespace fluxls::testing {
namespace {

using Lines = std::vector<std::string>;

// Each tenant with a namespace, an account and a source of its own, below a lockdown
GraphFixture Tenants() {
  std::string text = BootstrapFiles("production") + R"yaml(
%! clusters/production/flux-system/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - gotk-components.yaml
  - gotk-sync.yaml
patches:
  - patch: |
      - op: add
        path: /spec/template/spec/containers/0/args/-
        value: --no-cross-namespace-refs=true
    target:
      kind: Deployment
      name: "(kustomize-controller|helm-controller|notification-controller)"
  - patch: |
      - op: add
        path: /spec/serviceAccountName
        value: kustomize-controller
    target:
      kind: Kustomization
      name: flux-system
%! clusters/production/flux-system/gotk-components.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: kustomize-controller
  namespace: flux-system
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: kustomize-controller
  namespace: flux-system
spec:
  selector:
    matchLabels: {app: kustomize-controller}
  template:
    metadata:
      labels: {app: kustomize-controller}
    spec:
      containers:
        - name: manager
          image: ghcr.io/fluxcd/kustomize-controller:v1.9.0
          args:
            - --watch-all-namespaces=true
%! clusters/production/tenants.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: tenants
  namespace: flux-system
spec:
  interval: 5m
  path: ./tenants/production
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
%! tenants/production/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../base/dev-team
  - ../base/ops-team
patches:
  - path: dev-team-patch.yaml
%! tenants/production/dev-team-patch.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: tenant
  namespace: dev-team
spec:
  path: ./production
)yaml";
  for (const std::string tenant : {"dev-team", "ops-team"}) {
    text += fmt::format(R"(%! tenants/base/{0}/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - rbac.yaml
  - sync.yaml
%! tenants/base/{0}/rbac.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: {0}
  labels:
    toolkit.fluxcd.io/tenant: {0}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: reconciler
  namespace: {0}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: cluster-admin
  namespace: {0}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
  - kind: ServiceAccount
    name: reconciler
    namespace: {0}
%! tenants/base/{0}/sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: project
  namespace: {0}
spec:
  interval: 1m
  ref:
    branch: main
  url: https://example.com/{0}.git
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: tenant
  namespace: {0}
spec:
  interval: 5m
  path: ./
  prune: true
  serviceAccountName: reconciler
  sourceRef:
    kind: GitRepository
    name: project
)",
                        tenant);
  }
  return Repository(text);
}

TEST_CASE("tenants: a source of one of them leaves those of the others alone") {
  const GraphFixture fixture = Tenants();
  const RenameResult result =
      Rename(fixture, "tenants/base/dev-team/sync.yaml", "name: project", "dev-apps");
  CheckOnlyTheName(fixture, result, "project", "dev-apps");
  CHECK_EQ(NewLines(fixture, result), Lines{"tenants/base/dev-team/sync.yaml: name: dev-apps",
                                            "tenants/base/dev-team/sync.yaml: name: dev-apps"});
}

TEST_CASE("tenants: a Kustomization and the patch of its overlay") {
  const GraphFixture fixture = Tenants();
  const RenameResult result = Rename(fixture, "tenants/base/dev-team/sync.yaml",
                                     "kind: Kustomization\nmetadata:\n  name: tenant", "dev");
  CheckOnlyTheName(fixture, result, "tenant", "dev");
  CHECK_EQ(NewLines(fixture, result), Lines{"tenants/base/dev-team/sync.yaml: name: dev",
                                            "tenants/production/dev-team-patch.yaml: name: dev"});
}

TEST_CASE("tenants: an account that a role binding names is not renamed") {
  const GraphFixture fixture = Tenants();
  CHECK_EQ(
      Rename(fixture, "tenants/base/ops-team/sync.yaml", "serviceAccountName: reconciler", "ops")
          .refusal,
      "RoleBinding \"cluster-admin\" in namespace \"ops-team\" may name it");
}

// Clusters that apply the same apps, each with sources of its own
GraphFixture Clusters() {
  std::string text;
  for (const std::string cluster : {"east", "west"}) {
    text += BootstrapFiles(cluster) + fmt::format(R"(%! clusters/{0}/sources.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: charts
  namespace: flux-system
spec:
  interval: 1h
  url: https://charts.{0}.example.com
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: local
  namespace: flux-system
spec:
  interval: 1h
  url: https://local.{0}.example.com
%! clusters/{0}/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
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
  patches:
    - patch: |
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata:
          name: frontend
          namespace: web
        spec:
          values:
            region: {0}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: agent
  namespace: flux-system
spec:
  interval: 1h
  chart:
    spec:
      chart: agent
      sourceRef:
        kind: HelmRepository
        name: local
)",
                                                  cluster);
  }
  return Repository(text + R"(%! apps/frontend.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: frontend
  namespace: web
spec:
  interval: 1h
  chart:
    spec:
      chart: frontend
      sourceRef:
        kind: HelmRepository
        name: charts
        namespace: flux-system
---
apiVersion: v1
kind: Namespace
metadata:
  name: web
)");
}

TEST_CASE("clusters: what one line names in each of them is renamed in each") {
  const GraphFixture fixture = Clusters();
  const RenameResult result =
      Rename(fixture, "clusters/east/sources.yaml", "name: charts", "mirror");
  CheckOnlyTheName(fixture, result, "charts", "mirror");
  CHECK_EQ(NewLines(fixture, result),
           Lines{"apps/frontend.yaml: name: mirror", "clusters/east/sources.yaml: name: mirror",
                 "clusters/west/sources.yaml: name: mirror"});
  CHECK(After(fixture, Rename(fixture, "apps/frontend.yaml", "name: charts", "mirror")) ==
        After(fixture, result));
}

TEST_CASE("clusters: what each of them names for itself is renamed in one") {
  const GraphFixture fixture = Clusters();
  const RenameResult source =
      Rename(fixture, "clusters/west/sources.yaml", "name: local", "private");
  CheckOnlyTheName(fixture, source, "local", "private");
  CHECK_EQ(NewLines(fixture, source), Lines{"clusters/west/apps.yaml: name: private",
                                            "clusters/west/sources.yaml: name: private"});
  const RenameResult release = Rename(fixture, "clusters/east/apps.yaml", "name: agent", "watcher");
  CheckOnlyTheName(fixture, release, "agent", "watcher");
  CHECK_EQ(NewLines(fixture, release), Lines{"clusters/east/apps.yaml: name: watcher"});
}

TEST_CASE("clusters: an app of all, with the patches of each") {
  const GraphFixture fixture = Clusters();
  const RenameResult result = Rename(fixture, "apps/frontend.yaml", "name: frontend", "shop");
  CheckOnlyTheName(fixture, result, "frontend", "shop");
  CHECK_EQ(NewLines(fixture, result),
           Lines{"apps/frontend.yaml: name: shop", "clusters/east/apps.yaml: name: shop",
                 "clusters/west/apps.yaml: name: shop"});
}

}  // namespace
}  // namespace fluxls::testing
