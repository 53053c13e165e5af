// Flux's variable substitution.
#include "analysis/build/envsubst.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace {

using namespace fluxls::build;

using Values = std::map<std::string, std::string, std::less<>>;

Substituted Expand(std::string_view text, const Values& values, bool strict = false) {
  return Substitute(
      text,
      [&values](std::string_view name) -> VariableValue {
        auto found = values.find(name);
        if (found == values.end()) return {};
        if (found->second == "?") return {VariableValue::State::kUnknown, ""};
        return {VariableValue::State::kSet, found->second};
      },
      strict);
}

}  // namespace

TEST_CASE("variables are replaced, other dollar signs stay") {
  const Values values = {{"name", "podinfo"}, {"empty", ""}, {"path", "a/b/c.tar.gz"}};
  const std::pair<const char*, const char*> cases[] = {
      {"plain", "plain"},
      {"${name}", "podinfo"},
      {"x-${name}-y", "x-podinfo-y"},
      {"$name costs 5$", "$name costs 5$"},
      {"$${name}", "${name}"},
      {"$$", "$"},
      {"${missing}", ""},
      {"${missing:-web}", "web"},
      {"${missing:=web}", "web"},
      {"${missing=web}", "web"},
      {"${empty:-web}", "web"},
      {"${missing:?web}", "web"},
      {"${name:+web}", "podinfo"},
      {"${missing:-${name}-x}", "podinfo-x"},
      {"${missing:=}", ""},
      {"${#name}", "7"},
      {"${name^}", "Podinfo"},
      {"${name^^}", "PODINFO"},
      {"${name:3}", "info"},
      {"${name:0:3}", "pod"},
      {"${name:-4:2}", "podinfo"},
      {"${name:99}", ""},
      {"${path#*/}", "b/c.tar.gz"},
      {"${path%.*}", "a/b/c.tar"},
      {"${path%%.*}", "a/b/c"},
      {"${path/b/x}", "a/x/c.tar.gz"},
      {"${path//\\//-}", "a-b-c.tar.gz"},
      {"${path/#a/z}", "z/b/c.tar.gz"},
      {"${path/%gz/xz}", "a/b/c.tar.xz"},
      {"${path/b/}", "a//c.tar.gz"},
  };
  for (const auto& [input, output] : cases) {
    INFO(input);
    const Substituted result = Expand(input, values);
    CHECK_FALSE(result.error);
    CHECK(result.text == output);
  }
}

TEST_CASE("what Flux refuses is an error on the expression") {
  for (const char* input :
       {"a ${} b", "a ${ x} b", "a ${a.b} b", "a ${a-b} b", "a ${a[0]} b", "a ${{ github.ref }} b",
        "a ${.Values.x} b", "a ${open", "a ${x:-open", "a ${x:}", "a ${x%}", "a ${x/a}"}) {
    INFO(input);
    const Substituted result = Expand(input, {});
    REQUIRE(result.error);
    CHECK(result.error->range.begin == 2);
  }
}

TEST_CASE("strict mode wants every variable without default to be defined") {
  CHECK_FALSE(Expand("${missing}", {}, false).error);
  REQUIRE(Expand("${missing}", {}, true).error);
  CHECK(Expand("${missing}", {}, true).error->message == "variable \"missing\" is not defined");
  CHECK(Expand("${missing^^}", {}, true).error);
  CHECK_FALSE(Expand("${missing:=x}", {}, true).error);
  CHECK_FALSE(Expand("${empty}", {{"empty", ""}}, true).error);
}

TEST_CASE("an expression with a variable that nobody knows stays as it is") {
  const Substituted result =
      Expand("a ${secret:0:3} $${b} ${c}", {{"secret", "?"}, {"c", "d"}}, true);
  CHECK(result.text == "a ${secret:0:3} ${b} d");
  CHECK(result.unknown);
  CHECK_FALSE(result.error);
}

TEST_CASE("the uses of variables are found with their places") {
  const std::string text = "a: ${one:-${two}} ${three}";
  const std::vector<VariableUse> uses = VariablesIn(text);
  REQUIRE(uses.size() == 3);
  CHECK(uses[0].name == "one");
  CHECK(uses[0].has_default);
  CHECK(uses[1].name == "two");
  CHECK(text.substr(uses[1].range.begin, uses[1].range.size()) == "${two}");
  CHECK(text.substr(uses[2].name_range.begin, uses[2].name_range.size()) == "three");
}

TEST_CASE("deep nesting is an error, not a crash") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "${a:-";
  CHECK(Expand(text, {}).error);
}

TEST_CASE("cases of upstream") {
  const char* folder = std::getenv("FLUXLS_SUBSTITUTION_CASES");
  const std::filesystem::path path =
      folder ? folder : std::string(FLUXLS_SOURCE_DIR) + "/../shared/substitution-cases";
  if (!std::filesystem::exists(path / "cases.json")) {
    MESSAGE("skipped: no cases at hand (FLUXLS_SUBSTITUTION_CASES)");
    return;
  }
  std::ifstream in(path / "cases.json");
  const nlohmann::json cases = nlohmann::json::parse(in);
  CHECK(cases.size() > 0);
  for (const nlohmann::json& one : cases) {
    const Values values = one["params"].get<Values>();
    const bool strict = one.value("test", "") == "TestExpandStrict";
    const std::string wanted = one.value("wantErr", "nil");
    INFO(one.dump());
    const Substituted result = Expand(one["input"].get<std::string>(), values, strict);
    CHECK(result.error.has_value() == (wanted != "nil"));
    if (wanted == "nil") CHECK(result.text == one["output"].get<std::string>());
  }
}
