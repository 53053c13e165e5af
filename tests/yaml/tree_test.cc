// The tree and its ranges, on YAML as people write it.
#include "analysis/yaml/tree.h"

#include <doctest/doctest.h>

#include "tests/support/reread.h"

namespace fluxls::yaml {
namespace {

struct Parsed {
  explicit Parsed(std::string t) : text(std::move(t)), file(Parse(text)) {
    CHECK(test::CheckTree(text, file) == "");
  }
  Node At(std::string_view route, size_t document = 0) const {
    return file.documents.at(document).root().At(route);
  }
  std::string_view Source(ByteRange range) const { return Slice(text, range); }

  std::string text;
  File file;
};

}  // namespace

TEST_CASE("key, value and pair have exact ranges") {
  Parsed p("spec:\n  url: oci://ghcr.io/x  # where\n  ref: {tag: 1.0}\n");
  Node url = p.At("spec.url");
  CHECK(p.Source(url.range()) == "oci://ghcr.io/x");
  CHECK(p.Source(url.key().range()) == "url");
  CHECK(p.Source(url.pair_range()) == "url: oci://ghcr.io/x");
  CHECK(p.Source(p.At("spec.ref").range()) == "{tag: 1.0}");
  CHECK(p.At("spec.ref").IsFlow());
  CHECK(p.Source(p.At("spec.ref.tag").pair_range()) == "tag: 1.0");
  CHECK(p.Source(p.At("spec").pair_range()) ==
        "spec:\n  url: oci://ghcr.io/x  # where\n  ref: {tag: 1.0}");
  REQUIRE(p.file.documents[0].comments().size() == 1);
  CHECK(p.Source(p.file.documents[0].comments()[0]) == "# where");
}

TEST_CASE("quotes belong to the range, not to the value") {
  Parsed p("a: 'it''s'\nb: \"x\\ty\"\n\"c d\": 1\n");
  CHECK(p.Source(p.At("a").range()) == "'it''s'");
  CHECK(p.At("a").value() == "it's");
  CHECK(p.At("a").style() == ScalarStyle::kSingleQuoted);
  CHECK(p.At("b").value() == "x\ty");
  CHECK(p.At("c d").value() == "1");
  CHECK(p.Source(p.At("c d").key().range()) == "\"c d\"");
}

TEST_CASE("block scalars end with their last line of content") {
  Parsed p("a: |  # why\n  one\n\n  two\n\nb: >-\n  x\n  y\nc: |+\n  z\n\n\nd: 1\n");
  CHECK(p.Source(p.At("a").range()) == "|  # why\n  one\n\n  two");
  CHECK(p.At("a").value() == "one\n\ntwo\n");
  CHECK(p.At("b").value() == "x y");
  CHECK(p.Source(p.At("b").range()) == ">-\n  x\n  y");
  CHECK(p.At("c").value() == "z\n\n\n");
  CHECK(p.file.documents[0].comments().size() == 1);
}

TEST_CASE("plain and quoted scalars over several lines") {
  Parsed p("a: one\n  two\n\n  three\nb: \"x\n  y\\\n  z\"\n");
  CHECK(p.At("a").value() == "one two\nthree");
  CHECK(p.Source(p.At("a").range()) == "one\n  two\n\n  three");
  CHECK(p.At("b").value() == "x yz");
}

TEST_CASE("a missing value is an empty range behind its colon or dash") {
  Parsed p("a:\nb: # nothing\nc:\n  -\n  - null\n  - ~\nnull: x\n");
  CHECK(p.At("a").IsNull());
  CHECK(p.At("a").range() == ByteRange{2, 2});
  CHECK(p.At("b").range() == ByteRange{5, 5});
  CHECK(p.At("c[0]").range().empty());
  CHECK(p.Source(p.At("c[1]").range()) == "null");
  CHECK(p.At("c[1]").IsNull());
  CHECK(p.Source(p.At("c[2]").range()) == "~");
  // `null` as a key is the null of YAML, not the value of the line above it.
  CHECK(p.file.documents[0].root().size() == 4);
}

TEST_CASE("anchors, aliases and merge keys") {
  Parsed p(
      "base: &base {interval: 1h, timeout: 5m}\n"
      "x:\n  <<: *base\n  timeout: 1m\n"
      "y: *base\n"
      "z:\n  <<: [*base, {extra: 1, interval: 9h}]\n");
  CHECK(p.At("base").anchor() == "base");
  CHECK(p.Source(p.At("base").full_range()).starts_with("&base {"));
  CHECK(p.Source(p.At("base").range()).starts_with("{"));
  CHECK(p.At("x.interval").value() == "1h");
  CHECK(p.At("x.timeout").value() == "1m");
  CHECK_FALSE(p.At("x").FindOwn("interval"));
  CHECK(p.At("y.timeout").value() == "5m");
  CHECK(p.At("z.interval").value() == "1h");
  CHECK(p.At("z.extra").value() == "1");
  CHECK_FALSE(p.file.documents[0].HasErrors());
}

TEST_CASE("an anchor may be defined twice: the last one before the alias counts") {
  Parsed p("a: &x 1\nb: *x\nc: &x 2\nd: *x\n");
  CHECK(p.At("b").value() == "1");
  CHECK(p.At("d").value() == "2");
  CHECK_FALSE(p.file.documents[0].HasErrors());
}

TEST_CASE("an anchored block scalar in a list is read") {
  Parsed p("patches:\n  - &patch !t |-\n    - op: add\n      path: /a\n  - *patch\n");
  CHECK_FALSE(p.file.documents[0].HasErrors());
  CHECK(p.At("patches[0]").value() == "- op: add\n  path: /a");
  CHECK(p.At("patches[0]").anchor() == "patch");
  CHECK(p.At("patches[0]").tag() == "!t");
  CHECK(p.At("patches[1]").value() == "- op: add\n  path: /a");
}

TEST_CASE("what looks like an anchor in a block scalar is text, also in a list of anchored ones") {
  Parsed p("a:\n  - &p |-\n    - op: add\n    - &q plain\n    - *q\n  - *p\n");
  CHECK_FALSE(p.file.documents[0].HasErrors());
  CHECK(p.At("a[0]").value() == "- op: add\n- &q plain\n- *q");
  CHECK(p.At("a[1]").value() == "- op: add\n- &q plain\n- *q");
}

TEST_CASE("what the parser cannot read behind properties, and what it only looks like") {
  Parsed block("a:\n    &x |\n  text\nb: *x\n");
  CHECK_FALSE(block.file.documents[0].HasErrors());
  CHECK(block.At("a").value() == "text\n");
  CHECK(block.At("a").anchor() == "x");
  CHECK(block.At("b").value() == "text\n");
  Parsed indented("- &x |2\n    a\n- !t |2-\n    b\n");
  CHECK_FALSE(indented.file.documents[0].HasErrors());
  CHECK(indented.At("[0]").value() == "  a\n");
  CHECK(indented.At("[1]").value() == "  b");
  CHECK(Parsed("- &x |2\n     a\n").At("[0]").value() == "   a\n");
  Parsed lines("&x\n  !t |\n a\n");
  CHECK_FALSE(lines.file.documents[0].HasErrors());
  CHECK(lines.At("").value() == "a\n");
  CHECK(lines.At("").anchor() == "x");
  CHECK(lines.At("").tag() == "!t");
  Parsed urls("a: [\n  http://x?y\n  ]\n");
  CHECK_FALSE(urls.file.documents[0].HasErrors());
  CHECK(urls.At("a[0]").value() == "http://x?y");
  Parsed dashes("---&x-a: b\n&x y\n");
  CHECK(dashes.At("").anchor() == "");
  Parsed quoted("a: !t # one\n  'q'\nb: !t\n'c': 1\n");
  CHECK_FALSE(quoted.file.documents[0].HasErrors());
  CHECK(quoted.At("a").value() == "q");
  CHECK(quoted.At("b").value() == "");
  CHECK(quoted.At("c").value() == "1");
}

TEST_CASE("a lone tag is a value without text") {
  Parsed p("a: ! # one\nb: !\n! c: 1\n");
  CHECK(p.At("a").value() == "");
  CHECK(p.Source(p.At("a").full_range()) == "!");
  CHECK(p.Source(p.At("b").full_range()) == "!");
  CHECK(p.At("c").value() == "1");
  Parsed root("--- ! # one\n");
  CHECK(root.Source(root.At("").full_range()) == "!");
}

TEST_CASE("keys without a name and what follows them do not overlap") {
  Parsed("? \n?<<: x\n");
  Parsed("a: b\n? \n:}: c\n");
  Parsed("? \n! a: b\n");
  Parsed("?\n~}a: b\n");
}

TEST_CASE("blanks at the end of a text are no content of a folded scalar") {
  CHECK(Parsed("a: >-\n  b\n  ").At("a").value() == "b");
  CHECK(Parsed("a: >\n  b\n  c \n  ").At("a").value() == "b c \n");
  CHECK(Parsed("a: >+\n  b\n  ").At("a").value() == "b\n");
  CHECK(Parsed("a: >-\n  b \n\n  ").At("a").value() == "b ");
  CHECK(Parsed("a: >-\n  b\n    ").At("a").value() == "b\n  ");
  CHECK(Parsed("a: >+\n  b\n   ").At("a").value() == "b\n ");
}

TEST_CASE("line breaks before a closing quote") {
  CHECK(Parsed("a: 'x\n\n\n  '\n").At("a").value() == "x\n\n");
  CHECK(Parsed("a: \"x\n\n  \"\n").At("a").value() == "x\n");
  CHECK(Parsed("a: '\n\n\n  '\n").At("a").value() == "\n\n");
  CHECK(Parsed("a: \"\r  \r  \"\n").At("a").value() == "\n");
  // A backslash is a letter like any other between single quotes.
  CHECK(Parsed("a: '\\\n\n\n  '\n").At("a").value() == "\\\n\n");
  CHECK(Parsed("a: \"\\\\\n\n\n  \"\n").At("a").value() == "\\\n\n");
}

TEST_CASE("a comment may stand right behind the header of a block scalar") {
  Parsed p("a: |# one\n  x\n");
  CHECK(p.At("a").value() == "x\n");
  REQUIRE(p.file.documents[0].comments().size() == 1);
  CHECK(p.Source(p.file.documents[0].comments()[0]) == "# one");
}

TEST_CASE("recursive aliases do not send anyone in circles") {
  Parsed p("a: &a\n  <<: *a\n  b: 1\n");
  CHECK(p.At("a.b").value() == "1");
  CHECK_FALSE(p.At("a.nothing"));
}

TEST_CASE("duplicate keys: the last one counts, all are listed") {
  Parsed p("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n\"a\": 4\n");
  CHECK(p.At("a").value() == "4");
  std::vector<Node> twice = p.file.documents[0].duplicate_keys();
  REQUIRE(twice.size() == 3);
  CHECK(twice[0].range().begin == 17);
  CHECK(twice[2].range().begin > twice[1].range().begin);
}

TEST_CASE("documents are cut at their markers, whatever is in them") {
  Parsed p("# head\n---\na: 1\n--- # two\nb: 2\n...\n# between\n---\n--- {c: 3}\n");
  REQUIRE(p.file.documents.size() == 4);
  CHECK(p.At("a", 0).value() == "1");
  CHECK(p.At("b", 1).value() == "2");
  CHECK_FALSE(p.At("x", 2));
  CHECK(p.At("c", 3).value() == "3");
  CHECK(p.file.documents[0].range().begin == 0);
}

TEST_CASE("a marker inside a block scalar ends the document, as YAML says") {
  Parsed p("a: |\n  x\n---\nb: 1\n");
  REQUIRE(p.file.documents.size() == 2);
  CHECK(p.At("a").value() == "x\n");
  CHECK(p.At("b", 1).value() == "1");
}

TEST_CASE("byte order mark, CRLF and wide characters move nothing") {
  Parsed p("\xEF\xBB\xBF# 😀\r\nkind: Kustomization\r\nname: \"grün 😀\"\r\nlist:\r\n  - a\r\n");
  CHECK(p.Source(p.At("kind").range()) == "Kustomization");
  CHECK(p.Source(p.At("name").range()) == "\"grün 😀\"");
  CHECK(p.Source(p.At("list[0]").pair_range()) == "- a");
  CHECK_FALSE(p.file.documents[0].HasErrors());
}

TEST_CASE("empty and comment-only texts have a document without a root") {
  for (const char* text : {"", "\n\n", "# only a comment\n", "\xEF\xBB\xBF", "   "}) {
    Parsed p(text);
    REQUIRE(p.file.documents.size() == 1);
    CHECK_FALSE(p.file.documents[0].root());
    CHECK_FALSE(p.file.documents[0].HasErrors());
  }
}

TEST_CASE("flow style: single pairs, empty values, nested brackets over lines") {
  Parsed p("a: [x, b: c, {d}, {e: , f}]\nb: {\n  \"k\": [1,\n    2], # c\n}\n");
  CHECK(p.At("a").size() == 4);
  CHECK(p.At("a[1].b").value() == "c");
  CHECK(p.At("a[3].e").IsNull());
  CHECK(p.At("b.k[1]").value() == "2");
  CHECK(p.Source(p.At("b").range()).ends_with("}"));
}

TEST_CASE("explicit keys") {
  Parsed p("? a\n: 1\n? [x, y]\n: 2\n? b\n");
  CHECK(p.At("a").value() == "1");
  CHECK(p.file.documents[0].root().size() == 3);
  CHECK_FALSE(p.file.documents[0].HasErrors());
}

TEST_CASE("routes name nodes both ways") {
  Parsed p("spec:\n  patches:\n    - target: {kind: X}\n");
  CHECK(RouteOf(p.At("spec.patches[0].target.kind")) == "spec.patches[0].target.kind");
  CHECK(RouteOf(p.file.documents[0].root()) == "");
  CHECK_FALSE(p.At("spec.patches[1]"));
  CHECK_FALSE(p.At("spec[0]"));
  CHECK_FALSE(p.At("spec.patches[x]"));
  CHECK_FALSE(p.At("nothing.at.all"));
}

TEST_CASE("the node under an offset is the deepest one") {
  Parsed p("spec:\n  name: web\n  list: [a, b]\n");
  const Document& document = p.file.documents[0];
  CHECK(document.NodeAt(10).value() == "name");
  CHECK(document.NodeAt(15).value() == "web");
  CHECK(document.NodeAt(17).value() == "web");
  CHECK(RouteOf(document.NodeAt(30)) == "spec.list[1]");
  CHECK_FALSE(document.NodeAt(1000));
}

TEST_CASE("only changed pieces are parsed again") {
  std::string text;
  for (int i = 0; i < 10; ++i) text += "---\na: " + std::to_string(i) + "\n";
  File first = Parse(text);
  std::string edited = text;
  edited.replace(edited.find("a: 5"), 4, "a: 55");
  ParseStats stats;
  File second = Parse(edited, &first, &stats);
  CHECK(stats.pieces_parsed == 1);
  CHECK(stats.pieces_reused == 9);
  CHECK(second.documents[9].root().At("a").value() == "9");
  CHECK(Slice(edited, second.documents[9].root().At("a").range()) == "9");
  CHECK(second.documents[5].root().At("a").value() == "55");
}

}  // namespace fluxls::yaml
