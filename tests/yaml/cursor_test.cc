// Where is the user typing? `|` marks the cursor.
#include "analysis/yaml/cursor.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

namespace fluxls::yaml {
namespace {

std::string Describe(std::string text) {
  size_t at = text.find('|');
  REQUIRE(at != std::string::npos);
  text.erase(at, 1);
  Cursor c = CursorAt(text, Parse(text), static_cast<uint32_t>(at));
  constexpr const char* kRoles[] = {"key", "value", "item", "comment", "block", "marker"};
  std::string out = fmt::format("{} at {}", kRoles[static_cast<int>(c.role)], ToString(c.path));
  if (!c.word.empty()) out += fmt::format(" word {}", Slice(text, c.word));
  if (!c.prefix.empty()) out += fmt::format(" prefix {}", c.prefix);
  if (c.in_flow) out += " flow";
  if (c.quote) out += fmt::format(" quote {}", c.quote);
  if (!c.siblings.empty()) out += fmt::format(" beside {}", fmt::join(c.siblings, ","));
  return out;
}

}  // namespace

TEST_CASE("cursor: keys") {
  CHECK(Describe("|") == "key at ");
  CHECK(Describe("ki|") == "key at  word ki prefix ki");
  CHECK(Describe("kind: X\nspec:\n  |") == "key at spec");
  CHECK(Describe("kind: X\nspec:\n  inter|\n  path: a\n") ==
        "key at spec word inter prefix inter beside path");
  CHECK(Describe("kind: X\nspec:\n  a: 1\n  |\n  b: 2\nlast: 1\n") == "key at spec beside a,b");
  CHECK(Describe("kind: X\nspec:\n  a: 1\n|") == "key at  beside kind,spec");
  CHECK(Describe("spec:\n  int|erval: 1h\n") == "key at spec word interval prefix int");
  CHECK(Describe("spec:\n  chart:\n    spec:\n      sourceRef:\n        |\n  x: 1\n") ==
        "key at spec.chart.spec.sourceRef");
  CHECK(Describe("# c\n---\na: 1\n---\nb|\n") == "key at  word b prefix b");
}

TEST_CASE("cursor: values") {
  CHECK(Describe("kind: |") == "value at kind");
  CHECK(Describe("kind:|") == "value at kind");
  CHECK(Describe("kind: Helm|Rel # c\n") == "value at kind word HelmRel prefix Helm");
  CHECK(Describe("spec:\n  name: \"we|b\"\n") == "value at spec.name word web prefix we quote \"");
  CHECK(Describe("spec:\n  url: \"oci|\n  x: 1\n") ==
        "value at spec.url word oci prefix oci quote \"");
  CHECK(Describe("a:\n- name: x\n- name: |\n") == "value at a[1].name");
}

TEST_CASE("cursor: items of lists") {
  CHECK(Describe("resources:\n  - |\n") == "item at resources[0]");
  CHECK(Describe("resources:\n  - a\n  - b|\n  - c\n") == "item at resources[1] word b prefix b");
  CHECK(Describe("resources:\n- a\n- |") == "item at resources[1]");
  CHECK(Describe("list:\n  - name: a\n    |\n") == "key at list[0] beside name");
  CHECK(Describe("list:\n  - name: a\n  - na|\n    kind: b\n") ==
        "item at list[1] word na prefix na beside kind");
  CHECK(Describe("a:\n  - b:\n      - c: 1\n      - d|") == "item at a[0].b[1] word d prefix d");
  CHECK(Describe("list:\n  - name: a\n    ref:\n      x: 1\n      |") ==
        "key at list[0].ref beside x");
}

TEST_CASE("cursor: flow style") {
  CHECK(Describe("a: {|}") == "key at a flow");
  CHECK(Describe("a: {x: 1, |") == "key at a flow beside x");
  CHECK(Describe("a: {x: 1, ki|: 2, z: 3}") == "key at a word ki prefix ki flow beside x,z");
  CHECK(Describe("a: {kind: Git|, name: x}") == "value at a.kind word Git prefix Git flow");
  CHECK(Describe("a:\n  b: [x, |]") == "item at a.b[1] flow");
  CHECK(Describe("a: [{x: 1}, {y: |") == "value at a[1].y flow");
  CHECK(Describe("a: {\n  \"k\": \"v|\"\n}\n") == "value at a.k word v prefix v flow quote \"");
  CHECK(Describe("a: {x: 1}\nb|") == "key at  word b prefix b beside a");
  CHECK(Describe("{a: {b: |") == "value at a.b flow");
}

TEST_CASE("cursor: comments, block scalars, markers") {
  CHECK(Describe("a: 1 # no|te\n") == "comment at ");
  CHECK(Describe("# |\n") == "comment at ");
  CHECK(Describe("a: \"x # y|\"\n") == "value at a word x # y prefix x # y quote \"");
  CHECK(Describe("a: >-\n  text: |\nb: 1\n") == "block at ");
  CHECK(Describe("a:\n  - >-\n    text\n    |\n  - b\n") == "block at ");
  CHECK(Describe("a: &x >-\n  t\n\n  # no comm|ent\n") == "block at ");
  CHECK(Describe("a: >-\n  text\nb|: 1\n") == "key at  word b prefix b beside a");
  CHECK(Describe("a: 1\n--|-\nb: 2\n") == "marker at ");
}

TEST_CASE("cursor: broken text around it does not matter") {
  CHECK(Describe("kind: \"X\nspec:\n  sourceRef:\n    ki|\n") ==
        "key at spec.sourceRef word ki prefix ki");
  CHECK(Describe("spec:\n  foo\n  bar: a: b\n  baz: |") == "value at spec.baz");
  CHECK(Describe("spec:\n    a: 1\n  b: |\n") == "value at spec.b");
}

TEST_CASE("cursor: any offset in any text has an answer") {
  const std::string text =
      "\xEF\xBB\xBF# c\r\nkind: X\r\nspec: &a\r\n  list: [a, {b: \"c\\n\"}]\r\n  t: >2-\r\n     "
      "x\r\n---\r\n- - x: *a\r\n...\r\n--- {y: [\r\n";
  File file = Parse(text);
  for (uint32_t i = 0; i <= text.size() + 3; ++i) {
    Cursor c = CursorAt(text, file, i);
    CHECK(c.word.end <= text.size());
    CHECK(c.word.begin <= c.word.end);
  }
}

}  // namespace fluxls::yaml
