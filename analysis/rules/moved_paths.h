// Where paths lie once files and directories have moved.
//
// Thread contract: immutable once made.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/rules/finding.h"
#include "analysis/workspace/workspace.h"

namespace fluxls {

class MovedPaths {
 public:
  // Moves happen at once. One that starts where an earlier one ends, where nothing is today, goes
  // on from there. Moves of what is not there, to the same place or into themselves are passed
  // over. `snapshot` must outlive this.
  MovedPaths(const Snapshot& snapshot, std::span<const FileRename> moves);

  bool empty() const { return moves_.empty(); }
  // The new path of a file or directory; the same path for what stays.
  std::string Of(const std::string& path) const;
  // The same for a directory that is named because of the kustomization file in it: it follows that
  // file to another directory.
  std::string OfBase(const std::string& directory) const;
  // The move that takes `path` along, the innermost one; null for what stays.
  const FileRename* MoveOf(const std::string& path) const;

 private:
  void Add(FileRename move);

  const Snapshot& snapshot_;
  std::vector<FileRename> moves_;  // from today's path to the last one
};

}  // namespace fluxls
