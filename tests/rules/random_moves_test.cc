// Whatever moves where: what is applied stays the same.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <random>
#include <set>

#include "analysis/rules/file_moves.h"
#include "tests/rules/fixture.h"
#include "tests/rules/moving.h"

namespace fs = std::filesystem;

namespace fluxls::test {
namespace {

class Mover {
 public:
  Mover(const MovingRepo& repo, unsigned seed) : repo_(repo), random_(seed) {
    for (const auto& [path, text] : repo.files()) {
      paths_.insert(path);
      for (std::string_view up = DirectoryName(path); up.size() > kRoot.size();
           up = DirectoryName(up)) {
        directories_.insert(std::string(up));
      }
    }
    paths_.insert(directories_.begin(), directories_.end());
    all_.assign(paths_.begin(), paths_.end());
    // Of artifacts with the same name the nearest one is meant.
    for (const SourceFilePtr& file : repo.snapshot().Files()) {
      for (const Resource& resource : file->facts.resources) {
        if (resource.id.kind == "ArtifactGenerator") entries_.insert(file->path);
      }
    }
    targets_.assign(directories_.begin(), directories_.end());
    for (const build::FluxBuildPtr& one : repo.fleet().builds()) {
      if (!one->directory.empty() && !repo.snapshot().KustomizationIn(one->directory))
        generated_.insert(one->directory);
      if (!one->flux || !one->origin) continue;
      const std::string& file = one->origin.file->path;
      if (!one->parent) entries_.insert(file);
      // Paths that are put together of variables stay as they are written.
      const build::Value* path = build::Find(one->kustomization, {"spec", "path"});
      const SourceFilePtr written =
          path && path->origin ? repo.snapshot().Find(path->origin.file->path) : nullptr;
      if (written &&
          Slice(written->text->content(), path->origin.range).find("${") != std::string_view::npos)
        filled_in_.insert(one->directory);
      const build::Sources* sources = repo.fleet().SourcesFor(repo.snapshot(), file);
      const build::SourceTree* tree =
          sources ? sources->Of(build::Find(one->kustomization, {"spec", "sourceRef"}),
                                build::IdOf(one->kustomization), file)
                  : nullptr;
      if (!tree) continue;
      for (const build::SourceTree::Part& part : tree->parts) sources_.insert(part.directory);
    }
  }

  // One move that edits can make up for; nothing when this throw was none.
  std::optional<FileRename> Throw() {
    const std::string from = all_[random_() % all_.size()];
    if (IsSpecial(from)) return std::nullopt;
    const std::string name(BaseName(from));
    const std::string parent(DirectoryName(from));
    std::string to;
    const bool kustomization = IsKustomizationFileName(name);
    switch (random_() % 4) {
      case 0:
        if (kustomization) return std::nullopt;
        to = JoinPath(parent, "renamed-" + name);
        break;
      case 1:
        to = JoinPath(JoinPath(parent, "fresh"), name);
        break;
      case 2:
        to = JoinPath(targets_[random_() % targets_.size()], name);
        break;
      default:
        to = JoinPath(JoinPath(targets_[random_() % targets_.size()], "fresh"), name);
    }
    if (to == from || IsInside(to, from) || paths_.contains(to) || IsSpecial(to))
      return std::nullopt;
    // What Flux finds by itself in a directory without kustomization is not named anywhere.
    if (IsFound(parent) || IsFound(std::string(DirectoryName(to)))) {
      const bool stays = DirectoryName(to) == parent && !directories_.contains(from);
      if (!stays || kustomization) return std::nullopt;
    }
    // Where it lies says which cluster an entry of Flux belongs to.
    const bool has_entry = std::any_of(entries_.begin(), entries_.end(),
                                       [&](const auto& entry) { return IsInside(entry, from); });
    if (has_entry && (DirectoryName(to) != parent || !directories_.contains(from)))
      return std::nullopt;
    for (const std::string& directory : filled_in_) {
      if (IsInside(directory, from)) return std::nullopt;
    }
    // What leaves a source cannot be reached there any more.
    for (const std::string& source : sources_) {
      if (IsInside(from, source) && !IsInside(to, source)) return std::nullopt;
    }
    if (kustomization && IsFound(std::string(DirectoryName(parent)))) return std::nullopt;
    // Two kustomizations in one directory are none, and one kustomization hides what is found.
    if (kustomization && directories_.contains(std::string(DirectoryName(to)))) return std::nullopt;
    return FileRename{from, to};
  }

 private:
  // Directories whose place says something, and files that work by their name.
  static bool IsSpecial(const std::string& path) {
    return path.find("/.") != std::string::npos || path.find("/gotk-") != std::string::npos ||
           path.find("/charts/") != std::string::npos ||
           path.find("/templates") != std::string::npos;
  }

  bool IsFound(const std::string& directory) const {
    for (std::string at = directory; at.size() > kRoot.size(); at = DirectoryName(at)) {
      if (repo_.snapshot().KustomizationIn(at)) return false;
      if (generated_.contains(at)) return true;
    }
    return false;
  }

  const MovingRepo& repo_;
  std::mt19937 random_;
  std::set<std::string> paths_;
  std::set<std::string> directories_;
  std::set<std::string> generated_;
  std::set<std::string> entries_;
  std::set<std::string> filled_in_;
  std::set<std::string> sources_;  // their roots
  std::vector<std::string> all_;
  std::vector<std::string> targets_;
};

// Of directories that list what they lie in.
int CountCycles(const MovingRepo& repo) {
  int count = 0;
  for (const build::FluxBuildPtr& one : repo.fleet().builds()) {
    for (const build::Problem& problem : one->problems) {
      count += problem.kind == build::ProblemKind::kCycle;
    }
  }
  return count;
}

// `messages`: what rules say must stay the same as well.
void MoveAbout(const fs::path& root, int count, unsigned seed, bool messages = false) {
  const MovingRepo repo = MovingRepo::FromDisk(root);
  Mover mover(repo, seed);
  int done = 0;
  int edited = 0;
  for (int tries = 0; done < count && tries < count * 40; ++tries) {
    std::vector<FileRename> moves;
    if (std::optional<FileRename> move = mover.Throw()) moves.push_back(std::move(*move));
    if (moves.empty()) continue;
    if (std::optional<FileRename> second = mover.Throw(); second && tries % 4 == 0) {
      // Apart from each other, so that one order is as good as the other.
      const bool apart = !IsInside(second->from, moves[0].from) &&
                         !IsInside(moves[0].from, second->from) &&
                         !IsInside(second->to, moves[0].from) &&
                         !IsInside(moves[0].to, second->from) && second->to != moves[0].to;
      if (apart) moves.push_back(std::move(*second));
    }
    ++done;
    const std::vector<FileEdit> edits =
        EditsForMoves(repo.snapshot(), &repo.fleet(), moves, {.hand_over = false});
    edited += edits.empty() ? 0 : 1;
    const MovingRepo after = repo.After(edits, moves);
    std::string what;
    for (const FileRename& move : moves) what += fmt::format("{} -> {}\n", move.from, move.to);
    CAPTURE(what);
    // A directory may have moved into what it lists.
    if (CountCycles(after) > CountCycles(repo)) continue;
    CHECK_EQ(Difference(repo.Applied(moves), after.Applied()), "");
    if (messages) CHECK_EQ(repo.Messages(), after.Messages());
  }
  MESSAGE(root.filename().string() << ": " << done << " moves, " << edited << " with edits");
}

TEST_CASE("random moves in the example leave what is applied as it is") {
  MoveAbout(fs::path(FLUXLS_SOURCE_DIR) / "examples" / "fleet", 40, 1, /*messages=*/true);
}

TEST_CASE("random moves in real repositories leave what is applied as it is") {
  const char* corpus = std::getenv("FLUXLS_CORPUS");
  if (corpus == nullptr || !fs::is_directory(corpus)) {
    MESSAGE("skipped: FLUXLS_CORPUS names no folder of repositories");
    return;
  }
  const char* wanted = std::getenv("FLUXLS_MOVES");
  const int count = wanted ? std::atoi(wanted) : 3;
  for (const auto& entry : fs::directory_iterator(corpus)) {
    if (entry.is_directory()) MoveAbout(entry.path(), count, static_cast<unsigned>(count));
  }
}

}  // namespace
}  // namespace fluxls::test
