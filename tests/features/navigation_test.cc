// Where names lead: every reference field of the table, and the other names.
#include <doctest/doctest.h>
#include <algorithm>

#include "analysis/features/navigation.h"
#include "tests/features/reference_fixture.h"

namespace fluxls::testing {
namespace {

using build::Standing;

struct Asked {
  Standing standing = Standing::kFound;
  std::vector<NamePlace> definitions;
  std::vector<NamePlace> references;
};

// Asks about the name in the referrer.
Asked Ask(const GraphFixture& fixture, const std::string& path) {
  const Snapshot snapshot = fixture.snapshot();
  const build::FleetPtr fleet = fixture.Fleet();
  const SourceFilePtr file = snapshot.Find(path);
  REQUIRE(file);
  const uint32_t offset = static_cast<uint32_t>(file->text->content().rfind("wanted"));
  Asked asked;
  const Subject subject = SubjectAt(snapshot, *fleet, *file, offset + 2);
  CHECK_EQ(subject.kind, Subject::Kind::kReference);
  CHECK_FALSE(subject.explanation.empty());
  asked.definitions = DefinitionsOf(*fleet, subject);
  asked.references = ReferencesOf(snapshot, *fleet, *file, subject, false);
  for (build::ReferenceSite site : fleet->ReferencesIn(path)) {
    if (fleet->ReferenceAt(site).name == "wanted")
      asked.standing = build::Resolve(snapshot, *fleet, site).standing;
  }
  return asked;
}

TEST_CASE("every reference field: an object of the cluster is found, from both ends") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write("clusters/prod/target.yaml", Target(field, "web"));
    const Asked asked = Ask(fixture, fixture.Path(kReferrer));
    CHECK_EQ(asked.standing, Standing::kFound);
    REQUIRE_EQ(asked.definitions.size(), 1);
    CHECK_EQ(asked.definitions.front().path, fixture.Path("clusters/prod/target.yaml"));
    REQUIRE_EQ(asked.references.size(), 1);
    CHECK_EQ(asked.references.front().path, fixture.Path(kReferrer));
  }
}

TEST_CASE("every reference field: one of the name in another namespace is not it") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write("clusters/prod/target.yaml", Target(field, "elsewhere"));
    CHECK_EQ(Ask(fixture, fixture.Path(kReferrer)).standing, Standing::kOtherNamespace);
  }
}

TEST_CASE("every reference field: a name that is nowhere is missing") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    std::string other = Target(field, "web");
    other.replace(other.find("wanted"), 6, "another");
    fixture.Write("clusters/prod/target.yaml", other);
    const Asked asked = Ask(fixture, fixture.Path(kReferrer));
    CHECK_EQ(asked.standing, Standing::kMissing);
    CHECK(asked.definitions.empty());
  }
}

TEST_CASE("every reference field: what only another cluster applies does not count") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write("clusters/staging/flux-system/gotk-sync.yaml", Sync("staging"));
    fixture.Write("clusters/staging/target.yaml", Target(field, "web"));
    CHECK_EQ(Ask(fixture, fixture.Path(kReferrer)).standing, Standing::kOtherCluster);
  }
}

TEST_CASE("every reference field: beside a source that nobody can read, nothing is missing") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    std::string other = Target(field, "web");
    other.replace(other.find("wanted"), 6, "another");
    fixture.Write("clusters/prod/target.yaml", other);
    fixture.Write("clusters/prod/tenant.yaml",
                  "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n"
                  "  name: tenant\n  namespace: web\nspec:\n  interval: 10m\n  prune: true\n"
                  "  path: ./\n  sourceRef:\n    kind: GitRepository\n    name: tenant\n");
    CHECK_EQ(Ask(fixture, fixture.Path(kReferrer)).standing, Standing::kUnknown);
  }
}

TEST_CASE("a name leads from its definition to whoever names it, a path to its file") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write("clusters/prod/apps.yaml", KustomizationYaml("apps", "./apps"));
  fixture.Write("apps/kustomization.yaml", "resources:\n  - repository.yaml\n  - release.yaml\n");
  fixture.Write("apps/repository.yaml", RepositoryYaml("podinfo"));
  fixture.Write("apps/release.yaml", ReleaseYaml("web", "podinfo"));
  const Snapshot snapshot = fixture.snapshot();
  const build::FleetPtr fleet = fixture.Fleet();
  auto ask = [&](const std::string& path, std::string_view text) {
    const SourceFilePtr file = snapshot.Find(fixture.Path(path));
    REQUIRE(file);
    const size_t at = file->text->content().find(text);
    REQUIRE(at != std::string_view::npos);
    return SubjectAt(snapshot, *fleet, *file, static_cast<uint32_t>(at) + 1);
  };
  const Subject name = ask("apps/repository.yaml", "podinfo");
  CHECK_EQ(name.kind, Subject::Kind::kObject);
  const auto references = ReferencesOf(
      snapshot, *fleet, *snapshot.Find(fixture.Path("apps/repository.yaml")), name, false);
  REQUIRE_EQ(references.size(), 1);
  CHECK_EQ(references.front().path, fixture.Path("apps/release.yaml"));

  const Subject path = ask("clusters/prod/apps.yaml", "./apps");
  CHECK_EQ(path.kind, Subject::Kind::kFile);
  CHECK_EQ(DefinitionsOf(*fleet, path).front().path, fixture.Path("apps/kustomization.yaml"));
  CHECK_EQ(DefinitionsOf(*fleet, ask("apps/kustomization.yaml", "release.yaml")).front().path,
           fixture.Path("apps/release.yaml"));

  // What a Flux Kustomization applies implements it.
  const auto applied = ImplementationsOf(*fleet, ask("clusters/prod/apps.yaml", "apps"));
  REQUIRE_EQ(applied.size(), 2);
  CHECK_EQ(applied.front().path, fixture.Path("apps/release.yaml"));
  CHECK_EQ(ask("apps/release.yaml", "spec").kind, Subject::Kind::kNothing);
}

TEST_CASE("a variable leads to its value, an alias to its anchor") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write(
      "clusters/prod/apps.yaml",
      KustomizationYaml("apps", "./apps", "  postBuild:\n    substitute:\n      color: green\n"));
  fixture.Write(
      "apps/settings.yaml",
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: &name settings\n"
      "  namespace: web\n  labels:\n    app: *name\ndata:\n  a: ${color}\n  b: ${color:-x}\n"
      "  c: $${color}\n");
  const Snapshot snapshot = fixture.snapshot();
  const build::FleetPtr fleet = fixture.Fleet();
  const SourceFilePtr file = snapshot.Find(fixture.Path("apps/settings.yaml"));
  const std::string_view text = file->text->content();
  const Subject variable =
      SubjectAt(snapshot, *fleet, *file, static_cast<uint32_t>(text.find("${color") + 4));
  CHECK_EQ(variable.kind, Subject::Kind::kVariable);
  CHECK_EQ(variable.name, "color");
  REQUIRE_EQ(variable.places.size(), 1);
  CHECK_EQ(variable.places.front().path, fixture.Path("clusters/prod/apps.yaml"));
  CHECK_EQ(ReferencesOf(snapshot, *fleet, *file, variable, false).size(), 2);

  const Subject alias =
      SubjectAt(snapshot, *fleet, *file, static_cast<uint32_t>(text.find("*name") + 2));
  REQUIRE_EQ(alias.kind, Subject::Kind::kAnchor);
  CHECK_EQ(alias.places.front().range.begin, text.find("&name"));
  CHECK_EQ(ReferencesOf(snapshot, *fleet, *file, alias, true).size(), 2);
}

}  // namespace
}  // namespace fluxls::testing
