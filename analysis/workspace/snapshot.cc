// Questions to the frozen state.
#include <algorithm>
#include <set>

#include "analysis/model/patched_kinds.h"
#include "analysis/workspace/state.h"

namespace fluxls {
namespace {

using Entries = std::vector<ScanResult::Entry>;

Entries::const_iterator LowerBound(const Entries& entries, std::string_view path) {
  return std::lower_bound(
      entries.begin(), entries.end(), path,
      [](const ScanResult::Entry& entry, std::string_view wanted) { return entry.path < wanted; });
}

std::string BelowPrefix(std::string_view directory) {
  return directory == "/" ? "/" : std::string(directory) + "/";
}

// Adds the names directly below `prefix` that the scan knows.
void CollectNames(const ScanResult& scan, const std::string& prefix, std::set<std::string>& names) {
  auto at = LowerBound(scan.entries, prefix);
  while (at != scan.entries.end() && at->path.starts_with(prefix)) {
    std::string_view rest = std::string_view(at->path).substr(prefix.size());
    size_t slash = rest.find('/');
    if (slash == std::string_view::npos) {
      names.emplace(rest);
      ++at;
    } else {
      // Over everything deeper: '0' is the character behind '/'.
      at = LowerBound(scan.entries, prefix + std::string(rest.substr(0, slash)) + "0");
    }
  }
}

bool HasFileBelow(const std::map<std::string, PathKind>& delta, std::string_view directory) {
  std::string prefix = BelowPrefix(directory);
  for (auto it = delta.lower_bound(prefix); it != delta.end() && it->first.starts_with(prefix);
       ++it) {
    if (it->second == PathKind::kFile) return true;
  }
  return false;
}

}  // namespace

const ScanResult::Entry* FindEntry(const ScanResult& scan, std::string_view path) {
  auto at = LowerBound(scan.entries, path);
  return at != scan.entries.end() && at->path == path ? &*at : nullptr;
}

const ScanResult* Snapshot::State::ScanFor(std::string_view path) const {
  const ScanResult* best = nullptr;
  for (const auto& scan : scans) {
    if (IsInside(path, scan->root) && (!best || scan->root.size() > best->root.size())) {
      best = scan.get();
    }
  }
  return best;
}

PathKind Snapshot::State::ScannedKind(std::string_view path) const {
  const ScanResult* scan = ScanFor(path);
  if (!scan) return PathKind::kUnknown;
  if (path == scan->root) return PathKind::kDirectory;
  if (const ScanResult::Entry* entry = FindEntry(*scan, path)) return entry->kind;
  // Missing, unless it lies below something that nobody looked into.
  for (path = DirectoryName(path); path.size() > scan->root.size(); path = DirectoryName(path)) {
    if (const ScanResult::Entry* entry = FindEntry(*scan, path)) {
      return entry->kind == PathKind::kUnknown ? PathKind::kUnknown : PathKind::kMissing;
    }
  }
  return PathKind::kMissing;
}

PathKind Snapshot::State::Kind(const std::string& path) const {
  const auto& known = delta.get();
  if (auto found = known.find(path); found != known.end()) return found->second;
  PathKind scanned = ScannedKind(path);
  if (scanned == PathKind::kMissing || scanned == PathKind::kUnknown) {
    if (HasFileBelow(known, path)) return PathKind::kDirectory;
  }
  return scanned;
}

SourceFilePtr Snapshot::Find(const std::string& path) const {
  const SourceFilePtr* file = state_->files.Find(path);
  return file ? *file : nullptr;
}

std::vector<SourceFilePtr> Snapshot::Files() const {
  std::vector<SourceFilePtr> out;
  state_->files.ForEach(
      [&](const std::string&, const SourceFilePtr& file) { out.push_back(file); });
  std::sort(out.begin(), out.end(),
            [](const SourceFilePtr& a, const SourceFilePtr& b) { return a->path < b->path; });
  return out;
}

PathKind Snapshot::Stat(const std::string& path) const {
  return state_->Kind(path);
}

std::vector<std::string> Snapshot::Names(const std::string& directory) const {
  std::set<std::string> names;
  std::string prefix = BelowPrefix(directory);
  if (const ScanResult* scan = state_->ScanFor(directory)) CollectNames(*scan, prefix, names);
  const auto& delta = state_->delta.get();
  for (auto it = delta.lower_bound(prefix); it != delta.end() && it->first.starts_with(prefix);
       ++it) {
    std::string rest = it->first.substr(prefix.size());
    size_t slash = rest.find('/');
    if (it->second == PathKind::kMissing) {
      if (slash == std::string::npos) names.erase(rest);
    } else {
      names.insert(rest.substr(0, slash));
    }
  }
  return {names.begin(), names.end()};
}

std::optional<std::string> Snapshot::KustomizationIn(const std::string& directory) const {
  for (std::string_view name : kKustomizationFileNames) {
    std::string path = JoinPath(directory, name);
    if (state_->Kind(path) == PathKind::kFile) return path;
  }
  return std::nullopt;
}

std::vector<SourceFilePtr> Snapshot::KustomizationsListing(const std::string& path) const {
  std::vector<SourceFilePtr> out;
  if (const auto* listing = state_->listings.Find(path)) {
    for (const std::string& from : *listing) {
      if (SourceFilePtr file = Find(from)) out.push_back(std::move(file));
    }
  }
  return out;
}

std::vector<ResourceLocation> Snapshot::Resources(std::string_view kind,
                                                  std::string_view namespace_,
                                                  std::string_view name) const {
  std::vector<ResourceLocation> out;
  if (const auto* entries = state_->names.Find(State::NameKey(kind, name))) {
    for (const State::Name& entry : *entries) {
      if (!namespace_.empty() && entry.namespace_ != namespace_) continue;
      if (SourceFilePtr file = Find(entry.path)) out.push_back({std::move(file), entry.resource});
    }
  }
  return out;
}

bool Snapshot::IsKindPatched(std::string_view kind) const {
  return state_->counts.Find(State::PatchKey(kind)) ||
         state_->counts.Find(State::PatchKey(kEveryKind));
}

bool Snapshot::HasObjectOf(const ApiVersion& api, std::string_view kind) const {
  return state_->counts.Find(State::ObjectKey(api, kind)) != nullptr;
}

std::vector<SourceFilePtr> Snapshot::CrdFiles(std::string_view group, std::string_view kind) const {
  std::vector<SourceFilePtr> out;
  const auto& crds = state_->crds.get();
  const auto found = crds.find(State::CrdKey(group, kind));
  if (found == crds.end()) return out;
  for (const std::string& path : found->second) {
    if (SourceFilePtr file = Find(path)) out.push_back(std::move(file));
  }
  return out;
}

const SchemaDirectories* Snapshot::schemas() const {
  return state_->schemas.get();
}

ReleaseAnswer Snapshot::ReleaseFor(const std::string& path) const {
  if (const auto& wanted = state_->settings->flux_release) return {*wanted, false, ""};
  std::string root = RootOf(path);
  const std::pair<const std::string, State::Evidence>* best = nullptr;
  bool best_is_around = false;
  for (const auto& item : state_->releases.get()) {
    const State::Evidence& evidence = item.second;
    bool around = IsInside(path, evidence.directory);
    if (!around && (root.empty() || RootOf(item.first) != root || IsParked(item.first))) continue;
    if (best) {
      const State::Evidence& other = best->second;
      if (around != best_is_around) {
        if (!around) continue;
      } else if (around && evidence.directory.size() != other.directory.size()) {
        if (evidence.directory.size() < other.directory.size()) continue;
      } else if (!(evidence.release < other.release)) {
        continue;
      }
    }
    best = &item;
    best_is_around = around;
  }
  if (!best) return {kNewestRelease, true, ""};
  return {best->second.release, false, best->first};
}

bool Snapshot::IsParked(std::string_view path) const {
  const std::string root = RootOf(path);
  if (root.empty()) return false;
  std::string_view directory = DirectoryName(path);
  directory.remove_prefix(std::min(root.size() == 1 ? 0 : root.size(), directory.size()));
  return directory.find("/.") != std::string_view::npos;
}

std::string Snapshot::RootOf(std::string_view path) const {
  const ScanResult* scan = state_->ScanFor(path);
  return scan ? scan->root : "";
}

std::string Snapshot::DisplayPath(const std::string& path) const {
  const ScanResult* scan = state_->ScanFor(path);
  return scan ? RelativePath(path, scan->root) : path;
}

const Settings& Snapshot::settings() const {
  return *state_->settings;
}

uint64_t Snapshot::generation() const {
  return state_->generation;
}

}  // namespace fluxls
