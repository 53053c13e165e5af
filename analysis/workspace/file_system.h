// The engine's only way to the outside: reading files. Tests use MemoryFileSystem.
//
// Paths are absolute, normalised ("/a/b.yaml": no ".", "..", doubled or trailing slashes), UTF-8,
// with '/' separators. Thread contract: all member functions may be called from several threads at
// once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fluxls {

enum class EntryType : uint8_t { kFile, kDirectory, kOther };

struct FileStat {
  EntryType type = EntryType::kOther;
  uint64_t size = 0;     // bytes
  int64_t mtime_ns = 0;  // since the epoch of the file system's clock; only compared for equality
  bool is_symlink = false;  // the entry itself; type, size and mtime are those of its target
  bool operator==(const FileStat&) const = default;
};

struct DirectoryEntry {
  std::string name;
  FileStat stat;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // Nothing when the file does not exist or cannot be read; `error`, if given, then says why.
  virtual std::optional<std::string> Read(const std::string& path,
                                          std::string* error = nullptr) const = 0;
  virtual std::optional<FileStat> Stat(const std::string& path) const = 0;
  // Entries ordered by name. Nothing when it is no readable directory.
  virtual std::optional<std::vector<DirectoryEntry>> List(const std::string& path) const = 0;
};

// The machine's disk.
class DiskFileSystem final : public FileSystem {
 public:
  std::optional<std::string> Read(const std::string& path,
                                  std::string* error = nullptr) const override;
  std::optional<FileStat> Stat(const std::string& path) const override;
  std::optional<std::vector<DirectoryEntry>> List(const std::string& path) const override;
};

// Files in memory; directories exist where files need them. Not thread-safe while it is being
// filled.
class MemoryFileSystem final : public FileSystem {
 public:
  void Write(const std::string& path, std::string content);
  void Remove(const std::string& path);
  std::optional<std::string> Read(const std::string& path,
                                  std::string* error = nullptr) const override;
  std::optional<FileStat> Stat(const std::string& path) const override;
  std::optional<std::vector<DirectoryEntry>> List(const std::string& path) const override;

 private:
  struct Entry {
    std::string content;
    int64_t mtime_ns = 0;
  };
  std::map<std::string, Entry> files_;
  int64_t clock_ = 1;
};

// Path arithmetic, without touching a disk.
std::string NormalizePath(std::string_view path);  // "/a/./b/../c/" → "/a/c"
std::string JoinPath(std::string_view directory,
                     std::string_view relative);        // normalised; an absolute `relative` wins
std::string_view DirectoryName(std::string_view path);  // "/a/b" → "/a"; "/a" → "/"
std::string_view BaseName(std::string_view path);       // "/a/b" → "b"
bool IsInside(std::string_view path,
              std::string_view directory);  // true for the directory itself too
// `path` as seen from `directory`, with "../" where needed: "/a/c", "/a/b" → "../c".
std::string RelativePath(std::string_view path, std::string_view directory);

}  // namespace fluxls
