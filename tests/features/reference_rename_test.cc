// Renames across every reference field of the table.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/features/reference_fixture.h"
#include "tests/features/rename_fixture.h"

namespace fluxls::testing {
namespace {

const std::string kTarget = "clusters/prod/target.yaml";

std::string Described(const ReferenceField& field, const std::string& namespace_) {
  return fmt::format("{} \"wanted\" in namespace \"{}\"", TargetKind(field), namespace_);
}

std::string Chosen(std::string text) {
  for (size_t at = text.find("wanted"); at != std::string::npos; at = text.find("wanted", at))
    text.replace(at, 6, "chosen");
  return text;
}

// Says what the reference and its definition answer to a rename.
RenameResult FromReference(const GraphFixture& fixture) {
  return Rename(fixture, kReferrer, "wanted", "chosen");
}
RenameResult FromDefinition(const GraphFixture& fixture, const std::string& path = kTarget) {
  return Rename(fixture, path, "name: wanted", "chosen");
}

TEST_CASE("every reference field: a rename changes both ends, from whichever it is asked") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write(kTarget, Target(field, "web"));
    const RenameResult result = FromDefinition(fixture);
    CheckOnlyTheName(fixture, result, "wanted", "chosen");
    const auto after = After(fixture, result);
    REQUIRE_EQ(after.size(), 2);
    CHECK_EQ(after.at(fixture.Path(kTarget)), Chosen(Target(field, "web")));
    CHECK_EQ(after.at(fixture.Path(kReferrer)), Chosen(WithoutMark(Referrer(field, "web"))));
    CHECK_EQ(Prepared(fixture, kReferrer, "wanted"), "wanted");
    const RenameResult other = FromReference(fixture);
    CHECK_EQ(other.refusal, "");
    CHECK(After(fixture, other) == after);
  }
}

TEST_CASE("every reference field: an object in another namespace is renamed without it") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write(kTarget, Target(field, "elsewhere"));
    const RenameResult result = FromDefinition(fixture);
    // The reference was wrong before, and still is, in other words.
    CheckBuilds(fixture, result, "wanted", "chosen");
    CHECK_EQ(NewLines(fixture, result), std::vector<std::string>{kTarget + ": name: chosen"});
    CHECK_EQ(FromReference(fixture).refusal,
             "this does not lead to " + Described(field, "elsewhere"));
    CHECK(FromReference(fixture).edits.empty());
  }
}

TEST_CASE("every reference field: a name that is nowhere cannot be renamed") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    std::string other = Target(field, "web");
    other.replace(other.find("wanted"), 6, "another");
    fixture.Write(kTarget, other);
    CHECK_EQ(FromReference(fixture).refusal, "no build of this repository has this object");
    CHECK_EQ(Prepared(fixture, kReferrer, "wanted"),
             "cannot: no build of this repository has this object");
  }
}

TEST_CASE("every reference field: what only another cluster has is renamed without it") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write("clusters/staging/flux-system/gotk-sync.yaml", Sync("staging"));
    const std::string target = "clusters/staging/target.yaml";
    fixture.Write(target, Target(field, "web"));
    CHECK_EQ(FromReference(fixture).refusal,
             "only cluster \"clusters/staging\" has " + Described(field, "web"));
    const RenameResult result = FromDefinition(fixture, target);
    if (field.route == "spec.sourceRef" && field.kind == "Kustomization") {
      // Whatever is known of a source counts for all clusters: it says what the path means.
      CHECK_EQ(result.refusal, "Kustomization \"web/referrer\" would not have the same objects");
      continue;
    }
    CheckBuilds(fixture, result, "wanted", "chosen");
    CHECK_EQ(NewLines(fixture, result), std::vector<std::string>{target + ": name: chosen"});
  }
}

TEST_CASE("every reference field: nothing is renamed that nobody here knows") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    std::string other = Target(field, "web");
    other.replace(other.find("wanted"), 6, "another");
    fixture.Write(kTarget, other);
    fixture.Write("clusters/prod/tenant.yaml",
                  "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n"
                  "  name: tenant\n  namespace: web\nspec:\n  interval: 10m\n  prune: true\n"
                  "  path: ./\n  sourceRef:\n    kind: GitRepository\n    name: tenant\n");
    const std::string refusal = FromReference(fixture).refusal;
    CHECK_MESSAGE(refusal.starts_with("it is not known what this leads to: "), refusal);
  }
}

TEST_CASE("every reference field: one that a variable fills in keeps the name as it is") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write(kReferrer,
                  KustomizationYaml("apps", "./apps",
                                    "  postBuild:\n    substitute:\n      target: wanted\n"));
    std::string referrer = WithoutMark(Referrer(field, "web"));
    referrer.replace(referrer.find("wanted"), 6, "${target}");
    fixture.Write("apps/referrer.yaml", referrer);
    fixture.Write("apps/target.yaml", Target(field, "web"));
    CHECK_EQ(FromDefinition(fixture, "apps/target.yaml").refusal,
             "it is written as \"${target}\" in apps/referrer.yaml");
  }
}

TEST_CASE("every reference field: what objects of Kubernetes may name as well is refused") {
  for (const ReferenceField& field : ReferenceFields()) {
    const std::string kind = TargetKind(field);
    if (kind != "Secret" && kind != "ConfigMap" && kind != "ServiceAccount") continue;
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write(kTarget, Target(field, "web"));
    fixture.Write("clusters/prod/pod.yaml",
                  "apiVersion: v1\nkind: Pod\nmetadata:\n  name: tool\n  namespace: web\n"
                  "spec:\n  serviceAccountName: wanted\n  volumes:\n    - name: settings\n"
                  "      secret: {secretName: wanted}\n");
    CHECK_EQ(FromDefinition(fixture).refusal, "Pod \"tool\" in namespace \"web\" may name it");
    CHECK_EQ(FromReference(fixture).refusal, "Pod \"tool\" in namespace \"web\" may name it");
  }
}

// A policy in a cluster and a namespace, and an image whose marker names `marker`.
GraphFixture WithMarker(const std::string& cluster, const std::string& namespace_,
                        const std::string& marker) {
  GraphFixture fixture;
  for (const std::string one : {"prod", "staging"})
    fixture.Write("clusters/" + one + "/flux-system/gotk-sync.yaml", Sync(one));
  fixture.Write("clusters/" + cluster + "/policy.yaml",
                fmt::format("apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\n"
                            "metadata:\n  name: wanted\n  namespace: {}\nspec:\n"
                            "  imageRepositoryRef:\n    name: podinfo\n  policy:\n"
                            "    semver:\n      range: 6.x\n",
                            namespace_));
  fixture.Write("clusters/prod/deployment.yaml",
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: podinfo\n"
                "  namespace: web\nspec:\n  selector:\n    matchLabels: {app: podinfo}\n"
                "  template:\n    metadata:\n      labels: {app: podinfo}\n    spec:\n"
                "      containers:\n        - name: podinfo\n"
                "          image: podinfo:6.5.0 # {\"$imagepolicy\": \"" +
                    marker + "\"}\n");
  return fixture;
}

std::string FromMarker(const GraphFixture& fixture) {
  return Prepared(fixture, "clusters/prod/deployment.yaml", ":wan");
}

TEST_CASE("a marker: the policy of its namespace, in whichever cluster, and no other") {
  for (const std::string cluster : {"prod", "staging"}) {
    CAPTURE(cluster);
    const GraphFixture fixture = WithMarker(cluster, "web", "web:wanted");
    const std::string policy = "clusters/" + cluster + "/policy.yaml";
    const RenameResult result = FromDefinition(fixture, policy);
    CheckOnlyTheName(fixture, result, "wanted", "chosen");
    CHECK_EQ(NewLines(fixture, result),
             std::vector<std::string>{"clusters/prod/deployment.yaml: image: podinfo:6.5.0 # "
                                      "{\"$imagepolicy\": \"web:chosen\"}",
                                      policy + ": name: chosen"});
    CHECK_EQ(FromMarker(fixture), "wanted");
    const Pointed marker = PointAt(fixture, "clusters/prod/deployment.yaml", "web:wan");
    const Subject subject = SubjectAt(marker.snapshot, *marker.fleet, *marker.file, marker.offset);
    CHECK_EQ(DefinitionsOf(*marker.fleet, subject).front().path, fixture.Path(policy));
    CHECK_EQ(ReferencesOf(marker.snapshot, *marker.fleet, *marker.file, subject, false).size(), 1);
  }
  const GraphFixture elsewhere = WithMarker("prod", "elsewhere", "web:wanted");
  CHECK_EQ(FromMarker(elsewhere), "cannot: no build of this repository has this object");
  CHECK_EQ(NewLines(elsewhere, FromDefinition(elsewhere, "clusters/prod/policy.yaml")),
           std::vector<std::string>{"clusters/prod/policy.yaml: name: chosen"});
}

TEST_CASE("what a controller makes is renamed at its maker") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write("clusters/prod/generator.yaml",
                "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\n"
                "metadata:\n  name: parts\n  namespace: web\nspec:\n  sources:\n"
                "    - alias: repo\n      kind: GitRepository\n      name: flux-system\n"
                "      namespace: flux-system\n  artifacts:\n    - name: wanted\n      copy:\n"
                "        - from: \"@repo/charts/**\"\n          to: \"@artifact/\"\n");
  fixture.Write("clusters/prod/release.yaml",
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n"
                "  name: web\n  namespace: web\nspec:\n  interval: 1h\n  chartRef:\n"
                "    kind: ExternalArtifact\n    name: wanted\n");
  CHECK_EQ(Prepared(fixture, "clusters/prod/release.yaml", "name: want"),
           "cannot: it is made by ArtifactGenerator \"parts\" in namespace \"web\"");
}

TEST_CASE("a Secret that SOPS has encrypted keeps its name") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write(kTarget,
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: wanted\n  namespace: web\n"
                "data:\n  token: ENC[AES256_GCM,data:p673w==,iv:YY=,tag:UQ=,type:str]\nsops:\n"
                "  mac: ENC[AES256_GCM,data:x,iv:YY=,tag:UQ=,type:str]\n");
  CHECK_EQ(FromDefinition(fixture).refusal,
           kTarget + " is encrypted with SOPS and cannot be edited here");
}

}  // namespace
}  // namespace fluxls::testing
