#include "analysis/rules/near_path.h"

#include <algorithm>
#include <vector>

#include "schemas/nearest.h"

namespace fluxls {
namespace {

// Name without .yaml, .yml or .json.
std::string_view Stem(std::string_view name) {
  for (std::string_view extension : {".yaml", ".yml", ".json"}) {
    if (name.ends_with(extension)) {
      name.remove_suffix(extension.size());
      break;
    }
  }
  return name;
}

class Search {
 public:
  Search(const Snapshot& snapshot, std::string directory, EntryKind kind,
         const std::set<std::string>& listed)
      : snapshot_(snapshot), directory_(std::move(directory)), kind_(kind), listed_(listed) {}

  bool IsGood(const std::string& path) const {
    if (listed_.contains(path) || path == directory_) return false;
    if (IsKustomizationFileName(BaseName(path))) return false;
    return Fits(snapshot_, path, snapshot_.Stat(path), kind_);
  }

  // Repairs the first step of `path` that does not exist, then asks whether the rest leads
  // somewhere.
  std::optional<std::string> RepairStep(const std::string& path) const {
    std::string missing = path;
    while (snapshot_.Stat(std::string(DirectoryName(missing))) == PathKind::kMissing) {
      missing = DirectoryName(missing);
    }
    const std::string parent(DirectoryName(missing));
    const std::string_view rest = std::string_view(path).substr(missing.size());
    const std::string_view name = BaseName(missing);
    std::vector<std::string> candidates;
    for (std::string& candidate : snapshot_.Names(parent)) {
      if (IsGood(NormalizePath(JoinPath(parent, candidate) + std::string(rest)))) {
        candidates.push_back(std::move(candidate));
      }
    }
    for (const std::string& candidate : candidates) {
      if (Stem(candidate) == Stem(name)) return JoinPath(parent, candidate) + std::string(rest);
    }
    std::optional<std::string> near = Nearest(name, candidates);
    if (!near) return std::nullopt;
    return JoinPath(parent, *near) + std::string(rest);
  }

  // The one good path among `paths`, if it is one.
  std::optional<std::string> Only(const std::vector<std::string>& paths) const {
    std::optional<std::string> found;
    for (const std::string& path : paths) {
      if (!IsGood(path) || found == path) continue;
      if (found) return std::nullopt;
      found = path;
    }
    return found;
  }

  // The same name in a neighbouring directory: below this one, or beside it.
  std::optional<std::string> NextDoor(std::string_view name) const {
    std::vector<std::string> paths;
    for (const std::string& around : {directory_, std::string(DirectoryName(directory_))}) {
      for (const std::string& child : snapshot_.Names(around)) {
        const std::string below = JoinPath(around, child);
        if (snapshot_.Stat(below) == PathKind::kDirectory) paths.push_back(JoinPath(below, name));
      }
      paths.push_back(JoinPath(around, name));
    }
    return Only(paths);
  }

 private:
  const Snapshot& snapshot_;
  const std::string directory_;
  const EntryKind kind_;
  const std::set<std::string>& listed_;
};

}  // namespace

bool Fits(const Snapshot& snapshot, const std::string& path, PathKind found, EntryKind kind) {
  switch (found) {
    case PathKind::kMissing:
      return false;
    case PathKind::kUnknown:
      return true;
    case PathKind::kFile:
      return kind != EntryKind::kBase && kind != EntryKind::kDirectory;
    case PathKind::kDirectory:
      if (kind == EntryKind::kFile) return false;
      if (kind == EntryKind::kDirectory) return true;
      return std::ranges::any_of(kKustomizationFileNames, [&](std::string_view name) {
        return snapshot.Stat(JoinPath(path, name)) != PathKind::kMissing;
      });
  }
  return true;
}

std::optional<std::string> NearPath(const Snapshot& snapshot, const std::string& directory,
                                    std::string_view entry, EntryKind kind,
                                    const std::set<std::string>& listed) {
  const std::string root = snapshot.RootOf(directory);
  const std::string wanted = JoinPath(directory, entry);
  if (root.empty() || !IsInside(wanted, root)) return std::nullopt;
  const Search search(snapshot, directory, kind, listed);
  std::optional<std::string> path = search.RepairStep(wanted);
  if (!path) {
    std::vector<std::string> paths;
    paths.push_back(JoinPath(directory, "../" + std::string(entry)));
    if (entry.starts_with("../")) paths.push_back(JoinPath(directory, entry.substr(3)));
    path = search.Only(paths);
  }
  if (!path) path = search.NextDoor(BaseName(wanted));
  if (!path || !IsInside(*path, root)) return std::nullopt;
  std::string relative = RelativePath(*path, directory);
  if (entry.starts_with("./") && !relative.starts_with("../")) relative = "./" + relative;
  return relative;
}

}  // namespace fluxls
