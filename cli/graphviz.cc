#include "cli/graphviz.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

extern char** environ;

namespace fluxls::cli {
namespace {

using FilePtr = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

}  // namespace

std::optional<std::string> RunDot(const std::string& graph) {
  // Files without a name, so that neither side ever waits for the other.
  const FilePtr input(std::tmpfile(), std::fclose);
  const FilePtr output(std::tmpfile(), std::fclose);
  if (!input || !output) return std::nullopt;
  if (std::fwrite(graph.data(), 1, graph.size(), input.get()) != graph.size()) return std::nullopt;
  if (std::fflush(input.get()) != 0) return std::nullopt;
  std::rewind(input.get());
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(input.get()), 0);
  posix_spawn_file_actions_adddup2(&actions, fileno(output.get()), 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  char program[] = "dot";
  char format[] = "-Tsvg";
  char* argv[] = {program, format, nullptr};
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, program, &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return std::nullopt;
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return std::nullopt;
  std::rewind(output.get());
  std::string out;
  char chunk[65536];
  for (size_t got = 0; (got = std::fread(chunk, 1, sizeof chunk, output.get())) > 0;)
    out.append(chunk, got);
  if (out.find("<svg") == std::string::npos) return std::nullopt;
  return out;
}

}  // namespace fluxls::cli
