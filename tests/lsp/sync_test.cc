#include <doctest/doctest.h>

#include <random>

#include "analysis/text/text.h"
#include "lsp/convert.h"
#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

using Names = std::vector<std::string>;
const Names kRemoved = {"removed-api-version"};

Json RangeChange(int line, int character, int end_line, int end_character,
                 const std::string& text) {
  return {{"range", At(line, character, end_line, end_character)}, {"text", text}};
}

TEST_CASE("an opened document is checked, with its version") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest, 0);
  client.Run();
  REQUIRE(client.Pushes("/ws/a.yaml").size() == 1);
  Json push = client.Pushes("/ws/a.yaml")[0];
  CHECK(push["version"] == 0);
  CHECK(push["diagnostics"][0]["source"] == "fluxcd");
  CHECK(push["diagnostics"][0]["range"] == At(0, 12, 0, 47));
}

TEST_CASE("changes are applied in order, each to the result of the one before") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/a.yaml", kGoodManifest);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml").empty());
  // Insert a line, then change the line that has moved.
  client.Change("/ws/a.yaml",
                {RangeChange(0, 0, 0, 0, "# first\n"), RangeChange(1, 40, 1, 42, "v1beta1")}, 7);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml") == kRemoved);
  CHECK(client.Pushes("/ws/a.yaml").back()["version"] == 7);
  CHECK(client.Diagnostics("/ws/a.yaml")[0]["range"]["start"]["line"] == 1);
  // Whole text between incremental changes.
  client.Change("/ws/a.yaml",
                {RangeChange(0, 0, 5, 0, ""), Json({{"text", kBadManifest}}),
                 RangeChange(0, 40, 0, 47, "v1")},
                9);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml").empty());
}

TEST_CASE("columns count in UTF-16 unless something else was agreed") {
  for (const auto& [offer, name, column] :
       {std::tuple{Json(nullptr), "utf-16", 4}, std::tuple{Json({"utf-8"}), "utf-8", 6},
        std::tuple{Json({"utf-32", "utf-8"}), "utf-32", 3}}) {
    HarnessOptions options;
    options.capabilities = {{"general", {{"positionEncodings", offer}}}};
    ClientHarness client(options);
    CHECK(client.Initialize()["capabilities"]["positionEncoding"] == name);
    // The key stands twice behind a character outside of the BMP.
    client.Open("/ws/a.yaml", "{😀: 1,😀: 2, a: 1, a: 2}\n");
    client.Run();
    REQUIRE(client.Diagnostics("/ws/a.yaml").size() >= 1);
    int one = 1 + (column - 2) + 4;  // `{`, the character, `: 1,`
    CHECK(client.Diagnostics("/ws/a.yaml")[0]["range"]["start"]["character"] == one);
  }
}

TEST_CASE("an edit behind a surrogate pair hits its place") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/a.yaml", "a: 1 # 😀x\na2: 1\n");
  client.Change("/ws/a.yaml", {RangeChange(0, 9, 0, 10, "\na: 2")}, 2);  // replaces the x
  client.Run();
  REQUIRE(client.Codes("/ws/a.yaml") == Names{"duplicate-key"});
  CHECK(client.Diagnostics("/ws/a.yaml")[0]["range"] == At(1, 0, 1, 1));
}

TEST_CASE("CRLF texts keep their positions") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/a.yaml", "a: 1\r\nb: 2\r\na: 3\r\n");
  client.Run();
  CHECK(client.Diagnostics("/ws/a.yaml")[0]["range"] == At(2, 0, 2, 1));
  client.Change("/ws/a.yaml", {RangeChange(2, 0, 2, 99, "c: 3")}, 2);
  client.Run();
  CHECK(client.Diagnostics("/ws/a.yaml").empty());
}

TEST_CASE("huge and reversed ranges are taken for what they can mean") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/a.yaml", "a: 1\n");
  client.Change("/ws/a.yaml", {RangeChange(1000000, 5, 2000000000, 7, "a: 2\n")}, 2);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml") == Names{"duplicate-key"});
  client.Change("/ws/a.yaml", {RangeChange(1, 4, 1, 0, "b: 2")}, 3);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml").empty());
  Json change = {{"range",
                  {{"start", {{"line", -3}, {"character", -1}}},
                   {"end", {{"line", 18446744073709551615u}, {"character", 99999999999}}}}},
                 {"text", "x: 1\nx: 2\n"}};
  client.Change("/ws/a.yaml", {change}, 4);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml") == Names{"duplicate-key"});
}

TEST_CASE("didChange, didSave and didClose for a document that was never opened") {
  ClientHarness client;
  client.Initialize();
  client.ChangeAll("/ws/a.yaml", kBadManifest, 2);
  client.Close("/ws/a.yaml");
  client.Notify("textDocument/didSave", {{"textDocument", {{"uri", "file:///ws/a.yaml"}}}});
  client.Run();
  CHECK(client.Pushes("/ws/a.yaml").empty());
}

TEST_CASE("opening twice takes the second text") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest, 1);
  client.Open("/ws/a.yaml", kGoodManifest, 1);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml").empty());
  CHECK(client.Pushes("/ws/a.yaml").size() == 1);
}

TEST_CASE("an older text is never published over a newer one") {
  ClientHarness client;
  client.Initialize();
  client.Run();
  client.Open("/ws/a.yaml", kGoodManifest, 1);
  client.executor().RunMain();
  // The parse of version 1 waits for a worker while version 2 comes in.
  client.ChangeAll("/ws/a.yaml", kBadManifest, 2);
  client.Run();
  std::vector<Json> pushes = client.Pushes("/ws/a.yaml");
  REQUIRE(!pushes.empty());
  for (const Json& push : pushes) CHECK(push["version"] == 2);
  CHECK(client.Codes("/ws/a.yaml") == kRemoved);
}

TEST_CASE("a result that comes after the document was closed is dropped") {
  ClientHarness client;
  client.Initialize();
  client.Run();
  client.Open("/other/a.yaml", kBadManifest, 1);  // outside of the workspace
  client.executor().RunMain();
  while (client.executor().waiting_workers() > 0) {
    client.executor().RunOneWorker();
    if (client.executor().waiting_workers() == 0) client.Close("/other/a.yaml");
    client.executor().RunMain();
  }
  client.Run();
  for (const Json& push : client.Pushes("/other/a.yaml")) CHECK(push["diagnostics"].empty());
}

TEST_CASE("a typing storm ends in the findings of a fresh open") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/a.yaml", "", 0);
  std::mt19937 random(11);
  std::string text;
  auto push_some_work = [&] {
    client.executor().RunMain();
    for (unsigned i = random() % 3; i > 0; --i) {
      client.executor().RunOneWorker();
      client.executor().RunMain();
    }
  };
  // 500 edits in all: typing at the end, deletions and pastes in between, workers lagging behind.
  std::string wanted = kBadManifest + "---\na: 😀\na: 2\nb: [1, 2\nc: 'x\n";
  for (int version = 1; version <= 500; ++version) {
    Text now(text);
    auto from = static_cast<uint32_t>(random() % (text.size() + 1));
    auto to = static_cast<uint32_t>(std::min<size_t>(text.size(), from + random() % 12));
    Range range = {ToPosition(now, from, PositionEncoding::kUtf16),
                   ToPosition(now, to, PositionEncoding::kUtf16)};
    std::string insert = random() % 3 ? wanted.substr(random() % wanted.size(), random() % 20) : "";
    // The wanted text is cut anywhere, also inside its one wide character.
    while (!insert.empty() && static_cast<unsigned char>(insert.front()) >= 0x80)
      insert.erase(0, 1);
    while (!insert.empty() && static_cast<unsigned char>(insert.back()) >= 0x80) insert.pop_back();
    if (insert.find_first_of("\xF0\x9F\x98\x80") != std::string::npos) insert = "x: 1\n";
    if (version == 500) {
      range = {{0, 0}, {1000000, 0}};
      insert = wanted;
    }
    Json change = RangeChange(
        static_cast<int>(range.start.line), static_cast<int>(range.start.character),
        static_cast<int>(range.end.line), static_cast<int>(range.end.character), insert);
    client.Change("/ws/a.yaml", {change}, version);
    text = ApplyChange(std::make_shared<Text>(text), {range, insert}, PositionEncoding::kUtf16)
               ->content();
    push_some_work();
  }
  client.Run();
  REQUIRE(text == wanted);
  CHECK(client.Pushes("/ws/a.yaml").back()["version"] == 500);

  ClientHarness fresh;
  fresh.Initialize();
  fresh.Open("/ws/a.yaml", wanted);
  fresh.Run();
  CHECK(fresh.Diagnostics("/ws/a.yaml").size() >= 2);
  CHECK(client.Diagnostics("/ws/a.yaml") == fresh.Diagnostics("/ws/a.yaml"));
}

TEST_CASE("every prefix of a document, typed, agrees with a fresh open") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/a.yaml", "", 0);
  client.Run();
  int line = 0;
  int character = 0;
  for (size_t i = 0; i < kBadManifest.size(); ++i) {
    client.Change("/ws/a.yaml",
                  {RangeChange(line, character, line, character, kBadManifest.substr(i, 1))},
                  static_cast<int>(i) + 1);
    ++character;
    if (kBadManifest[i] == '\n') {
      ++line;
      character = 0;
    }
    client.Run(std::chrono::milliseconds(700));
    if (i % 10 != 0 && i + 1 != kBadManifest.size()) continue;
    ClientHarness fresh;
    fresh.Initialize();
    fresh.Open("/ws/a.yaml", kBadManifest.substr(0, i + 1));
    fresh.Run();
    CAPTURE(kBadManifest.substr(0, i + 1));
    REQUIRE(client.Diagnostics("/ws/a.yaml") == fresh.Diagnostics("/ws/a.yaml"));
  }
}

TEST_CASE("the client's spelling of a URI is used, and closing gives way to the folder's") {
  ClientHarness client;
  client.files().Write("/ws/a b.yaml", kBadManifest);
  client.Initialize();
  client.Run();
  CHECK(client.Sent("textDocument/publishDiagnostics").back()["uri"] == "file:///ws/a%20b.yaml");
  client.Notify("textDocument/didOpen", {{"textDocument",
                                          {{"uri", "file:///ws/%61 b.yaml"},
                                           {"languageId", "yaml"},
                                           {"version", 1},
                                           {"text", kBadManifest}}}});
  client.Run();
  std::vector<Json> pushes = client.Sent("textDocument/publishDiagnostics");
  REQUIRE(pushes.size() == 3);
  CHECK(pushes[1]["uri"] == "file:///ws/a%20b.yaml");
  CHECK(pushes[1]["diagnostics"].empty());
  CHECK(pushes[2]["uri"] == "file:///ws/%61 b.yaml");
  client.Notify("textDocument/didClose", {{"textDocument", {{"uri", "file:///ws/%61 b.yaml"}}}});
  client.Run();
  CHECK(client.Sent("textDocument/publishDiagnostics").back()["uri"] == "file:///ws/a%20b.yaml");
}

TEST_CASE("documents that are not ours are followed but not judged") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/readme.md", "a: 1\na: 2\n", 1, "markdown");
  client.Notify("textDocument/didOpen", {{"textDocument",
                                          {{"uri", "git:/ws/a.yaml?ref"},
                                           {"languageId", "yaml"},
                                           {"version", 1},
                                           {"text", kBadManifest}}}});
  client.Notify("textDocument/didChange",
                {{"textDocument", {{"uri", "git:/ws/a.yaml?ref"}, {"version", 2}}},
                 {"contentChanges", {{{"text", "x"}}}}});
  client.Open("/ws/chart/templates/x.yaml", "a: 1\na: 2\n", 1, "helm");
  client.Notify("textDocument/didOpen", {{"textDocument",
                                          {{"uri", "untitled:Untitled-1"},
                                           {"languageId", "yaml"},
                                           {"version", 1},
                                           {"text", kBadManifest}}}});
  client.Run();
  CHECK(client.Pushes("/ws/readme.md").empty());
  CHECK(client.Diagnostics("/ws/chart/templates/x.yaml").empty());
  std::map<std::string, size_t> counts;
  for (const Json& push : client.Sent("textDocument/publishDiagnostics"))
    counts[push["uri"]] = push["diagnostics"].size();
  CHECK(counts.size() == 2);
  CHECK(counts["untitled:Untitled-1"] == 1);
  client.Notify("textDocument/didClose", {{"textDocument", {{"uri", "git:/ws/a.yaml?ref"}}}});
}

TEST_CASE("a new version without a new text during a parse does not hold up a pull") {
  HarnessOptions options;
  options.capabilities = {{"textDocument", {{"diagnostic", Json::object()}}}};
  ClientHarness client(options);
  client.Initialize();
  client.Run();
  client.Open("/ws/a.yaml", kBadManifest, 1);
  client.executor().RunMain();
  client.Change("/ws/a.yaml", Json::array(), 2);
  client.executor().RunMain();  // the parse of version 1 is still out
  CHECK(client
            .Request("textDocument/diagnostic",
                     {{"textDocument", {{"uri", "file:///ws/a.yaml"}}}})["items"]
            .size() == 1);
}

}  // namespace
}  // namespace fluxls::lsp
