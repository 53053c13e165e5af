#include "tests/support/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <thread>

extern char**
    environ;  // NOLINT(readability-redundant-declaration): unistd.h has it only as an extension

namespace fluxls::testing {

ChildProcess::ChildProcess(const std::vector<std::string>& command, bool quiet) {
  // A child that goes away while we write must be an error code, not the end of the test.
  std::signal(SIGPIPE, SIG_IGN);

  int to_child[2];
  int from_child[2];
  if (pipe2(to_child, O_CLOEXEC) != 0 || pipe2(from_child, O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipes to be had");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);
  if (quiet) posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);

  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int error = posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(to_child[0]);
  close(from_child[1]);
  stdin_ = to_child[1];
  stdout_ = from_child[0];
  if (error != 0) {
    pid_ = -1;
    CloseStdin();
    CloseStdout();
    throw std::runtime_error("cannot start " + command.front() + ": " + std::strerror(error));
  }
  fcntl(stdin_, F_SETFL, O_NONBLOCK);
  fcntl(stdout_, F_SETFL, O_NONBLOCK);
}

ChildProcess::~ChildProcess() {
  CloseStdin();
  CloseStdout();
  if (pid_ > 0 && !Wait(std::chrono::milliseconds(0))) {
    Kill(SIGKILL);
    Wait(std::chrono::seconds(5));
  }
}

void ChildProcess::CloseStdin() {
  if (stdin_ >= 0) close(stdin_);
  stdin_ = -1;
}

void ChildProcess::CloseStdout() {
  if (stdout_ >= 0) close(stdout_);
  stdout_ = -1;
}

std::optional<int> ChildProcess::Wait(std::chrono::milliseconds timeout) {
  if (status_ || pid_ <= 0) return status_;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    int status = 0;
    rusage usage{};
    if (wait4(pid_, &status, WNOHANG, &usage) == pid_) {
      max_resident_mib_ = static_cast<double>(usage.ru_maxrss) / 1024;
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      return status_;
    }
    if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void ChildProcess::Kill(int signal) const {
  if (pid_ > 0 && !status_) kill(pid_, signal);
}

}  // namespace fluxls::testing
