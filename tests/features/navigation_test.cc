// Where names lead: every reference field of the table, and the other names.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "analysis/features/navigation.h"
#include "analysis/model/reference_table.h"
#include "tests/features/graph_fixture.h"

namespace fluxls::testing {
namespace {

using build::Standing;

std::string Sync(const std::string& cluster) {
  return "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n"
         "  name: flux-system\n  namespace: flux-system\nspec:\n  interval: 1m\n"
         "  url: https://example.com/fleet.git\n---\n" +
         KustomizationYaml("flux-system", "./clusters/" + cluster);
}

// A kind that the field may name.
std::string TargetKind(const ReferenceField& field) {
  if (!field.target.empty()) return std::string(field.target);
  if (!field.default_kind.empty()) return std::string(field.default_kind);
  if (field.route.ends_with("substituteFrom[]") || field.route.ends_with("valuesFrom[]"))
    return "ConfigMap";
  if (field.route.ends_with("healthChecks[]")) return "HelmRelease";
  if (field.route == "spec.chartRef") return "OCIRepository";
  if (field.route.ends_with("chart.spec.sourceRef") || field.kind == "HelmChart")
    return "HelmRepository";
  return "GitRepository";
}

std::string ApiOf(const std::string& kind) {
  if (kind == "Secret" || kind == "ConfigMap" || kind == "ServiceAccount") return "v1";
  if (kind == "Kustomization") return "kustomize.toolkit.fluxcd.io/v1";
  if (kind == "HelmRelease") return "helm.toolkit.fluxcd.io/v2";
  if (kind == "Provider") return "notification.toolkit.fluxcd.io/v1beta3";
  if (kind.starts_with("Image")) return "image.toolkit.fluxcd.io/v1";
  if (kind.starts_with("ResourceSet")) return "fluxcd.controlplane.io/v1";
  return "source.toolkit.fluxcd.io/v1";
}

// The referrer with one reference to "wanted"; `^` stands in front of the name.
std::string Referrer(const ReferenceField& field, const std::string& namespace_) {
  std::string text =
      fmt::format("apiVersion: {}/v1\nkind: {}\nmetadata:\n  name: referrer\n  namespace: web\n",
                  field.group, field.kind);
  std::string_view route = field.route;
  const bool is_kustomization = field.kind == "Kustomization";
  const std::string more = field.kind == "FluxInstance"
                               ? "    kind: GitRepository\n    url: https://example.com/fleet.git\n"
                                 "    path: data\n"
                           : !is_kustomization ? ""
                           : field.route == "spec.sourceRef"
                               ? "  path: ./data\n"
                               : "  path: ./data\n  sourceRef:\n    kind: GitRepository\n"
                                 "    name: flux-system\n    namespace: flux-system\n";
  std::string indent;
  std::string first;  // in front of the next key: the dash of an item
  while (!route.empty()) {
    const size_t dot = route.find('.');
    std::string step(route.substr(0, dot));
    route = dot == std::string_view::npos ? std::string_view() : route.substr(dot + 1);
    const bool list = step.ends_with("[]");
    if (list) step.resize(step.size() - 2);
    const bool last = route.empty();
    text += indent + first + step + ":" + (last && field.is_name ? " ^wanted\n" : "\n");
    indent += first.empty() ? "  " : "    ";
    first = list ? "- " : "";
  }
  if (field.is_name) return text + more;
  const std::string rest = indent + (first.empty() ? "" : "  ");
  text += indent + first + "name: ^wanted\n";
  const std::string kind = TargetKind(field);
  if (field.target.empty()) text += fmt::format("{}kind: {}\n", rest, kind);
  if (field.rule == NamespaceRule::kAsWritten)
    text += fmt::format("{}apiVersion: {}\n", rest, ApiOf(kind));
  const bool may_name =
      field.rule == NamespaceRule::kDefaultOwn || field.rule == NamespaceRule::kAsWritten;
  if (may_name && !namespace_.empty()) text += fmt::format("{}namespace: {}\n", rest, namespace_);
  return text + more;
}

std::string Target(const ReferenceField& field, const std::string& namespace_) {
  const std::string kind = TargetKind(field);
  std::string text =
      fmt::format("apiVersion: {}\nkind: {}\nmetadata:\n  name: wanted\n  namespace: {}\n",
                  ApiOf(kind), kind, namespace_);
  if (kind == "Kustomization") {
    text +=
        "spec:\n  path: ./data\n  sourceRef:\n    kind: GitRepository\n"
        "    name: flux-system\n    namespace: flux-system\n";
  }
  return text;
}

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

std::string WithoutMark(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '^'), text.end());
  return text;
}

GraphFixture WithReferrer(const ReferenceField& field, const std::string& namespace_) {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write("data/namespace.yaml",
                "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: data\n");
  fixture.Write("clusters/prod/referrer.yaml", WithoutMark(Referrer(field, namespace_)));
  return fixture;
}

const std::string kReferrer = "clusters/prod/referrer.yaml";

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
