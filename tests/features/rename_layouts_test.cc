// Renames in the layouts that people use: afterwards the builds are the same but for the name, and
// nothing is found that was not found before.
#include <doctest/doctest.h>

#include "tests/features/rename_fixture.h"

namespace fluxls::testing {
namespace {

using Lines = std::vector<std::string>;

// clusters → infrastructure and apps → overlays → base and components
std::string FourLayers(std::string_view cluster) {
  return BootstrapFiles(cluster) + fmt::format(R"(%! clusters/{0}/infrastructure.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: infra-controllers
  namespace: flux-system
spec:
  interval: 1h
  path: ./infrastructure/controllers
  prune: true
  wait: true
  sourceRef:
    kind: GitRepository
    name: flux-system
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: infra-configs
  namespace: flux-system
spec:
  dependsOn:
    - name: infra-controllers
  interval: 1h
  path: ./infrastructure/configs
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  patches:
    - patch: |
        - op: replace
          path: /spec/interval
          value: 15m
      target:
        kind: HelmRepository
        name: bitnami
%! clusters/{0}/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  dependsOn:
    - name: infra-configs
  path: ./apps/{0}
  prune: true
  timeout: 5m
  sourceRef:
    kind: GitRepository
    name: flux-system
  healthChecks:
    - apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      name: podinfo
      namespace: podinfo
%! apps/{0}/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../base/podinfo
components:
  - ../components/monitoring
patches:
  - path: podinfo-values.yaml
    target:
      kind: HelmRelease
      name: podinfo
%! apps/{0}/podinfo-values.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: podinfo
spec:
  chart:
    spec:
      version: ">=6.0.0"
  values:
    ingress:
      hosts:
        - host: podinfo.{0}
)",
                                               cluster);
}

GraphFixture FourLayerFleet() {
  return Repository(FourLayers("production") + FourLayers("staging") + R"(
%! infrastructure/controllers/cert-manager.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: cert-manager
%! infrastructure/configs/bitnami.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: bitnami
  namespace: flux-system
spec:
  interval: 1h
  url: https://charts.bitnami.com/bitnami
%! apps/base/podinfo/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: podinfo
resources:
  - namespace.yaml
  - repository.yaml
  - release.yaml
%! apps/base/podinfo/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: podinfo
%! apps/base/podinfo/repository.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: podinfo
spec:
  interval: 5m
  url: https://stefanprodan.github.io/podinfo
%! apps/base/podinfo/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
spec:
  releaseName: podinfo
  chart:
    spec:
      chart: podinfo
      sourceRef:
        kind: HelmRepository
        name: podinfo
  interval: 50m
  values:
    redis:
      repository: bitnami
%! apps/components/monitoring/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - target:
      kind: HelmRelease
      name: podinfo
    patch: |
      - op: add
        path: /spec/values/serviceMonitor
        value: {enabled: true}
)");
}

TEST_CASE("four layers: a release, with the patches of overlays and components and health checks") {
  const GraphFixture fixture = FourLayerFleet();
  const RenameResult result =
      Rename(fixture, "apps/base/podinfo/release.yaml", "name: podinfo", "shop");
  CheckOnlyTheName(fixture, result, "podinfo", "shop");
  CHECK_EQ(NewLines(fixture, result),
           Lines{
               "apps/base/podinfo/release.yaml: name: shop",
               "apps/components/monitoring/kustomization.yaml: name: shop",
               "apps/production/kustomization.yaml: name: shop",
               "apps/production/podinfo-values.yaml: name: shop",
               "apps/staging/kustomization.yaml: name: shop",
               "apps/staging/podinfo-values.yaml: name: shop",
               "clusters/production/apps.yaml: name: shop",
               "clusters/staging/apps.yaml: name: shop",
           });
  const auto there =
      After(fixture, Rename(fixture, "clusters/staging/apps.yaml", "name: podinfo", "shop"));
  CHECK(there == After(fixture, result));
}

TEST_CASE("four layers: a source in the base") {
  const GraphFixture fixture = FourLayerFleet();
  const RenameResult result =
      Rename(fixture, "apps/base/podinfo/repository.yaml", "name: podinfo", "charts");
  CheckOnlyTheName(fixture, result, "podinfo", "charts");
  CHECK_EQ(NewLines(fixture, result), Lines{"apps/base/podinfo/release.yaml: name: charts",
                                            "apps/base/podinfo/repository.yaml: name: charts"});
}

TEST_CASE("four layers: a source that patches of Flux Kustomizations name") {
  const GraphFixture fixture = FourLayerFleet();
  const RenameResult result =
      Rename(fixture, "infrastructure/configs/bitnami.yaml", "name: bitnami", "mirror");
  CheckOnlyTheName(fixture, result, "bitnami", "mirror");
  CHECK_EQ(NewLines(fixture, result), Lines{"clusters/production/infrastructure.yaml: name: mirror",
                                            "clusters/staging/infrastructure.yaml: name: mirror",
                                            "infrastructure/configs/bitnami.yaml: name: mirror"});
}

TEST_CASE("four layers: a Kustomization, in its cluster") {
  const GraphFixture fixture = FourLayerFleet();
  const RenameResult result = Rename(fixture, "clusters/staging/infrastructure.yaml",
                                     "name: infra-controllers", "controllers");
  CheckOnlyTheName(fixture, result, "infra-controllers", "controllers");
  CHECK_EQ(NewLines(fixture, result),
           Lines{"clusters/staging/infrastructure.yaml: name: controllers",
                 "clusters/staging/infrastructure.yaml: name: controllers"});
}

TEST_CASE("four layers: what bootstrap writes is not renamed") {
  const GraphFixture fixture = FourLayerFleet();
  const std::string refusal =
      "cannot: flux bootstrap writes clusters/staging/flux-system/gotk-sync.yaml, and would write "
      "it again";
  CHECK_EQ(Prepared(fixture, "clusters/staging/flux-system/gotk-sync.yaml", "name: flux-s"),
           refusal);
  CHECK_EQ(Prepared(fixture, "clusters/staging/apps.yaml", "name: flux-s"), refusal);
}

TEST_CASE("four layers: a Kustomization in a directory that nothing applies") {
  GraphFixture fixture = FourLayerFleet();
  fixture.Write("parked/kustomization.yaml", "resources:\n  - apps.yaml\n");
  fixture.Write("parked/apps.yaml", KustomizationYaml("parked-apps", "./infrastructure/configs"));
  const RenameResult result = Rename(fixture, "parked/apps.yaml", "name: \"parked", "later");
  CheckOnlyTheName(fixture, result, "parked-apps", "later");
}

// apps/<namespace>/<app>/ks.yaml beside app/helmrelease.yaml, names written with anchors
GraphFixture HomeLab() {
  return Repository(BootstrapFiles("home") + R"(
%! clusters/home/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: cluster-apps
  namespace: flux-system
spec:
  interval: 1h
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  patches:
    - target:
        group: kustomize.toolkit.fluxcd.io
        kind: Kustomization
      patch: |
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata:
          name: not-used
        spec:
          deletionPolicy: WaitForTermination
%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./media
%! apps/media/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./namespace.yaml
  - ./postgres/ks.yaml
  - ./jellyfin/ks.yaml
%! apps/media/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: media
%! apps/media/postgres/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: &app postgres
  namespace: flux-system
spec:
  targetNamespace: media
  commonMetadata:
    labels:
      app.kubernetes.io/name: *app
  interval: 30m
  path: ./apps/media/postgres/app
  prune: true
  wait: true
  sourceRef:
    kind: GitRepository
    name: flux-system
%! apps/media/postgres/app/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./repository.yaml
  - ./helmrelease.yaml
%! apps/media/postgres/app/repository.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: app-template
spec:
  interval: 1h
  ref:
    tag: 4.2.0
  url: oci://ghcr.io/bjw-s-labs/helm/app-template
%! apps/media/postgres/app/helmrelease.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: &app database
spec:
  interval: 1h
  chartRef:
    kind: OCIRepository
    name: app-template
  values:
    podLabels:
      app.kubernetes.io/name: *app
%! apps/media/jellyfin/ks.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: &app jellyfin
  namespace: flux-system
  labels:
    app.kubernetes.io/name: *app
spec:
  targetNamespace: media
  dependsOn:
    - name: postgres
  interval: 30m
  path: ./apps/media/jellyfin/app
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  postBuild:
    substitute:
      APP: *app
%! apps/media/jellyfin/app/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./helmrelease.yaml
%! apps/media/jellyfin/app/helmrelease.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: &app server
  labels:
    app.kubernetes.io/instance: *app
spec:
  interval: 1h
  dependsOn:
    - name: database
  chartRef:
    kind: OCIRepository
    name: app-template
  values:
    persistence:
      config:
        existingClaim: ${APP}
)");
}

TEST_CASE("an app with a ks.yaml: the Kustomization, its anchor and the labels that follow it") {
  const GraphFixture fixture = HomeLab();
  const RenameResult result =
      Rename(fixture, "apps/media/postgres/ks.yaml", "name: &app postgres", "postgresql");
  CheckOnlyTheName(fixture, result, "postgres", "postgresql");
  CHECK_EQ(NewLines(fixture, result), Lines{"apps/media/jellyfin/ks.yaml: name: postgresql",
                                            "apps/media/postgres/ks.yaml: name: &app postgresql"});
  CHECK(After(fixture, Rename(fixture, "apps/media/jellyfin/ks.yaml", "name: postgres",
                              "postgresql")) == After(fixture, result));
}

TEST_CASE("an app with a ks.yaml: what else would follow the anchor is named") {
  const GraphFixture fixture = HomeLab();
  // Values of the chart: a label of pods today, a volume claim tomorrow.
  CHECK_EQ(
      Rename(fixture, "apps/media/postgres/app/helmrelease.yaml", "&app database", "db").refusal,
      "HelmRelease \"database\" in namespace \"media\": "
      "spec.values.podLabels.app.kubernetes.io/name would change as well");
  CHECK_EQ(Rename(fixture, "apps/media/jellyfin/ks.yaml", "&app jellyfin", "films").refusal,
           "HelmRelease \"server\" in namespace \"media\": "
           "spec.values.persistence.config.existingClaim would change as well");
}

TEST_CASE("an app with a ks.yaml: a chart that is named by the alias of the release's name") {
  GraphFixture fixture = HomeLab();
  fixture.Write("apps/media/postgres/app/repository.yaml",
                "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n"
                "  name: database\nspec:\n  interval: 1h\n  url: oci://example.com/database\n");
  fixture.Write("apps/media/postgres/app/helmrelease.yaml",
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n"
                "  name: &app database\nspec:\n  interval: 1h\n  chartRef:\n"
                "    kind: OCIRepository\n    name: *app\n");
  CHECK_EQ(
      Rename(fixture, "apps/media/postgres/app/helmrelease.yaml", "&app database", "db").refusal,
      "HelmRelease \"database\" in namespace \"media\": spec.chartRef.name would change as well");
  CHECK_EQ(
      Rename(fixture, "apps/media/postgres/app/repository.yaml", "name: database", "db").refusal,
      "HelmRelease \"database\" in namespace \"media\" would be renamed as well");
  CHECK_EQ(Prepared(fixture, "apps/media/postgres/app/helmrelease.yaml", "name: *a"), "*app");
}

TEST_CASE("an app with a ks.yaml: a namespace that is called like the app") {
  GraphFixture fixture = HomeLab();
  fixture.Write("apps/media/jellyfin/app/helmrelease.yaml",
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n"
                "  name: &app server\n  namespace: *app\nspec:\n  interval: 1h\n");
  fixture.Write("apps/media/jellyfin/ks.yaml",
                KustomizationYaml("jellyfin", "./apps/media/jellyfin/app"));
  CHECK_EQ(
      Rename(fixture, "apps/media/jellyfin/app/helmrelease.yaml", "&app server", "web").refusal,
      "HelmRelease \"server\" in namespace \"server\": metadata.namespace would change as "
      "well");
}

TEST_CASE("an app with a ks.yaml: patches that the cluster puts into its Kustomization") {
  GraphFixture fixture = HomeLab();
  const std::string apps = R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: cluster-apps
  namespace: flux-system
spec:
  interval: 1h
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  patches:
    - patch: |-
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata:
          name: not-used
        spec:
          patches:
            - patch: |-
                apiVersion: helm.toolkit.fluxcd.io/v2
                kind: HelmRelease
                metadata:
                  name: not-used
                spec:
                  timeout: 9m
              target:
                kind: HelmRelease
                name: server
            - patch: |-
                apiVersion: helm.toolkit.fluxcd.io/v2
                kind: HelmRelease
                metadata:
                  name: server
                  namespace: media
                spec:
                  driftDetection:
                    mode: warn
      target:
        kind: Kustomization
        name: jellyfin
)";
  fixture.Write("clusters/home/apps.yaml", apps);
  const RenameResult result =
      Rename(fixture, "apps/media/jellyfin/app/helmrelease.yaml", "&app server", "web");
  CheckOnlyTheName(fixture, result, "server", "web");
  CHECK_EQ(NewLines(fixture, result),
           Lines{"apps/media/jellyfin/app/helmrelease.yaml: name: &app web",
                 "clusters/home/apps.yaml: name: web", "clusters/home/apps.yaml: name: web"});
}

TEST_CASE("an app with a ks.yaml: a release with the label of its own name, a chart of all") {
  const GraphFixture fixture = HomeLab();
  const RenameResult release =
      Rename(fixture, "apps/media/jellyfin/app/helmrelease.yaml", "&app server", "web");
  CheckOnlyTheName(fixture, release, "server", "web");
  CHECK_EQ(NewLines(fixture, release),
           Lines{"apps/media/jellyfin/app/helmrelease.yaml: name: &app web"});
  const RenameResult chart =
      Rename(fixture, "apps/media/postgres/app/repository.yaml", "name: app-template", "common");
  CheckOnlyTheName(fixture, chart, "app-template", "common");
  CHECK_EQ(NewLines(fixture, chart),
           Lines{"apps/media/jellyfin/app/helmrelease.yaml: name: common",
                 "apps/media/postgres/app/helmrelease.yaml: name: common",
                 "apps/media/postgres/app/repository.yaml: name: common"});
}

}  // namespace
}  // namespace fluxls::testing
