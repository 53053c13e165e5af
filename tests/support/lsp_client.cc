#include "tests/support/lsp_client.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <stdexcept>

namespace fluxls::testing {

using Clock = std::chrono::steady_clock;

std::optional<std::string> FrameReader::Next() {
  if (!error_.empty()) return std::nullopt;
  const size_t header_end = buffer_.find("\r\n\r\n");
  if (header_end == std::string::npos) {
    if (buffer_.size() > 4096) error_ = "no header in the first 4096 bytes";
    return std::nullopt;
  }
  std::optional<size_t> length;
  for (size_t at = 0; at < header_end;) {
    const size_t line_end = std::min(buffer_.find("\r\n", at), header_end);
    const std::string line = buffer_.substr(at, line_end - at);
    constexpr std::string_view kLength = "Content-Length: ";
    if (line.starts_with(kLength) && line.size() > kLength.size() &&
        line.size() < kLength.size() + 10 &&
        std::all_of(line.begin() + kLength.size(), line.end(),
                    [](unsigned char c) { return std::isdigit(c) != 0; })) {
      length = std::stoul(line.substr(kLength.size()));
    } else if (!line.starts_with("Content-Type: ")) {
      error_ = fmt::format("unknown header line {:?}", line.substr(0, 100));
      return std::nullopt;
    }
    at = line_end + 2;
  }
  if (!length) {
    error_ = "header without Content-Length";
    return std::nullopt;
  }
  if (buffer_.size() < header_end + 4 + *length) return std::nullopt;
  std::string body = buffer_.substr(header_end + 4, *length);
  buffer_.erase(0, header_end + 4 + *length);
  return body;
}

std::string Frame(const Json& message) {
  const std::string body = message.dump(-1, ' ', false, Json::error_handler_t::replace);
  return fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

void LspClient::Notify(const std::string& method, Json params) {
  Send({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}});
}

Json LspClient::Request(const std::string& method, Json params, Milliseconds timeout) {
  const int64_t id = next_id_++;
  Json request = {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}};
  if (!params.is_null()) request["params"] = std::move(params);
  Send(request);
  const auto deadline = Clock::now() + timeout;
  while (true) {
    for (auto it = responses_.begin(); it != responses_.end(); ++it) {
      if ((*it)["id"] != id) continue;
      Json response = std::move(*it);
      responses_.erase(it);
      if (response.contains("error")) {
        throw std::runtime_error(method + ": " + response["error"].dump());
      }
      return response.at("result");
    }
    if (!Pump(deadline)) throw std::runtime_error(method + ": no answer in time");
  }
}

Json LspClient::WaitFor(const std::string& method, const std::function<bool(const Json&)>& wanted,
                        Milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (true) {
    while (!notifications_.empty()) {
      Json message = std::move(notifications_.front());
      notifications_.pop_front();
      if (message["method"] == method && wanted(message["params"])) return message["params"];
    }
    if (!Pump(deadline)) throw std::runtime_error("no " + method + " in time");
  }
}

void LspClient::Idle(Milliseconds time) {
  const auto deadline = Clock::now() + time;
  while (Pump(deadline)) {
  }
}

int LspClient::Shutdown() {
  Request("shutdown", nullptr);
  Send({{"jsonrpc", "2.0"}, {"method", "exit"}});
  const std::optional<int> code = process_.Wait(Milliseconds(10000));
  if (!code) throw std::runtime_error("the server still runs 10 s after exit");
  return *code;
}

void LspClient::Send(const Json& message) {
  if (on_message) on_message(false, message);
  const std::string frame = Frame(message);
  std::string_view rest = frame;
  const auto deadline = Clock::now() + Milliseconds(20000);
  while (!rest.empty()) {
    const ssize_t written = write(process_.stdin_fd(), rest.data(), rest.size());
    if (written > 0) {
      rest.remove_prefix(static_cast<size_t>(written));
      continue;
    }
    if (written < 0 && errno != EAGAIN && errno != EINTR)
      throw std::runtime_error("the server closed its stdin");
    if (Clock::now() > deadline) throw std::runtime_error("the server does not read its stdin");
    // A server that is busy writing to us must be read, or both would wait for ever.
    pollfd fds[2] = {{process_.stdin_fd(), POLLOUT, 0}, {process_.stdout_fd(), POLLIN, 0}};
    poll(fds, 2, 100);
    if (fds[1].revents != 0) {
      char chunk[65536];
      const ssize_t got = read(process_.stdout_fd(), chunk, sizeof chunk);
      if (got > 0) reader_.Feed({chunk, static_cast<size_t>(got)});
    }
  }
}

bool LspClient::Pump(Clock::time_point deadline) {
  while (true) {
    if (const std::optional<std::string> body = reader_.Next()) {
      Json message = Json::parse(*body);
      if (on_message) on_message(true, message);
      if (!message.contains("method")) {
        responses_.push_back(std::move(message));
      } else if (message.contains("id")) {
        const Json params = message.value("params", Json());
        Json result = on_request ? on_request(message["method"], params) : Json();
        Send({{"jsonrpc", "2.0"}, {"id", message["id"]}, {"result", std::move(result)}});
      } else {
        notifications_.push_back(std::move(message));
      }
      return true;
    }
    if (!reader_.error().empty()) throw std::runtime_error("broken frame: " + reader_.error());
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now()).count();
    pollfd fd = {process_.stdout_fd(), POLLIN, 0};
    if (poll(&fd, 1, static_cast<int>(std::max<int64_t>(left, 0))) == 0) return false;
    if (!ReadSome()) throw std::runtime_error("the server closed its stdout");
  }
}

bool LspClient::ReadSome() {
  char chunk[65536];
  const ssize_t got = read(process_.stdout_fd(), chunk, sizeof chunk);
  if (got > 0) reader_.Feed({chunk, static_cast<size_t>(got)});
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

std::string FileUri(std::string_view path) {
  std::string uri = "file://";
  for (const char c : path) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
        std::string_view("/-._~").find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

}  // namespace fluxls::testing
