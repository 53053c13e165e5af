#include "analysis/rules/file_moves.h"

#include <algorithm>
#include <map>
#include <set>

#include "analysis/model/kustomization.h"
#include "analysis/rules/flux_paths.h"
#include "analysis/rules/kustomization_entries.h"
#include "analysis/rules/moved_paths.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

using yaml::Document;

bool IsLocal(const ListedPath& listed) {
  return !HasTemplate(listed.node.value()) && !listed.entry.starts_with('/') &&
         !IsRemoteEntry(listed.entry);
}

using Changes = std::map<std::string, EntryChanges>;  // by path of the kustomization file

EntryChanges& ChangesOf(Changes& changes, const SourceFilePtr& file) {
  EntryChanges& one = changes[file->path];
  one.file = file;
  return one;
}

// Edits of all kustomization files; nothing when one of them cannot be made.
std::optional<std::vector<FileEdit>> Carry(const Changes& changes) {
  std::vector<FileEdit> out;
  for (const auto& [path, one] : changes) {
    std::optional<std::vector<TextEdit>> edits = EditEntries(one);
    if (!edits) return std::nullopt;
    if (!edits->empty()) out.push_back({path, std::move(*edits)});
  }
  return out;
}

// Flux's object in a file that kustomize takes for its own.
bool HoldsFluxKustomization(const SourceFile& file) {
  for (const Document& document : file.yaml.documents) {
    const yaml::Node root = document.root();
    if (!root) continue;
    return ApiVersion::Parse(root.Find("apiVersion").value()).group == kFluxKustomizeGroup &&
           root.Find("spec");
  }
  return false;
}

// Finds the entries that a move changes.
class Mover {
 public:
  Mover(const Snapshot& snapshot, const MovedPaths& moved, bool hand_over)
      : snapshot_(snapshot), moved_(moved), hand_over_(hand_over) {}

  Changes Run() {
    for (const SourceFilePtr& file : snapshot_.Files()) {
      if (const Document* document = EditableKustomization(*file)) Read(file, *document);
    }
    return std::move(changes_);
  }

 private:
  void Read(const SourceFilePtr& file, const Document& document) {
    const std::string new_file = moved_.Of(file->path);
    // In another folder nothing is where it was.
    if (snapshot_.RootOf(new_file) != snapshot_.RootOf(file->path)) return;
    const std::string directory(DirectoryName(file->path));
    const std::string new_directory(DirectoryName(new_file));
    const std::vector<ListedPath> listed = NamedPaths(document.root());
    for (size_t i = 0; i < listed.size(); ++i) {
      if (!IsLocal(listed[i])) continue;
      const std::string target = JoinPath(directory, listed[i].entry);
      const std::string new_target = NewTarget(target);
      if (new_target.empty()) continue;
      const bool renamed = listed[i].keyed && BaseName(target) != BaseName(new_target);
      if (JoinPath(new_directory, listed[i].entry) == new_target && !renamed) continue;
      if (new_file == file->path && HandOver(file, document, listed[i], i, new_target)) continue;
      ChangesOf(changes_, file).rewritten[i] = PathLike(listed[i].entry, new_target, new_directory);
    }
  }

  // Where an entry's file or directory will be; "" when it is not there today, or leaves the
  // folder.
  std::string NewTarget(const std::string& target) const {
    const PathKind kind = snapshot_.Stat(target);
    if (kind == PathKind::kMissing) return "";
    const std::string moved = kind == PathKind::kDirectory ? NewBase(target) : moved_.Of(target);
    return snapshot_.RootOf(moved) == snapshot_.RootOf(target) ? moved : "";
  }

  // A Flux Kustomization that gets out of kustomize's way: the directory was named for its sake.
  std::string NewBase(const std::string& directory) const {
    const std::optional<std::string> path = snapshot_.KustomizationIn(directory);
    const SourceFilePtr file = path ? snapshot_.Find(*path) : nullptr;
    if (file && HoldsFluxKustomization(*file)) {
      std::string moved = moved_.Of(*path);
      if (!IsKustomizationFileName(BaseName(moved))) return moved;
    }
    return moved_.OfBase(directory);
  }

  // From the list of the directory that was left to the list of the one that was entered.
  bool HandOver(const SourceFilePtr& file, const Document& document, const ListedPath& listed,
                size_t index, const std::string& new_target) {
    const bool is_list =
        listed.field == "resources" || listed.field == "bases" || listed.field == "components";
    if (!hand_over_ || !is_list || !listed.item || document.HasErrors()) return false;
    const std::string directory(DirectoryName(file->path));
    const std::string target = JoinPath(directory, listed.entry);
    const FileRename* move = moved_.MoveOf(target);
    if (!move || DirectoryName(move->from) != directory) return false;
    const std::string entered(DirectoryName(move->to));
    if (IsInside(entered, directory)) return false;
    const SourceFilePtr other = KustomizationLike(*file, entered);
    if (!other) return false;
    std::string path = RelativePath(new_target, entered);
    for (const ListedPath& there : NamedPaths(EditableKustomization(*other)->root())) {
      const std::string named = JoinPath(entered, there.entry);
      if (named == target || named == new_target) return false;
    }
    ChangesOf(changes_, file).removed.insert(index);
    ChangesOf(changes_, other)
        .added.push_back({listed.field == "bases" ? "resources" : std::string(listed.field),
                          std::move(path), CommentBehind(*file, document, listed.item)});
    return true;
  }

  // The kustomization of a directory, if it stays there and is of the same kind as `file`.
  SourceFilePtr KustomizationLike(const SourceFile& file, const std::string& directory) const {
    const std::optional<std::string> path = snapshot_.KustomizationIn(directory);
    if (!path || moved_.Of(*path) != *path) return nullptr;
    SourceFilePtr other = snapshot_.Find(*path);
    if (!other || !other->facts.kustomization || !other->facts.kustomization->leads) return nullptr;
    const Document* document = EditableKustomization(*other);
    if (!document || document->HasErrors()) return nullptr;
    if (other->facts.kustomization->component != file.facts.kustomization->component)
      return nullptr;
    return other;
  }

  const Snapshot& snapshot_;
  const MovedPaths& moved_;
  const bool hand_over_;
  Changes changes_;
};

// Edits of the same files put together; nothing when two of them touch.
std::optional<std::vector<FileEdit>> Together(const std::vector<FileEdit>& first,
                                              const std::vector<FileEdit>& second) {
  std::map<std::string, std::vector<TextEdit>> by_path;
  for (const std::vector<FileEdit>* list : {&first, &second}) {
    for (const FileEdit& edit : *list) {
      std::vector<TextEdit>& edits = by_path[edit.path];
      edits.insert(edits.end(), edit.edits.begin(), edit.edits.end());
    }
  }
  std::vector<FileEdit> out;
  for (auto& [path, edits] : by_path) {
    std::sort(edits.begin(), edits.end());
    for (size_t i = 1; i < edits.size(); ++i) {
      if (edits[i - 1].range.Overlaps(edits[i].range)) return std::nullopt;
    }
    if (!edits.empty()) out.push_back({path, std::move(edits)});
  }
  return out;
}

// Names of files that lie beside manifests without being any.
bool IsNamedLikeManifest(std::string_view name) {
  constexpr std::string_view kBegins[] = {".", "values", "patch", "kustomizeconfig", "kustomize-"};
  constexpr std::string_view kHolds[] = {"-values", "-patch", "_patch", ".patch", ".values"};
  if (!name.ends_with(".yaml") && !name.ends_with(".yml")) return false;
  if (IsKustomizationFileName(name)) return false;
  return std::none_of(std::begin(kBegins), std::end(kBegins),
                      [&](std::string_view begin) { return name.starts_with(begin); }) &&
         std::none_of(std::begin(kHolds), std::end(kHolds), [&](std::string_view part) {
           return name.find(part) != std::string_view::npos;
         });
}

// Is a new file, as far as it is known, full of objects? An empty one may become so.
bool MayHoldObjects(const SourceFile& file) {
  if (file.file_class != FileClass::kYaml || file.facts.kustomization) return false;
  return !file.facts.resources.empty() ||
         std::none_of(file.yaml.documents.begin(), file.yaml.documents.end(),
                      [](const Document& document) { return document.root(); });
}

// Does the kustomization list manifests of its own directory, and all of them? `but`: new ones.
bool ListsItsDirectory(const Snapshot& snapshot, const std::string& directory,
                       const std::vector<ListedPath>& listed, const std::set<std::string>& but) {
  std::set<std::string> named;
  bool lists_sibling = false;
  for (const ListedPath& one : listed) {
    std::string target = JoinPath(directory, one.entry);
    lists_sibling |= one.field == "resources" && DirectoryName(target) == directory &&
                     snapshot.Stat(target) == PathKind::kFile;
    named.insert(std::move(target));
  }
  if (!lists_sibling) return false;
  for (const std::string& name : snapshot.Names(directory)) {
    const std::string path = JoinPath(directory, name);
    const SourceFilePtr file = snapshot.Find(path);
    const bool is_manifest = file && !file->facts.kustomization && !file->facts.resources.empty();
    if (is_manifest && !named.contains(path) && !but.contains(path)) return false;
  }
  return true;
}

}  // namespace

std::vector<FileEdit> EditsForMoves(const Snapshot& snapshot, const build::Fleet* fleet,
                                    std::span<const FileRename> moves, MoveOptions options) {
  const MovedPaths moved(snapshot, moves);
  if (moved.empty()) return {};
  const std::vector<FileEdit> flux =
      fleet ? EditFluxPaths(snapshot, *fleet, moved) : std::vector<FileEdit>();
  // Without handing over only scalars change, and these are always apart.
  for (bool hand_over : {true, false}) {
    if (hand_over && !options.hand_over) continue;
    const std::optional<std::vector<FileEdit>> entries =
        Carry(Mover(snapshot, moved, hand_over).Run());
    std::optional<std::vector<FileEdit>> all = entries ? Together(*entries, flux) : std::nullopt;
    if (all) return std::move(*all);
  }
  return {};
}

std::vector<FileEdit> EditsForDeletes(const Snapshot& snapshot,
                                      std::span<const std::string> paths) {
  std::vector<std::string> deleted;
  for (const std::string& path : paths) deleted.push_back(NormalizePath(path));
  const auto is_deleted = [&deleted](const std::string& path) {
    return std::any_of(deleted.begin(), deleted.end(),
                       [&path](const std::string& gone) { return IsInside(path, gone); });
  };
  std::vector<FileEdit> out;
  for (const SourceFilePtr& file : snapshot.Files()) {
    const Document* document = EditableKustomization(*file);
    if (!document || is_deleted(file->path)) continue;
    EntryChanges changes{file, {}, {}, {}};
    const std::vector<ListedPath> listed = NamedPaths(document->root());
    for (size_t i = 0; i < listed.size(); ++i) {
      if (!IsLocal(listed[i])) continue;
      const std::string target = JoinPath(DirectoryName(file->path), listed[i].entry);
      if (is_deleted(target) && snapshot.Stat(target) != PathKind::kMissing)
        changes.removed.insert(i);
    }
    if (changes.removed.empty()) continue;
    std::optional<std::vector<TextEdit>> edits = EditEntries(changes);
    if (edits && !edits->empty()) out.push_back({file->path, std::move(*edits)});
  }
  return out;
}

std::vector<FileEdit> EditsForCreates(const Snapshot& snapshot,
                                      std::span<const std::string> paths) {
  std::set<std::string> created;
  for (const std::string& path : paths) created.insert(NormalizePath(path));
  Changes changes;
  for (const std::string& path : created) {
    if (!IsNamedLikeManifest(BaseName(path)) || snapshot.Stat(path) == PathKind::kDirectory)
      continue;
    const SourceFilePtr known = snapshot.Find(path);
    if (known && !MayHoldObjects(*known)) continue;
    const std::string directory(DirectoryName(path));
    const std::optional<std::string> kustomization = snapshot.KustomizationIn(directory);
    const SourceFilePtr file = kustomization ? snapshot.Find(*kustomization) : nullptr;
    const Document* document = file ? EditableKustomization(*file) : nullptr;
    if (!document || document->HasErrors() || !file->facts.kustomization->leads) continue;
    if (!document->root().FindOwn("resources").IsSequence()) continue;
    if (!snapshot.KustomizationsListing(path).empty()) continue;
    const std::vector<ListedPath> listed = NamedPaths(document->root());
    const bool named = std::any_of(listed.begin(), listed.end(), [&](const ListedPath& one) {
      return JoinPath(directory, one.entry) == path;
    });
    if (named || !ListsItsDirectory(snapshot, directory, listed, created)) continue;
    ChangesOf(changes, file).added.push_back({"resources", std::string(BaseName(path)), ""});
  }
  std::vector<FileEdit> out;
  for (const auto& [path, one] : changes) {
    std::optional<std::vector<TextEdit>> edits = EditEntries(one);
    if (edits && !edits->empty()) out.push_back({path, std::move(*edits)});
  }
  return out;
}

}  // namespace fluxls
