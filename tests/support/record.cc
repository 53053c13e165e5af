// fluxcd-record LOG -- SERVER [ARGS…]
//
// Stands between an editor and its server, passes every byte on untouched, and writes one JSON line
// per message to LOG before the message is passed on (an answer never stands above its request).
// fluxcd-session-check reads the log.
#include <poll.h>
#include <unistd.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "tests/support/lsp_client.h"

namespace {

using fluxls::testing::ChildProcess;
using fluxls::testing::FrameReader;
using fluxls::testing::Json;

volatile std::sig_atomic_t g_signal = 0;

class Log {
 public:
  explicit Log(const char* path) : out_(path, std::ios::trunc) {}

  void Event(const char* name, Json detail) {
    Line({{"event", name}, {"detail", std::move(detail)}});
  }

  void Bytes(const char* from, FrameReader& reader, std::string_view bytes) {
    const bool was_broken = !reader.error().empty();
    reader.Feed(bytes);
    while (const std::optional<std::string> body = reader.Next()) {
      Json message = Json::parse(*body, nullptr, false);
      if (message.is_discarded()) {
        Event("broken message", {{"from", from}, {"start", body->substr(0, 200)}});
      } else {
        Line({{"from", from}, {"message", std::move(message)}});
      }
    }
    if (!was_broken && !reader.error().empty())
      Event("broken frame", {{"from", from}, {"why", reader.error()}});
  }

 private:
  void Line(Json line) {
    const auto since = std::chrono::steady_clock::now() - start_;
    line["ms"] = std::chrono::duration_cast<std::chrono::microseconds>(since).count() / 1000.0;
    out_ << line.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  }

  std::ofstream out_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd wait = {fd, POLLOUT, 0};
      poll(&wait, 1, 1000);
    } else if (errno != EINTR) {
      return;  // The other side is gone; the session's end is noticed when its own pipe closes.
    }
  }
}

int Run(const char* log_path, const std::vector<std::string>& command) {
  Log log(log_path);
  ChildProcess server(command);
  log.Event("start", command);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP})
    std::signal(signal, [](int number) { g_signal = number; });

  FrameReader from_client;
  FrameReader from_server;
  char chunk[65536];
  bool client_open = true;
  while (true) {
    if (const int signal = g_signal) {
      g_signal = 0;
      log.Event("signal", signal);
      server.Kill(signal);
    }
    pollfd fds[2] = {{server.stdout_fd(), POLLIN, 0}, {client_open ? STDIN_FILENO : -1, POLLIN, 0}};
    // The limit is for a signal that arrives between the check above and poll.
    if (poll(fds, 2, 200) <= 0) continue;
    if (fds[1].revents != 0) {
      const ssize_t got = read(STDIN_FILENO, chunk, sizeof chunk);
      if (got > 0) {
        log.Bytes("client", from_client, {chunk, static_cast<size_t>(got)});
        WriteAll(server.stdin_fd(), {chunk, static_cast<size_t>(got)});
      } else {
        log.Event("client closed", nullptr);
        server.CloseStdin();
        client_open = false;
      }
    }
    if (fds[0].revents != 0) {
      const ssize_t got = read(server.stdout_fd(), chunk, sizeof chunk);
      if (got > 0) {
        log.Bytes("server", from_server, {chunk, static_cast<size_t>(got)});
        WriteAll(STDOUT_FILENO, {chunk, static_cast<size_t>(got)});
      } else if (got == 0) {
        break;
      }
    }
  }
  const std::optional<int> code = server.Wait(std::chrono::seconds(10));
  log.Event("exit", code ? Json(*code) : Json("still running 10 s after it closed its stdout"));
  return code.value_or(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4 || std::string_view(argv[2]) != "--") {
    std::fputs("usage: fluxcd-record LOG -- SERVER [ARGS...]\n", stderr);
    return 2;
  }
  try {
    return Run(argv[1], {argv + 3, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fluxcd-record: %s\n", error.what());
    return 2;
  }
}
