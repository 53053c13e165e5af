// Moving, deleting and creating files: the edits after which every path in the workspace means what
// it meant before.
//
// Ranges and paths of edits are those of the snapshot: edits first, then the move. Paths that hold
// templates, lead to other repositories, or name nothing today are left alone; so are files that
// cannot be edited safely.
//
// Facts: kustomize 5.8 (entries are relative to their file), kustomize-controller (`spec.path` is
// relative to the root of the source, `spec.components` to `spec.path`).
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/rules/finding.h"
#include "analysis/workspace/workspace.h"

namespace fluxls::build {
class Fleet;
}

namespace fluxls {

struct MoveOptions {
  // A file or directory that leaves its directory for one with a kustomization of its own goes from
  // the one's list to the other's; else the entry stays and leads to the new place.
  bool hand_over = true;
};

// Files and directories; all at once, chains are followed (see moved_paths.h). `fleet`, made from
// `snapshot`, knows where Flux objects lead; without it only kustomization files are edited. One
// entry a file, ordered by path; its edits are ordered and apart from each other.
std::vector<FileEdit> EditsForMoves(const Snapshot& snapshot, const build::Fleet* fleet,
                                    std::span<const FileRename> moves, MoveOptions options = {});

// Entries of kustomization files that name one of these files or directories go. The `spec.path` of
// a Flux Kustomization stays: nobody can say what it should be.
std::vector<FileEdit> EditsForDeletes(const Snapshot& snapshot, std::span<const std::string> paths);

// New files, which need not be there yet: each goes to the `resources` of the kustomization beside
// it, if that one lists every manifest of its directory. Nothing that is named like values, a patch
// or a configuration, and nothing that is known to hold no object.
std::vector<FileEdit> EditsForCreates(const Snapshot& snapshot, std::span<const std::string> paths);

}  // namespace fluxls
