#include "cli/git.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

extern char** environ;

namespace fluxls::cli {
namespace {

// Standard output of git; nothing when it fails.
std::optional<std::string> RunGit(const std::string& directory,
                                  const std::vector<std::string>& arguments) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::vector<std::string> words = {"git", "-C", directory};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, "git", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  std::string out;
  if (failed == 0) {
    char chunk[65536];
    for (ssize_t got = 0; (got = read(pipe_ends[0], chunk, sizeof chunk)) > 0;)
      out.append(chunk, static_cast<size_t>(got));
  }
  close(pipe_ends[0]);
  if (failed != 0) return std::nullopt;
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return std::nullopt;
  return out;
}

void SplitAtZeros(const std::string& text, std::set<std::string>& out) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\0', at), text.size());
    out.insert(text.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

std::optional<std::string> RevisionFileSystem::Read(const std::string& path,
                                                    std::string* error) const {
  auto found = files_.find(path);
  if (found == files_.end()) return disk_.Read(path, error);
  if (!found->second && error) *error = "it was not there";
  return found->second;
}

std::optional<FileStat> RevisionFileSystem::Stat(const std::string& path) const {
  auto found = files_.find(path);
  if (found != files_.end()) {
    if (!found->second) return std::nullopt;
    FileStat stat;
    stat.type = EntryType::kFile;
    stat.size = found->second->size();
    return stat;
  }
  if (std::optional<FileStat> stat = disk_.Stat(path)) return stat;
  auto below = files_.lower_bound(path + "/");
  for (; below != files_.end() && IsInside(below->first, path); ++below) {
    if (!below->second) continue;
    FileStat stat;
    stat.type = EntryType::kDirectory;
    return stat;
  }
  return std::nullopt;
}

std::optional<std::vector<DirectoryEntry>> RevisionFileSystem::List(const std::string& path) const {
  std::map<std::string, FileStat> names;
  std::optional<std::vector<DirectoryEntry>> now = disk_.List(path);
  if (now) {
    for (const DirectoryEntry& entry : *now) names[entry.name] = entry.stat;
  }
  for (auto below = files_.lower_bound(path + "/");
       below != files_.end() && IsInside(below->first, path); ++below) {
    const std::string rest = below->first.substr(path.size() + 1);
    const std::string name = rest.substr(0, rest.find('/'));
    if (std::optional<FileStat> stat = Stat(JoinPath(path, name))) {
      names[name] = *stat;
    } else {
      names.erase(name);
    }
  }
  if (!now && names.empty()) return std::nullopt;
  std::vector<DirectoryEntry> out;
  for (const auto& [name, stat] : names) out.push_back({name, stat});
  return out;
}

std::optional<std::map<std::string, std::optional<std::string>>> FilesAtRevision(
    const std::string& directory, const std::string& revision, std::string& error) {
  std::optional<std::string> top = RunGit(directory, {"rev-parse", "--show-toplevel"});
  if (!top) {
    error = "this is no Git repository, or git is not installed";
    return std::nullopt;
  }
  while (top->ends_with('\n')) top->pop_back();
  // A revision is no option, whatever it looks like.
  std::optional<std::string> commit = RunGit(
      *top, {"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"});
  if (!commit) {
    error = fmt::format("git knows no revision \"{}\"", revision);
    return std::nullopt;
  }
  while (commit->ends_with('\n')) commit->pop_back();
  std::set<std::string> names;
  for (const std::vector<std::string>& question :
       {std::vector<std::string>{"diff", "--name-only", "--no-renames", "-z", *commit, "--"},
        std::vector<std::string>{"ls-files", "--others", "--exclude-standard", "-z"}}) {
    std::optional<std::string> answer = RunGit(*top, question);
    if (!answer) {
      error = fmt::format("git cannot compare with \"{}\"", revision);
      return std::nullopt;
    }
    SplitAtZeros(*answer, names);
  }
  std::map<std::string, std::optional<std::string>> out;
  for (const std::string& name : names)
    out[JoinPath(*top, name)] = RunGit(*top, {"cat-file", "blob", *commit + ":" + name});
  return out;
}

}  // namespace fluxls::cli
