// Names that a fleet knows, where somebody types one. `|` is the cursor.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/features/proposed.h"

namespace fluxls::test {
namespace {

// Two clusters, one of them with everything.
Files TwoClusters() {
  return {
      {"clusters/one/flux-system/gotk-sync.yaml",
       Source("GitRepository", "flux-system", "flux-system") + "---\n" +
           Kustomization("flux-system", "./clusters/one")},
      {"clusters/one/apps.yaml", Kustomization("apps", "./apps")},
      {"clusters/one/infra.yaml", Kustomization("infra", "./infra")},
      {"clusters/one/secret.yaml",
       Object("v1", "Secret", "settings-key", "flux-system", "stringData:\n  token: hidden\n")},
      {"clusters/two/flux-system/gotk-sync.yaml",
       Source("GitRepository", "flux-system", "flux-system") + "---\n" +
           Kustomization("flux-system", "./clusters/two")},
      {"clusters/two/other.yaml", Source("HelmRepository", "elsewhere", "flux-system")},
      {"infra/sources.yaml", Source("HelmRepository", "charts", "flux-system") + "---\n" +
                                 Source("HelmRepository", "local", "web")},
      {"apps/web.yaml", Object("helm.toolkit.fluxcd.io/v2", "HelmRelease", "web", "web") + "---\n" +
                            Object("v1", "ConfigMap", "web-values", "web") + "---\n" +
                            Object("v1", "ConfigMap", "far-values", "far")},
      {"apps/db.yaml", Object("helm.toolkit.fluxcd.io/v2", "HelmRelease", "db", "web")},
      {"parked/old.yaml", Source("HelmRepository", "parked", "web")},
  };
}

const std::string kWeb =
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\n"
    "  namespace: web\nspec:\n";

TEST_CASE("a source: what the cluster applies in the namespace, then elsewhere, then the rest") {
  const Repository repository(TwoClusters());
  const Proposed found = At(repository, "apps/web.yaml",
                            kWeb +
                                "  chart:\n    spec:\n      chart: x\n      sourceRef:\n"
                                "        kind: HelmRepository\n        name: |\n");
  CHECK(found.Labels() == Labels{"local", "charts", "elsewhere", "parked"});
  CHECK(found.Detail("charts") == "HelmRepository, flux-system");
  CHECK(found.After("local") == kWeb +
                                    "  chart:\n    spec:\n      chart: x\n      sourceRef:\n"
                                    "        kind: HelmRepository\n        name: local\n");
  CHECK(found.After("charts") == kWeb +
                                     "  chart:\n    spec:\n      chart: x\n      sourceRef:\n"
                                     "        kind: HelmRepository\n"
                                     "        namespace: flux-system\n        name: charts\n");
}

TEST_CASE("a source without a kind beside it: the kinds that the field may have") {
  const Repository repository(TwoClusters());
  const std::string head = kWeb + "  chart:\n    spec:\n      chart: x\n      sourceRef:\n";
  const Proposed found = At(repository, "apps/web.yaml", head + "        name: |\n");
  CHECK(found.Labels() == Labels{"local", "charts", "flux-system", "elsewhere", "parked"});
  CHECK(found.After("flux-system") == head +
                                          "        name: flux-system\n"
                                          "        kind: GitRepository\n"
                                          "        namespace: flux-system\n");
  CHECK(found.After("local") == head + "        name: local\n        kind: HelmRepository\n");
  // Half a word, with what follows.
  const Proposed typed =
      At(repository, "apps/web.yaml", head + "        name: ch|\n  interval: 1h\n");
  CHECK(typed.Labels().front() == "charts");
}

TEST_CASE("a namespace that is written says where to look") {
  const Repository repository(TwoClusters());
  const Proposed found = At(repository, "apps/web.yaml",
                            kWeb +
                                "  chart:\n    spec:\n      sourceRef:\n        kind: "
                                "HelmRepository\n        namespace: web\n        name: |\n");
  CHECK(found.Labels() == Labels{"local", "parked"});
}

TEST_CASE("dependsOn: neither oneself nor what is listed") {
  const Repository repository(TwoClusters());
  CHECK(At(repository, "apps/web.yaml", kWeb + "  dependsOn:\n    - name: |\n").Labels() ==
        Labels{"db"});
  CHECK(At(repository, "apps/web.yaml", kWeb + "  dependsOn:\n    - name: db\n    - name: |\n")
            .Labels()
            .empty());
  const std::string apps = Kustomization("apps", "./apps", "  dependsOn:\n    - name: |\n");
  CHECK(At(repository, "clusters/one/apps.yaml", apps).Labels() == Labels{"flux-system", "infra"});
}

TEST_CASE("fields without a namespace reach no other") {
  const Repository repository(TwoClusters());
  CHECK(At(repository, "apps/web.yaml",
           kWeb + "  valuesFrom:\n    - kind: ConfigMap\n      name: |\n")
            .Labels() == Labels{"web-values"});
  const std::string rest = "  postBuild:\n    substituteFrom:\n      - name: |\n";
  const Proposed found =
      At(repository, "clusters/one/apps.yaml", Kustomization("apps", "./apps", rest));
  CHECK(found.Labels() == Labels{"settings-key"});
  CHECK(found.Detail("settings-key") == "Secret, flux-system");
  CHECK(found.After("settings-key") ==
        Kustomization("apps", "./apps",
                      "  postBuild:\n    substituteFrom:\n      - name: settings-key\n"
                      "        kind: Secret\n"));
}

TEST_CASE("names in flow style and in quotes") {
  const Repository repository(TwoClusters());
  const Proposed flow = At(repository, "apps/web.yaml",
                           kWeb +
                               "  chartRef: {}\n  chart:\n    spec:\n"
                               "      sourceRef: {kind: HelmRepository, name: cha|}\n");
  CHECK(flow.After("charts").find("sourceRef: {kind: HelmRepository, namespace: flux-system, "
                                  "name: charts}") != std::string::npos);
  const Proposed quoted = At(repository, "apps/web.yaml",
                             kWeb +
                                 "  chart:\n    spec:\n      sourceRef:\n        kind: "
                                 "HelmRepository\n        name: \"lo|\"\n");
  CHECK(quoted.After("local").find("name: \"local\"\n") != std::string::npos);
}

TEST_CASE("without a fleet: what the files say") {
  const Repository repository(TwoClusters());
  const Proposed found = At(repository, "apps/web.yaml",
                            kWeb +
                                "  chart:\n    spec:\n      sourceRef:\n        kind: "
                                "HelmRepository\n        name: |\n",
                            false);
  CHECK(found.Labels() == Labels{"local", "parked", "charts", "elsewhere"});
}

TEST_CASE("a new file in a directory that a cluster builds") {
  const Repository repository(TwoClusters());
  const Proposed found = At(repository, "apps/new.yaml",
                            "apiVersion: notification.toolkit.fluxcd.io/v1beta3\nkind: Alert\n"
                            "metadata:\n  name: all\n  namespace: web\nspec:\n  eventSources:\n"
                            "    - kind: HelmRelease\n      name: |\n");
  CHECK(found.Labels() == Labels{"db", "web"});
}

TEST_CASE("a namespace that kustomize sets is the referrer's") {
  Files files = TwoClusters();
  files.push_back({"apps/kustomization.yaml", "resources:\n  - web.yaml\n  - set.yaml\n"});
  files.push_back({"apps/set.yaml", "apiVersion: v1\nkind: List\nitems: []\n"});
  files.push_back({"clusters/one/team.yaml", Kustomization("team", "./team")});
  files.push_back({"team/kustomization.yaml", "namespace: web\nresources:\n  - release.yaml\n"});
  const std::string release =
      "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: team\nspec:\n";
  files.push_back({"team/release.yaml", release});
  const Repository repository(files);
  const Proposed found = At(repository, "team/release.yaml",
                            release + "  valuesFrom:\n    - kind: ConfigMap\n      name: |\n");
  CHECK(found.Labels() == Labels{"web-values"});
}

Files Directories() {
  return {
      {"clusters/one/flux-system/gotk-sync.yaml",
       Source("GitRepository", "flux-system", "flux-system") + "---\n" +
           Kustomization("flux-system", "./clusters/one")},
      {"base/kustomization.yaml", "resources:\n  - a.yaml\n"},
      {"base/a.yaml", Object("v1", "ConfigMap", "a", "x")},
      {"base/b.yaml", Object("v1", "ConfigMap", "b", "x")},
      {"base/deep/c.yaml", Object("v1", "ConfigMap", "c", "x")},
      {"base/notes.txt", "text\n"},
      {"extra/kustomization.yaml",
       "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"},
      {"apps/kustomization.yaml", "resources: []\n"},
  };
}

TEST_CASE("entries of a kustomization: what is not listed first, one segment at a time") {
  const Repository repository(Directories());
  const std::string path = "base/kustomization.yaml";
  const Proposed found = At(repository, path, "resources:\n  - a.yaml\n  - |\n");
  CHECK(found.Labels() == Labels{"b.yaml", "deep/", "a.yaml", "../"});
  CHECK(found.After("deep/") == "resources:\n  - a.yaml\n  - deep/\n");
  CHECK(At(repository, path, "resources:\n  - deep/|\n").After("c.yaml") ==
        "resources:\n  - deep/c.yaml\n");
  CHECK(At(repository, path, "resources:\n  - ./de|\n").After("deep/") ==
        "resources:\n  - ./deep/\n");
  CHECK(At(repository, path, "resources:\n  - de|/c.yaml\n").After("deep/") ==
        "resources:\n  - deep/c.yaml\n");
  CHECK(At(repository, path, "resources:\n  - ../|\n").Labels() ==
        Labels{"apps/", "clusters/", "extra/"});
  CHECK(At(repository, path, "components:\n  - ../|\n").Labels().front() == "extra/");
  CHECK(At(repository, path, "resources:\n  - ../../|\n").Labels().empty());
  CHECK(At(repository, path, "patches:\n  - path: |\n").Labels().front() == "b.yaml");
}

TEST_CASE("spec.path: directories from the root of the repository") {
  const Repository repository(Directories());
  const std::string path = "clusters/one/new.yaml";
  CHECK(At(repository, path, Kustomization("new", "|")).Labels() ==
        Labels{"./apps/", "./base/", "./clusters/", "./extra/"});
  CHECK(At(repository, path, Kustomization("new", "./clusters/|")).After("one/") ==
        Kustomization("new", "./clusters/one/"));
  CHECK(At(repository, path, Kustomization("new", "ba|")).After("base/") ==
        Kustomization("new", "base/"));
}

TEST_CASE("variables: names with value and place, and no value of a Secret") {
  Files files = TwoClusters();
  files[1].second = Kustomization("apps", "./apps",
                                  "  postBuild:\n    substitute:\n      region: north\n"
                                  "    substituteFrom:\n      - kind: Secret\n"
                                  "        name: settings-key\n      - kind: ConfigMap\n"
                                  "        name: settings\n");
  files.push_back({"clusters/one/settings.yaml",
                   Object("v1", "ConfigMap", "settings", "flux-system", "data:\n  domain: a.b\n")});
  const Repository repository(files);
  const Proposed found = At(repository, "apps/web.yaml", kWeb + "  releaseName: web-${re|}\n");
  CHECK(found.Labels() == Labels{"region", "domain", "token"});
  CHECK(found.Detail("region") == "north, clusters/one/apps.yaml");
  CHECK(found.Detail("domain") == "a.b, clusters/one/settings.yaml");
  CHECK(found.Detail("token") == "clusters/one/secret.yaml");
  CHECK(found.After("domain") == kWeb + "  releaseName: web-${domain}\n");
  CHECK(At(repository, "apps/web.yaml", kWeb + "  releaseName: $${|}\n").Labels().empty());
  CHECK(At(repository, "infra/sources.yaml", kWeb + "  releaseName: ${|}\n").Labels().empty());
}

TEST_CASE("variables: no value that another build has filled in, it may come from a Secret") {
  Files files = TwoClusters();
  files[1].second = Kustomization("apps", "./apps",
                                  "  postBuild:\n    substituteFrom:\n      - kind: Secret\n"
                                  "        name: settings-key\n");
  files.push_back(
      {"apps/child.yaml", Kustomization("child", "./child",
                                        "  postBuild:\n    substitute:\n      copy: ${token}\n"
                                        "      plain: north\n")});
  files.push_back({"child/web.yaml", kWeb});
  const Repository repository(files);
  const auto child =
      std::find_if(repository.fleet->builds().begin(), repository.fleet->builds().end(),
                   [](const auto& build) { return build->name == "child"; });
  REQUIRE(child != repository.fleet->builds().end());
  // Otherwise there is nothing to hide.
  REQUIRE((*child)->variables.defined.at("copy").known);
  const Proposed found = At(repository, "child/web.yaml", kWeb + "  releaseName: ${|}\n");
  CHECK(found.Detail("copy") == "apps/child.yaml");
  CHECK(found.Detail("plain") == "north, apps/child.yaml");
}

TEST_CASE("namespaces: those of the cluster, then all others") {
  Files files = TwoClusters();
  files.push_back(
      {"parked/space.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: aside\n"});
  const Repository repository(files);
  const Labels all = {"far", "flux-system", "web", "aside"};
  CHECK(At(repository, "clusters/one/apps.yaml",
           Kustomization("apps", "./apps", "  targetNamespace: |\n"))
            .Labels() == all);
  CHECK(At(repository, "apps/web.yaml",
           "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\n"
           "  namespace: |\n")
            .Labels() == all);
  const Proposed found =
      At(repository, "apps/web.yaml", kWeb + "  chartRef:\n    name: x\n    namespace: fl|\n");
  CHECK(found.Labels().front() == "flux-system");
  CHECK(found.After("far") == kWeb + "  chartRef:\n    name: x\n    namespace: far\n");
}

TEST_CASE("valuesKey: keys of what is named beside it") {
  Files files = TwoClusters();
  files.push_back({"apps/values.yaml", Object("v1", "ConfigMap", "keys", "web",
                                              "data:\n  values.yaml: \"\"\n  more: \"\"\n")});
  const Repository repository(files);
  const Proposed found =
      At(repository, "apps/web.yaml",
         kWeb + "  valuesFrom:\n    - kind: ConfigMap\n      name: keys\n      valuesKey: |\n");
  CHECK(found.Labels() == Labels{"more", "values.yaml"});
  CHECK(found.Detail("more") == "ConfigMap keys");
}

}  // namespace
}  // namespace fluxls::test
