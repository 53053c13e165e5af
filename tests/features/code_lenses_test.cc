// Lenses above objects: who applies them, and how often they are named.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>

#include "analysis/features/code_lenses.h"
#include "tests/features/graph_fixture.h"

namespace fluxls::testing {
namespace {

// The text with its lenses above the lines, as editors show it: `[applied by …] [2 references]`.
std::string Annotated(const GraphFixture& fixture, const std::string& path) {
  const Snapshot snapshot = fixture.snapshot();
  const build::FleetPtr fleet = fixture.Fleet();
  const SourceFilePtr file = snapshot.Find(fixture.Path(path));
  REQUIRE(file);
  const std::string& text = file->text->content();
  std::string out;
  uint32_t done = 0;
  for (const ObjectLens& lens : LensesOf(*fleet, *file)) {
    out += text.substr(done, lens.object.begin - done);
    done = lens.object.begin;
    if (!lens.applied.empty()) out += "[" + lens.applied + "]";
    if (lens.counts) {
      out += "[" +
             CountTitle(ReferencesToObject(snapshot, *fleet, *file, lens.object.begin).size()) +
             "]";
    }
    out += '\n';
  }
  return out + text.substr(done);
}

const std::string kValues =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: values\n  namespace: web\n";
const std::string kOther =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n  namespace: web\n";

TEST_CASE("code lenses: one Kustomization, the cluster beside it; what is named is counted") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write("clusters/prod/apps.yaml", KustomizationYaml("apps", "./apps"));
  std::string release = ReleaseYaml("podinfo", "charts");
  release.insert(release.size() - 4, "  valuesFrom:\n    - kind: ConfigMap\n      name: values\n");
  fixture.Write("apps/all.yaml", release + RepositoryYaml("charts") + kValues + "---\n" + kOther);
  const std::string by = "[applied by Kustomization flux-system/apps (prod)]";
  CHECK_EQ(Annotated(fixture, "apps/all.yaml"),
           by + "[no references]\n" + release + by + "[1 reference]\n" + RepositoryYaml("charts") +
               by + "[1 reference]\n" + kValues + "---\n" + by + "\n" + kOther);
}

TEST_CASE("code lenses: several Kustomizations are counted, one in all clusters keeps its name") {
  GraphFixture fixture;
  for (const std::string cluster : {"eu/prod", "us/prod", "us/test"}) {
    fixture.Write(fmt::format("clusters/{}/flux-system/gotk-sync.yaml", cluster), Sync(cluster));
    fixture.Write(fmt::format("clusters/{}/apps.yaml", cluster),
                  KustomizationYaml("apps", "./apps"));
  }
  fixture.Write("clusters/us/test/more.yaml", KustomizationYaml("more", "./more"));
  fixture.Write("clusters/us/prod/more.yaml", KustomizationYaml("extra", "./more"));
  fixture.Write("apps/charts.yaml", RepositoryYaml("charts"));
  fixture.Write("more/charts.yaml", RepositoryYaml("more"));
  auto first = [](const std::string& text) { return text.substr(0, text.find('\n')); };
  CHECK_EQ(first(Annotated(fixture, "apps/charts.yaml")),
           "[applied by Kustomization flux-system/apps in 3 clusters][no references]");
  CHECK_EQ(first(Annotated(fixture, "more/charts.yaml")),
           "[applied by 2 Kustomizations][no references]");
  // Two clusters end alike: each keeps its whole name.
  CHECK_EQ(first(Annotated(fixture, "clusters/eu/prod/apps.yaml")),
           "[applied by Kustomization flux-system/flux-system (clusters/eu/prod)][no references]");
  CHECK_EQ(first(Annotated(fixture, "clusters/us/test/apps.yaml")),
           "[applied by Kustomization flux-system/flux-system (test)][no references]");
}

TEST_CASE("code lenses: a directory for Flux alone is no name for a cluster") {
  GraphFixture fixture;
  fixture.Write("clusters/home/flux/flux-system/gotk-sync.yaml", Sync("home/flux"));
  fixture.Write("clusters/home/flux/apps.yaml", KustomizationYaml("apps", "./apps"));
  fixture.Write("apps/charts.yaml", RepositoryYaml("charts"));
  CHECK(Annotated(fixture, "apps/charts.yaml")
            .starts_with("[applied by Kustomization flux-system/apps (home)]"));
}

TEST_CASE("code lenses: what no build has is not applied, and counted all the same") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write("lost/all.yaml", RepositoryYaml("charts") + ReleaseYaml("podinfo", "charts"));
  CHECK_EQ(Annotated(fixture, "lost/all.yaml"), "[1 reference]\n" + RepositoryYaml("charts") +
                                                    "[no references]\n" +
                                                    ReleaseYaml("podinfo", "charts"));
  fixture.Write("lost/all.yaml", "a: 1\n---\nkind: [\n");
  CHECK_EQ(Annotated(fixture, "lost/all.yaml"), "a: 1\n---\nkind: [\n");
}

TEST_CASE("code lenses: the stamp follows those who name what is in a file") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write("clusters/prod/apps.yaml", KustomizationYaml("apps", "./apps"));
  fixture.Write("apps/charts.yaml", RepositoryYaml("charts"));
  fixture.Write("apps/release.yaml", ReleaseYaml("podinfo", "other"));
  const std::string path = fixture.Path("apps/charts.yaml");
  const uint64_t before = LensStamp(*fixture.Fleet(), path);
  CHECK_EQ(LensStamp(*fixture.Fleet(), path), before);
  fixture.Write("apps/release.yaml", ReleaseYaml("podinfo", "charts"));
  CHECK_NE(LensStamp(*fixture.Fleet(), path), before);
}

TEST_CASE(
    "code lenses: the stamp follows where who applies it is written, and its cluster's name") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write("clusters/prod/apps.yaml", KustomizationYaml("apps", "./apps"));
  fixture.Write("apps/charts.yaml", RepositoryYaml("charts"));
  const std::string path = fixture.Path("apps/charts.yaml");
  const uint64_t before = LensStamp(*fixture.Fleet(), path);
  fixture.Write("clusters/prod/apps.yaml", "# moved\n" + KustomizationYaml("apps", "./apps"));
  const uint64_t moved = LensStamp(*fixture.Fleet(), path);
  CHECK_NE(moved, before);
  // Another cluster of this name: neither can be called so for short.
  std::string sync = Sync("prod");
  sync.replace(sync.find("./clusters"), 10, "./other");
  fixture.Write("other/prod/flux-system/gotk-sync.yaml", sync);
  CHECK_NE(LensStamp(*fixture.Fleet(), path), moved);
}

TEST_CASE("code lenses: three hundred objects in a file take no time") {
  GraphFixture fixture;
  for (const std::string cluster : {"prod", "staging"}) {
    fixture.Write(fmt::format("clusters/{}/flux-system/gotk-sync.yaml", cluster), Sync(cluster));
    fixture.Write(fmt::format("clusters/{}/apps.yaml", cluster),
                  KustomizationYaml("apps", "./apps"));
  }
  std::string all;
  for (int i = 0; i < 150; ++i)
    all += ReleaseYaml(fmt::format("r{}", i), fmt::format("c{}", i)) +
           RepositoryYaml(fmt::format("c{}", i));
  fixture.Write("apps/all.yaml", all);
  const Snapshot snapshot = fixture.snapshot();
  const build::FleetPtr fleet = fixture.Fleet();
  const SourceFilePtr file = snapshot.Find(fixture.Path("apps/all.yaml"));
  const auto start = std::chrono::steady_clock::now();
  CHECK_EQ(LensesOf(*fleet, *file).size(), 300);
  // A hundred times what it takes, for slow machines.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(500));
}

}  // namespace
}  // namespace fluxls::testing
