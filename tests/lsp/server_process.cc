#include "tests/lsp/server_process.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace fluxls::lsp {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool WaitReadable(int fd, milliseconds timeout) {
  pollfd poller{fd, POLLIN, 0};
  return ::poll(&poller, 1, static_cast<int>(std::max<int64_t>(timeout.count(), 0))) > 0;
}

}  // namespace

bool Wire::Write(std::string_view bytes, milliseconds patience) const {
  auto end = steady_clock::now() + patience;
  ::fcntl(out_, F_SETFL, ::fcntl(out_, F_GETFL) | O_NONBLOCK);
  while (!bytes.empty()) {
    ssize_t count = ::write(out_, bytes.data(), bytes.size());
    if (count > 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return false;
    if (steady_clock::now() > end) return false;
    pollfd poller{out_, POLLOUT, 0};
    ::poll(&poller, 1, 50);
  }
  return true;
}

bool Wire::Read(milliseconds timeout) {
  if (ended_ || !WaitReadable(in_, timeout)) return false;
  std::array<char, 65536> buffer{};
  ssize_t count = ::read(in_, buffer.data(), buffer.size());
  std::vector<FrameEvent> events;
  if (count <= 0) {
    ended_ = true;
    frames_.Finish(events);
  } else {
    frames_.Feed({buffer.data(), static_cast<size_t>(count)}, events);
  }
  for (const FrameEvent& event : events) {
    Json json = Json::parse(event.text, nullptr, false);
    if (event.kind != FrameEvent::Kind::kMessage || json.is_discarded()) {
      broken_ = true;
    } else {
      messages_.push_back(std::move(json));
    }
  }
  return count > 0;
}

std::optional<Json> Wire::Next(milliseconds timeout) {
  auto end = steady_clock::now() + timeout;
  while (messages_.empty() && !ended_ && !broken_) {
    auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    Read(left);
  }
  if (messages_.empty()) return std::nullopt;
  Json message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

std::optional<Json> Wire::Answer(const Json& id) {
  while (auto message = Next()) {
    if (!message->contains("method") && (*message)["id"] == id) return message;
    seen.push_back(std::move(*message));
  }
  return std::nullopt;
}

bool Wire::EndsClean() {
  while (Next()) continue;
  return ended_ && !broken_;
}

ServerProcess::ServerProcess(const std::vector<std::string>& arguments) {
  ::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> in{}, out{}, err{};
  REQUIRE(::pipe(in.data()) == 0);
  REQUIRE(::pipe(out.data()) == 0);
  REQUIRE(::pipe(err.data()) == 0);
  std::vector<std::string> words = {FLUXLS_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  for (int fd : {in[1], out[0], err[0]}) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::dup2(err[1], 2);
    for (int fd : {in[0], out[1], err[1]}) ::close(fd);
    ::execv(FLUXLS_BINARY, argv.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  ::close(err[1]);
  in_ = in[1];
  out_ = out[0];
  err_ = err[0];
  wire_ = Wire(out_, in_);
}

ServerProcess::~ServerProcess() {
  if (!status_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  CloseInput();
  CloseOutput();
  ::close(err_);
}

void ServerProcess::CloseInput() {
  if (in_ >= 0) ::close(in_);
  in_ = -1;
}

void ServerProcess::CloseOutput() {
  if (out_ >= 0) ::close(out_);
  out_ = -1;
}

void ServerProcess::Signal(int signal) const {
  ::kill(pid_, signal);
}

std::optional<int> ServerProcess::Wait(milliseconds timeout) {
  auto end = steady_clock::now() + timeout;
  while (!status_) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    } else if (steady_clock::now() > end) {
      return std::nullopt;
    } else {
      // A full stderr must not be what it waits for.
      ReadError(milliseconds(5));
    }
  }
  return status_;
}

bool ServerProcess::ReadError(milliseconds timeout) {
  if (!WaitReadable(err_, timeout)) return true;
  std::array<char, 4096> buffer{};
  ssize_t count = ::read(err_, buffer.data(), buffer.size());
  if (count <= 0) {
    std::this_thread::sleep_for(milliseconds(1));
    return false;
  }
  errors_.append(buffer.data(), static_cast<size_t>(count));
  return true;
}

std::string ServerProcess::WaitForError(std::string_view text) {
  auto end = steady_clock::now() + std::chrono::seconds(20);
  while (errors_.find(text) == std::string::npos && steady_clock::now() < end) {
    if (!ReadError(milliseconds(50))) break;
  }
  return errors_;
}

std::string ServerProcess::Errors() {
  while (ReadError(milliseconds(200)) && WaitReadable(err_, milliseconds(0))) continue;
  return errors_;
}

Json ServerProcess::Initialize(const Json& root, const Json& process_id) {
  wire_.Send({{"jsonrpc", "2.0"},
              {"id", 0},
              {"method", "initialize"},
              {"params",
               {{"processId", process_id}, {"rootUri", root}, {"capabilities", Json::object()}}}});
  auto answer = wire_.Answer(0);
  REQUIRE(answer);
  wire_.Send({{"jsonrpc", "2.0"}, {"method", "initialized"}, {"params", Json::object()}});
  return (*answer)["result"];
}

int Connect(int port) {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where = {};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(port));
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace fluxls::lsp
