// What only the real program can show: pipes, threads, signals, exit codes. Everything else is
// tested in process.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/lsp/client_harness.h"
#include "tests/lsp/server_process.h"

namespace fluxls::lsp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

Json Request(const Json& id, const std::string& method, Json params = nullptr) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
}

Json Notification(const std::string& method, Json params = nullptr) {
  return {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

Json Open(const std::string& uri, const std::string& text) {
  return Notification(
      "textDocument/didOpen",
      {{"textDocument", {{"uri", uri}, {"languageId", "yaml"}, {"version", 1}, {"text", text}}}});
}

// Waits for the list of a file at a version.
Json WaitForList(Wire& wire, const std::string& uri, int version) {
  while (auto message = wire.Next()) {
    const Json& params = (*message)["params"];
    if (message->value("method", "") == "textDocument/publishDiagnostics" && params["uri"] == uri &&
        params.value("version", -1) == version) {
      return params["diagnostics"];
    }
  }
  return nullptr;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fluxls-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()));
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
  }
  std::string uri() const { return "file://" + path_; }

 private:
  std::string path_;
};

TEST_CASE("binary: a session over stdio, with and without the flag") {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{}, {"--stdio"}}) {
    TemporaryFolder folder;
    folder.Write("a.yaml", kBadManifest);
    ServerProcess server(arguments);
    server.Initialize(folder.uri());
    auto push = server.wire().Next();
    REQUIRE(push);
    CHECK((*push)["params"]["uri"] == folder.uri() + "/a.yaml");
    CHECK((*push)["params"]["diagnostics"].size() == 1);
    server.wire().Send(Request("end", "shutdown"));
    CHECK(server.wire().Answer("end"));
    server.wire().Send(Notification("exit"));
    CHECK(server.Wait() == 0);
    CHECK(server.wire().EndsClean());
  }
}

TEST_CASE("binary: shutdown and exit in one go") {
  ServerProcess server;
  server.Initialize(nullptr);
  server.wire().Write(EncodeFrame(Request(1, "shutdown").dump()) +
                      EncodeFrame(Request(2, "shutdown").dump()) +
                      EncodeFrame(Notification("exit").dump()));
  CHECK(server.Wait() == 0);
  CHECK(server.wire().Answer(2));
  CHECK(server.wire().EndsClean());
}

TEST_CASE("binary: the end of input ends the session") {
  ServerProcess silent;
  silent.CloseInput();
  CHECK(silent.Wait() == 1);

  ServerProcess started;
  started.Initialize(nullptr);
  started.CloseInput();
  CHECK(started.Wait() == 1);

  ServerProcess cut;
  cut.Initialize(nullptr);
  cut.wire().Write("Content-Length: 100\r\n\r\n{\"jsonrpc\":");
  cut.CloseInput();
  CHECK(cut.Wait() == 1);
  CHECK(cut.Errors().find("end of input after 11 of 100 bytes") != std::string::npos);
  CHECK(cut.wire().EndsClean());
}

TEST_CASE("binary: SIGTERM ends it cleanly, also when nobody reads") {
  ServerProcess idle;
  idle.Initialize(nullptr);
  idle.Signal(SIGTERM);
  CHECK(idle.Wait(seconds(5)) == 0);
  CHECK(idle.wire().EndsClean());

  ServerProcess stuck;
  stuck.Initialize(nullptr);
  // More answers than a pipe holds.
  for (int i = 0; i < 3000; ++i)
    stuck.wire().Send(Request(i, "no/such/method/" + std::string(100, 'x')));
  stuck.Signal(SIGTERM);
  CHECK(stuck.Wait(seconds(6)) == 0);
}

TEST_CASE("binary: a client that writes without reading is not locked up, and gets every answer") {
  ServerProcess server;
  server.Initialize(nullptr);
  for (int i = 1; i <= 20000; ++i) REQUIRE(server.wire().Send(Request(i, "no/such/method")));
  for (int i = 1; i <= 20000; ++i) {
    auto message = server.wire().Next();
    REQUIRE(message);
    REQUIRE((*message)["id"] == i);
  }
}

TEST_CASE("binary: a client that closes its end is noticed") {
  ServerProcess server;
  server.Initialize(nullptr);
  server.CloseOutput();
  server.wire().Send(Request(1, "x"));
  CHECK(server.Wait(seconds(5)) == 1);
}

TEST_CASE("binary: bad input is reported and the session goes on") {
  ServerProcess server;
  server.Initialize(nullptr);
  Wire& wire = server.wire();
  int id = 0;
  auto alive = [&] {
    ++id;
    wire.Send(
        Request(id, "textDocument/diagnostic", {{"textDocument", {{"uri", "file:///x.yaml"}}}}));
    return wire.Answer(id).has_value();
  };
  wire.Write("complete nonsense\r\n\r\n");
  CHECK(alive());
  wire.Write("Content-Length: x\r\n\r\n{}");
  CHECK(alive());
  wire.Write("Content-Length: 5\r\n\r\n{\"a\":1,\"b\":2}");
  CHECK(alive());
  wire.Write(EncodeFrame(std::string(200000, '[')));
  CHECK(alive());
  wire.Write(EncodeFrame("{\"jsonrpc\":\"2.0\",\"method\":\"\xff\xfe\"}"));
  CHECK(alive());
  wire.Write("Content-Length: 9999999999999999\r\n\r\n");
  CHECK(alive());
  CHECK(server.Errors().find("looking for the next message") != std::string::npos);
  if (kSanitized) return;  // ten times slower, and nothing new
  // 64 MiB fit (and are no JSON), one byte more is skipped.
  std::string big(kMaxBodyBytes + 1, ' ');
  wire.Write(EncodeFrame(std::string_view(big).substr(1)), seconds(60));
  CHECK(alive());
  wire.Write(EncodeFrame(big), seconds(60));
  CHECK(alive());
  bool refused = false;
  for (const Json& message : wire.seen) {
    refused |= message.contains("error") && message["error"]["message"].get<std::string>().find(
                                                "over the limit") != std::string::npos;
  }
  CHECK(refused);
}

TEST_CASE("binary: a document of 16 MiB is taken, and does not lock up what follows") {
  ServerProcess server;
  server.Initialize(nullptr);
  std::string text(size_t{16} << 20, 'x');
  REQUIRE(
      server.wire().Write(EncodeFrame(Open("file:///tmp/none/a.yaml", text).dump()), seconds(60)));
  server.wire().Send(Open("file:///tmp/none/b.yaml", kBadManifest));
  CHECK(WaitForList(server.wire(), "file:///tmp/none/b.yaml", 1).size() == 1);
}

TEST_CASE("binary: cancelling") {
  ServerProcess server;
  server.Initialize(nullptr);
  std::string uri = "file:///tmp/none/a.yaml";
  server.wire().Send(Open(uri, kBadManifest));
  server.wire().Write(
      EncodeFrame(
          Request(7, "textDocument/diagnostic", {{"textDocument", {{"uri", uri}}}}).dump()) +
      EncodeFrame(Notification("$/cancelRequest", {{"id", 7}}).dump()) +
      EncodeFrame(Notification("$/cancelRequest", {{"id", 99}}).dump()));
  auto answer = server.wire().Answer(7);
  REQUIRE(answer);
  // The cancel may come too late; one answer it is in any case.
  if (answer->contains("error")) CHECK((*answer)["error"]["code"] == -32800);
  server.wire().Send(Request(8, "shutdown"));
  CHECK(server.wire().Answer(8));
}

TEST_CASE("binary: 500 quick changes end in the findings of a fresh open") {
  TemporaryFolder folder;
  for (int i = 0; i < 40; ++i) folder.Write("f" + std::to_string(i) + ".yaml", kBadManifest);
  std::string wanted;
  for (int i = 0; i < 20; ++i) wanted += kBadManifest + "---\n";
  ServerProcess server;
  server.Initialize(folder.uri());
  std::string uri = folder.uri() + "/f0.yaml";
  server.wire().Send(Open(uri, ""));
  size_t step = wanted.size() / 499;
  std::string sent;
  for (int i = 0; i < 500; ++i) {
    std::string piece = i == 499 ? wanted.substr(sent.size()) : wanted.substr(sent.size(), step);
    sent += piece;
    Json end = {{"line", 1000000}, {"character", 0}};
    server.wire().Send(Notification(
        "textDocument/didChange",
        {{"textDocument", {{"uri", uri}, {"version", i + 2}}},
         {"contentChanges", {{{"range", {{"start", end}, {"end", end}}}, {"text", piece}}}}}));
    if (i % 50 == 0) std::this_thread::sleep_for(milliseconds(3));
  }
  Json typed = WaitForList(server.wire(), uri, 501);

  ServerProcess fresh;
  fresh.Initialize(folder.uri());
  fresh.wire().Send(Open(uri, wanted));
  Json opened = WaitForList(fresh.wire(), uri, 1);
  CHECK(opened.size() == 20);
  CHECK(typed == opened);
}

TEST_CASE("binary: it goes when its client's process goes") {
  pid_t client = ::fork();
  REQUIRE(client >= 0);
  if (client == 0) {
    ::pause();
    ::_exit(0);
  }
  ServerProcess server;
  server.Initialize(nullptr, client);
  ::kill(client, SIGKILL);
  ::waitpid(client, nullptr, 0);
  CHECK(server.Wait(seconds(10)) == 1);
}

TEST_CASE("binary: a processId of its own, or of nobody, means nothing") {
  ServerProcess server;
  server.Initialize(nullptr, server.pid());
  std::this_thread::sleep_for(milliseconds(100));
  server.wire().Send(Request(1, "shutdown"));
  CHECK(server.wire().Answer(1));
}

TEST_CASE("binary: --listen serves one client after the other") {
  ServerProcess server({"--listen", "127.0.0.1:0"});
  std::string line = server.WaitForError("\n");
  size_t colon = line.find("127.0.0.1:");
  REQUIRE(line.starts_with("listening on 127.0.0.1:"));
  int port = std::stoi(line.substr(colon + 10));
  for (int i = 0; i < 3; ++i) {
    int fd = Connect(port);
    REQUIRE(fd >= 0);
    Wire wire(fd, fd);
    wire.Send(Request(1, "initialize", {{"capabilities", Json::object()}}));
    REQUIRE(wire.Answer(1));
    wire.Send(Notification("initialized", Json::object()));
    wire.Send(Open("file:///tmp/none/a.yaml", kBadManifest));
    CHECK(WaitForList(wire, "file:///tmp/none/a.yaml", 1).size() == 1);
    if (i != 1) {  // the second client just hangs up
      wire.Send(Request(2, "shutdown"));
      CHECK(wire.Answer(2));
      wire.Send(Notification("exit"));
      CHECK(wire.EndsClean());
    }
    ::close(fd);
  }
  server.Signal(SIGTERM);
  CHECK(server.Wait(seconds(5)) == 0);
}

TEST_CASE("binary: --listen takes loopback addresses only") {
  for (const char* address :
       {"0.0.0.0:0", "192.168.0.1:80", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999"}) {
    CAPTURE(address);
    ServerProcess server({"--listen", address});
    CHECK(server.Wait(seconds(5)) == 2);
  }
}

}  // namespace
}  // namespace fluxls::lsp
