// Broken YAML: what users are told, where, what repair is offered, and what is still there.
#include <doctest/doctest.h>

#include <chrono>

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
     "the value of \"title\" holds \": \"; quote it", "name: web\ntitle: \"Flux: the tool\"\n"},
    {"a half-typed line", "kind: X\nmeta\nspec:\n  a: 1\n", "meta",
     "expected \"key: value\", but \"meta\" has no \":\"", "kind: X\nmeta:\nspec:\n  a: 1\n"},
    {"a half-typed last line", "kind: X\nmeta\n", "meta",
     "expected \"key: value\", but \"meta\" has no \":\"", "kind: X\nmeta:\n"},
    {"no space behind the colon", "kind: X\nname:web\nspec: 1\n", "name:web",
     "a space is missing behind the \":\" of \"name\"", "kind: X\nname: web\nspec: 1\n"},
    {"a mapping below a value", "volume: 1Gi\n  mountPath: /data\n", "mountPath",
     "\"mountPath\" is indented below \"volume\", which already has a value", ""},
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
    {"an escaped question mark", "pattern: \"\\?\"\n", "\\?",
     "\"\\?\" is no escape of a double-quoted value; a backslash is written \"\\\\\"",
     "pattern: \"\\\\?\"\n"},
    {"wrong indentation", "spec:\n    a: 1\n  b: 2\n", "b",
     "indentation of 2 fits no line above (open levels: 0, 4)", ""},
    {"text behind a quote", "a: \"x\" y\n", "y", "unexpected text behind the closing quote", ""},
    {"a list on its key's line", "a: - x\n", "-",
     "a list cannot start on the line of its key; put \"- \" on the next line", ""},
    {"a key in a list", "list:\n  - a\n  b: 1\n", "b",
     "expected \"- \" before \"b\": the lines above are a list", ""},
    {"a list behind an anchor", "a:\n- &x - b\n", "-",
     "a list cannot start on the line of its key; put \"- \" on the next line", ""},
    {"two anchors", "- &x &y z\n", "&y", "a value can have only one anchor", ""},
    {"a tag that ends in a value", "a: !t|\n", "|", "a space is missing behind the tag", ""},
    {"an anchored value as far left as its key", "a:\n&x\nb: 1\n", "&x",
     "expected \"key: value\", found no \":\"", ""},
    {"a value as far left as its tagged key", "a: !t\nb\nc: 1\n", "b",
     "expected \"key: value\", but \"b\" has no \":\"", "a: !t\nb:\nc: 1\n"},
    {"a block scalar as far left as its key", "a:\n!t |\nb: 1\n", "|",
     "expected \"key: value\", found no \":\"", ""},
    {"a key as far left as its question mark", "?\na\n", "a",
     "expected \"key: value\", but \"a\" has no \":\"", "?\na:\n"},
    {"a colon left of its question mark", "  ? a\n :\n", ":", "expected a key before the \":\"",
     ""},
    {"an anchored alias", "- &x a\n- &y *x\n", "*", "an alias cannot have an anchor or a tag", ""},
    {"text behind an alias of an anchored block scalar", "- &x |\n  a\n- *x b\n- c\n", " b",
     "unexpected text behind the alias", ""},
    {"a comma without a value", "a: [b, , c]\n", ",", "expected a value before the \",\"", ""},
    {"a comma before the first value", "a: [, b]\n", ",", "expected a value before the \",\"", ""},
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

TEST_CASE("no message holds a value: it may be a secret") {
  for (const char* text :
       {"password: s3cr3t: x\n", "password: s3cr3t\n  more: 1\n", "password: \"s3cr3t\" s3cr3t\n",
        "a: 1\ns3cr3t+/=value s3cr3t\nb: 2\n", "- s3cr3t=\nb: 1\n", "a: [s3cr3t\nb: 1\n",
        "a: 's3cr3t\n", "a: @s3cr3t\n", "a: \"\\q s3cr3t\"\n"}) {
    CAPTURE(std::string(text));
    for (const SyntaxError& error : Parse(text).documents[0].errors()) {
      CHECK(error.message.find("s3cr3t") == std::string::npos);
    }
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
  REQUIRE(file.documents[0].HasErrors());
  CHECK(file.documents[0].errors()[0].message == "nested too deeply (more than 500 levels)");
  std::string flow = "a: " + std::string(400, '[') + std::string(400, ']');
  CHECK_FALSE(Parse(flow).documents[0].HasErrors());
}

TEST_CASE("big and odd inputs take linear time") {
  auto milliseconds = [](const std::string& text) {
    auto start = std::chrono::steady_clock::now();
    File file = Parse(text);
    for (const Document& document : file.documents) document.root().Find("nothing");
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 start)
        .count();
  };
  std::string maps = "a: [";
  for (int i = 0; i < 60'000; ++i) maps += "{},";
  std::string merges = "l0: &l0 {a: 1}\n";
  for (int i = 1; i < 40; ++i)
    merges += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " {<<: [*l" +
              std::to_string(i - 1) + ", *l" + std::to_string(i - 1) + "]}\n";
  merges += "<<: *l39\n";
  const std::string cases[] = {maps + "]\n",
                               merges,
                               "a: [" + std::string(200'000, '?') + "\n",
                               "a: {" + std::string(100'000, ',') + "}\n",
                               std::string(200'000, '*'),
                               "- &a |\n x\n" + std::string(100'000, '*') + "\n- b: c: d\n",
                               std::string(100'000, '-') + "\n"};
  for (const std::string& text : cases) {
    CAPTURE(text.substr(0, 40));
    CHECK(milliseconds(text) <
          5000);  // generous: sanitizers, a busy machine; quadratic would take minutes
  }
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
