// The machine formats, held against their schemas.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/cli/json_schema.h"
#include "tests/cli/sandbox.h"

namespace fluxls::testing {
namespace {

using Json = nlohmann::json;

Json ReadSchema(const std::string& path) {
  std::ifstream in(FLUXLS_SOURCE_DIR "/" + path);
  REQUIRE(in);
  return Json::parse(in);
}

// Findings with fixes, with related places, of several severities, and names that need escaping.
void Fill(const Sandbox& box) {
  box.Write("deprecated, 100%.yaml",
            "apiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: GitRepository\n"
            "metadata: {name: repo, namespace: flux-system}\n"
            "spec: {interval: 5m, url: 'https://example.org/repo'}\n");
  box.Write("sub/dup \xF0\x9F\x9A\x80.yaml", "one: 1\none: 2\n");
  box.Write("hr.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
            "metadata: {name: a, namespace: b}\n"
            "spec: {interval: 5m, chartRef: {kind: OCIRepository, name: x}}\n");
  box.Write("latin1-\xE9.yaml", "x: 1\nx: 2\n");
  box.Write("broken.yaml", "a: b: c\n");
}

std::string Problems(const Json& schema, const Json& value) {
  std::string out;
  for (const std::string& problem : ValidateJson(schema, value)) out += problem + "\n";
  return out;
}

TEST_CASE("the validator finds what is wrong") {
  Json schema = Json::parse(R"({"type": "object", "required": ["a"], "additionalProperties": false,
    "properties": {"a": {"$ref": "#/definitions/n"}, "b": {"type": "array", "items": {"enum": [1]}}},
    "definitions": {"n": {"type": "integer", "minimum": 1}}})");
  CHECK(Problems(schema, Json::parse(R"({"a": 1, "b": [1]})")) == "");
  CHECK(Problems(schema, Json::parse(R"({})")) == "/: lacks \"a\"\n");
  CHECK(Problems(schema, Json::parse(R"({"a": 0})")) == "/a: is less than 1\n");
  CHECK(Problems(schema, Json::parse(R"({"a": 1, "c": 1})")) == "/c: is not allowed\n");
  CHECK(Problems(schema, Json::parse(R"({"a": 1, "b": [2]})")) == "/b/0: 2 is none of [1]\n");
  CHECK(Problems(Json::parse(R"({"not": {}})"), 1) ==
        "/: the schema's keyword not is not implemented\n");
}

TEST_CASE("JSON") {
  Sandbox box;
  Fill(box);
  RunResult run = box.Run({"check", "--format", "json", "--flux-version", "2.5"});
  CHECK(run.code == 1);
  CHECK(run.err == "");
  Json report = Json::parse(run.out);
  CHECK(Problems(ReadSchema("docs/check.schema.json"), report) == "");

  const Json& summary = report["summary"];
  CHECK(summary["files"] == 5);
  CHECK(summary["errors"].get<int>() + summary["warnings"].get<int>() +
            summary["infos"].get<int>() + summary["hints"].get<int>() ==
        static_cast<int>(report["findings"].size()));
  bool seen = false;
  for (const Json& finding : report["findings"]) {
    if (finding["rule"] != "deprecated-api-version") continue;
    seen = true;
    CHECK(finding["path"] == "deprecated, 100%.yaml");
    CHECK(finding["severity"] == "warning");
    CHECK(finding["range"] ==
          Json::parse(R"({"start": {"line": 1, "column": 13}, "end": {"line": 1, "column": 45}})"));
    REQUIRE(finding["fixes"].size() == 1);
    CHECK(finding["fixes"][0]["safe"] == true);
  }
  CHECK(seen);
}

TEST_CASE("JSON without findings, and for an empty folder") {
  Sandbox box;
  RunResult run = box.Run({"check", "--format", "json"});
  CHECK(run.code == 0);
  Json report = Json::parse(run.out);
  CHECK(Problems(ReadSchema("docs/check.schema.json"), report) == "");
  CHECK(report["summary"]["files"] == 0);
  CHECK(report["findings"] == Json::array());
}

TEST_CASE("SARIF") {
  Sandbox box;
  Fill(box);
  RunResult run = box.Run({"check", "--format", "sarif", "--flux-version", "2.5"});
  CHECK(run.code == 1);
  Json log = Json::parse(run.out);
  CHECK(Problems(ReadSchema("tests/cli/data/sarif-2.1.0-rtm.5.json"), log) == "");

  const Json& sarif = log["runs"][0];
  CHECK(sarif["columnKind"] == "unicodeCodePoints");
  const Json& rules = sarif["tool"]["driver"]["rules"];
  bool fixed = false;
  for (const Json& result : sarif["results"]) {
    CHECK(rules.at(result["ruleIndex"].get<size_t>())["id"] == result["ruleId"]);
    if (result["ruleId"] != "deprecated-api-version") continue;
    const Json& change = result["fixes"][0]["artifactChanges"][0];
    CHECK(change["artifactLocation"]["uri"] == "deprecated%2C%20100%25.yaml");
    CHECK(change["replacements"][0]["deletedRegion"]["startLine"] == 1);
    fixed = true;
  }
  CHECK(fixed);

  Sandbox empty;
  CHECK(Problems(ReadSchema("tests/cli/data/sarif-2.1.0-rtm.5.json"),
                 Json::parse(empty.Run({"check", "--format", "sarif"}).out)) == "");
}

TEST_CASE("GitHub workflow commands") {
  Sandbox box;
  box.Write("a, b: 100%.yaml", "one: 1\none: 2\n");
  RunResult run = box.Run({"check", "--format", "github"});
  CHECK(run.code == 1);
  CHECK(run.out.starts_with("::error file=a%2C b%3A 100%25.yaml,line=2,endLine=2,col=1,"));
  CHECK(run.out.find(",title=duplicate-key::") != std::string::npos);
  CHECK(run.err == "");
}

TEST_CASE("the same findings in every format") {
  Sandbox box;
  Fill(box);
  auto count = [](const std::string& text, const std::string& part) {
    size_t found = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
      ++found;
    return found;
  };
  size_t findings = Json::parse(box.Run({"check", "--format", "json"}).out)["findings"].size();
  CHECK(findings >= 5);
  CHECK(count(box.Run({"check"}).out, "\n") == findings);
  CHECK(count(box.Run({"check", "--format", "github"}).out, "\n::") + 1 == findings);
  CHECK(Json::parse(box.Run({"check", "--format", "sarif"}).out)["runs"][0]["results"].size() ==
        findings);
}

}  // namespace
}  // namespace fluxls::testing
