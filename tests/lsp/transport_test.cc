#include "lsp/transport.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace fluxls::lsp {
namespace {

using Kind = FrameEvent::Kind;

std::vector<FrameEvent> Read(std::string_view bytes, size_t step = SIZE_MAX,
                             size_t cap = kMaxBodyBytes) {
  FrameReader reader(cap);
  std::vector<FrameEvent> events;
  for (size_t at = 0; at < bytes.size(); at += std::min(step, bytes.size() - at)) {
    reader.Feed(bytes.substr(at, step), events);
  }
  reader.Finish(events);
  return events;
}

std::string Summary(const std::vector<FrameEvent>& events) {
  std::string out;
  for (const FrameEvent& event : events) {
    out += event.kind == Kind::kMessage    ? "[" + event.text + "]"
           : event.kind == Kind::kOversize ? "O"
                                           : "E";
  }
  return out;
}

// The same whatever way the bytes are cut.
std::string ReadAllWays(std::string_view bytes, size_t cap = kMaxBodyBytes) {
  std::string whole = Summary(Read(bytes, SIZE_MAX, cap));
  for (size_t step : {1, 2, 3, 7, 64}) CHECK(Summary(Read(bytes, step, cap)) == whole);
  return whole;
}

TEST_CASE("frames are cut wherever the bytes are") {
  CHECK(ReadAllWays("Content-Length: 2\r\n\r\n{}Content-Length: 4\r\n\r\nnull") == "[{}][null]");
  CHECK(ReadAllWays(EncodeFrame("{\"a\":1}") + EncodeFrame("x")) == "[{\"a\":1}][x]");
  CHECK(ReadAllWays("") == "");
}

TEST_CASE("header names are case-insensitive and strangers are passed over") {
  CHECK(ReadAllWays("content-length:2\r\nContent-Type: application/vscode-jsonrpc; "
                    "charset=utf-8\r\n\r\n{}") == "[{}]");
  CHECK(ReadAllWays("CONTENT-LENGTH : 2 \r\nX-Other: y\r\n\r\n{}") == "[{}]");
  CHECK(ReadAllWays("Content-Length: 2\n\n{}") == "[{}]");
  CHECK(ReadAllWays("\r\n\r\nContent-Length: 2\r\n\r\n{}\r\nContent-Length: 2\r\n\r\n[]") ==
        "[{}][[]]");
}

TEST_CASE("an empty body is a message") {
  CHECK(ReadAllWays("Content-Length: 0\r\n\r\n" + EncodeFrame("x")) == "[][x]");
}

TEST_CASE("bad lengths are reported and the next frame is found") {
  for (std::string bad :
       {"Content-Length: abc", "Content-Length:", "Content-Length: -5", "Content-Length: 1x",
        "Content-Length: 99999999999999999999999", "Content-Length: 9999999999999999",
        "Content-Type: x", "no header at all"}) {
    CAPTURE(bad);
    CHECK(ReadAllWays(bad + "\r\n\r\n{\"lost\":1}" + EncodeFrame("{}")) == "E[{}]");
  }
}

TEST_CASE("a length that is too short leaves a tail that is skipped") {
  // The tail `9}` and the next header share a line.
  CHECK(ReadAllWays("Content-Length: 3\r\n\r\n{\"a\":9}" + EncodeFrame("{}")) == "[{\"a]E[{}]");
}

TEST_CASE("a length that is too long eats the next header; the frame behind it is found") {
  std::string bytes =
      "Content-Length: 12\r\n\r\n{\"a\":9}" + EncodeFrame("{\"b\":1}") + EncodeFrame("{}");
  CHECK(ReadAllWays(bytes) == "[{\"a\":9}Conte]E[{}]");
}

TEST_CASE("an oversize body is skipped to the byte") {
  std::string big(100, 'x');
  CHECK(ReadAllWays(EncodeFrame(big) + EncodeFrame("{}"), 99) == "O[{}]");
  CHECK(ReadAllWays(EncodeFrame(big) + EncodeFrame("{}"), 100) == "[" + big + "][{}]");
}

TEST_CASE("a body of 64 MiB is a message, one byte more is not") {
  std::string body(kMaxBodyBytes, ' ');
  std::vector<FrameEvent> events =
      Read(EncodeFrame(body) + EncodeFrame(body + " ") + EncodeFrame("{}"), 1 << 16);
  REQUIRE(events.size() == 3);
  CHECK(events[0].kind == Kind::kMessage);
  CHECK(events[0].text.size() == kMaxBodyBytes);
  CHECK(events[1].kind == Kind::kOversize);
  CHECK(events[2].text == "{}");
}

TEST_CASE("a header block without end is cut off") {
  CHECK(ReadAllWays("X-" + std::string(100000, 'a') + "\r\n" + EncodeFrame("{}")) == "E[{}]");
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "X-Header: y\r\n";
  CHECK(Summary(Read(many + EncodeFrame("{}"))).ends_with("[{}]"));
}

TEST_CASE("binary noise ends in the next frame") {
  std::string noise;
  for (int i = 0; i < 5000; ++i) noise += static_cast<char>(i * 37 + i / 11);
  std::string summary = ReadAllWays(noise + "\n" + EncodeFrame("{}"));
  CHECK(summary.ends_with("[{}]"));
}

TEST_CASE("the end of input inside a frame is reported") {
  CHECK(ReadAllWays("Content-Length: 10\r\n\r\n{}") == "E");
  CHECK(ReadAllWays("Content-Len") == "E");
  CHECK(ReadAllWays("Content-Length: 10\r\n") == "E");
  CHECK(ReadAllWays("Content-Length: 200\r\n\r\nxx", 100) == "OE");
  CHECK(ReadAllWays(EncodeFrame("{}") + "\r\n") == "[{}]");
}

TEST_CASE("errors quote nothing of the input") {
  for (const FrameEvent& event : Read("secret-token-value\r\n\r\n" + EncodeFrame("{}"))) {
    if (event.kind == Kind::kError) CHECK(event.text.find("secret") == std::string::npos);
  }
}

}  // namespace
}  // namespace fluxls::lsp
