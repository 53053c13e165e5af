#include "cli/selection.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <ostream>
#include <set>
#include <thread>

#include "analysis/build/fleet.h"
#include "analysis/rules/rule.h"
#include "analysis/workspace/schema_directories.h"

namespace fluxls::cli {
namespace {

constexpr std::string_view kClosedDirectory = "cannot read this directory";

// The Git repository around `directory`, or `directory` itself.
std::string FolderAround(const FileSystem& files, const std::string& directory) {
  std::string candidate = directory;
  while (true) {
    if (files.Stat(JoinPath(candidate, ".git"))) return candidate;
    if (candidate == "/") return directory;
    candidate = DirectoryName(candidate);
  }
}

// Folders that hold everything and belong to no repository: a lone file there is judged by itself,
// not as part of all that lies beside it.
bool IsSharedPlace(const FileSystem& files, const std::string& folder) {
  if (files.Stat(JoinPath(folder, ".git"))) return false;
  std::error_code error;
  const std::string temporary = NormalizePath(std::filesystem::temp_directory_path(error).string());
  const char* home = std::getenv("HOME");
  return folder == "/" || folder == temporary ||
         (home && *home == '/' && folder == NormalizePath(home));
}

// Files and folders that were asked for by name are loaded even when the scan passes them by:
// ignored ones, links.
void LoadByName(const FileSystem& files, const std::string& target, bool is_directory,
                Selection& selection, std::vector<std::string>& problems) {
  Workspace& workspace = selection.workspace;
  Snapshot snapshot = workspace.snapshot();
  if (!is_directory) {
    if (snapshot.Find(target)) return;
    SourceFilePtr file = ParseSource(ReadSource(files, target, workspace.settings(), false));
    if (!file->error.empty()) problems.push_back(target + ": cannot be read: " + file->error);
    if (file->file_class == FileClass::kTooLarge)
      problems.push_back(target + ": skipped, too large");
    workspace.Install(std::move(file));
    return;
  }
  if (snapshot.Stat(target) == PathKind::kDirectory) return;
  std::vector<std::string> more = LoadFolders(files, {target}, workspace, RunInParallel);
  problems.insert(problems.end(), more.begin(), more.end());
}

}  // namespace

void RunInParallel(size_t count, const std::function<void(size_t)>& body) {
  std::atomic<size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  auto work = [&] {
    for (size_t i = next++; i < count; i = next++) {
      try {
        body(i);
      } catch (...) {
        std::lock_guard lock(failure_mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  size_t threads = std::min<size_t>(std::max(1u, std::thread::hardware_concurrency()), count);
  std::vector<std::thread> others;
  for (size_t i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
}

std::string CurrentDirectory() {
  std::error_code error;
  return NormalizePath(std::filesystem::current_path(error).string());
}

bool Selection::Contains(const std::string& path) const {
  return std::any_of(targets.begin(), targets.end(),
                     [&](const std::string& target) { return IsInside(path, target); });
}

std::string Selection::Display(const std::string& path) const {
  return RelativePath(path, current_directory);
}

std::vector<SourceFilePtr> Selection::Files() const {
  std::vector<SourceFilePtr> files = workspace.snapshot().Files();
  std::erase_if(files, [&](const SourceFilePtr& file) { return !Contains(file->path); });
  return files;
}

std::optional<Selection> LoadSelection(const FileSystem& files,
                                       const std::vector<std::string>& paths,
                                       const Settings& settings, std::ostream& err) {
  Selection selection;
  selection.current_directory = CurrentDirectory();
  selection.workspace.SetSettings(settings);
  std::vector<std::string> schemas;
  for (const std::string& directory : settings.schemas)
    schemas.push_back(JoinPath(selection.current_directory, directory));
  std::vector<std::string> unread;
  if (!schemas.empty()) {
    selection.workspace.SetSchemas(
        std::make_shared<SchemaDirectories>(std::make_shared<DiskFileSystem>(), schemas, unread));
  }
  for (const std::string& problem : unread) err << "fluxcd-ls: " << problem << '\n';
  if (!unread.empty()) return std::nullopt;

  std::vector<bool> is_directory;
  std::vector<std::string> roots;
  bool all_exist = true;
  for (const std::string& path : paths.empty() ? std::vector<std::string>{"."} : paths) {
    std::string target = JoinPath(selection.current_directory, path);
    std::optional<FileStat> stat = files.Stat(target);
    if (path.empty() || !stat || stat->type == EntryType::kOther) {
      err << "fluxcd-ls: " << (path.empty() ? "''" : path)
          << (stat && !path.empty() ? ": neither a file nor a folder\n"
                                    : ": no such file or folder\n");
      all_exist = false;
      continue;
    }
    bool directory = stat->type == EntryType::kDirectory;
    std::string root = FolderAround(files, directory ? target : std::string(DirectoryName(target)));
    const bool alone = !directory && IsSharedPlace(files, root);
    if (!alone && std::find(roots.begin(), roots.end(), root) == roots.end()) roots.push_back(root);
    selection.targets.push_back(std::move(target));
    is_directory.push_back(directory);
  }
  if (!all_exist) return std::nullopt;

  std::vector<std::string> problems = LoadFolders(files, roots, selection.workspace, RunInParallel);
  for (size_t i = 0; i < selection.targets.size(); ++i) {
    LoadByName(files, selection.targets[i], is_directory[i], selection, problems);
  }
  for (const std::string& problem : problems) {
    // Each starts with the path that it is about.
    for (const std::string& target : selection.targets) {
      std::string folder = target == "/" ? target : target + "/";
      if (!problem.starts_with(folder) && !problem.starts_with(target + ": ")) continue;
      err << "fluxcd-ls: " << problem << '\n';
      selection.complete &= !problem.ends_with(kClosedDirectory);
      break;
    }
  }
  for (const SourceFilePtr& file : selection.Files()) {
    selection.complete &= file->file_class != FileClass::kUnreadable;
    // A file that was asked for by its name and not looked at is no success.
    bool named = std::find(selection.targets.begin(), selection.targets.end(), file->path) !=
                 selection.targets.end();
    selection.complete &= !named || file->file_class != FileClass::kTooLarge;
  }
  return selection;
}

std::string_view WhyNotEditable(const SourceFile& file) {
  // Through a link the edit would land somewhere else, perhaps outside of what was asked for.
  if (file.stat.is_symlink) return "a symbolic link";
  if (file.converted) return "not UTF-8";
  if (file.file_class != FileClass::kYaml) return "no plain YAML";
  return "";
}

std::vector<Finding> CheckFiles(const Snapshot& snapshot, build::FleetBuilder& builder,
                                const std::vector<SourceFilePtr>& files) {
  std::vector<std::vector<Finding>> findings(files.size());
  const build::FleetPtr fleet = builder.Build(snapshot);
  RunInParallel(files.size(),
                [&](size_t i) { findings[i] = CheckFile(snapshot, *files[i], fleet.get()); });
  std::vector<Finding> out;
  for (std::vector<Finding>& list : findings) {
    std::move(list.begin(), list.end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace fluxls::cli
