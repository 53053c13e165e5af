// A whole session under any input, in one process and one thread: a memory file system, a clock
// that jumps.
//
// An input that starts with "R" is the client's raw byte stream. Any other is a script: each line
// is one message body, and a line "@MS" lets so many milliseconds pass; that reaches the handlers,
// which random bytes hardly ever do. Beyond "no crash": all that the server says is JSON-RPC, it
// answers no request twice, and it answers each before the end.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/workspace/file_system.h"
#include "lsp/server.h"
#include "lsp/transport.h"

namespace {

using namespace fluxls;
using namespace fluxls::lsp;

[[noreturn]] void Fail(const char* what, const std::string& detail) {
  std::fprintf(stderr, "property broken: %s: %s\n", what, detail.c_str());
  std::abort();
}

// Everything on one thread: worker tasks queue behind the main thread's, timers wait for a clock
// that we move.
class OneThread final : public Executor {
 public:
  void Post(Task task) override { queue_.push_back(std::move(task)); }
  void PostAfter(std::chrono::milliseconds delay, Task task) override {
    timers_.emplace(now_ + delay, std::move(task));
  }
  void RunOnWorker(Task task) override { queue_.push_back(std::move(task)); }
  Clock::time_point Now() const override { return now_; }
  size_t WorkerCount() const override { return 2; }

  void Advance(std::chrono::milliseconds time) {
    const Clock::time_point end = now_ + time;
    RunQueue();
    while (!timers_.empty() && timers_.begin()->first <= end && budget_ > 0) {
      now_ = std::max(now_, timers_.begin()->first);
      Task task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      task();
      RunQueue();
    }
    now_ = end;
  }
  bool exhausted() const { return budget_ <= 0; }

 private:
  void RunQueue() {
    while (!queue_.empty() && budget_-- > 0) {
      Task task = std::move(queue_.front());
      queue_.pop_front();
      task();
    }
  }

  std::deque<Task> queue_;
  std::multimap<Clock::time_point, Task> timers_;
  Clock::time_point now_{};
  int budget_ = 20000;  // a task that posts itself for ever must end as "slow", not as a hang
};

std::shared_ptr<const FileSystem> Files() {
  auto files = std::make_shared<MemoryFileSystem>();
  files->Write("/repo/kustomization.yaml", "resources:\n  - apps\n  - missing.yaml\n");
  files->Write("/repo/apps/kustomization.yaml", "resources:\n- release.yaml\n");
  files->Write("/repo/apps/release.yaml",
               "apiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: HelmRelease\nmetadata: {name: a, "
               "namespace: b}\n"
               "spec:\n  interval: 1h # often\n  chart:\n    spec: {chart: c, sourceRef: {kind: "
               "HelmRepository, name: d}}\n");
  files->Write(
      "/repo/clusters/gotk-components.yaml",
      "# Flux Version: v2.6.4\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: flux-system\n");
  return files;
}

// Other ids (null, fractions, numbers beyond 64 bits) are none: their requests get errors without
// id.
bool IsRequestId(const nlohmann::json& id) {
  if (id.is_number_unsigned()) return id.get<uint64_t>() <= static_cast<uint64_t>(INT64_MAX);
  return id.is_string() || id.is_number_integer();
}

class Session {
 public:
  Session() : server_(executor_, Files(), MakeHost()) {}

  void Raw(std::string_view bytes) {
    FrameReader reader(size_t{1} << 16);
    std::vector<FrameEvent> events;
    reader.Feed(bytes, events);
    reader.Finish(events);
    for (const FrameEvent& event : events) Receive(event);
  }

  void Script(std::string_view text) {
    while (!text.empty() && !over_) {
      const size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.starts_with('@')) {
        executor_.Advance(std::chrono::milliseconds(
            std::min(std::atoi(std::string(line.substr(1)).c_str()), 60000)));
      } else if (!line.empty()) {
        Receive({FrameEvent::Kind::kMessage, std::string(line)});
      }
    }
  }

  void End() {
    executor_.Advance(std::chrono::seconds(120));
    if (!over_ && !executor_.exhausted() && !asked_.empty() && shut_down_) {
      Fail("a request was never answered", asked_.begin()->first);
    }
    server_.InputEnded();
    executor_.Advance(std::chrono::seconds(5));
    if (!over_ && !executor_.exhausted()) Fail("the session does not end when its input does", "");
  }

 private:
  Host MakeHost() {
    Host host;
    host.send = [this](const std::string& body) { Sent(body); };
    host.exit = [this](int) { over_ = true; };
    host.log = [](LogLevel, const std::string&) {};
    host.version = "fuzz";
    return host;
  }

  void Receive(const FrameEvent& event) {
    if (over_) return;
    const nlohmann::json message = event.text.size() < 4096
                                       ? nlohmann::json::parse(event.text, nullptr, false)
                                       : nlohmann::json();
    if (message.is_object() && message.contains("id") && IsRequestId(message["id"]) &&
        message.contains("method") && message["method"].is_string()) {
      // A second request with an id that is still open is dropped: one answer is due.
      asked_[message["id"].dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)] = 1;
      if (message["method"] == "shutdown" && message.contains("jsonrpc") &&
          message["jsonrpc"] == "2.0")
        shut_down_ = true;
    }
    server_.Receive(event);
    executor_.Advance(std::chrono::milliseconds(1));
  }

  void Sent(const std::string& body) {
    // For people who look into a finding.
    static const bool kTrace = std::getenv("FLUXLS_FUZZ_TRACE") != nullptr;
    if (kTrace) std::fprintf(stderr, "<- %s\n", body.c_str());
    const nlohmann::json message = nlohmann::json::parse(body, nullptr, false);
    if (!message.is_object() || message.value("jsonrpc", "") != "2.0")
      Fail("no JSON-RPC", body.substr(0, 400));
    if (message.contains("method")) return;
    if (message.contains("result") == message.contains("error"))
      Fail("neither result nor error", body.substr(0, 400));
    if (message["id"].is_null()) return;  // a message that could not be read has no id to answer to
    const auto it = asked_.find(message["id"].dump());
    if (it == asked_.end()) {
      // A body that is broken further on, or too long for us to look into, may still have a
      // readable id.
      if (!message.contains("error")) Fail("an answer that nobody asked for", body.substr(0, 400));
    } else if (--it->second == 0) {
      asked_.erase(it);
    }
  }

  OneThread executor_;
  std::map<std::string, int> asked_;
  bool over_ = false;
  bool shut_down_ = false;
  Server server_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Session session;
  if (input.starts_with('R')) {
    session.Raw(input.substr(1));
  } else {
    session.Script(input);
  }
  session.End();
  return 0;
}
