// The executor of a real session: an io_context for the main thread and a thread pool.
//
// Ownership: tasks that never ran are destroyed with the executor; what they refer to must not be
// needed for that.
#pragma once

#include <exception>
#include <memory>

#include "lsp/executor.h"

namespace fluxls::lsp {

class AsioExecutor final : public Executor {
 public:
  explicit AsioExecutor(size_t workers);
  ~AsioExecutor() override;

  // Runs posted tasks on the calling thread, which thereby is the main thread, until Stop(). A
  // task's exception ends that task only and goes to `on_error`.
  void Run(const std::function<void(const std::exception&)>& on_error);
  // From any thread.
  void Stop();
  // Waits for running worker tasks and drops the queued ones. Call it from the main thread, before
  // destroying what tasks use.
  void JoinWorkers();

  void Post(Task task) override;
  void PostAfter(std::chrono::milliseconds delay, Task task) override;
  void RunOnWorker(Task task) override;
  Clock::time_point Now() const override { return Clock::now(); }
  size_t WorkerCount() const override { return workers_; }

 private:
  struct Impl;
  size_t workers_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fluxls::lsp
