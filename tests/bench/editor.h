// An editor with one server, for the benchmarks that measure from outside.
#pragma once

#include <unistd.h>

#include <map>
#include <stdexcept>
#include <string>

#include "tests/bench/measure.h"
#include "tests/support/lsp_client.h"

namespace fluxls::bench {

class Editor {
 public:
  Editor(const std::string& server, const std::filesystem::path& root)
      : start_(Clock::now()), client_({server, "--stdio"}) {
    const testing::Json result = client_.Request(
        "initialize",
        {{"processId", getpid()},
         {"rootUri", testing::FileUri(root.string())},
         {"workspaceFolders", {{{"uri", testing::FileUri(root.string())}, {"name", "bench"}}}},
         {"capabilities",
          {{"general", {{"positionEncodings", {"utf-8"}}}},
           {"textDocument", {{"publishDiagnostics", {{"versionSupport", true}}}}}}}});
    initialized_ = Since(start_);
    client_.Notify("initialized", testing::Json::object());
  }

  // Opens a document, which those below are about, and waits for its diagnostics.
  void Open(const std::filesystem::path& path, const std::string& text) {
    uri_ = testing::FileUri(path.string());
    versions_[uri_] = 1;
    client_.Notify("textDocument/didOpen",
                   {{"textDocument",
                     {{"uri", uri_}, {"languageId", "yaml"}, {"version", 1}, {"text", text}}}});
    WaitForFindings();
  }

  // Replaces a range; waits for nothing.
  void Change(int line, int character, int end_line, int end_character, const char* text) {
    const testing::Json range = {{"start", {{"line", line}, {"character", character}}},
                                 {"end", {{"line", end_line}, {"character", end_character}}}};
    client_.Notify("textDocument/didChange",
                   {{"textDocument", {{"uri", uri_}, {"version", ++versions_[uri_]}}},
                    {"contentChanges", {{{"range", range}, {"text", text}}}}});
  }

  // Milliseconds until the diagnostics of this change are there.
  double Type(int line, int character, int end_line, int end_character, const char* text) {
    const auto start = Clock::now();
    Change(line, character, end_line, end_character, text);
    WaitForFindings();
    return Since(start);
  }

  // Milliseconds for the answer to completion right behind a change, which is then waited for.
  double Complete(int line, int character, const char* text) {
    Change(line, character, line, character, text);
    const auto start = Clock::now();
    const testing::Json list = At("textDocument/completion", line, character + 1);
    const double time = Since(start);
    if (list["items"].empty()) throw std::runtime_error("completion proposes nothing");
    WaitForFindings();
    return time;
  }

  // The answer to a question about a place.
  testing::Json At(const std::string& method, int line, int character,
                   testing::Json more = testing::Json::object()) {
    more["textDocument"] = {{"uri", uri_}};
    more["position"] = {{"line", line}, {"character", character}};
    return client_.Request(method, std::move(more));
  }

  double initialized() const { return initialized_; }
  double age() const { return Since(start_); }
  const std::string& uri() const { return uri_; }
  testing::LspClient& client() { return client_; }

 private:
  void WaitForFindings() {
    client_.WaitFor(
        "textDocument/publishDiagnostics",
        [&](const testing::Json& params) {
          return params["uri"] == uri_ && params.value("version", -1) == versions_[uri_];
        },
        testing::Milliseconds(60000));
  }

  Clock::time_point start_;
  testing::LspClient client_;
  std::string uri_;                      // opened last
  std::map<std::string, int> versions_;  // by URI
  double initialized_ = 0;               // milliseconds until `initialize` was answered
};

}  // namespace fluxls::bench
