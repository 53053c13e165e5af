#include "lsp/scheduler.h"

#include <algorithm>
#include <vector>

namespace fluxls::lsp {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

milliseconds DebounceFor(std::chrono::nanoseconds last_cost) {
  return std::clamp(duration_cast<milliseconds>(2 * last_cost), milliseconds(0), kMaxDebounce);
}

Scheduler::Scheduler(Executor& executor, std::function<void(const std::string&)> start)
    : executor_(executor), start_(std::move(start)) {}

void Scheduler::Touch(const std::string& path) {
  Entry& entry = entries_[path];
  auto now = executor_.Now();
  if (entry.touch == 0) entry.first_touch = now;
  entry.touch = ++touches_;
  milliseconds waited = duration_cast<milliseconds>(now - entry.first_touch);
  milliseconds delay =
      std::min(DebounceFor(entry.cost), std::max(kMaxWait - waited, milliseconds(0)));
  Task fire = [this, path, touch = entry.touch] { Fire(path, touch); };
  // Even without a pause it goes through the queue: what the client has sent already counts first.
  if (delay.count() == 0) {
    executor_.Post(std::move(fire));
  } else {
    executor_.PostAfter(delay, std::move(fire));
  }
}

void Scheduler::Fire(const std::string& path, uint64_t touch) {
  auto found = entries_.find(path);
  if (found == entries_.end() || found->second.touch != touch)
    return;  // a later touch, or done already
  found->second.touch = 0;
  start_(path);
}

void Scheduler::Flush() {
  std::vector<std::string> waiting;
  for (auto& [path, entry] : entries_) {
    if (entry.touch == 0) continue;
    entry.touch = 0;
    waiting.push_back(path);
  }
  for (const std::string& path : waiting) start_(path);
}

void Scheduler::Forget(const std::string& path) {
  entries_.erase(path);
}

void Scheduler::RecordCost(const std::string& path, std::chrono::nanoseconds cost) {
  entries_[path].cost = cost;
}

}  // namespace fluxls::lsp
