// A small, strict LSP client over the stdio of a real server process, and the frame reader it uses.
// It shares no code with lsp/, so that a mistake there cannot hide here.
//
// Thread contract: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/child_process.h"

namespace fluxls::testing {

using Json = nlohmann::json;
using Milliseconds = std::chrono::milliseconds;

// Bytes → message bodies.
class FrameReader {
 public:
  void Feed(std::string_view bytes) { buffer_ += bytes; }
  // The next complete body. Nothing when more bytes are needed, or when the stream is broken.
  std::optional<std::string> Next();
  // Why the stream cannot be read any further; "" as long as it can.
  const std::string& error() const { return error_; }

 private:
  std::string buffer_;
  std::string error_;
};

std::string Frame(const Json& message);

class LspClient {
 public:
  explicit LspClient(const std::vector<std::string>& command, bool quiet = true)
      : process_(command, quiet) {}

  // Called for every message of either direction, in order.
  std::function<void(bool from_server, const Json& message)> on_message;
  // Answers the server's requests; what it returns is the result. Without it every answer is null.
  std::function<Json(const std::string& method, const Json& params)> on_request;

  void Notify(const std::string& method, Json params);
  // The result. Throws std::runtime_error on an error response, a timeout, or a broken stream.
  Json Request(const std::string& method, Json params, Milliseconds timeout = Milliseconds(20000));
  // The first notification, come or still to come, that `wanted` likes; those before it are
  // dropped.
  Json WaitFor(const std::string& method, const std::function<bool(const Json& params)>& wanted,
               Milliseconds timeout = Milliseconds(20000));
  // Handles what arrives during `time`.
  void Idle(Milliseconds time);

  // shutdown, exit, and the server's exit code.
  int Shutdown();

  ChildProcess& process() { return process_; }

 private:
  void Send(const Json& message);
  // Reads once, waiting until `deadline` at most; false when the time is over.
  bool Pump(std::chrono::steady_clock::time_point deadline);
  bool ReadSome();

  ChildProcess process_;
  FrameReader reader_;
  int64_t next_id_ = 1;
  std::deque<Json> notifications_;
  std::deque<Json> responses_;
};

// "/a b/c.yaml" → "file:///a%20b/c.yaml".
std::string FileUri(std::string_view path);

}  // namespace fluxls::testing
