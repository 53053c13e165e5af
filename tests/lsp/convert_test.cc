#include "lsp/convert.h"

#include <doctest/doctest.h>

#include <random>

#include "lsp/uri.h"

namespace fluxls::lsp {
namespace {

using E = PositionEncoding;

TEST_CASE("positions count in the units of the encoding") {
  Text text("aé😀b\nx");  // bytes: a1 é2 😀4 b1
  CHECK(ToPosition(text, 7, E::kUtf8) == Position{0, 7});
  CHECK(ToPosition(text, 7, E::kUtf16) == Position{0, 4});
  CHECK(ToPosition(text, 7, E::kUtf32) == Position{0, 3});
  CHECK(ToOffset(text, {0, 7}, E::kUtf8) == 7);
  CHECK(ToOffset(text, {0, 4}, E::kUtf16) == 7);
  CHECK(ToOffset(text, {0, 3}, E::kUtf32) == 7);
  CHECK(ToOffset(text, {1, 0}, E::kUtf16) == 9);
}

TEST_CASE("a column inside a code point is the one before it") {
  Text text("😀b");
  CHECK(ToOffset(text, {0, 1}, E::kUtf16) == 0);
  CHECK(ToOffset(text, {0, 2}, E::kUtf16) == 4);
  CHECK(ToOffset(text, {0, 1}, E::kUtf8) == 0);
  CHECK(ToOffset(text, {0, 3}, E::kUtf8) == 0);
  CHECK(ToOffset(text, {0, 4}, E::kUtf8) == 4);
}

TEST_CASE("positions outside of the text are moved into it") {
  Text text("ab\r\ncd\rE\n");
  CHECK(ToOffset(text, {0, 99}, E::kUtf16) == 2);
  CHECK(ToOffset(text, {1, UINT32_MAX}, E::kUtf8) == 6);
  CHECK(ToOffset(text, {2, 1}, E::kUtf32) == 8);
  CHECK(ToOffset(text, {3, 5}, E::kUtf16) == 9);
  CHECK(ToOffset(text, {UINT32_MAX, UINT32_MAX}, E::kUtf16) == 9);
  CHECK(ToPosition(text, 3, E::kUtf16) == Position{0, 2});
  CHECK(ToPosition(text, 12345, E::kUtf16) == Position{3, 0});
}

TEST_CASE("reversed ranges are turned round") {
  Text text("abc\ndef\n");
  CHECK(ToByteRange(text, {{1, 1}, {0, 2}}, E::kUtf16) == ByteRange{2, 5});
}

TEST_CASE("there and back again at every code point") {
  Text text("# комментарий 😀\r\nключ: \"значение 𝒳\"\n\rend\xff\n");
  const std::string& bytes = text.content();
  for (uint32_t at = 0; at <= bytes.size(); ++at) {
    bool boundary = at == bytes.size() || (static_cast<unsigned char>(bytes[at]) & 0xC0) != 0x80;
    bool line_end = at > 0 && at < bytes.size() && bytes[at] == '\n' && bytes[at - 1] == '\r';
    if (!boundary || line_end) continue;
    for (E encoding : {E::kUtf8, E::kUtf16, E::kUtf32})
      CHECK(ToOffset(text, ToPosition(text, at, encoding), encoding) == at);
  }
}

TEST_CASE("changes are applied with and without a range") {
  auto text = std::make_shared<Text>("one\r\ntwo 😀 x\n");
  CHECK(ApplyChange(text, {std::nullopt, "new"}, E::kUtf16)->content() == "new");
  CHECK(ApplyChange(text, {Range{{1, 4}, {1, 6}}, "!"}, E::kUtf16)->content() ==
        "one\r\ntwo ! x\n");
  CHECK(ApplyChange(text, {Range{{0, 3}, {1, 0}}, ""}, E::kUtf16)->content() == "onetwo 😀 x\n");
  CHECK(ApplyChange(text, {Range{{9, 9}, {9, 9}}, "z"}, E::kUtf16)->content() ==
        "one\r\ntwo 😀 x\nz");
}

TEST_CASE("the smallest edit gives the new text and cuts no code point") {
  std::mt19937 random(7);
  const std::vector<std::string> parts = {"a", "b", "é", "è", "😀", "😁", "\r\n", "\n", " "};
  for (int round = 0; round < 3000; ++round) {
    std::string before, after;
    for (int i = 0; i < 6; ++i) before += parts[random() % parts.size()];
    for (int i = 0; i < 6; ++i) after += random() % 3 ? parts[random() % parts.size()] : before;
    TextEdit edit = MinimalEdit(before, after);
    REQUIRE(ApplyEdits(before, {edit}) == after);
    auto starts = [&](uint32_t at) {
      return at == before.size() || (static_cast<unsigned char>(before[at]) & 0xC0) != 0x80;
    };
    REQUIRE(starts(edit.range.begin));
    REQUIRE(starts(edit.range.end));
  }
}

TEST_CASE("the first offered encoding that we know wins") {
  CHECK(ChooseEncoding({}) == E::kUtf16);
  CHECK(ChooseEncoding({"utf-7"}) == E::kUtf16);
  CHECK(ChooseEncoding({"utf-7", "utf-32", "utf-8"}) == E::kUtf32);
  CHECK(ChooseEncoding({"utf-8", "utf-16"}) == E::kUtf8);
}

TEST_CASE("URIs and paths") {
  CHECK(PathFromUri("file:///a/b.yaml") == "/a/b.yaml");
  CHECK(PathFromUri("file:///a%20b/%C3%A9.yaml") == "/a b/é.yaml");
  CHECK(PathFromUri("file:///c%3A/x") == "/c:/x");
  CHECK(PathFromUri("FILE://LOCALHOST/a/../b") == "/b");
  CHECK(PathFromUri("file:/a") == "/a");
  CHECK(PathFromUri("file:///a?x#y") == "/a");
  CHECK(PathFromUri("file:///a%3Fx%23y") == "/a?x#y");
  CHECK(PathFromUri("file:///100%") == "/100%");
  CHECK_FALSE(PathFromUri("file://host/a"));
  CHECK_FALSE(PathFromUri("git:/a"));
  CHECK_FALSE(PathFromUri("file:///a%00b"));
  CHECK_FALSE(PathFromUri("a/b"));
  CHECK_FALSE(PathFromUri(""));
  CHECK(PathFromUri("untitled:Untitled-1"));
  CHECK(UriFromPath("/a b/é+c:.yaml") == "file:///a%20b/%C3%A9%2Bc%3A.yaml");
  CHECK(PathFromUri(UriFromPath("/ä/%41/x y")) == "/ä/%41/x y");
}

TEST_CASE("the client's own spelling comes back") {
  UriMap uris;
  uris.SetFolders({{"/c:/w s", "file:///c%3a/w%20s/"}});
  CHECK(uris.UriFor("/c:/w s/a b.yaml") == "file:///c%3a/w%20s/a%20b.yaml");
  CHECK(uris.UriFor("/c:/w sx") == "file:///c%3A/w%20sx");
  uris.Remember("/c:/w s/a b.yaml", "file:///C:/w s/a b.yaml");
  CHECK(uris.UriFor("/c:/w s/a b.yaml") == "file:///C:/w s/a b.yaml");
}

}  // namespace
}  // namespace fluxls::lsp
