// Files that are about to move, to appear or to go: the edits that keep paths true.
#include "analysis/build/fleet.h"
#include "analysis/rules/file_moves.h"
#include "lsp/server.h"

namespace fluxls::lsp {
namespace {

std::vector<std::string> PathsOf(const FilesParams& params) {
  std::vector<std::string> paths;
  for (const std::string& uri : params.uris) {
    if (std::optional<std::string> path = PathFromUri(uri)) paths.push_back(std::move(*path));
  }
  return paths;
}

}  // namespace

void Server::AnswerEdits(
    const std::vector<std::string>& paths, const Reply& reply,
    std::function<std::vector<FileEdit>(const Snapshot&, const build::Fleet*)> edits) {
  Start();  // some clients forget `initialized`
  if (paths.empty()) return reply.Ok({"null"});
  project_.RequestScan(Project::Urgency::kMaybe);
  // No file has the name of a directory: nothing is checked for this, but the builds are new.
  const std::string somewhere(DirectoryName(paths.front()));
  project_.WhenFresh(somewhere, reply.stop_token(),
                     [this, reply, edits = std::move(edits)](const CheckedFilePtr&) {
                       const Snapshot snapshot = project_.snapshot();
                       const build::Fleet* fleet = project_.fleet();
                       if (fleet && fleet->generation() != snapshot.generation()) fleet = nullptr;
                       Fix fix;
                       fix.edits = edits(snapshot, fleet);
                       const std::optional<WorkspaceEdit> edit = ToWorkspaceEdit(fix, Context());
                       reply.Ok(edit ? Encode(*edit) : Encoded{"null"});
                     });
}

void Server::WillRenameFiles(const RenameFilesParams& params, Reply reply) {
  std::vector<FileRename> moves;
  std::vector<std::string> paths;
  for (const RenameFilesParams::File& file : params.files) {
    std::optional<std::string> from = PathFromUri(file.oldUri);
    std::optional<std::string> to = PathFromUri(file.newUri);
    if (!from || !to) continue;
    paths.push_back(*from);
    moves.push_back({std::move(*from), std::move(*to)});
  }
  AnswerEdits(paths, reply,
              [moves = std::move(moves)](const Snapshot& snapshot, const build::Fleet* fleet) {
                return EditsForMoves(snapshot, fleet, moves);
              });
}

void Server::WillCreateFiles(const FilesParams& params, Reply reply) {
  std::vector<std::string> paths = PathsOf(params);
  AnswerEdits(paths, reply, [paths](const Snapshot& snapshot, const build::Fleet*) {
    return EditsForCreates(snapshot, paths);
  });
}

void Server::WillDeleteFiles(const FilesParams& params, Reply reply) {
  std::vector<std::string> paths = PathsOf(params);
  AnswerEdits(paths, reply, [paths](const Snapshot& snapshot, const build::Fleet*) {
    return EditsForDeletes(snapshot, paths);
  });
}

}  // namespace fluxls::lsp
