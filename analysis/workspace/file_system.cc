#include "analysis/workspace/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

namespace fluxls {
namespace {

std::string ErrorText(int code) {
  return std::generic_category().message(code);
}

FileStat Convert(const struct stat& raw) {
  FileStat out;
  out.type = S_ISREG(raw.st_mode)   ? EntryType::kFile
             : S_ISDIR(raw.st_mode) ? EntryType::kDirectory
                                    : EntryType::kOther;
  out.size = static_cast<uint64_t>(raw.st_size);
#ifdef __APPLE__
  const struct timespec& time = raw.st_mtimespec;
#else
  const struct timespec& time = raw.st_mtim;
#endif
  out.mtime_ns = static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
  return out;
}

// Stat of a directory entry or path; nothing when it is not there. A symbolic link that leads
// nowhere is kOther.
std::optional<FileStat> StatAt(int directory, const char* name) {
  struct stat raw {};
  if (fstatat(directory, name, &raw, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  if (!S_ISLNK(raw.st_mode)) return Convert(raw);
  FileStat out;
  struct stat target {};
  if (fstatat(directory, name, &target, 0) == 0) out = Convert(target);
  out.is_symlink = true;
  return out;
}

struct Descriptor {
  int fd = -1;
  explicit Descriptor(int value) : fd(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

}  // namespace

std::optional<std::string> DiskFileSystem::Read(const std::string& path, std::string* error) const {
  auto fail = [&](const std::string& why) -> std::optional<std::string> {
    if (error) *error = why;
    return std::nullopt;
  };
  // Without O_NONBLOCK a named pipe would wait here for its writer.
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd < 0) return fail(ErrorText(errno));
  struct stat raw {};
  if (fstat(file.fd, &raw) != 0) return fail(ErrorText(errno));
  if (!S_ISREG(raw.st_mode)) return fail("not a regular file");

  std::string content;
  // One byte more than the file has, so that the last read sees its end at once.
  content.resize(static_cast<size_t>(raw.st_size) + 1);
  size_t length = 0;
  while (true) {
    if (length == content.size()) content.resize(content.size() * 2);
    ssize_t got = read(file.fd, content.data() + length, content.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorText(errno));
    if (got == 0) break;
    length += static_cast<size_t>(got);
  }
  content.resize(length);
  return content;
}

std::optional<FileStat> DiskFileSystem::Stat(const std::string& path) const {
  return StatAt(AT_FDCWD, path.c_str());
}

std::optional<std::vector<DirectoryEntry>> DiskFileSystem::List(const std::string& path) const {
  std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
  if (!directory) return std::nullopt;
  int fd = dirfd(directory.get());
  std::vector<DirectoryEntry> entries;
  errno = 0;
  while (dirent* entry = readdir(directory.get())) {
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    // What vanishes between listing and asking was never there.
    if (std::optional<FileStat> stat = StatAt(fd, name.c_str())) {
      entries.push_back({std::move(name), *stat});
    }
    errno = 0;
  }
  if (errno != 0) return std::nullopt;
  std::sort(entries.begin(), entries.end(),
            [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
  return entries;
}

void MemoryFileSystem::Write(const std::string& path, std::string content) {
  files_[NormalizePath(path)] = {std::move(content), ++clock_};
}

void MemoryFileSystem::Remove(const std::string& path) {
  files_.erase(NormalizePath(path));
}

std::optional<std::string> MemoryFileSystem::Read(const std::string& path,
                                                  std::string* error) const {
  if (auto found = files_.find(path); found != files_.end()) return found->second.content;
  if (error) *error = "No such file or directory";
  return std::nullopt;
}

std::optional<FileStat> MemoryFileSystem::Stat(const std::string& path) const {
  if (auto found = files_.find(path); found != files_.end()) {
    const Entry& entry = found->second;
    return FileStat{EntryType::kFile, entry.content.size(), entry.mtime_ns, false};
  }
  std::string prefix = path == "/" ? path : path + "/";
  auto below = files_.lower_bound(prefix);
  if (below == files_.end() || !below->first.starts_with(prefix)) return std::nullopt;
  return FileStat{EntryType::kDirectory, 0, 0, false};
}

std::optional<std::vector<DirectoryEntry>> MemoryFileSystem::List(const std::string& path) const {
  std::string prefix = path == "/" ? path : path + "/";
  std::map<std::string, FileStat> found;
  for (auto it = files_.lower_bound(prefix); it != files_.end() && it->first.starts_with(prefix);
       ++it) {
    std::string rest = it->first.substr(prefix.size());
    size_t slash = rest.find('/');
    if (slash == std::string::npos) {
      found[rest] = {EntryType::kFile, it->second.content.size(), it->second.mtime_ns, false};
    } else {
      found[rest.substr(0, slash)] = {EntryType::kDirectory, 0, 0, false};
    }
  }
  if (found.empty()) return std::nullopt;
  std::vector<DirectoryEntry> entries;
  entries.reserve(found.size());
  for (auto& [name, stat] : found) entries.push_back({name, stat});
  return entries;
}

std::string NormalizePath(std::string_view path) {
  std::string out;
  out.reserve(path.size() + 1);
  size_t at = 0;
  while (at < path.size()) {
    size_t end = std::min(path.find('/', at), path.size());
    std::string_view part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      // "/.." is "/".
      out.resize(out.empty() ? 0 : out.rfind('/'));
      continue;
    }
    out += '/';
    out += part;
  }
  if (out.empty()) out = "/";
  return out;
}

std::string JoinPath(std::string_view directory, std::string_view relative) {
  if (relative.starts_with('/')) return NormalizePath(relative);
  std::string joined;
  joined.reserve(directory.size() + relative.size() + 1);
  joined.append(directory).append("/").append(relative);
  return NormalizePath(joined);
}

std::string_view DirectoryName(std::string_view path) {
  size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return "/";
  return path.substr(0, slash);
}

std::string_view BaseName(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool IsInside(std::string_view path, std::string_view directory) {
  if (directory == "/") return path.starts_with('/');
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string RelativePath(std::string_view path, std::string_view directory) {
  std::string out;
  while (!IsInside(path, directory)) {
    out += "../";
    directory = DirectoryName(directory);
  }
  if (path.size() > directory.size()) {
    out += path.substr(directory == "/" ? 1 : directory.size() + 1);
  } else if (!out.empty()) {
    out.pop_back();
  }
  return out.empty() ? "." : out;
}

}  // namespace fluxls
