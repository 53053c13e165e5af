#include "analysis/text/text.h"

#include <doctest/doctest.h>

#include "analysis/text/unicode.h"

namespace fluxls {

TEST_CASE("LineIndex knows the three line ends of the LSP specification") {
  LineIndex lines("a\nbc\r\nd\re");
  REQUIRE(lines.LineCount() == 4);
  CHECK(lines.LineStart(1) == 2);
  CHECK(lines.LineEnd(1) == 4);  // before \r\n
  CHECK(lines.LineStart(2) == 6);
  CHECK(lines.LineEnd(2) == 7);
  CHECK(lines.LineStart(3) == 8);
  CHECK(lines.LineOf(0) == 0);
  CHECK(lines.LineOf(5) == 1);
  CHECK(lines.LineOf(8) == 3);
  CHECK(lines.LineOf(1000) == 3);
}

TEST_CASE("a final line end opens an empty last line") {
  CHECK(LineIndex("").LineCount() == 1);
  CHECK(LineIndex("a").LineCount() == 1);
  CHECK(LineIndex("a\n").LineCount() == 2);
  CHECK(LineIndex("a\r\n").LineEnd(0) == 1);
}

TEST_CASE("ApplyEdits refers every range to the text as it was") {
  CHECK(ApplyEdits("name: a", {{{6, 7}, "b"}, {{0, 4}, "kind"}}) == "kind: b");
  CHECK(ApplyEdits("ab", {{{1, 1}, "1"}, {{1, 1}, "2"}}) == "a12b");
  CHECK(ApplyEdits("ab", {{{0, 1}, "X"}, {{0, 0}, "<"}}) == "<Xb");
  CHECK(ApplyEdits("ab", {{{0, 2}, ""}}) == "");
}

TEST_CASE("ApplyEdits drops what does not fit this text") {
  CHECK(ApplyEdits("abcd", {{{0, 3}, "x"}, {{1, 2}, "y"}}) == "xd");
  CHECK(ApplyEdits("ab", {{{1, 9}, "x"}}) == "ab");
  CHECK(ApplyEdits("ab", {{{2, 1}, "x"}}) == "ab");
}

TEST_CASE("PreferredLineEnd is the one used most") {
  CHECK(PreferredLineEnd("") == "\n");
  CHECK(PreferredLineEnd("a\r\nb\r\nc\n") == "\r\n");
  CHECK(PreferredLineEnd("a\nb\r\nc\n") == "\n");
}

TEST_CASE("lengths in UTF-8, UTF-16 and code points") {
  const std::string_view text = "aä€😀";
  CHECK(text.size() == 10);
  CHECK(CountCodePoints(text) == 4);
  CHECK(CountUtf16Units(text) == 5);
  CHECK(PrefixOfCodePoints(text, 3) == 6);
  CHECK(PrefixOfUtf16Units(text, 3) == 6);
  CHECK(PrefixOfUtf16Units(text, 4) == 6);  // inside the surrogate pair: before it
  CHECK(PrefixOfUtf16Units(text, 5) == 10);
  CHECK(PrefixOfUtf16Units(text, 99) == 10);
}

TEST_CASE("malformed UTF-8 is found, and counted a byte at a time") {
  CHECK_FALSE(FirstInvalidUtf8("plain, ä, €, 😀"));
  CHECK(FirstInvalidUtf8("a\x80") == 1);
  CHECK(FirstInvalidUtf8("\xC0\xAF") == 0);          // overlong
  CHECK(FirstInvalidUtf8("\xED\xA0\x80") == 0);      // surrogate
  CHECK(FirstInvalidUtf8("\xF4\x90\x80\x80") == 0);  // beyond U+10FFFF
  CHECK(FirstInvalidUtf8("ab\xE2\x82") == 2);        // cut short
  CHECK(CountCodePoints("a\xFFz") == 3);
  CHECK(CountUtf16Units("a\xE2\x82z") == 4);
}

TEST_CASE("files in UTF-16 with a byte order mark become UTF-8") {
  using namespace std::string_literals;
  DecodedFile little = DecodeFile(
      "\xFF\xFE"
      "a\0\x3D\xD8\x00\xDE"s);
  CHECK(little.text == "a😀");
  CHECK(little.converted);
  DecodedFile big = DecodeFile("\xFE\xFF\0a"s);
  CHECK(big.text == "a");
  CHECK(big.converted);
  DecodedFile utf8 = DecodeFile(
      "\xEF\xBB\xBF"
      "a");
  CHECK(utf8.text ==
        "\xEF\xBB\xBF"
        "a");
  CHECK_FALSE(utf8.converted);
  CHECK(DecodeFile("\xFF\xFE\x00\xD8"s).text == "\xEF\xBF\xBD");  // half a pair
}

}  // namespace fluxls
