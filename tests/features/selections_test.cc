// Fields that select objects by their labels lead to what they select, and back.
#include <doctest/doctest.h>

#include "tests/features/rename_fixture.h"

namespace fluxls::testing {
namespace {

using Lines = std::vector<std::string>;

std::string Policy(const std::string& name, const std::string& ns, const std::string& team) {
  return "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata:\n  name: " + name +
         "\n  namespace: " + ns + "\n  labels:\n    team: " + team +
         "\nspec:\n  imageRepositoryRef:\n    name: " + name +
         "\n  policy:\n    semver:\n      range: 1.x\n---\n";
}

GraphFixture Fleet() {
  return Repository(BootstrapFiles("prod") + BootstrapFiles("stage") +
                    "%! clusters/prod/policies.yaml\n" + Policy("podinfo", "web", "web") +
                    Policy("redis", "web", "data") + Policy("other", "apps", "web") +
                    "%! clusters/stage/policies.yaml\n" + Policy("podinfo", "web", "web") +
                    R"(%! clusters/prod/automation.yaml
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata:
  name: web
  namespace: web
spec:
  interval: 1h
  sourceRef:
    kind: GitRepository
    name: flux-system
    namespace: flux-system
  policySelector:
    matchLabels:
      team: web
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata:
  name: data
  namespace: web
spec:
  interval: 1h
  sourceRef:
    kind: GitRepository
    name: flux-system
    namespace: flux-system
  policySelector:
    matchExpressions:
      - key: team
        operator: NotIn
        values: [web]
---
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata:
  name: images
  namespace: flux-system
spec:
  providerRef:
    name: chat
  eventSources:
    - kind: ImagePolicy
      name: '*'
      namespace: web
    - kind: ImagePolicy
      name: "*"
      namespace: nowhere
---
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata:
  name: previews
  namespace: web
spec:
  inputsFrom:
    - selector:
        matchLabels:
          kind: pull-request
  resources: []
---
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSetInputProvider
metadata:
  name: pulls
  namespace: web
  labels:
    kind: pull-request
spec:
  type: Static
)");
}

// Path, and the text of the name.
Lines TextsOf(const GraphFixture& fixture, const std::vector<NamePlace>& places) {
  Lines out;
  const Snapshot snapshot = fixture.snapshot();
  for (const NamePlace& place : places) {
    const SourceFilePtr file = snapshot.Find(place.path);
    const std::string range(Slice(file->text->content(), place.range));
    out.push_back(snapshot.DisplayPath(place.path) + ": " + range.substr(0, range.find('\n')));
  }
  return out;
}

struct Led {
  Lines definitions;
  std::string explanation;
};

Led Follow(const GraphFixture& fixture, std::string_view at) {
  const Pointed where = PointAt(fixture, "clusters/prod/automation.yaml", at);
  const Subject subject = SubjectAt(where.snapshot, *where.fleet, *where.file, where.offset);
  return {TextsOf(fixture, DefinitionsOf(*where.fleet, subject)), subject.explanation};
}

}  // namespace

TEST_CASE("a policySelector leads to the policies of its namespace and cluster that match") {
  const GraphFixture fixture = Fleet();
  for (const char* at : {"policySel", "team: we", "matchLab"}) {
    CAPTURE(at);
    const Led led = Follow(fixture, at);
    CHECK_EQ(led.definitions, Lines{"clusters/prod/policies.yaml: podinfo"});
    CHECK_EQ(led.explanation, "selects 1 ImagePolicy in namespace \"web\"");
  }
  CHECK_EQ(Follow(fixture, "operator: Not").definitions,
           Lines{"clusters/prod/policies.yaml: redis"});
}

TEST_CASE("an entry for all names leads to all objects of its kind and namespace") {
  const GraphFixture fixture = Fleet();
  const Led all = Follow(fixture, "name: '*");
  CHECK_EQ(all.definitions,
           Lines{"clusters/prod/policies.yaml: podinfo", "clusters/prod/policies.yaml: redis"});
  CHECK_EQ(all.explanation, "selects 2 ImagePolicies in namespace \"web\"");
  const Led none = Follow(fixture, "name: \"*");
  CHECK(none.definitions.empty());
  CHECK_EQ(none.explanation, "selects no ImagePolicy in namespace \"nowhere\"");
}

TEST_CASE("a ResourceSet's selector leads to input providers") {
  const Led led = Follow(Fleet(), "kind: pull-re");
  CHECK_EQ(led.definitions, Lines{"clusters/prod/automation.yaml: pulls"});
}

TEST_CASE("an object knows who selects it") {
  const GraphFixture fixture = Fleet();
  const Pointed where = PointAt(fixture, "clusters/prod/policies.yaml", "name: podin");
  const Subject subject = SubjectAt(where.snapshot, *where.fleet, *where.file, where.offset);
  CHECK_EQ(
      TextsOf(fixture, SelectionsOf(*where.fleet, subject)),
      Lines{"clusters/prod/automation.yaml: matchLabels:", "clusters/prod/automation.yaml: '*'"});
}

TEST_CASE("what a selector leads to is not renamed there") {
  const GraphFixture fixture = Fleet();
  CHECK_EQ(Prepared(fixture, "clusters/prod/automation.yaml", "team: we"), "nothing");
  const RenameResult result =
      Rename(fixture, "clusters/prod/policies.yaml", "name: podin", "frontend");
  CHECK_EQ(result.refusal, "");
  CHECK_EQ(After(fixture, result).size(), 1);
}

}  // namespace fluxls::testing
