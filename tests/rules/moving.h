// A repository in memory whose files can be moved about, and what its builds make of it.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "analysis/build/fleet.h"
#include "analysis/rules/finding.h"
#include "analysis/workspace/workspace.h"

namespace fluxls::test {

class MovingRepo {
 public:
  // `text` as for ParseFixture; files of a folder on disk.
  static MovingRepo FromText(std::string_view text);
  static MovingRepo FromDisk(const std::filesystem::path& root);

  void Load();
  const Snapshot& snapshot() const { return *snapshot_; }
  const build::Fleet& fleet() const { return *fleet_; }
  const std::map<std::string, std::string>& files() const { return files_; }
  // Text of a file, by its path in the repository; "" for none.
  std::string Text(const std::string& path) const;

  // The repository after edits and moves, as an editor would do them. Loaded.
  MovingRepo After(const std::vector<FileEdit>& edits, std::span<const FileRename> moves) const;

  // What is applied: object by cluster, build and name, as YAML; builds that fail. Directories are
  // called as they will be after `moves`.
  std::map<std::string, std::string> Applied(std::span<const FileRename> moves = {}) const;
  // How often each message is there, without the names of files and numbers.
  std::map<std::string, int> Messages() const;

 private:
  std::map<std::string, std::string> files_;  // by absolute path
  std::shared_ptr<MemoryFileSystem> disk_;
  std::optional<Snapshot> snapshot_;
  build::FleetPtr fleet_;
};

// Where a path is after moves that all happen at once.
std::string Moved(const std::string& path, std::span<const FileRename> moves);

// Lines on which two answers of Applied() differ; "" when they are the same.
std::string Difference(const std::map<std::string, std::string>& before,
                       const std::map<std::string, std::string>& after);

}  // namespace fluxls::test
