#include "lsp/json_rpc.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace fluxls::lsp {
namespace {

using Kind = Message::Kind;

std::string Nested(size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST_CASE("values are read as they are") {
  JsonPtr json = ParseJson(R"({"a":[1,-2,3.5,true,null,"x",{}],"b":{"c":{"d":[[]]}}})");
  REQUIRE(json);
  CHECK(Dump(*json) == R"({"a":[1,-2,3.5,true,null,"x",{}],"b":{"c":{"d":[[]]}}})");
  CHECK(ParseJson("3"));
  CHECK(ParseJson("null"));
  for (const char* bad : {"", "{", "[1,]", "{\"a\"}", "nul", "\"\x80\"", "{} {}", "1e999"})
    CHECK_FALSE(ParseJson(bad));
}

TEST_CASE("nesting is capped while parsing") {
  CHECK(ParseJson(Nested(kMaxDepth)));
  std::string error;
  CHECK_FALSE(ParseJson(Nested(kMaxDepth + 1), &error));
  CHECK(error == "JSON nested deeper than 512 levels");
  // A bomb is refused without ever being built, closed or not.
  CHECK_FALSE(ParseJson(std::string(200000, '[')));
  std::string objects;
  for (int i = 0; i < 200000; ++i) objects += "{\"a\":";
  CHECK_FALSE(ParseJson(objects));
  Message message =
      ParseMessage(R"({"jsonrpc":"2.0","id":1,"method":"x","params":)" + Nested(200000) + "}");
  CHECK(message.kind == Kind::kInvalid);
  CHECK(message.error.code == ErrorCode::kParseError);
}

std::string TextIn(const std::string& text) {
  const Message message =
      ParseMessage(R"({"jsonrpc":"2.0","method":"m","params":{"text":")" + text + "\"}}");
  REQUIRE(message.kind == Kind::kNotification);
  return (*message.params)["text"];
}

TEST_CASE("text that is no Unicode is replaced unit by unit, and the message stays") {
  const std::string replaced = "\xEF\xBF\xBD";
  CHECK(TextIn("a\\ud83db") == "a" + replaced + "b");
  CHECK(TextIn("\\uDE00\\uD83D") == replaced + replaced);
  CHECK(TextIn("\\ud83d\\ud83d\\ude00") == replaced + "\xF0\x9F\x98\x80");
  CHECK(TextIn("\xE9t\xE9") == replaced + "t" + replaced);
  CHECK(TextIn("\\\\ud83d \xFF") == "\\ud83d " + replaced);
  CHECK(TextIn("\xC3\xA9 \\u00e9 \\n\xFF") == "\xC3\xA9 \xC3\xA9 \n" + replaced);
  // What is no JSON is none.
  for (const char* bad : {"\\", "\\u12", "\\ud8", "\xFF\\", "\\\xFF"})
    CHECK(ParseMessage(std::string(R"({"jsonrpc":"2.0","method":")") + bad).kind == Kind::kInvalid);
}

TEST_CASE("requests, notifications and answers are told apart") {
  Message request = ParseMessage(R"({"jsonrpc":"2.0","id":0,"method":"m","params":{"a":1}})");
  CHECK(request.kind == Kind::kRequest);
  CHECK(request.id == RequestId(int64_t{0}));
  CHECK((*request.params)["a"] == 1);
  CHECK(ParseMessage(R"({"jsonrpc":"2.0","id":"x","method":"m"})").id == RequestId("x"));
  CHECK(ParseMessage(R"({"jsonrpc":"2.0","method":"m"})").kind == Kind::kNotification);
  Message answer = ParseMessage(R"({"jsonrpc":"2.0","id":1,"result":[5]})");
  CHECK(answer.kind == Kind::kResponse);
  CHECK((*answer.result)[0] == 5);
  Message refused = ParseMessage(R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}})");
  CHECK(refused.kind == Kind::kResponse);
  CHECK(refused.failed);
  CHECK(refused.error.message == "no");
}

TEST_CASE("what is no message says why, with the id where there is one") {
  auto code = [](std::string_view body) { return ParseMessage(body).error.code; };
  CHECK(code("{") == ErrorCode::kParseError);
  CHECK(code("[]") == ErrorCode::kInvalidRequest);
  CHECK(code(R"([{"jsonrpc":"2.0","method":"m"}])") == ErrorCode::kInvalidRequest);
  CHECK(code("7") == ErrorCode::kInvalidRequest);
  CHECK(code(R"({"id":1,"method":"m"})") == ErrorCode::kInvalidRequest);
  CHECK(code(R"({"jsonrpc":"2.0","id":1.5,"method":"m"})") == ErrorCode::kInvalidRequest);
  CHECK(code(R"({"jsonrpc":"2.0","id":null,"method":"m"})") == ErrorCode::kInvalidRequest);
  CHECK(code(R"({"jsonrpc":"2.0","id":{},"method":"m"})") == ErrorCode::kInvalidRequest);
  CHECK(code(R"({"jsonrpc":"2.0","id":18446744073709551615,"method":"m"})") ==
        ErrorCode::kInvalidRequest);
  CHECK(code(R"({"jsonrpc":"2.0","id":1,"method":7})") == ErrorCode::kInvalidRequest);
  CHECK(code(R"({"jsonrpc":"2.0","id":1,"method":"m","params":7})") == ErrorCode::kInvalidParams);
  CHECK(code(R"({"jsonrpc":"2.0","id":1})") == ErrorCode::kInvalidRequest);
  CHECK(ParseMessage(R"({"jsonrpc":"2.0","id":"k","method":7})").id == RequestId("k"));
}

TEST_CASE("messages are written with the id's own type, and bad UTF-8 does not stop them") {
  CHECK(EncodeResponse(int64_t{0}, {"[]"}) == R"({"jsonrpc":"2.0","id":0,"result":[]})");
  CHECK(EncodeResponse("a\"b", {}) == R"({"jsonrpc":"2.0","id":"a\"b","result":null})");
  CHECK(EncodeErrorResponse({}, {ErrorCode::kParseError, "x\xff"}) ==
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"x\xEF\xBF\xBD\"}"
        "}");
  CHECK(EncodeRequest(int64_t{3}, "m", {}) == R"({"jsonrpc":"2.0","id":3,"method":"m"})");
  CHECK(EncodeNotification("m", {"{}"}) == R"({"jsonrpc":"2.0","method":"m","params":{}})");
}

}  // namespace
}  // namespace fluxls::lsp
