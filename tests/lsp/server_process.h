// The real binary with pipes on stdin, stdout and stderr, or a TCP connection to one. POSIX only.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "lsp/transport.h"

namespace fluxls::lsp {

using Json = nlohmann::json;

// One side of a conversation over descriptors. Reading never blocks longer than it is told to.
class Wire {
 public:
  Wire(int in, int out) : in_(in), out_(out) {}
  // Writes everything; false when the other side has closed, or does not read for `patience`.
  bool Write(std::string_view bytes,
             std::chrono::milliseconds patience = std::chrono::seconds(20)) const;
  bool Send(const Json& message) const { return Write(EncodeFrame(message.dump())); }
  // The next message; nothing at the end of the stream, after a broken frame, or when the time is
  // over.
  std::optional<Json> Next(std::chrono::milliseconds timeout = std::chrono::seconds(20));
  // The answer to `id`; everything before it is kept in `seen`.
  std::optional<Json> Answer(const Json& id);
  // True when the stream ended and held nothing but frames.
  bool EndsClean();
  std::vector<Json> seen;

 private:
  bool Read(std::chrono::milliseconds timeout);

  int in_;
  int out_;
  FrameReader frames_;
  std::deque<Json> messages_;
  bool broken_ = false;
  bool ended_ = false;
};

class ServerProcess {
 public:
  explicit ServerProcess(const std::vector<std::string>& arguments = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  Wire& wire() { return wire_; }
  pid_t pid() const { return pid_; }
  void CloseInput();
  void CloseOutput();
  void Signal(int signal) const;
  // Exit code, or 128 + signal; nothing when it still runs after the time.
  std::optional<int> Wait(std::chrono::milliseconds timeout = std::chrono::seconds(20));
  // What came on stderr until it holds `text`, or ends.
  std::string WaitForError(std::string_view text);
  std::string Errors();

  // initialize and initialized on `root`.
  Json Initialize(const Json& root, const Json& process_id = nullptr);

 private:
  bool ReadError(std::chrono::milliseconds timeout);
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string errors_;
  std::optional<int> status_;
  Wire wire_{-1, -1};
};

// A connection to 127.0.0.1; -1 when it is refused.
int Connect(int port);

}  // namespace fluxls::lsp
