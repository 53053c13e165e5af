// Edits on YAML as people write it: what changes, and what stays.
#include "analysis/yaml/edit.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/edit_check.h"

namespace fluxls::yaml {
namespace {

struct Fixture {
  explicit Fixture(std::string t)
      : text(std::move(t)), file(Parse(text)), document(file.documents[0]) {}
  Node At(std::string_view route) const { return document.root().At(route); }
  std::string Apply(const Edits& edits) const {
    return edits ? ApplyEdits(text, *edits) : "(refused)";
  }

  std::string text;
  File file;
  Document document;
};

constexpr const char* kRelease =
    "# top\n"
    "kind: HelmRelease # kind\n"
    "spec:\n"
    "  # how often\n"
    "  interval: 1h # often\n"
    "  chart:\n"
    "    spec:\n"
    "      version: '1.0'\n"
    "  valuesFrom:\n"
    "    - kind: ConfigMap\n"
    "      name: a\n"
    "    # the secret\n"
    "    - kind: Secret\n"
    "      name: b\n"
    "    # - kind: Later\n"
    "  suspend: false\n";

std::string Replaced(std::string text, std::string_view old, std::string_view with) {
  return text.replace(text.find(old), old.size(), with);
}

}  // namespace

TEST_CASE("SetScalar keeps the comment behind a block scalar's header") {
  Fixture f("a: |+  # one\n  l1\nb: >- # two\n  l2\n");
  CHECK(f.Apply(SetScalar(f.document, f.At("a"), "x\ny\n")) ==
        Replaced(f.text, "|+  # one\n  l1", "| # one\n  x\n  y"));
  CHECK(f.Apply(SetScalar(f.document, f.At("b"), "\x01")) ==
        Replaced(f.text, ">- # two\n  l2", "\"\\x01\" # two"));
}

TEST_CASE("SetScalar keeps quotes and comments") {
  Fixture f(kRelease);
  CHECK(f.Apply(SetScalar(f.document, f.At("spec.interval"), "24h")) ==
        Replaced(kRelease, "1h #", "24h #"));
  CHECK(f.Apply(SetScalar(f.document, f.At("spec.chart.spec.version"), "it's 2")) ==
        Replaced(kRelease, "'1.0'", "'it''s 2'"));
  CHECK(f.Apply(SetScalar(f.document, f.At("kind"), "true")) ==
        Replaced(kRelease, "HelmRelease", "\"true\""));
}

TEST_CASE("SetScalar fills an empty value and rewrites a block scalar") {
  Fixture empty("a:\nb: # c\n");
  CHECK(empty.Apply(SetScalar(empty.document, empty.At("a"), "x")) == "a: x\nb: # c\n");
  CHECK(empty.Apply(SetScalar(empty.document, empty.At("b"), "x")) == "a:\nb: x # c\n");
  Fixture block("a:\n  b: |\n    one\n    two\n  c: 1\n");
  CHECK(block.Apply(SetScalar(block.document, block.At("a.b"), "x\ny\n")) ==
        "a:\n  b: |\n    x\n    y\n  c: 1\n");
}

TEST_CASE("AddFirstKey writes in front of all others, in block and in flow style") {
  Fixture f("a:\r\n  # first\r\n  - kind: A\r\n    name: b\r\n  - {kind: C}\r\n  - &d kind: E\r\n");
  CHECK(f.Apply(AddFirstKey(f.document, f.At("a[0]"), "api", "v1: x")) ==
        Replaced(f.text, "- kind: A", "- api: \"v1: x\"\r\n    kind: A"));
  CHECK(f.Apply(AddFirstKey(f.document, f.At("a[1]"), "api", "v1")) ==
        Replaced(f.text, "{kind: C}", "{api: v1, kind: C}"));
  CHECK(f.Apply(AddFirstKey(f.document, f.At("a[0]"), "kind", "v1")) == "(refused)");
  CHECK(f.Apply(AddFirstKey(f.document, f.At("a[2]"), "api", "v1")) ==
        Replaced(f.text, "- &d kind: E", "- api: v1\r\n    &d kind: E"));
}

TEST_CASE("AddKey follows the indentation, behind a key or at the end") {
  Fixture f(kRelease);
  Value remediation =
      Value::Mapping({{"remediation", Value::Mapping({{"retries", Value::Verbatim("3")}})}});
  CHECK(f.Apply(AddKey(f.document, f.At("spec"), "install", remediation, "interval")) ==
        Replaced(kRelease, "often\n  chart",
                 "often\n  install:\n    remediation:\n      retries: 3\n  chart"));
  CHECK(f.Apply(AddKey(f.document, f.At("spec"), "timeout", Value::String("5m"))) ==
        std::string(kRelease) + "  timeout: 5m\n");
  // Comment lines inside the pair stay with it.
  CHECK(f.Apply(AddKey(f.document, f.At("spec"), "timeout", Value::String("5m"), "valuesFrom")) ==
        Replaced(kRelease, "Later\n", "Later\n  timeout: 5m\n"));
  CHECK(f.Apply(AddKey(f.document, f.At("spec"), "interval", Value::String("5m"))) == "(refused)");
}

TEST_CASE("AddKey into empty, flow and four-space mappings") {
  Fixture f("a: {}\nb: {x: 1, y: 2} # c\nc:\nd: {\n  \"k\": 1\n}\n");
  Value value = Value::Mapping({{"z", Value::String("1")}});
  CHECK(f.Apply(AddKey(f.document, f.At("a"), "new", value)) ==
        Replaced(f.text, "a: {}", "a:\n  new:\n    z: \"1\""));
  CHECK(f.Apply(AddKey(f.document, f.At("b"), "new", value)) ==
        Replaced(f.text, "y: 2}", "y: 2, new: {z: \"1\"}}"));
  CHECK(f.Apply(AddKey(f.document, f.At("b"), "new", value, "x")) ==
        Replaced(f.text, "x: 1,", "x: 1, new: {z: \"1\"},"));
  CHECK(f.Apply(AddKey(f.document, f.At("c"), "new", value)) ==
        Replaced(f.text, "c:\n", "c:\n  new:\n    z: \"1\"\n"));
  CHECK(f.Apply(AddKey(f.document, f.At("d"), "new", value)) ==
        Replaced(f.text, "\"k\": 1", "\"k\": 1,\n  \"new\": {\"z\": \"1\"}"));
  Fixture wide("spec:\n    a:\n        b: 1\n");
  CHECK(wide.Apply(AddKey(wide.document, wide.At("spec"), "new", value)) ==
        "spec:\n    a:\n        b: 1\n    new:\n        z: \"1\"\n");
}

TEST_CASE("AddKey in the item of a list, at the end of a text without line end, with CRLF") {
  Fixture item("- a: 1\n- b: 2\n");
  CHECK(item.Apply(AddKey(item.document, item.At("[0]"), "new", Value::String("x"))) ==
        "- a: 1\n  new: x\n- b: 2\n");
  Fixture open("a: 1");
  CHECK(open.Apply(AddKey(open.document, open.At(""), "new", Value::String("x"))) ==
        "a: 1\nnew: x");
  Fixture crlf("\xEF\xBB\xBFspec:\r\n  a: 1\r\n");
  CHECK(crlf.Apply(AddKey(crlf.document, crlf.At("spec"), "new",
                          Value::Mapping({{"b", Value::String("c")}}))) ==
        "\xEF\xBB\xBFspec:\r\n  a: 1\r\n  new:\r\n    b: c\r\n");
  CHECK(crlf.Apply(AddKey(crlf.document, crlf.At(""), "new", Value::String("x"))) ==
        "\xEF\xBB\xBFspec:\r\n  a: 1\r\nnew: x\r\n");
}

TEST_CASE("RemovePair takes the lines and the comments that belong to the pair") {
  Fixture f(kRelease);
  CHECK(f.Apply(RemovePair(f.document, f.At("spec.interval"))) ==
        Replaced(kRelease, "  # how often\n  interval: 1h # often\n", ""));
  CHECK(f.Apply(RemovePair(f.document, f.At("kind"))) ==
        Replaced(kRelease, "kind: HelmRelease # kind\n", ""));
  CHECK(f.Apply(RemovePair(f.document, f.At("spec.suspend"))) ==
        Replaced(kRelease, "  suspend: false\n", ""));
  CHECK(f.Apply(RemovePair(f.document, f.At("spec.chart.spec.version"))) ==
        Replaced(kRelease, "spec:\n      version: '1.0'", "spec: {}"));
  CHECK(f.Apply(RemovePair(f.document, f.At("spec.valuesFrom[0].kind"))) ==
        Replaced(kRelease, "kind: ConfigMap\n      ", ""));
}

TEST_CASE("RemovePair in flow style takes one comma with it") {
  Fixture f("a: {x: 1, y: 2, z: 3}\nb: {only: 1}\n");
  CHECK(f.Apply(RemovePair(f.document, f.At("a.x"))) == "a: {y: 2, z: 3}\nb: {only: 1}\n");
  CHECK(f.Apply(RemovePair(f.document, f.At("a.z"))) == "a: {x: 1, y: 2}\nb: {only: 1}\n");
  CHECK(f.Apply(RemovePair(f.document, f.At("b.only"))) == "a: {x: 1, y: 2, z: 3}\nb: {}\n");
}

TEST_CASE("comments between brackets stay with what they speak of") {
  Fixture f("a: {\n  x: 1, # one\n  y: 2 # two\n}\n");
  CHECK(f.Apply(AddKey(f.document, f.At("a"), "new", Value::String("v"))) ==
        "a: {\n  x: 1, # one\n  y: 2, # two\n  new: v\n}\n");
  CHECK(f.Apply(AddKey(f.document, f.At("a"), "new", Value::String("v"), "x")) ==
        "a: {\n  x: 1, # one\n  new: v,\n  y: 2 # two\n}\n");
  CHECK(f.Apply(RemovePair(f.document, f.At("a.y"))) == "(refused)");
  CHECK(f.Apply(RemovePair(f.document, f.At("a.x"))) == "a: {\n  y: 2 # two\n}\n");
}

TEST_CASE("a bare pair between brackets is left alone") {
  Fixture f("a: [x, b: c]\n");
  CHECK(f.Apply(AddKey(f.document, f.At("a[1]"), "new", Value::String("v"))) == "(refused)");
  CHECK(f.Apply(RemovePair(f.document, f.At("a[1].b"))) == "(refused)");
  CHECK(f.Apply(RemoveItem(f.document, f.At("a[1]"))) == "a: [x]\n");
}

TEST_CASE("what an alias elsewhere needs is not removed") {
  Fixture f("a: &x 1\nb: *x\nc: {d: &y 2, e: *y}\n");
  CHECK(f.Apply(RemovePair(f.document, f.document.root().FindOwn("a"))) == "(refused)");
  CHECK(f.Apply(ReplaceValue(f.document, f.document.root().FindOwn("a"), Value::String("z"))) ==
        "(refused)");
  CHECK(f.Apply(RemovePair(f.document, f.document.root().FindOwn("c"))) == "a: &x 1\nb: *x\n");
}

TEST_CASE("RenameKey keeps quotes and refuses a key that is there") {
  Fixture f("\"a\": 1 # c\nb: 2\n");
  CHECK(f.Apply(RenameKey(f.document, f.At("a"), "new")) == "\"new\": 1 # c\nb: 2\n");
  CHECK(f.Apply(RenameKey(f.document, f.At("b"), "new")) == "\"a\": 1 # c\nnew: 2\n");
  CHECK(f.Apply(RenameKey(f.document, f.At("b"), "a")) == "(refused)");
}

TEST_CASE("AppendItem follows the style of the list") {
  Fixture f(
      "resources:\n- a.yaml # a\n- b.yaml\n# - c.yaml\nempty: []\nnone:\nflow: [x, \"y\"]\nlast:\n "
      " - k: 1\n    l: 2\n");
  CHECK(f.Apply(AppendItem(f.document, f.At("resources"), Value::String("n.yaml"))) ==
        Replaced(f.text, "- b.yaml\n", "- b.yaml\n- n.yaml\n"));
  CHECK(f.Apply(AppendItem(f.document, f.At("empty"), Value::String("new"))) ==
        Replaced(f.text, "empty: []", "empty:\n  - new"));
  CHECK(f.Apply(AppendItem(f.document, f.At("flow"), Value::String("n, m"))) ==
        Replaced(f.text, "\"y\"]", "\"y\", \"n, m\"]"));
  Value item = Value::Mapping(
      {{"k", Value::Verbatim("3")}, {"m", Value::Mapping({{"o", Value::String("p")}})}});
  CHECK(f.Apply(AppendItem(f.document, f.At("last"), item)) ==
        f.text + "  - k: 3\n    m:\n      o: p\n");
  CHECK(f.Apply(AppendItem(f.document, f.At("none"), Value::String("new")))
            .find("none:\n  - new\nflow") != std::string::npos);
}

TEST_CASE("InsertItem goes in front of an item and of its comments") {
  Fixture f("r:\n# of b\n- b.yaml # b\n  # more of b\n# of c\n- c.yaml\nflow: [x, \"y\"]\n");
  const Value value = Value::String("new");
  CHECK(f.Apply(InsertItem(f.document, f.At("r"), 0, value)) ==
        Replaced(f.text, "# of b\n", "- new\n# of b\n"));
  CHECK(f.Apply(InsertItem(f.document, f.At("r"), 1, value)) ==
        Replaced(f.text, "# of c\n", "- new\n# of c\n"));
  CHECK(f.Apply(InsertItem(f.document, f.At("r"), 7, value)) ==
        Replaced(f.text, "- c.yaml\n", "- c.yaml\n- new\n"));
  CHECK(f.Apply(InsertItem(f.document, f.At("flow"), 0, value)) ==
        Replaced(f.text, "[x,", "[new, x,"));
  CHECK(f.Apply(InsertItem(f.document, f.At("flow"), 1, value)) ==
        Replaced(f.text, "[x,", "[x, new,"));
  Fixture anchor("[&a !!str x, *a]\n");
  CHECK(anchor.Apply(InsertItem(anchor.document, anchor.document.root(), 0, value)) ==
        "[new, &a !!str x, *a]\n");
  Fixture nested("- - a\n  - b\n");
  CHECK(nested.Apply(InsertItem(nested.document, nested.At("[0]"), 0, value)) == "(refused)");
}

TEST_CASE("RemoveItem leaves the comments above where it is told to") {
  Fixture f("r:\n- a\n# - later\n- b # gone\n- c\n");
  CHECK(f.Apply(RemoveItem(f.document, f.At("r[1]"), CommentsAbove::kStay)) ==
        "r:\n- a\n# - later\n- c\n");
}

TEST_CASE("RemoveItem takes its lines, the last one leaves []") {
  Fixture f(kRelease);
  CHECK(f.Apply(RemoveItem(f.document, f.At("spec.valuesFrom[1]"))) ==
        Replaced(kRelease, "    # the secret\n    - kind: Secret\n      name: b\n", ""));
  Fixture one("r:\n  - a\nnext: [x, y]\n");
  CHECK(one.Apply(RemoveItem(one.document, one.At("r[0]"))) == "r: []\nnext: [x, y]\n");
  CHECK(one.Apply(RemoveItem(one.document, one.At("next[0]"))) == "r:\n  - a\nnext: [y]\n");
}

TEST_CASE("ReplaceValue swaps scalars and blocks, the comment on the line stays") {
  Fixture f("a: 1 # one\nb: # two\n  c: 1\n  d: 2\ne: 3\n");
  Value mapping = Value::Mapping({{"x", Value::String("val")}});
  CHECK(f.Apply(ReplaceValue(f.document, f.At("a"), mapping)) ==
        Replaced(f.text, "a: 1 # one", "a: # one\n  x: val"));
  CHECK(f.Apply(ReplaceValue(f.document, f.At("b"), Value::String("z"))) ==
        Replaced(f.text, "b: # two\n  c: 1\n  d: 2", "b: z # two"));
  CHECK(f.Apply(ReplaceValue(f.document, f.At("e"), Value::Block("l1\nl2\n"))) ==
        Replaced(f.text, "e: 3", "e: |\n  l1\n  l2"));
}

TEST_CASE("a comment on the line of the document's marker stays there") {
  Fixture f("--- # one\n");
  const Node root = f.document.root();
  CHECK(f.Apply(AddKey(f.document, root, "k", Value::Block("l1\nl2\n"))) ==
        "--- # one\nk: |\n  l1\n  l2\n");
  CHECK(f.Apply(ReplaceValue(f.document, root, Value::Block("l1\nl2\n"))) ==
        "--- | # one\n  l1\n  l2\n");
  CHECK(f.Apply(ReplaceValue(f.document, root, Value::String("z"))) == "--- z # one\n");
  Fixture open("--- # one");
  CHECK(open.Apply(AddKey(open.document, open.document.root(), "k", Value::Block("l1\n"))) ==
        "--- # one\nk: |\n  l1\n");
}

TEST_CASE("comments of an empty document stay above what is written into it") {
  Fixture f("# one\n\n  # two\n...\n");
  CHECK(f.Apply(AddKey(f.document, f.document.root(), "k",
                       Value::Mapping({{"a", Value::String("b")}}))) ==
        "# one\n\n  # two\nk:\n  a: b\n...\n");
}

TEST_CASE("no block scalar is written where it would swallow what follows") {
  const Value block = Value::Block("l1\n");
  Fixture f("a:\n      # one\nb:\n\n      # two\nc: # three\n  {} # four\nd:\n# five\n");
  for (const char* key : {"a", "b", "c"}) {
    CAPTURE(std::string(key));
    CHECK(f.Apply(ReplaceValue(f.document, f.At(key), block)) == "(refused)");
    CHECK(f.Apply(AddKey(f.document, f.At(key), "k", block)) == "(refused)");
  }
  CHECK(f.Apply(ReplaceValue(f.document, f.At("d"), block)) ==
        Replaced(f.text, "d:", "d: |\n  l1"));
  Fixture end("a: # one");
  CHECK(end.Apply(ReplaceValue(end.document, end.At("a"), block)) == "a: | # one\n  l1\n");
}

TEST_CASE("a comment that follows closely stays a comment") {
  Fixture f("a: 'b'# one\nc: [\n  'd'# two\n  ]\n");
  const Value lines = Value::Mapping({{"k", Value::String("v")}});
  CHECK(f.Apply(ReplaceValue(f.document, f.At("a"), Value::String("x"))) ==
        Replaced(f.text, "'b'#", "x #"));
  CHECK(f.Apply(ReplaceValue(f.document, f.At("a"), lines)) ==
        Replaced(f.text, " 'b'# one", " # one\n  k: v"));
  CHECK(f.Apply(ReplaceValue(f.document, f.At("c[0]"), Value::String("x"))) ==
        Replaced(f.text, "'d'#", "x #"));
}

TEST_CASE("an edit that would change what follows, or lose a comment, is refused") {
  const Value lines = Value::Mapping({{"k", Value::String("v")}});
  Fixture tab("a: b\n\t\n");
  CHECK(tab.Apply(ReplaceValue(tab.document, tab.At("a"), lines)) == "(refused)");
  Fixture above("a:\n  # one\n  {}\nb: [\n  # two\n  ]\nc: !!seq\n  # three\n  []\n");
  CHECK(above.Apply(AddKey(above.document, above.At("a"), "k", lines)) == "(refused)");
  CHECK(above.Apply(AppendItem(above.document, above.At("b"), lines)) == "(refused)");
  CHECK(above.Apply(AppendItem(above.document, above.At("c"), lines)) == "(refused)");
  Fixture keep("a: |+\nb: 1\n\n");
  CHECK(keep.Apply(RemovePair(keep.document, keep.At("b"))) == "(refused)");
  Fixture keep_key("? |+\n  a\nb: 1\n\n");
  CHECK(keep_key.Apply(RemovePair(keep_key.document, keep_key.At("b"))) == "(refused)");
  Fixture item("- ? |\n    b");
  CHECK(item.Apply(AppendItem(item.document, item.document.root(), lines)) == "(refused)");
  Fixture key("a: 1\n? |\n  b");
  CHECK(key.Apply(AddKey(key.document, key.document.root(), "k", lines)) == "(refused)");
}

TEST_CASE("SetScalar on block scalars and roots without text") {
  Fixture blanks("a: >-  \nb: |# one\nc: |\n      \nd: 1\n");
  CHECK(blanks.Apply(SetScalar(blanks.document, blanks.At("a"), "x")) ==
        Replaced(blanks.text, ">-  ", "|-\n  x"));
  CHECK(blanks.Apply(SetScalar(blanks.document, blanks.At("b"), "x")) ==
        Replaced(blanks.text, "|# one", "|- # one\n  x"));
  CHECK(blanks.Apply(SetScalar(blanks.document, blanks.At("c"), "x")) == "(refused)");
  Fixture root("# one\n...\n");
  CHECK(root.Apply(SetScalar(root.document, root.document.root(), "x")) == "# one\nx\n...\n");
}

TEST_CASE("a line added behind a lone carriage return has a line end of its own") {
  Fixture f("a: |+\n\r\r\n");
  CHECK(f.Apply(AddKey(f.document, f.document.root(), "b", Value::String("x"))) ==
        "a: |+\n\r\r\nb: x\r\n");
}

TEST_CASE("a colon in a comment is not the key's") {
  Fixture f("? a # b: c\n: d\n");
  CHECK(f.Apply(ReplaceValue(f.document, f.At("a"), Value::String("x"))) == "? a # b: c\n: x\n");
}

TEST_CASE("scalars that YAML would misread are quoted") {
  for (const char* plain : {"a", "web-1", "1.14.4", "v1", "https://x.y/z", "oci://a", "a b",
                            "${VAR}", "a:b", "-x", "10m", "1h30m", "é"}) {
    CHECK(QuoteScalar(plain) == plain);
  }
  for (const char* quoted :
       {"",      "true",       "No",  "null", "~",    "1",    "1.5", "0x1F", "0777", "1e3",
        "12:30", "2024-01-01", "- a", "a: b", "a #b", " a",   "a ",  "*x",   "&x",   "!x",
        "@x",    "[a",         "{a",  "%a",   "a:",   ".inf", "<<",  "---"}) {
    CAPTURE(std::string(quoted));
    CHECK(QuoteScalar(quoted) == "\"" + std::string(quoted) + "\"");
  }
  CHECK(QuoteScalar("a\nb\\\"") == R"("a\nb\\\"")");
  CHECK(QuoteScalar("a,b", ScalarStyle::kPlain, true) == "\"a,b\"");
  CHECK(QuoteScalar("it's", ScalarStyle::kSingleQuoted) == "'it''s'");
}

TEST_CASE("IndentWidth is what the document does most") {
  Fixture four("a:\n    b:\n        c: 1\n");
  CHECK(IndentWidth(four.document) == 4);
  Fixture none("a: 1\n");
  CHECK(IndentWidth(none.document) == 2);
}

TEST_CASE("every edit at every node of the examples does what it says and nothing else") {
  namespace fs = std::filesystem;
  int nodes = 0;
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(FLUXLS_SOURCE_DIR) / "examples")) {
    if (entry.path().extension() != ".yaml") continue;
    std::stringstream content;
    content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    for (bool crlf : {false, true}) {
      std::string text = content.str();
      for (size_t i = 0; crlf && (i = text.find('\n', i)) != std::string::npos; i += 2)
        text.insert(i, "\r");
      File file = Parse(text);
      for (const Document& document : file.documents) {
        document.root().Visit([&](Node node) {
          ++nodes;
          std::string problem = test::CheckEdits(text, document, node);
          CAPTURE(entry.path().string());
          CHECK(problem == "");
        });
      }
    }
  }
  MESSAGE(nodes << " nodes edited");
}

}  // namespace fluxls::yaml
