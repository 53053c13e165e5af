// Finding objects of the workspace by a few letters.
#include "analysis/features/workspace_symbols.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "analysis/features/fuzzy.h"

namespace fluxls {
namespace {

using Names = std::vector<std::string>;

struct Fixture {
  MemoryFileSystem files;
  Workspace workspace;

  void Write(const std::string& path, std::string_view api, std::string_view kind,
             std::string_view space, std::string_view name) {
    files.Write(path, fmt::format("# about it\napiVersion: {}\nkind: {}\nmetadata:\n  name: {}\n{}",
                                  api, kind, name,
                                  space.empty() ? "" : fmt::format("  namespace: {}\n", space)));
  }
  void Fleet() {
    Write("/r/apps/podinfo.yaml", "helm.toolkit.fluxcd.io/v2", "HelmRelease", "apps", "podinfo");
    Write("/r/apps/redis.yaml", "helm.toolkit.fluxcd.io/v2", "HelmRelease", "db", "redis");
    Write("/r/apps/service.yaml", "v1", "Service", "apps", "podinfo");
    Write("/r/infra/source.yaml", "source.toolkit.fluxcd.io/v1", "HelmRepository", "", "podinfo");
    Write("/r/infra/prod-info.yaml", "v1", "ConfigMap", "", "prod-info");
    files.Write("/r/apps/kustomization.yaml", "# list\nresources: [podinfo.yaml]\n");
    files.Write("/r/infra/kustomization.yaml", "kind: Kustomization\nresources: []\n");
    LoadFolders(files, {"/r"}, workspace, nullptr);
  }
  Names Find(std::string_view query, size_t limit = 10) {
    Names out;
    for (const WorkspaceSymbol& symbol : WorkspaceSymbols(workspace.snapshot()).Find(query, limit))
      out.push_back(symbol.name);
    return out;
  }
};

TEST_CASE_FIXTURE(Fixture, "letters find names; Flux first, then the better and the shorter one") {
  Fleet();
  CHECK(Find("podinfo") == Names{"HelmRepository/podinfo", "HelmRelease/apps/podinfo",
                                 "Service/apps/podinfo", "ConfigMap/prod-info"});
  CHECK(Find("PODINFO", 1) == Names{"HelmRepository/podinfo"});
  CHECK(Find("p-i") == Names{"ConfigMap/prod-info"});
  CHECK(Find("nothing like it").empty());
}

TEST_CASE_FIXTURE(Fixture, "capitals of a kind find it, words must all fit") {
  Fleet();
  CHECK(Find("hr", 2) == Names{"HelmRelease/db/redis", "HelmRepository/podinfo"});
  CHECK(Find("podinfo serv") == Names{"Service/apps/podinfo"});
  CHECK(Find("  podinfo\tserv ") == Names{"Service/apps/podinfo"});
}

TEST_CASE_FIXTURE(Fixture, "a query with slashes fits part by part and may leave parts out") {
  Fleet();
  CHECK(Find("helmrelease/podinfo") == Names{"HelmRelease/apps/podinfo"});
  CHECK(Find("hr/apps/pod") == Names{"HelmRelease/apps/podinfo"});
  CHECK(Find("apps/podinfo") == Names{"HelmRelease/apps/podinfo", "Service/apps/podinfo"});
  CHECK(Find("service/") == Names{"Service/apps/podinfo"});
  CHECK(Find("podinfo/helmrelease").empty());
  CHECK(Find("a/b/c/d/e/f").empty());
}

TEST_CASE_FIXTURE(Fixture, "kustomization files are found by their directory") {
  Fleet();
  CHECK(Find("infra").front() == "infra/kustomization.yaml");
  CHECK(Find("apps/kust") == Names{"apps/kustomization.yaml"});
  const WorkspaceSymbol found =
      WorkspaceSymbols(workspace.snapshot()).Find("apps/kustomization", 1).at(0);
  CHECK(found.file->path == "/r/apps/kustomization.yaml");
  CHECK(found.range.begin == 7);  // below the comment
  CHECK_FALSE(found.flux);
}

TEST_CASE_FIXTURE(Fixture, "no letters give the first ones, and no more than asked for") {
  Fleet();
  CHECK(Find("", 3) ==
        Names{"apps/kustomization.yaml", "HelmRelease/apps/podinfo", "HelmRelease/db/redis"});
  CHECK(Find(" ", 100).size() == 7);
  CHECK(Find("podinfo", 0).empty());
}

TEST_CASE_FIXTURE(Fixture, "the place is the name, in items of a List too, and each place once") {
  files.Write("/r/list.yaml",
              "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: alone}\n---\n"
              "apiVersion: v1\nkind: List\nitems:\n"
              "  - no object\n"
              "  - &one {apiVersion: v1, kind: Secret, metadata: {name: first}}\n"
              "  - *one\n"
              "  - {apiVersion: v1, kind: Secret, metadata: {name: second}}\n"
              "  - {apiVersion: v1, kind: Secret, metadata: {}}\n");
  LoadFolders(files, {"/r"}, workspace, nullptr);
  Names places;
  for (const WorkspaceSymbol& symbol : WorkspaceSymbols(workspace.snapshot()).Find("", 10)) {
    places.push_back(symbol.name + "@" +
                     std::string(Slice(symbol.file->text->content(), symbol.range)));
    CHECK_FALSE(symbol.flux);
  }
  CHECK(places == Names{"ConfigMap/alone@alone", "Secret/first@first", "Secret/second@second"});
}

int Fit(std::string_view query, std::string_view text) {
  FuzzyTexts texts;
  texts.Add("before", 0, 6);
  texts.Add(text, text.size(), text.size());
  return FuzzyQuery(query).Score(texts, 1);
}

TEST_CASE("letters in a row, at word starts and at the very start are worth more") {
  CHECK(Fit("", "x") == 0);
  CHECK(Fit("x", "") == -1);
  CHECK(Fit("ba", "ab") == -1);
  CHECK(Fit("aa", "ab") == -1);
  CHECK(Fit("ab", "ab") > Fit("ab", "axb"));
  CHECK(Fit("ab", "ab") > Fit("ab", "xab"));
  CHECK(Fit("ab", "xa-b") > Fit("ab", "xaxb"));
  CHECK(Fit("ab", "aXxBx") > Fit("ab", "aXxbx"));
  // The best way counts, not the first and not the last.
  CHECK(Fit("pod", "xpxoxd-pod") > Fit("pod", "xpxoxd"));
  CHECK(Fit("pod", "xpod-xpxoxd") == Fit("pod", "xpod"));
  CHECK(Fit(std::string(1000, 'a'), std::string(1000, 'a')) > 0);
  CHECK(Fit("\xff/\xc3", "\xff/\xc3") > 0);
}

TEST_CASE_FIXTURE(Fixture, "20,000 objects are searched while somebody types") {
  for (int i = 0; i < 10000; ++i) {
    const std::string path = fmt::format("/r/clusters/c{}/apps/app-{}.yaml", i % 50, i);
    const std::string object = fmt::format(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n"
        "  name: podinfo-{}\n  namespace: team-{}\n",
        i, i % 20);
    files.Write(path, object + "---\n" + object + "  labels: {}\n");
  }
  LoadFolders(files, {"/r"}, workspace, nullptr);
  const WorkspaceSymbols symbols(workspace.snapshot());
  for (const char* query : {"", "p", "podinfo-77", "hrpod", "helmrelease/podinfo", "zzz"}) {
    auto best = std::chrono::nanoseconds::max();
    for (int round = 0; round < 3; ++round) {
      const auto begin = std::chrono::steady_clock::now();
      CHECK(symbols.Find(query, 200).size() <= 200);
      best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - begin);
    }
    CAPTURE(query);
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(best).count();
    // Far more than it takes, because tests run beside others and under sanitizers.
    CHECK(ms < 500);
  }
}

}  // namespace
}  // namespace fluxls
