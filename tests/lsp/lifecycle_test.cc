#include <doctest/doctest.h>

#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

TEST_CASE("a session from start to end") {
  ClientHarness client;
  Json result = client.Initialize();
  CHECK(result["serverInfo"]["name"] == "fluxcd-ls");
  CHECK(result["capabilities"]["positionEncoding"] == "utf-16");
  CHECK(result["capabilities"]["textDocumentSync"]["change"] == 2);
  client.Run();
  client.Shutdown();
}

TEST_CASE("requests before initialize are refused, notifications are ignored") {
  ClientHarness client;
  CHECK(client.RequestError("textDocument/diagnostic", {})["code"] == -32002);
  CHECK(client.RequestError("shutdown", nullptr)["code"] == -32002);
  client.Open("/ws/a.yaml", kBadManifest);
  client.Initialize();
  client.Run();
  CHECK(client.Diagnostics("/ws/a.yaml").is_null());
}

TEST_CASE("a second initialize is refused and changes nothing") {
  ClientHarness client;
  client.Initialize();
  CHECK(client.RequestError("initialize", {{"capabilities", Json::object()}})["code"] == -32600);
  client.Open("/ws/a.yaml", kBadManifest);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml") == std::vector<std::string>{"removed-api-version"});
}

TEST_CASE("a client that forgets `initialized` is answered all the same") {
  ClientHarness client;
  client.files().Write("/ws/a.yaml", kBadManifest);
  client.Request("initialize",
                 {{"capabilities", {{"textDocument", {{"diagnostic", Json::object()}}}}},
                  {"rootUri", "file:///ws"}});
  Json report =
      client.Request("textDocument/diagnostic", {{"textDocument", {{"uri", "file:///ws/a.yaml"}}}});
  CHECK(report["items"].size() == 1);
}

TEST_CASE("shutdown may come twice; other requests are refused after it") {
  ClientHarness client;
  client.Initialize();
  CHECK(client.Request("shutdown", nullptr).is_null());
  CHECK(client.Request("shutdown", Json::object()).is_null());
  CHECK(client.RequestError("textDocument/diagnostic", {})["code"] == -32600);
  CHECK(client.RequestError("initialize", Json::object())["code"] == -32600);
  client.Notify("exit", nullptr);
  CHECK(client.exit_code() == 0);
}

TEST_CASE("exit and end of input without shutdown are exit code 1") {
  ClientHarness one;
  one.Initialize();
  one.Notify("exit", nullptr);
  CHECK(one.exit_code() == 1);
  ClientHarness two;
  two.server().InputEnded();
  CHECK(two.exit_code() == 1);
  ClientHarness three;
  three.Initialize();
  three.Request("shutdown", nullptr);
  three.server().InputEnded();
  CHECK(three.exit_code() == 0);
  ClientHarness four;
  four.Notify("exit", nullptr);
  CHECK(four.exit_code() == 1);
}

TEST_CASE("ids come back as they were sent") {
  ClientHarness client;
  client.SendRaw(
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":null}})");
  client.SendRaw(R"({"jsonrpc":"2.0","id":"s-1","method":"nope"})");
  CHECK(client.all().front()["id"] == 0);
  CHECK(client.all().back()["id"] == "s-1");
  CHECK(client.all().back()["error"]["code"] == -32601);
}

TEST_CASE("a request with an id that is still open is dropped, and the first one answered") {
  ClientHarness client;
  client.Initialize();
  std::string body =
      R"({"jsonrpc":"2.0","id":"x","method":"textDocument/diagnostic","params":{"textDocument":{"uri":"file:///ws/a"}}})";
  client.SendRaw(body);
  client.SendRaw(body);
  client.Run();
  size_t answers = 0;
  for (const Json& message : client.all()) {
    if (message.value("id", Json()) != "x") continue;
    ++answers;
    CHECK(message.contains("result"));
  }
  CHECK(answers == 1);
}

TEST_CASE("an invalid message with an id that is still open is answered without the id") {
  ClientHarness client;
  client.Initialize();
  client.SendRaw(
      R"({"jsonrpc":"2.0","id":"x","method":"textDocument/diagnostic","params":{"textDocument":{"uri":"file:///ws/a"}}})");
  client.SendRaw(R"({"jsonrpc":"1.0","id":"x","method":"textDocument/diagnostic"})");
  client.Run();
  size_t answers = 0;
  size_t errors = 0;
  for (const Json& message : client.all()) {
    if (message.contains("error") && message["id"].is_null()) ++errors;
    if (message.value("id", Json()) != "x") continue;
    ++answers;
    CHECK(message.contains("result"));
  }
  CHECK(answers == 1);
  CHECK(errors == 1);
}

TEST_CASE("unknown methods") {
  ClientHarness client;
  client.Initialize();
  CHECK(client.RequestError("textDocument/rangeFormatting", {})["code"] == -32601);
  CHECK(client.RequestError("$/strange", {})["code"] == -32601);
  size_t before = client.all().size();
  client.Notify("strange/notification", {});
  client.Notify("$/strange", {});
  CHECK(client.all().size() == before);
}

TEST_CASE("wrong params are named by their path") {
  ClientHarness client;
  client.Initialize();
  Json error = client.RequestError("textDocument/diagnostic", {{"textDocument", {{"uri", 5}}}});
  CHECK(error["code"] == -32602);
  CHECK(error["message"] == "params.textDocument.uri: expected a string, found a number");
  CHECK(client.RequestError("textDocument/diagnostic", {{"textDocument", 1}})["message"] ==
        "params.textDocument: expected an object, found a number");
  CHECK(client.RequestError("textDocument/diagnostic", Json::array({1}))["message"] ==
        "params: expected an object, found an array");
  CHECK(client.RequestError("textDocument/diagnostic", nullptr)["message"] ==
        "params: expected an object, found null");
  Json range = {{"start", {{"line", "x"}, {"character", 0}}},
                {"end", {{"line", 0}, {"character", 0}}}};
  CHECK(client.RequestError("textDocument/codeAction", {{"textDocument", {{"uri", "file:///ws/a"}}},
                                                        {"range", range}})["message"] ==
        "params.range.start.line: expected an integer, found a string");
  CHECK(client.RequestError("textDocument/codeAction",
                            {{"textDocument", {{"uri", "file:///ws/a"}}}})["message"] ==
        "params.range: expected an object, found nothing");
  // Notifications have nobody to tell but the log.
  client.Notify("textDocument/didChange",
                {{"textDocument", {{"uri", "file:///a"}}}, {"contentChanges", {{{"text", 1}}}}});
  CHECK(client.log().back() ==
        "textDocument/didChange: params.contentChanges[0].text: expected a string, found a number");
}

TEST_CASE("initialize copes with null and odd capabilities") {
  for (
      const char* params :
      {R"({})", R"({"capabilities":null})", R"({"capabilities":7})",
       R"({"capabilities":{"textDocument":null,"workspace":[]}})",
       R"({"capabilities":{"general":{"positionEncodings":"utf-8"},"textDocument":{"diagnostic":null,"codeAction":true}}})",
       R"({"processId":null,"rootUri":null,"rootPath":null,"workspaceFolders":null,"initializationOptions":null,"clientInfo":null})"}) {
    CAPTURE(params);
    ClientHarness client;
    client.SendRaw(std::string(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":)") +
                   params + "}");
    REQUIRE(client.Answer(1));
    CHECK(client.Answer(1)->contains("result"));
    client.Notify("initialized", nullptr);
    client.Open("/x/a.yaml", kBadManifest);
    client.Run();
    CHECK(client.Codes("/x/a.yaml").size() == 1);
  }
}

TEST_CASE("broken messages get an error without id, and the session goes on") {
  ClientHarness client;
  client.Initialize();
  for (const std::string& body :
       {std::string("{"), std::string(200000, '['), std::string("\xff\xfe"), std::string("[]"),
        std::string(), std::string("{\"jsonrpc\":\"2.0\"}")}) {
    client.SendRaw(body);
    CHECK(client.all().back().contains("error"));
    CHECK(client.all().back()["id"].is_null());
  }
  client.server().Receive({FrameEvent::Kind::kOversize, "too big"});
  CHECK(client.all().back()["error"]["message"] == "too big");
  client.server().Receive({FrameEvent::Kind::kError, "noise"});
  client.Open("/ws/a.yaml", kBadManifest);
  client.Run();
  CHECK(client.Codes("/ws/a.yaml").size() == 1);
}

TEST_CASE("a cancelled request is answered once, and unknown ids are ignored") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  int64_t id =
      client.Send("textDocument/diagnostic", {{"textDocument", {{"uri", "file:///ws/a.yaml"}}}});
  CHECK_FALSE(client.Answer(id));
  client.Notify("$/cancelRequest", {{"id", id}});
  REQUIRE(client.Answer(id));
  CHECK((*client.Answer(id))["error"]["code"] == -32800);
  client.Notify("$/cancelRequest", {{"id", id}});
  client.Notify("$/cancelRequest", {{"id", "nobody"}});
  client.Notify("$/cancelRequest", {{"id", nullptr}});
  client.Notify("$/cancelRequest", nullptr);
  client.Run();
  CHECK(client
            .Request("textDocument/diagnostic",
                     {{"textDocument", {{"uri", "file:///ws/a.yaml"}}}})["items"]
            .size() == 1);
}

TEST_CASE("answers to questions that were never asked are ignored") {
  ClientHarness client;
  client.Initialize();
  client.SendRaw(R"({"jsonrpc":"2.0","id":77,"result":null})");
  client.SendRaw(R"({"jsonrpc":"2.0","id":"x","error":{"code":1,"message":"m"}})");
  client.SendRaw(R"({"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}})");
  client.Run();
  client.Shutdown();
}

TEST_CASE("a client that answers nothing gets everything all the same") {
  HarnessOptions options;
  options.answer_requests = false;
  options.capabilities = {{"workspace",
                           {{"configuration", true},
                            {"didChangeConfiguration", {{"dynamicRegistration", true}}},
                            {"didChangeWatchedFiles", {{"dynamicRegistration", true}}}}},
                          {"window", {{"workDoneProgress", true}}}};
  ClientHarness client(options);
  client.files().Write("/ws/a.yaml", kBadManifest);
  client.Initialize();
  client.Run();
  CHECK(client.Codes("/ws/a.yaml").size() == 1);
  CHECK(client.Sent("$/progress").empty());
  client.Shutdown();
}

TEST_CASE("setTrace turns the trace on and off") {
  ClientHarness client;
  client.Initialize();
  client.Notify("unknown/one", {});
  CHECK(client.Sent("$/logTrace").empty());
  client.Notify("$/setTrace", {{"value", "verbose"}});
  client.Notify("unknown/two", {});
  CHECK(client.Sent("$/logTrace").size() == 1);
  client.Notify("$/setTrace", {{"value", "off"}});
  client.Notify("unknown/three", {});
  CHECK(client.Sent("$/logTrace").size() == 1);
}

}  // namespace
}  // namespace fluxls::lsp
