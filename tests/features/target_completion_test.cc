// What patches and replacements select.
#include "tests/features/proposed.h"

namespace fluxls::test {
namespace {

Files Overlay() {
  return {
      {"clusters/one/flux-system/gotk-sync.yaml",
       Source("GitRepository", "flux-system", "flux-system") + "---\n" +
           Kustomization("flux-system", "./clusters/one")},
      {"clusters/one/apps.yaml", Kustomization("apps", "./overlay")},
      {"base/kustomization.yaml",
       "namePrefix: x-\nnamespace: base\nresources:\n  - web.yaml\nconfigMapGenerator:\n"
       "  - name: settings\n    literals:\n      - a=b\n"},
      {"base/web.yaml", Object("apps/v1", "Deployment", "web", "old") + "---\n" +
                            Object("v1", "Service", "web", "old")},
      {"overlay/kustomization.yaml",
       "namePrefix: y-\nresources:\n  - ../base\n  - own.yaml\ncomponents:\n  - ../part\n"},
      {"overlay/own.yaml", Object("apps/v1", "Deployment", "own", "far")},
      {"part/kustomization.yaml",
       "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"},
  };
}

const std::string kPath = "overlay/kustomization.yaml";
const std::string kHead = "namePrefix: y-\nresources:\n  - ../base\n  - own.yaml\n";

TEST_CASE("kinds, names and namespaces of the objects that a patch can have") {
  const Repository repository(Overlay());
  const std::string patch = kHead + "patches:\n  - target:\n";
  const Proposed kinds = At(repository, kPath, patch + "      kind: |\n");
  CHECK(kinds.Labels() == Labels{"ConfigMap", "Deployment", "Service"});
  CHECK(kinds.Detail("Deployment") == "2 objects");
  CHECK(kinds.After("Service") == patch + "      kind: Service\n");
  CHECK(At(repository, kPath, patch + "      kind: De|\n").Labels().front() == "Deployment");
  // As they were called at first: that always selects them.
  const Proposed names = At(repository, kPath, patch + "      name: |\n");
  CHECK(names.Labels() == Labels{"own", "settings", "web"});
  CHECK(names.Detail("own") == "Deployment");
  CHECK(At(repository, kPath, patch + "      kind: Service\n      name: |\n").Labels() ==
        Labels{"web"});
  CHECK(At(repository, kPath, patch + "      namespace: far\n      name: |\n").Labels() ==
        Labels{"own"});
  CHECK(At(repository, kPath, patch + "      namespace: |\n").Labels() == Labels{"far", "old"});
  CHECK(At(repository, kPath, patch + "      group: |\n").Labels() == Labels{"apps"});
  CHECK(At(repository, kPath, patch + "      kind: |\n      name: own\n").Labels() ==
        Labels{"Deployment"});
  CHECK(At(repository, kPath, patch + "      kind: |\n      name: .*\n").Labels() ==
        Labels{"ConfigMap", "Deployment", "Service"});
}

TEST_CASE("replacements, old patches, components and Flux's own patches") {
  const Repository repository(Overlay());
  const Labels kinds = {"ConfigMap", "Deployment", "Service"};
  CHECK(At(repository, kPath, kHead + "replacements:\n  - source:\n      kind: |\n").Labels() ==
        kinds);
  CHECK(At(repository, kPath,
           kHead + "replacements:\n  - targets:\n      - select:\n          kind: |\n")
            .Labels() == kinds);
  CHECK(At(repository, kPath, kHead + "patchesJson6902:\n  - target:\n      kind: |\n").Labels() ==
        kinds);
  CHECK(At(repository, "part/kustomization.yaml",
           "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n"
           "  - target:\n      kind: |\n")
            .Labels() == kinds);
  CHECK(At(repository, "clusters/one/apps.yaml",
           Kustomization("apps", "./overlay", "  patches:\n    - target:\n        name: |\n"))
            .Labels() == Labels{"own", "settings", "web"});
  // Nobody builds it, or nobody has built anything.
  CHECK(At(repository, "clusters/one/apps.yaml",
           Kustomization("none", "./overlay", "  patches:\n    - target:\n        name: |\n"))
            .Labels()
            .empty());
  CHECK(At(repository, kPath, kHead + "patches:\n  - target:\n      name: |\n", false)
            .Labels()
            .empty());
}

}  // namespace
}  // namespace fluxls::test
