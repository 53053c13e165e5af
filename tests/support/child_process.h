// A started program with pipes on its stdin and stdout; stderr stays ours. For tests, demo and
// benchmarks: POSIX only.
//
// Thread contract: one thread.
#pragma once

#include <sys/types.h>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fluxls::testing {

class ChildProcess {
 public:
  // Throws std::runtime_error when the program cannot be started. `quiet` sends the child's stderr
  // to /dev/null.
  explicit ChildProcess(const std::vector<std::string>& command, bool quiet = false);
  // Ends the child when it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  int stdin_fd() const { return stdin_; }    // non-blocking
  int stdout_fd() const { return stdout_; }  // non-blocking
  void CloseStdin();
  void CloseStdout();

  // Exit code, or 128 + signal; nothing when the child still runs after `timeout`.
  std::optional<int> Wait(std::chrono::milliseconds timeout);
  // Largest resident size of the child in MiB; known once Wait has given its exit code.
  double max_resident_mib() const { return max_resident_mib_; }
  void Kill(int signal) const;

 private:
  pid_t pid_ = -1;
  int stdin_ = -1;
  int stdout_ = -1;
  std::optional<int> status_;
  double max_resident_mib_ = 0;
};

}  // namespace fluxls::testing
