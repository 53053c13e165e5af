// What folds, and what is selected step by step.
#include "analysis/features/ranges.h"

#include <doctest/doctest.h>

#include <string>

namespace fluxls {
namespace {

using Lines = std::vector<std::string>;

// "1-3" for lines, counted from 0; with "#" for comments.
Lines Folds(const std::string& content) {
  const Text text(content);
  Lines out;
  for (const Fold& fold : FoldingRanges(text, yaml::Parse(content))) {
    const uint32_t first = text.lines().LineOf(fold.range.begin);
    const uint32_t last = text.lines().LineOf(fold.range.end);
    CHECK(first < last);
    out.push_back((fold.comment ? "#" : "") + std::to_string(first) + "-" + std::to_string(last));
  }
  return out;
}

// The texts around the `|` in `content`, from the inside out. Checks that each is larger than the
// one inside it and holds the cursor.
Lines Around(std::string content) {
  const size_t cursor = content.rfind('|');
  REQUIRE(cursor != std::string::npos);
  content.erase(cursor, 1);
  const Text text(content);
  Lines out;
  ByteRange inside = {static_cast<uint32_t>(cursor), static_cast<uint32_t>(cursor)};
  for (ByteRange range :
       SelectionRanges(text, yaml::Parse(content), static_cast<uint32_t>(cursor))) {
    CHECK(range.begin <= inside.begin);
    CHECK(range.end >= inside.end);
    if (!out.empty()) CHECK(range.size() > inside.size());
    inside = range;
    out.emplace_back(Slice(content, range));
  }
  CHECK(inside == ByteRange{0, static_cast<uint32_t>(content.size())});
  return out;
}

TEST_CASE("mappings, lists, items and block scalars fold") {
  CHECK(Folds("metadata:\n"       // 0
              "  name: a\n"       // 1
              "\n"                // 2
              "spec:\n"           // 3
              "  list:\n"         // 4
              "    - name: x\n"   // 5
              "      text: |\n"   // 6
              "        one\n"     // 7
              "        two\n"     // 8
              "\n"                // 9
              "    - y\n"         // 10
              "  flow: {a: 1,\n"  // 11
              "    b: 2}\n"       // 12
              "  same:\n"         // 13
              "  - z\n") ==       // 14
        Lines{"0-1", "3-14", "4-10", "5-8", "6-8", "11-12", "13-14"});
}

TEST_CASE("runs of comment lines fold, single ones and those behind values do not") {
  CHECK(Folds("# one\n# two\n#\na: 1 # x\nb: 2 # y\n# alone\n\n# again\n  # more\nc: 3\n") ==
        Lines{"#0-2", "#7-8"});
  CHECK(Folds("a: |\n  # text\n  # text\n") == Lines{"0-2"});
}

TEST_CASE("documents fold where there are several") {
  CHECK(Folds("---\na: 1\nb: 2\n") == Lines{});
  CHECK(Folds("---\na: 1\n\n---\n# c\nb: 2\nc: 3\n---\n") == Lines{"0-1", "3-6"});
  // Where one begins with what folds itself, that counts.
  CHECK(Folds("a:\n  b: 1\nc: 2\n---\nd: 3\n") == Lines{"0-1", "3-4"});
}

TEST_CASE("folding: line ends of other systems, and nothing in nothing") {
  CHECK(Folds("a:\r\n  b: 1\r\n  c: 2\r\n\r\nd: 1\r\n") == Lines{"0-2"});
  CHECK(Folds("").empty());
  CHECK(Folds("\n\n").empty());
  CHECK(Folds("a: 1").empty());
  CHECK(Folds("a:\n  b: {{ x }}\n  c: 1\n") == Lines{"0-2"});
  CHECK(Folds("a:\n  b: 1\n  c\nd: \"1\n") == Lines{"0-1"});
}

TEST_CASE("selection grows from a scalar to its pair, the mapping, and so on") {
  CHECK(Around("---\na:\n  b: wo|rd\n  c: 1\n---\nd: 2\n") ==
        Lines{"word", "b: word", "b: word\n  c: 1", "a:\n  b: word\n  c: 1",
              "---\na:\n  b: word\n  c: 1", "---\na:\n  b: word\n  c: 1\n",
              "---\na:\n  b: word\n  c: 1\n---\nd: 2\n"});
  CHECK(Around("a:\n  b|b: 1\n  c: 2\n") ==
        Lines{"bb", "bb: 1", "bb: 1\n  c: 2", "a:\n  bb: 1\n  c: 2", "a:\n  bb: 1\n  c: 2\n"});
}

TEST_CASE("selection in quotes, with anchors, in block scalars and comments") {
  CHECK(Around("a: &x \"q|uoted\"\n") ==
        Lines{"quoted", "\"quoted\"", "&x \"quoted\"", "a: &x \"quoted\"", "a: &x \"quoted\"\n"});
  CHECK(Around("a: >\n  one\n  tw|o\n") ==
        Lines{"two", ">\n  one\n  two", "a: >\n  one\n  two", "a: >\n  one\n  two\n"});
  CHECK(Around("a: 1 # no|te\n") == Lines{"# note", "a: 1 # note", "a: 1 # note\n"});
}

TEST_CASE("selection at a dash and between key and value") {
  CHECK(Around("l:\n  -| a: 1\n  - b\n") ==
        Lines{"- a: 1", "- a: 1\n  - b", "l:\n  - a: 1\n  - b", "l:\n  - a: 1\n  - b\n"});
  CHECK(Around("a:  |  1\nb: 2\n") == Lines{"a:    1", "a:    1\nb: 2", "a:    1\nb: 2\n"});
}

TEST_CASE("selection where there is nothing is all there is") {
  CHECK(Around("|") == Lines{""});
  CHECK(Around("a: 1\n\n\n|") == Lines{"a: 1\n\n\n"});
  CHECK(Around("a: 1\n---\n|") == Lines{"---\n", "a: 1\n---\n"});
}

TEST_CASE("folds and selections of whatever breaks off a file") {
  const std::string text =
      "# c\n# d\n---\na: &x {b: [1,\n 'two']}\nc: |\n  t\n\n- \"q\nd: *x\n? k\n: v\n---\n{{ y }}\n";
  for (size_t size = 0; size <= text.size(); ++size) {
    CAPTURE(size);
    Folds(text.substr(0, size));
    Around(text.substr(0, size) + "|" + text.substr(size));
    Around(text.substr(0, size) + "|");
  }
}

}  // namespace
}  // namespace fluxls
