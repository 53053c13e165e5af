// When to work on a file that is being typed in: after a pause that follows what the file cost last
// time.
//
// Thread contract: main thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "lsp/executor.h"

namespace fluxls::lsp {

// Twice the last cost, at most kMaxDebounce; nothing for a file that was never measured.
std::chrono::milliseconds DebounceFor(std::chrono::nanoseconds last_cost);
inline constexpr std::chrono::milliseconds kMaxDebounce{250};
// Somebody who never pauses gets a result after this long all the same.
inline constexpr std::chrono::milliseconds kMaxWait{600};

class Scheduler {
 public:
  // `start` is called on the main thread when work on a file should begin. It must cope with being
  // early (Flush).
  Scheduler(Executor& executor, std::function<void(const std::string& path)> start);

  // The file changed: starts after its debounce, counted anew with every touch.
  void Touch(const std::string& path);
  // Starts all that is waiting, now.
  void Flush();
  void Forget(const std::string& path);
  void RecordCost(const std::string& path, std::chrono::nanoseconds cost);

 private:
  struct Entry {
    uint64_t touch = 0;  // number of the last touch; 0 when nothing waits
    Executor::Clock::time_point first_touch;
    std::chrono::nanoseconds cost{0};
  };

  void Fire(const std::string& path, uint64_t touch);

  Executor& executor_;
  std::function<void(const std::string&)> start_;
  std::map<std::string, Entry> entries_;
  uint64_t touches_ = 0;
};

}  // namespace fluxls::lsp
