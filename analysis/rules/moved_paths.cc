#include "analysis/rules/moved_paths.h"

#include <algorithm>

namespace fluxls {
namespace {

// `path`, which is `from` or lies below it, as it is once `from` is `to`.
std::string Carried(std::string_view path, std::string_view from, std::string_view to) {
  return std::string(to).append(path.substr(from.size()));
}

}  // namespace

MovedPaths::MovedPaths(const Snapshot& snapshot, std::span<const FileRename> moves)
    : snapshot_(snapshot) {
  for (const FileRename& move : moves) Add({NormalizePath(move.from), NormalizePath(move.to)});
  std::erase_if(moves_, [](const FileRename& move) { return move.from == move.to; });
}

void MovedPaths::Add(FileRename move) {
  if (move.from == "/" || move.to == "/" || IsInside(move.to, move.from)) return;
  auto same = [&move](const FileRename& other) { return other.from == move.from; };
  if (snapshot_.Stat(move.from) != PathKind::kMissing) {
    if (std::none_of(moves_.begin(), moves_.end(), same)) moves_.push_back(std::move(move));
    return;
  }
  // A step of a chain: what earlier moves put there goes on; of a directory they put around it,
  // only this part.
  std::vector<FileRename> parts;
  for (FileRename& earlier : moves_) {
    if (IsInside(earlier.to, move.from)) {
      earlier.to = Carried(earlier.to, move.from, move.to);
    } else if (IsInside(move.from, earlier.to)) {
      std::string today = Carried(move.from, earlier.to, earlier.from);
      if (snapshot_.Stat(today) != PathKind::kMissing) parts.push_back({std::move(today), move.to});
    }
  }
  moves_.insert(moves_.end(), parts.begin(), parts.end());
}

const FileRename* MovedPaths::MoveOf(const std::string& path) const {
  const FileRename* best = nullptr;
  for (const FileRename& move : moves_) {
    if (IsInside(path, move.from) && (!best || move.from.size() > best->from.size())) best = &move;
  }
  return best;
}

std::string MovedPaths::Of(const std::string& path) const {
  const FileRename* move = MoveOf(path);
  return move ? Carried(path, move->from, move->to) : path;
}

std::string MovedPaths::OfBase(const std::string& directory) const {
  const std::optional<std::string> file = snapshot_.KustomizationIn(directory);
  if (file) {
    const std::string moved = Of(*file);
    if (IsKustomizationFileName(BaseName(moved))) return std::string(DirectoryName(moved));
  }
  return Of(directory);
}

}  // namespace fluxls
