// A client in the test's own process: a Server over files in memory, one thread, a clock that only
// moves when the test says so.
//
// The harness answers the server's requests as an editor would, and fails the test on a
// window/showMessage that nobody took, on a message that is no JSON-RPC, and on a second answer to
// one request.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "analysis/workspace/file_system.h"
#include "lsp/server.h"

// Made once, in client_harness.cc: a fifth of what each test costs to compile.
extern template class nlohmann::basic_json<>;

namespace fluxls::lsp {

// Main tasks, worker tasks and timers on the calling thread, in order. Workers can be held back to
// look at what is between.
class ManualExecutor final : public Executor {
 public:
  void Post(Task task) override { main_.push_back(std::move(task)); }
  void PostAfter(std::chrono::milliseconds delay, Task task) override {
    timers_.emplace(now_ + delay, std::move(task));
  }
  void RunOnWorker(Task task) override { workers_.push_back(std::move(task)); }
  Clock::time_point Now() const override { return now_; }
  size_t WorkerCount() const override { return 2; }

  void RunMain();
  // One task of a worker; false when there is none.
  bool RunOneWorker();
  size_t waiting_workers() const { return workers_.size(); }
  // Everything that can run now, without moving the clock.
  void RunReady();
  // Everything, the clock moving through all timers that are due within `time`.
  void Advance(std::chrono::milliseconds time);

 private:
  std::deque<Task> main_;
  std::deque<Task> workers_;
  std::multimap<Clock::time_point, Task> timers_;
  Clock::time_point now_{std::chrono::hours(1)};
};

struct HarnessOptions {
  Json capabilities = Json::object();
  Json initialization_options = nullptr;
  Json configuration = nullptr;  // answer to workspace/configuration
  Json client_info = {{"name", "harness"}};
  std::vector<std::string> roots = {"/ws"};
  bool answer_requests = true;
};

class ClientHarness {
 public:
  explicit ClientHarness(HarnessOptions options = {});
  ~ClientHarness();

  MemoryFileSystem& files() { return *files_; }
  ManualExecutor& executor() { return executor_; }
  Server& server() { return *server_; }

  // initialize and initialized; gives the InitializeResult. Nothing runs on workers yet: call
  // Run().
  Json Initialize();
  // Lets everything happen that would happen within `time`.
  void Run(std::chrono::milliseconds time = std::chrono::milliseconds(3000)) {
    executor_.Advance(time);
  }

  void SendRaw(std::string_view body);
  void Notify(const std::string& method, Json params);
  // Sends a request and does not wait. Ids count up from 1000.
  int64_t Send(const std::string& method, Json params);
  // The answer, when it has come: the whole message.
  std::optional<Json> Answer(int64_t id) const;
  // Sends, lets everything run, and gives the result. Fails the test on an error.
  Json Request(const std::string& method, Json params);
  // The same for requests that must fail: the error.
  Json RequestError(const std::string& method, Json params);

  void Open(const std::string& path, const std::string& text, int version = 1,
            const std::string& language = "yaml");
  void ChangeAll(const std::string& path, const std::string& text, int version);
  void Change(const std::string& path, Json content_changes, int version);
  void Close(const std::string& path);
  void Shutdown();

  // The last list pushed for a file; null when there was none.
  Json Diagnostics(const std::string& path) const;
  // Codes of the last list, in order.
  std::vector<std::string> Codes(const std::string& path) const;
  // All pushes for a file: whole params.
  std::vector<Json> Pushes(const std::string& path) const;
  // Everything the server sent of one method: params.
  std::vector<Json> Sent(const std::string& method) const;
  // Takes the messages shown so far; what is not taken fails the test.
  std::vector<std::string> TakeMessages();
  const std::vector<Json>& all() const { return all_; }
  std::optional<int> exit_code() const { return exit_code_; }
  const std::vector<std::string>& log() const { return log_; }

  static std::string Uri(const std::string& path) { return "file://" + path; }

 private:
  void OnMessage(const std::string& body);

  HarnessOptions options_;
  ManualExecutor executor_;
  std::shared_ptr<MemoryFileSystem> files_ = std::make_shared<MemoryFileSystem>();
  std::vector<Json> all_;
  std::map<int64_t, Json> answers_;
  std::vector<std::string> shown_;
  std::vector<std::string> log_;
  std::optional<int> exit_code_;
  int64_t next_id_ = 1000;
  std::unique_ptr<Server> server_;
};

// Text of a file that has one finding (removed-api-version) with a safe fix, and the same without.
extern const std::string kBadManifest;
extern const std::string kGoodManifest;

Json At(int line, int character, int end_line, int end_character);

}  // namespace fluxls::lsp
