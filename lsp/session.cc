#include "lsp/session.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "lsp/asio_executor.h"
#include "lsp/server.h"
#include "lsp/transport.h"

namespace fluxls::lsp {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kParentPoll{3000};
constexpr milliseconds kFlushPatience{1000};
constexpr milliseconds kExitPatience{3000};
// A write of this size to a pipe that poll() calls writable does not block.
constexpr size_t kWriteChunk = 4096;
constexpr size_t kReadChunk = 64 << 10;
// Input that the main thread has not handled yet.
constexpr size_t kMaxUnhandled = size_t{192} << 20;

// Two ends of a pipe; a byte in it, once, means "stop".
class StopPipe {
 public:
  StopPipe() {
    if (::pipe(ends_.data()) != 0) ends_ = {-1, -1};
  }
  ~StopPipe() {
    for (int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  StopPipe(const StopPipe&) = delete;
  StopPipe& operator=(const StopPipe&) = delete;
  void Stop() {
    if (ends_[1] >= 0 && ::write(ends_[1], "x", 1) != 1) return;
  }
  int fd() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{-1, -1};
};

// Sends frames on a thread of its own. Thread-safe.
class Writer {
 public:
  Writer(int fd, std::function<void()> broken)
      : fd_(fd), broken_(std::move(broken)), thread_([this] { Loop(); }) {}
  ~Writer() { Finish(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // False when the client has stopped reading.
  bool Send(std::string frame) {
    std::lock_guard lock(mutex_);
    if (closing_) return true;
    if (queued_ + frame.size() > kMaxUnread) return false;
    queued_ += frame.size();
    queue_.push_back(std::move(frame));
    wake_.notify_one();
    return true;
  }

  // Writes what is queued, but not for longer than the patience allows.
  void Finish() {
    {
      std::lock_guard lock(mutex_);
      if (!closing_) deadline_ = steady_clock::now() + kFlushPatience;
      closing_ = true;
      wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Loop() {
    while (true) {
      std::string frame;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
        if (queue_.empty()) return;
        frame = std::move(queue_.front());
        queue_.pop_front();
      }
      if (!WriteAll(frame)) {
        bool tell = false;
        {
          std::lock_guard lock(mutex_);
          tell = !closing_;
          closing_ = true;
          queue_.clear();
        }
        if (tell) broken_();
        return;
      }
      std::lock_guard lock(mutex_);
      queued_ -= frame.size();
    }
  }

  bool OutOfTime() {
    std::lock_guard lock(mutex_);
    return closing_ && steady_clock::now() > deadline_;
  }

  bool WriteAll(const std::string& frame) {
    size_t done = 0;
    while (done < frame.size()) {
      pollfd out{fd_, POLLOUT, 0};
      int ready = ::poll(&out, 1, 100);
      if (ready < 0 && errno != EINTR) return false;
      if (ready <= 0) {
        if (OutOfTime()) return false;
        continue;
      }
      if ((out.revents & POLLOUT) == 0) return false;
      ssize_t written =
          ::write(fd_, frame.data() + done, std::min(kWriteChunk, frame.size() - done));
      if (written > 0) {
        done += static_cast<size_t>(written);
      } else if (written < 0 && errno != EINTR && errno != EAGAIN) {
        return false;
      }
    }
    return true;
  }

  int fd_;
  std::function<void()> broken_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::string> queue_;  // guarded by mutex_, like the following
  size_t queued_ = 0;
  bool closing_ = false;
  steady_clock::time_point deadline_;
  std::thread thread_;
};

bool IsAlive(pid_t pid) {
  return ::kill(pid, 0) == 0 || errno != ESRCH;
}

// Polls a process from the main thread and ends the session when it is gone.
void WatchProcess(Executor& executor, pid_t pid, const std::function<void()>& gone) {
  executor.PostAfter(kParentPoll, [&executor, pid, gone] {
    if (!IsAlive(pid)) return gone();
    WatchProcess(executor, pid, gone);
  });
}

class Session {
 public:
  explicit Session(const SessionOptions& options)
      : options_(options),
        executor_(options.workers),
        writer_(options.out, [this] { executor_.Post([this] { End(1); }); }),
        server_(
            std::make_unique<Server>(executor_, std::make_shared<DiskFileSystem>(), MakeHost())) {}

  SessionEnd Run() {
    std::thread reader([this] { Read(); });
    executor_.Run([this](const std::exception& e) {
      // Catch site for whatever escapes on the main thread.
      Log(LogLevel::kError, fmt::format("internal error: {}", e.what()));
    });
    if (options_.exit_hard) {
      std::thread([code = end_.code] {
        std::this_thread::sleep_for(kExitPatience);
        std::_Exit(code);
      }).detach();
    }
    stop_.Stop();
    reader.join();
    server_->Stop();
    executor_.JoinWorkers();
    server_.reset();
    writer_.Finish();
    return end_;
  }

 private:
  Host MakeHost() {
    Host host;
    host.send = [this](const std::string& body) {
      if (writer_.Send(EncodeFrame(body))) return;
      Log(LogLevel::kError, "the client does not read what it is sent; giving up");
      End(1);
    };
    host.exit = [this](int code) { End(code); };
    host.watch_process = [this](int64_t id) {
      auto pid = static_cast<pid_t>(id);
      // Some clients name ourselves, or a process of another namespace: nothing to learn from
      // those.
      if (id <= 0 || pid != id || pid == ::getpid() || !IsAlive(pid)) return;
      WatchProcess(executor_, pid, [this] {
        Log(LogLevel::kWarning, "the client's process is gone");
        server_->InputEnded();
      });
    };
    host.log = [this](LogLevel level, const std::string& text) { Log(level, text); };
    host.version = FLUXLS_VERSION;
    if (const char* home = std::getenv("HOME"); home && *home == '/')
      host.home = NormalizePath(home);
    return host;
  }

  void Log(LogLevel level, const std::string& text) const {
    if (options_.log) options_.log(level, text);
  }

  void End(int code) {
    if (ended_) return;
    ended_ = true;
    end_.code = code;
    executor_.Stop();
  }

  // The reader thread.
  void Read() {
    std::vector<char> buffer(kReadChunk);
    while (true) {
      std::array<pollfd, 3> fds{
          {{options_.in, POLLIN, 0}, {stop_.fd(), POLLIN, 0}, {options_.signal, POLLIN, 0}}};
      if (::poll(fds.data(), fds.size(), -1) < 0) {
        if (errno == EINTR) continue;
        break;
      }
      if (fds[1].revents != 0) return;
      if (fds[2].revents != 0) {
        executor_.Post([this] {
          end_.by_signal = true;
          End(0);
        });
        return;
      }
      if (fds[0].revents == 0) continue;
      if (unhandled_ > kMaxUnhandled) {
        std::this_thread::sleep_for(milliseconds(1));
        continue;
      }
      ssize_t count = ::read(options_.in, buffer.data(), buffer.size());
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count <= 0) break;
      auto size = static_cast<size_t>(count);
      unhandled_ += size;
      executor_.Post([this, chunk = std::string(buffer.data(), size)] {
        unhandled_ -= chunk.size();
        Handle(chunk);
      });
    }
    executor_.Post([this] {
      std::vector<FrameEvent> events;
      frames_.Finish(events);
      for (const FrameEvent& event : events) Log(LogLevel::kError, event.text);
      if (!ended_) server_->InputEnded();
    });
  }

  void Handle(const std::string& chunk) {
    std::vector<FrameEvent> events;
    frames_.Feed(chunk, events);
    for (const FrameEvent& event : events) {
      if (ended_) return;
      server_->Receive(event);
    }
  }

  SessionOptions options_;
  AsioExecutor executor_;
  StopPipe stop_;
  std::atomic<size_t> unhandled_{0};  // bytes read and not handled yet
  FrameReader frames_;
  SessionEnd end_;
  bool ended_ = false;
  Writer writer_;
  std::unique_ptr<Server> server_;
};

}  // namespace

SessionEnd RunSession(const SessionOptions& options) {
  return Session(options).Run();
}

}  // namespace fluxls::lsp
