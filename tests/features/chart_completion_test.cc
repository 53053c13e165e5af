// Charts and versions that the repository uses already.
#include "tests/features/proposed.h"

namespace fluxls::test {
namespace {

std::string Release(std::string_view name, std::string_view chart, std::string_view version,
                    std::string_view source, std::string_view source_namespace = "flux-system") {
  return Object("helm.toolkit.fluxcd.io/v2", "HelmRelease", name, "web",
                fmt::format("spec:\n  chart:\n    spec:\n      chart: {}\n      version: {}\n"
                            "      sourceRef:\n        kind: HelmRepository\n        name: {}\n"
                            "        namespace: {}\n",
                            chart, version, source, source_namespace));
}

Files Charts() {
  return {
      {"clusters/one/flux-system/gotk-sync.yaml",
       Source("GitRepository", "flux-system", "flux-system") + "---\n" +
           Kustomization("flux-system", "./clusters/one")},
      {"clusters/one/apps.yaml", Kustomization("apps", "./apps")},
      {"apps/a.yaml", Release("a", "redis", "1.9.0", "bitnami")},
      {"apps/b.yaml", Release("b", "redis", "1.10.0", "bitnami")},
      {"apps/c.yaml", Release("c", "redis", "\"1.10\"", "bitnami") + "---\n" +
                          Release("c2", "redis", "1.10.0", "bitnami")},
      {"apps/d.yaml", Release("d", "redis", "9.0.0", "other")},
      {"apps/e.yaml", Release("e", "redis", "1.10.0-rc.1", "bitnami") + "---\n" +
                          Release("e2", "redis", "\">=1.0.0\"", "bitnami") + "---\n" +
                          Release("e3", "redis", "${VERSION}", "bitnami")},
      {"apps/f.yaml", Release("f", "postgres", "3.0.0", "bitnami")},
      {"apps/g.yaml",
       Object("source.toolkit.fluxcd.io/v1", "HelmChart", "g", "flux-system",
              "spec:\n  chart: redis\n  version: 2.0.0\n  sourceRef:\n    kind: HelmRepository\n"
              "    name: bitnami\n")},
      {"apps/oci.yaml",
       Object("source.toolkit.fluxcd.io/v1", "OCIRepository", "one", "web",
              "spec:\n  url: oci://example.com/app\n  ref:\n    tag: 1.2.3\n") +
           "---\n" +
           Object("source.toolkit.fluxcd.io/v1", "OCIRepository", "two", "web",
                  "spec:\n  url: oci://example.com/app\n  ref:\n    tag: v1.3.0\n") +
           "---\n" +
           Object("source.toolkit.fluxcd.io/v1", "OCIRepository", "three", "web",
                  "spec:\n  url: oci://example.com/app\n  ref:\n    semver: 1.x\n") +
           "---\n" +
           Object("source.toolkit.fluxcd.io/v1", "OCIRepository", "four", "web",
                  "spec:\n  url: oci://example.com/else\n  ref:\n    tag: 7.0.0\n")},
      {"apps/new.yaml", Release("new", "redis", "0.0.1", "bitnami")},
  };
}

TEST_CASE("versions: of the same source first, from the newest down, ranges last") {
  const Repository repository(Charts());
  const std::string text = Release("new", "redis", "|", "bitnami");
  const Proposed found = At(repository, "apps/new.yaml", text);
  CHECK(found.Labels() ==
        Labels{"2.0.0", "1.10.0", "1.10.0-rc.1", "1.10", "1.9.0", ">=1.0.0", "9.0.0"});
  CHECK(found.Detail("2.0.0") == "HelmChart flux-system/g");
  CHECK(found.Detail("1.10.0") == "HelmRelease web/b and 1 more");
  CHECK(found.After("1.10") == Release("new", "redis", "\"1.10\"", "bitnami"));
  CHECK(At(repository, "apps/new.yaml", Release("new", "redis", "1.9|", "bitnami"))
            .Labels()
            .front() == "1.9.0");
  CHECK(At(repository, "apps/new.yaml", Release("new", "unknown", "|", "bitnami")).Find("2.0.0") ==
        nullptr);
}

TEST_CASE("charts that come from the same source, the most used first") {
  const Repository repository(Charts());
  const Proposed found = At(repository, "apps/new.yaml", Release("new", "|", "1", "bitnami"));
  CHECK(found.Labels() == Labels{"redis", "postgres"});
  CHECK(found.Detail("postgres") == "HelmRelease web/f");
  CHECK(At(repository, "apps/new.yaml", Release("new", "|", "1", "other")).Labels() ==
        Labels{"redis"});
  CHECK(At(repository, "apps/new.yaml", Release("new", "|", "1", "bitnami", "web")).Find("redis") ==
        nullptr);
}

TEST_CASE("tags and ranges of the same address") {
  const Repository repository(Charts());
  const std::string head =
      "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n"
      "  name: x\nspec:\n  url: oci://example.com/app\n  ref:\n";
  CHECK(At(repository, "apps/x.yaml", head + "    tag: |\n").Labels() == Labels{"v1.3.0", "1.2.3"});
  CHECK(At(repository, "apps/x.yaml", head + "    semver: |\n").Labels() == Labels{"1.x"});
}

TEST_CASE("a HelmChart takes what releases use") {
  const Repository repository(Charts());
  const std::string text =
      "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata:\n  name: x\n"
      "  namespace: flux-system\nspec:\n  chart: postgres\n  version: |\n  sourceRef:\n"
      "    kind: HelmRepository\n    name: bitnami\n";
  CHECK(At(repository, "apps/x.yaml", text).Labels() == Labels{"3.0.0"});
}

}  // namespace
}  // namespace fluxls::test
