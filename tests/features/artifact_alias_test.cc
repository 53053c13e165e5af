// The aliases that an ArtifactGenerator's artifacts know its sources by.
#include <doctest/doctest.h>

#include "tests/features/proposed.h"
#include "tests/features/rename_fixture.h"

namespace fluxls::testing {
namespace {

const std::string kGenerator = R"(apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata:
  name: apps
  namespace: web
spec:
  sources:
    - alias: fleet
      kind: GitRepository
      name: fleet
    - alias: charts
      kind: OCIRepository
      name: charts
  pathPattern: "@fleet/apps/{app}"
  artifacts:
    - name: web-{app}
      revision: "@fleet"
      originRevision: '@fleet'
      copy:
        - from: "@charts/web/**"
          to: "@artifact/charts/"
        - from: "@fleet/values/*.yaml"
          to: "@artifact/fleet/"
    - name: other
      copy:
        - from: "@lost/**"
          to: "@artifact/"
)";

const std::string kPath = "web/generator.yaml";

GraphFixture Generator() {
  return Repository("%! " + kPath + "\n" + kGenerator);
}

std::vector<std::string> TextsOf(const std::vector<NamePlace>& places) {
  std::vector<std::string> out;
  for (const NamePlace& place : places) {
    const size_t line = kGenerator.rfind('\n', place.range.begin) + 1;
    const std::string whole = kGenerator.substr(line, kGenerator.find('\n', line) - line);
    out.push_back(whole.substr(whole.find_first_not_of(' ')));
    CHECK_EQ(kGenerator.substr(place.range.begin, place.range.end - place.range.begin), "fleet");
  }
  return out;
}

}  // namespace

TEST_CASE("an alias leads to its source, and the source to where it is used") {
  const GraphFixture fixture = Generator();
  const Snapshot snapshot = fixture.snapshot();
  const build::FleetPtr fleet = fixture.Fleet();
  const SourceFilePtr file = snapshot.Find("/ws/" + kPath);
  REQUIRE(file);
  for (const char* mark : {"@fleet/apps", "@fleet\"", "@fleet'", "@fleet/values", "alias: fleet"}) {
    CAPTURE(mark);
    const std::string_view found = mark;
    const size_t at = kGenerator.find(found) + found.find("fleet") + 2;
    const Subject subject = SubjectAt(snapshot, *fleet, *file, static_cast<uint32_t>(at));
    REQUIRE_EQ(subject.kind, Subject::Kind::kArtifactAlias);
    CHECK_EQ(TextsOf(DefinitionsOf(*fleet, subject)), std::vector<std::string>{"- alias: fleet"});
    CHECK_EQ(
        TextsOf(ReferencesOf(snapshot, *fleet, *file, subject, false)),
        std::vector<std::string>{R"(pathPattern: "@fleet/apps/{app}")", R"(revision: "@fleet")",
                                 "originRevision: '@fleet'", R"(- from: "@fleet/values/*.yaml")"});
  }
}

TEST_CASE("the path behind an alias and what copies go to are no aliases") {
  const GraphFixture fixture = Generator();
  const Snapshot snapshot = fixture.snapshot();
  const SourceFilePtr file = snapshot.Find("/ws/" + kPath);
  for (const char* mark : {"values/*", "@artifact/fleet", "artifact/charts", "name: fleet"}) {
    CAPTURE(mark);
    const size_t at = kGenerator.find(mark) + 2;
    const Subject subject = SubjectAt(snapshot, *fixture.Fleet(), *file, static_cast<uint32_t>(at));
    CHECK(subject.kind != Subject::Kind::kArtifactAlias);
  }
}

TEST_CASE("an alias is renamed at its source and behind every @") {
  const GraphFixture fixture = Generator();
  const RenameResult result = Rename(fixture, kPath, "pathPattern: \"@fl", "repo");
  CHECK_EQ(result.refusal, "");
  CHECK_EQ(NewLines(fixture, result),
           std::vector<std::string>{
               kPath + ": alias: repo", kPath + R"(: pathPattern: "@repo/apps/{app}")",
               kPath + R"(: revision: "@repo")", kPath + ": originRevision: '@repo'",
               kPath + R"(: from: "@repo/values/*.yaml")"});
}

TEST_CASE("an alias that YAML would read otherwise is quoted where it is defined") {
  const GraphFixture fixture = Generator();
  for (const std::string name : {"on", "7", "null", "1e3"}) {
    CAPTURE(name);
    const std::vector<std::string> lines =
        NewLines(fixture, Rename(fixture, kPath, "pathPattern: \"@fl", name));
    REQUIRE_EQ(lines.size(), 5);
    CHECK_EQ(lines[0], kPath + ": alias: \"" + name + "\"");
    CHECK_EQ(lines[1], kPath + ": pathPattern: \"@" + name + "/apps/{app}\"");
  }
}

TEST_CASE("an alias gets no name that it cannot have") {
  const GraphFixture fixture = Generator();
  CHECK_EQ(Rename(fixture, kPath, "pathPattern: \"@fl", "charts").refusal,
           "another source has the alias \"charts\"");
  CHECK_EQ(
      Rename(fixture, kPath, "pathPattern: \"@fl", "Fleet").refusal,
      "\"Fleet\" is no alias of a source: lower-case letters, digits, - and _ are allowed, and "
      "a letter or digit at both ends; \"artifact\" is taken");
  CHECK(Rename(fixture, kPath, "pathPattern: \"@fl", "artifact").refusal.ends_with("is taken"));
  CHECK_EQ(Rename(fixture, kPath, "@lost", "found").refusal,
           "no source of this ArtifactGenerator has the alias \"lost\"");
}

TEST_CASE("aliases are proposed behind the @") {
  const test::Repository repository({});
  const auto ask = [&](const std::string& old_text, const std::string& new_text) {
    std::string text = kGenerator;
    return test::At(repository, kPath,
                    text.replace(text.find(old_text), old_text.size(), new_text));
  };
  const test::Proposed from = ask("\"@charts/web/**\"", "\"@ch|\"");
  CHECK(from.Labels() == test::Labels{"@charts", "@fleet"});
  CHECK(from.Detail("@charts") == "OCIRepository charts");
  CHECK(from.After("@charts").find("- from: \"@charts/\"\n") != std::string::npos);
  // A path that is there stays.
  CHECK(ask("\"@charts/web/**\"", "\"@|charts/web/**\"")
            .After("@fleet")
            .find("- from: \"@fleet/web/**\"\n") != std::string::npos);
  const test::Proposed revision = ask("revision: \"@fleet\"", "revision: |");
  CHECK(revision.After("@fleet").find("revision: \"@fleet\"\n") != std::string::npos);
  CHECK(ask("\"@charts/web/**\"", "\"@charts/we|\"").Labels().empty());
}

}  // namespace fluxls::testing
