// Where things run: one main thread that owns all state, a few workers that get immutable data, and
// a clock. The server knows only this seam; tests put a single-threaded one behind it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

namespace fluxls::lsp {

using Task = std::function<void()>;

class Executor {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Executor() = default;
  // Runs `task` on the main thread, behind what was posted before. From any thread.
  virtual void Post(Task task) = 0;
  // The same after a while. From the main thread only.
  virtual void PostAfter(std::chrono::milliseconds delay, Task task) = 0;
  // Runs `task` on some worker thread. From the main thread only.
  virtual void RunOnWorker(Task task) = 0;
  virtual Clock::time_point Now() const = 0;
  virtual size_t WorkerCount() const = 0;
};

}  // namespace fluxls::lsp
