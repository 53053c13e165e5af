// What Git knows about a repository: asked by the user alone, never by the contents of a folder.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/workspace/file_system.h"

namespace fluxls::cli {

// The disk as it was at a revision. Nothing in `files` means the file was not there.
class RevisionFileSystem final : public FileSystem {
 public:
  RevisionFileSystem(const FileSystem& disk,
                     std::map<std::string, std::optional<std::string>> files)
      : disk_(disk), files_(std::move(files)) {}

  std::optional<std::string> Read(const std::string& path,
                                  std::string* error = nullptr) const override;
  std::optional<FileStat> Stat(const std::string& path) const override;
  std::optional<std::vector<DirectoryEntry>> List(const std::string& path) const override;

 private:
  const FileSystem& disk_;
  std::map<std::string, std::optional<std::string>> files_;  // by absolute path
};

// Files of the repository around `directory` that differ between `revision` and the disk, untracked
// ones included, with what they held at the revision. Nothing, and a sentence in `error`, when git
// is not there, this is no repository, or it has no such revision.
std::optional<std::map<std::string, std::optional<std::string>>> FilesAtRevision(
    const std::string& directory, const std::string& revision, std::string& error);

}  // namespace fluxls::cli
