#include "lsp/run.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <csignal>

#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "lsp/session.h"

namespace fluxls::lsp {
namespace {

// The write end of the pipe that a signal makes readable. A signal handler may touch nothing else.
volatile int signal_pipe_in = -1;

void OnSignal(int) {
  int saved = errno;
  if (::write(signal_pipe_in, "x", 1) != 1) errno = saved;
  errno = saved;
}

// Turns SIGTERM and SIGINT into a readable descriptor, and a client that closes its end into an
// error of write(). Once a process.
int InstallSignals() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe(ends.data()) != 0) return -1;
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
  signal_pipe_in = ends[1];
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return ends[0];
}

void LogToStderr(LogLevel level, const std::string& text) {
  static constexpr std::array kNames = {"", "error", "warning", "info", "debug"};
  static std::mutex mutex;
  static size_t dropped = 0;
  std::lock_guard lock(mutex);
  std::string line;
  if (dropped > 0) line = fmt::format("fluxcd-ls: {} messages dropped\n", dropped);
  line += fmt::format("fluxcd-ls: {}: {}\n", kNames[static_cast<size_t>(level)], text);
  if (line.size() > PIPE_BUF) {
    line.resize(PIPE_BUF - 4);
    line += "...\n";
  }
  // A pipe that nobody drains would stop the session. One that poll() calls writable takes PIPE_BUF
  // bytes without blocking.
  pollfd out = {STDERR_FILENO, POLLOUT, 0};
  if (::poll(&out, 1, 0) != 1 || (out.revents & POLLOUT) == 0) {
    ++dropped;
    return;
  }
  dropped = 0;
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) ++dropped;
}

std::optional<uint16_t> LoopbackPort(std::string_view address) {
  size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = address.substr(0, colon);
  std::string_view port = address.substr(colon + 1);
  if (host != "127.0.0.1" && host != "localhost") return std::nullopt;
  uint16_t number = 0;
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (port.empty() || error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  return number;
}

// A listening socket on 127.0.0.1; -1 when that fails. `port` becomes the real one.
int Listen(uint16_t& port) {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return -1;
  int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in where = {};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&where), size) != 0 || ::listen(fd, 4) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&where), &size) != 0) {
    int saved = errno;
    ::close(fd);
    errno = saved;
    return -1;
  }
  port = ntohs(where.sin_port);
  return fd;
}

}  // namespace

int RunStdio() {
  SessionOptions options;
  options.signal = InstallSignals();
  options.exit_hard = true;
  options.log = LogToStderr;
  return RunSession(options).code;
}

int RunListen(std::string_view address) {
  std::optional<uint16_t> port = LoopbackPort(address);
  if (!port) {
    LogToStderr(LogLevel::kError, fmt::format("--listen wants 127.0.0.1:PORT, not `{}`", address));
    return 2;
  }
  int signals = InstallSignals();
  int listener = Listen(*port);
  if (listener < 0) {
    LogToStderr(LogLevel::kError,
                fmt::format("cannot listen on 127.0.0.1:{}: {}", *port, std::strerror(errno)));
    return 2;
  }
  fmt::print(stderr, "listening on 127.0.0.1:{}\n", *port);
  std::fflush(stderr);
  while (true) {
    std::array<pollfd, 2> fds{{{listener, POLLIN, 0}, {signals, POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) break;
    if (fds[1].revents != 0) break;
    if ((fds[0].revents & POLLIN) == 0) continue;
    int client = ::accept(listener, nullptr, nullptr);
    if (client < 0) continue;
    SessionOptions options;
    options.in = options.out = client;
    options.signal = signals;
    options.log = LogToStderr;
    SessionEnd end = RunSession(options);
    ::close(client);
    if (end.by_signal) break;
  }
  ::close(listener);
  return 0;
}

}  // namespace fluxls::lsp
