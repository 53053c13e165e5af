// Broken YAML: what users are told, where, what repair is offered, and what is still there.
#include <doctest/doctest.h>

#include "analysis/yaml/tree.h"
#include "tests/support/reread.h"

namespace fluxls::yaml {
namespace {

struct Case {
  const char* name;
  std::string text;
  std::string culprit;  // the text that is marked
  std::string message;
  std::string repaired;  // by the first error's edits; "" for no repair
};

const Case kCases[] = {
    {"a value with a colon", "name: web\ntitle: Flux: the tool\n", "Flux: the tool",
     "a plain value cannot hold \": \"; quote \"Flux: the tool\"",
     "name: web\ntitle: \"Flux: the tool\"\n"},
    {"a half-typed line", "kind: X\nmeta\nspec:\n  a: 1\n", "meta",
     "expected \"key: value\", found \"meta\" without \":\"", "kind: X\nmeta:\nspec:\n  a: 1\n"},
    {"a half-typed last line", "kind: X\nmeta\n", "meta",
     "expected \"key: value\", found \"meta\" without \":\"", "kind: X\nmeta:\n"},
    {"no space behind the colon", "kind: X\nname:web\nspec: 1\n", "name:web",
     "a space is missing behind the \":\" of \"name:web\"", "kind: X\nname: web\nspec: 1\n"},
    {"a mapping below a value", "volume: 1Gi\n  mountPath: /data\n", "mountPath",
     "\"mountPath\" is indented below \"volume\", which already has the value \"1Gi\"", ""},
    {"an undefined alias", "a: 1\nclaim: *pvc\nb: 2\n", "*pvc",
     "alias *pvc names no anchor: there is no &pvc before it in this document", ""},
    {"a glob as a value", "files: *.yaml\n", "*.yaml",
     "a plain value cannot start with \"*\"; quote it", "files: \"*.yaml\"\n"},
    {"a reserved character", "host: @example\n", "@example",
     "a plain value cannot start with \"@\"; quote it", "host: \"@example\"\n"},
    {"a tab", "spec:\n\tname: web\n\tkind: X\n", "\t",
     "a tab in the indentation; YAML allows only spaces there", "spec:\n  name: web\n  kind: X\n"},
    {"an open quote, closed by a later one", "a: \"one\nb: \"two\"\nc: 3\n", "\"one",
     "the quote \" that opens here is not closed on its line", "a: \"one\"\nb: \"two\"\nc: 3\n"},
    {"an open quote at the end", "a: 1\nb: 'x\n", "'x",
     "the quote ' that opens here is not closed on its line", "a: 1\nb: 'x'\n"},
    {"an open bracket", "a: [x, y\nb: 1\n", "[x, y", "the \"[\" that opens here is not closed", ""},
    {"a bracket too many", "a: x]\nb: ]\n", "]", "\"]\" closes nothing that is open", ""},
    {"an unknown escape", "pattern: \"\\d+\"\n", "\\d",
     "\"\\d\" is no escape of a double-quoted value; a backslash is written \"\\\\\"",
     "pattern: \"\\\\d+\"\n"},
    {"wrong indentation", "spec:\n    a: 1\n  b: 2\n", "b",
     "indentation of 2 fits no line above (open levels: 0, 4)", ""},
    {"text behind a quote", "a: \"x\" y\n", "y", "unexpected \"y\" behind the closing quote", ""},
    {"a list on its key's line", "a: - x\n", "-",
     "a list cannot start on the line of its key; put \"- \" on the next line", ""},
    {"a key in a list", "list:\n  - a\n  b: 1\n", "b",
     "expected \"- \" before \"b\": the lines above are a list", ""},
    {"a control character", std::string("a: x\x01y\nb: 1\n"), std::string("\x01"),
     "a control character, which YAML does not allow", ""},
    {"malformed UTF-8", "a: x\xFFy\n", "\xFF", "bytes that are not UTF-8", ""},
};

}  // namespace

TEST_CASE("syntax errors stand on the culprit, in plain words, with the obvious repair") {
  for (const Case& c : kCases) {
    CAPTURE(std::string(c.name));
    File file = Parse(c.text);
    CHECK(test::CheckTree(c.text, file) == "");
    std::vector<SyntaxError> errors = file.documents[0].errors();
    REQUIRE(!errors.empty());
    CHECK(errors[0].message == c.message);
    CHECK(Slice(c.text, errors[0].range) == c.culprit);
    CHECK(errors[0].edits.empty() == c.repaired.empty());
    if (!c.repaired.empty()) {
      std::string repaired = ApplyEdits(c.text, errors[0].edits);
      CHECK(repaired == c.repaired);
      CHECK_FALSE(Parse(repaired).documents[0].HasErrors());
    }
  }
}

TEST_CASE("a half-typed line costs that line only") {
  for (const char* line : {"  ref", "  ref: \"x", "  ref: [a", "  ref: {b: ", "  ref: *",
                           "  ref: @", "  ref: a: b", "\tref: 1", "  - x", "  ref: 'it"}) {
    CAPTURE(std::string(line));
    std::string text =
        "kind: X\nspec:\n  before: 1\n" + std::string(line) + "\n  after: 2\nlast: 3\n";
    File file = Parse(text);
    const Document& document = file.documents[0];
    CHECK(document.HasErrors());
    Node root = document.root();
    CHECK(root.At("kind").value() == "X");
    CHECK(root.At("spec.before").value() == "1");
    CHECK(root.At("spec.after").value() == "2");
    CHECK(root.At("last").value() == "3");
    CHECK(!document.damaged().empty());
    CHECK(root.At("spec").IsDamaged());
    CHECK_FALSE(root.At("kind").IsDamaged());
  }
}

TEST_CASE("one broken document leaves its neighbours alone") {
  File file = Parse("a: 1\n---\nb: *none\n---\nc: 3\n");
  REQUIRE(file.documents.size() == 3);
  CHECK_FALSE(file.documents[0].HasErrors());
  CHECK(file.documents[1].HasErrors());
  CHECK_FALSE(file.documents[2].HasErrors());
  CHECK(file.documents[2].root().At("c").value() == "3");
}

TEST_CASE("deep nesting is an error, not a crash") {
  std::string deep(100'000, '[');
  File file = Parse("a: " + deep);
  CHECK(file.documents[0].HasErrors());
  std::string flow = "a: " + std::string(400, '[') + std::string(400, ']');
  CHECK_FALSE(Parse(flow).documents[0].HasErrors());
}

TEST_CASE("a comma at the top, which never ends for the parser, is an error") {
  File file = Parse(",\n");
  CHECK(file.documents[0].HasErrors());
}

TEST_CASE("every prefix of a text can be parsed") {
  const std::string text =
      "# c\nkind: X\nspec: &a\n  list: [a, {b: \"c\\n\"}]\n  text: |2-\n     x\n   y\n  'q''q': "
      "*a\n---\nx: >\n z\n...\n";
  for (size_t size = 0; size <= text.size(); ++size) {
    std::string prefix = text.substr(0, size);
    CAPTURE(prefix);
    CHECK(test::CheckTree(prefix, Parse(prefix)) == "");
  }
}

}  // namespace fluxls::yaml
