#include "analysis/workspace/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/model/kustomization.h"
#include "analysis/workspace/state.h"

namespace fluxls {
namespace {

// The directory that evidence in `path` speaks for: that of the cluster, which is the one above
// `flux-system`.
std::string EvidenceDirectory(std::string_view path) {
  std::string_view directory = DirectoryName(path);
  std::string_view name = BaseName(directory);
  if (name == "flux-system" || name == "flux") directory = DirectoryName(directory);
  return std::string(directory);
}

// Targets of the local entries, each once.
std::set<std::string> ListedPaths(const SourceFile& file) {
  std::set<std::string> out;
  if (!file.facts.kustomization) return out;
  std::string_view directory = DirectoryName(file.path);
  for (const KustomizeEntry& entry : file.facts.kustomization->entries) {
    if (IsRemoteEntry(entry.value)) continue;
    out.insert(JoinPath(directory, EntryPath(entry)));
  }
  return out;
}

// Does the file that is installed still stand for what the scan saw? One that could not be read is
// always tried again: permissions change without a trace in the stat.
bool IsCurrent(const SourceFile& file, const ScanResult::Entry& entry, const Settings& settings) {
  return !file.version && file.file_class != FileClass::kUnreadable && file.stat == entry.stat &&
         (file.file_class == FileClass::kHelmTemplate) == entry.helm_template &&
         (entry.helm_template ||
          (file.file_class == FileClass::kTooLarge) == (entry.stat.size > settings.max_file_bytes));
}

}  // namespace

struct Workspace::Impl {
  using State = Snapshot::State;

  State state;
  std::shared_ptr<const State> frozen;  // of the present generation; null when there is none yet
  std::vector<std::string> roots;
  std::set<std::string> open;

  void Touch() {
    ++state.generation;
    frozen.reset();
  }

  // Counts what a file has of each key; keys that nobody has are not kept.
  void Count(const SourceFile& file, bool add) {
    auto count = [&](const std::string& key) {
      if (!add && !state.counts.Find(key)) return;
      uint32_t& value = state.counts.Mutable(key);
      value += add ? 1 : -1;
      if (value == 0) state.counts.Erase(key);
    };
    for (const std::string& kind : file.facts.patched_kinds) count(State::PatchKey(kind));
    for (const Resource& resource : file.facts.resources) {
      count(State::ObjectKey(resource.id.api, resource.id.kind));
    }
  }

  void AddToIndex(const SourceFile& file) {
    Count(file, true);
    for (uint32_t i = 0; i < file.facts.resources.size(); ++i) {
      const ResourceId& id = file.facts.resources[i].id;
      if (id.name.empty()) continue;
      auto& entries = state.names.Mutable(State::NameKey(id.kind, id.name));
      State::Name entry{file.path, i, id.namespace_};
      auto before = [](const State::Name& a, const State::Name& b) {
        return std::tie(a.path, a.resource) < std::tie(b.path, b.resource);
      };
      entries.insert(std::upper_bound(entries.begin(), entries.end(), entry, before), entry);
    }
    for (const std::string& path : ListedPaths(file)) {
      auto& listing = state.listings.Mutable(path);
      listing.insert(std::upper_bound(listing.begin(), listing.end(), file.path), file.path);
    }
    for (const CrdFacts& crd : file.facts.crds) {
      state.crds.Mutable()[State::CrdKey(crd.group, crd.kind)].insert(file.path);
    }
    if (file.facts.release) {
      state.releases.Mutable()[file.path] = {EvidenceDirectory(file.path),
                                             file.facts.release->release};
    }
  }

  void DropFromIndex(const SourceFile& file) {
    Count(file, false);
    for (const Resource& resource : file.facts.resources) {
      std::string key = State::NameKey(resource.id.kind, resource.id.name);
      // A file may define a name twice; the first round takes all of its entries.
      if (!state.names.Find(key)) continue;
      auto& entries = state.names.Mutable(key);
      std::erase_if(entries, [&](const State::Name& entry) { return entry.path == file.path; });
      if (entries.empty()) state.names.Erase(key);
    }
    for (const std::string& path : ListedPaths(file)) {
      if (!state.listings.Find(path)) continue;
      auto& listing = state.listings.Mutable(path);
      std::erase(listing, file.path);
      if (listing.empty()) state.listings.Erase(path);
    }
    for (const CrdFacts& crd : file.facts.crds) {
      const std::string key = State::CrdKey(crd.group, crd.kind);
      std::set<std::string>& paths = state.crds.Mutable()[key];
      paths.erase(file.path);
      if (paths.empty()) state.crds.Mutable().erase(key);
    }
    if (file.facts.release) state.releases.Mutable().erase(file.path);
  }

  // Drops what is installed at `path`; says whether that exported anything.
  bool DropFile(const std::string& path) {
    const SourceFilePtr* found = state.files.Find(path);
    if (!found) return false;
    SourceFilePtr file = *found;
    DropFromIndex(*file);
    state.files.Erase(path);
    return file->facts != FileFacts();
  }

  // Makes the state say that `path` is `kind`, whatever the scans say. Returns whether that is
  // news.
  bool SetKind(const std::string& path, PathKind kind) {
    if (state.Kind(path) == kind) return false;
    if (state.ScannedKind(path) == kind) {
      state.delta.Mutable().erase(path);
    } else {
      state.delta.Mutable()[path] = kind;
    }
    return true;
  }

  bool IsScannedYaml(const std::string& path) const {
    for (const auto& scan : state.scans) {
      if (!IsInside(path, scan->root)) continue;
      const ScanResult::Entry* entry = FindEntry(*scan, path);
      if (entry && entry->yaml) return true;
    }
    return false;
  }

  // After the scans of `root` changed: forgets what was only known better than the old one. Files
  // that nobody holds and no scan lists go, and are appended to `removed`.
  void Settle(const std::string& root, std::vector<std::string>& removed, bool& paths_changed) {
    auto old = state.delta.get();
    for (auto it = old.lower_bound(root); it != old.end() && it->first.starts_with(root); ++it) {
      const auto& [path, kind] = *it;
      if (!IsInside(path, root)) continue;
      state.delta.Mutable().erase(path);
      PathKind scanned = state.ScannedKind(path);
      if (kind == PathKind::kFile && scanned != PathKind::kFile && !open.contains(path)) {
        DropFile(path);
        removed.push_back(path);
      }
      paths_changed |= scanned != kind;
    }
    // A buffer is a file, on disk or not.
    for (const std::string& path : open) {
      if (IsInside(path, root) && state.files.Find(path)) SetKind(path, PathKind::kFile);
    }
  }
};

Workspace::Workspace() : impl_(std::make_unique<Impl>()) {}
Workspace::Workspace(const Snapshot& snapshot) : Workspace() {
  impl_->state = *snapshot.state_;  // frozen: shares everything until it changes
  for (const auto& scan : impl_->state.scans) impl_->roots.push_back(scan->root);
}
Workspace::~Workspace() = default;
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace& Workspace::operator=(Workspace&&) noexcept = default;

void Workspace::SetSettings(Settings settings) {
  impl_->state.settings = std::make_shared<Settings>(std::move(settings));
  impl_->Touch();
}

void Workspace::SetSchemas(std::shared_ptr<const SchemaDirectories> schemas) {
  impl_->state.schemas = std::move(schemas);
  impl_->Touch();
}

const Settings& Workspace::settings() const {
  return *impl_->state.settings;
}

const std::vector<std::string>& Workspace::roots() const {
  return impl_->roots;
}

Workspace::ScanDiff Workspace::ApplyScan(ScanResult scan) {
  Impl& impl = *impl_;
  ScanDiff diff;
  auto fresh = std::make_shared<const ScanResult>(std::move(scan));
  auto& scans = impl.state.scans;
  auto slot = std::find_if(scans.begin(), scans.end(),
                           [&](const auto& other) { return other->root >= fresh->root; });
  std::shared_ptr<const ScanResult> before;
  if (slot != scans.end() && (*slot)->root == fresh->root) {
    before = std::exchange(*slot, fresh);
  } else {
    scans.insert(slot, fresh);
    impl.roots.push_back(fresh->root);
    diff.paths_changed = true;
  }

  // Both lists are ordered by path.
  static const std::vector<ScanResult::Entry> kNone;
  const auto& old_entries = before ? before->entries : kNone;
  auto old = old_entries.begin();
  auto gone = [&](const ScanResult::Entry& entry) {
    if (!entry.yaml || impl.open.contains(entry.path) || impl.IsScannedYaml(entry.path)) return;
    if (!impl.state.files.Find(entry.path)) return;
    impl.DropFile(entry.path);
    diff.removed.push_back(entry.path);
  };
  for (const ScanResult::Entry& entry : fresh->entries) {
    for (; old != old_entries.end() && old->path < entry.path; ++old) {
      diff.paths_changed = true;
      gone(*old);
    }
    if (old != old_entries.end() && old->path == entry.path) {
      diff.paths_changed |= old->kind != entry.kind;
      if (!entry.yaml) gone(*old);
      ++old;
    } else {
      diff.paths_changed = true;
    }
    if (!entry.yaml || impl.open.contains(entry.path)) continue;
    const SourceFilePtr* file = impl.state.files.Find(entry.path);
    if (!file || !IsCurrent(**file, entry, *impl.state.settings)) {
      diff.to_read.push_back({entry.path, entry.helm_template});
    }
  }
  for (; old != old_entries.end(); ++old) {
    diff.paths_changed = true;
    gone(*old);
  }
  impl.Settle(fresh->root, diff.removed, diff.paths_changed);
  impl.Touch();
  return diff;
}

void Workspace::RemoveFolder(const std::string& root) {
  Impl& impl = *impl_;
  auto& scans = impl.state.scans;
  auto slot = std::find_if(scans.begin(), scans.end(),
                           [&](const auto& scan) { return scan->root == root; });
  if (slot == scans.end()) return;
  std::shared_ptr<const ScanResult> before = *slot;
  scans.erase(slot);
  std::erase(impl.roots, root);
  for (const ScanResult::Entry& entry : before->entries) {
    if (entry.yaml && !impl.open.contains(entry.path) && !impl.IsScannedYaml(entry.path)) {
      impl.DropFile(entry.path);
    }
  }
  std::vector<std::string> removed;
  bool paths_changed = false;
  impl.Settle(root, removed, paths_changed);
  impl.Touch();
}

bool Workspace::Install(SourceFilePtr file) {
  Impl& impl = *impl_;
  const SourceFilePtr* slot = impl.state.files.Find(file->path);
  SourceFilePtr before = slot ? *slot : nullptr;
  static const FileFacts kNoFacts;
  bool changed = (before ? before->facts : kNoFacts) != file->facts;
  if (changed) {
    if (before) impl.DropFromIndex(*before);
    impl.AddToIndex(*file);
  }
  changed |= impl.SetKind(file->path, PathKind::kFile);
  std::string path = file->path;
  impl.state.files.Mutable(path) = std::move(file);
  impl.Touch();
  return changed;
}

bool Workspace::Remove(const std::string& path) {
  Impl& impl = *impl_;
  PathKind before = impl.state.Kind(path);
  bool changed = impl.DropFile(path);
  // The scan's word stands for files that are there but are not ours (ignored ones that an editor
  // had open).
  const ScanResult* scan = impl.state.ScanFor(path);
  const ScanResult::Entry* entry = scan ? FindEntry(*scan, path) : nullptr;
  impl.state.delta.Mutable().erase(path);
  if (entry && entry->yaml) impl.SetKind(path, PathKind::kMissing);
  changed |= impl.state.Kind(path) != before;
  impl.Touch();
  return changed;
}

void Workspace::Open(const std::string& path) {
  impl_->open.insert(path);
}

void Workspace::Close(const std::string& path) {
  impl_->open.erase(path);
}

bool Workspace::IsOpen(const std::string& path) const {
  return impl_->open.contains(path);
}

Snapshot Workspace::snapshot() const {
  Impl& impl = *impl_;
  if (!impl.frozen) {
    impl.state.Freeze();
    impl.frozen = std::make_shared<const Snapshot::State>(impl.state);
  }
  Snapshot out;
  out.state_ = impl.frozen;
  return out;
}

std::vector<std::string> LoadFolders(const FileSystem& files, const std::vector<std::string>& roots,
                                     Workspace& workspace, const ParallelFor& parallel_for) {
  std::vector<std::string> problems;
  for (const std::string& root : roots) {
    ScanResult scan = ScanFolder(files, root, workspace.settings());
    problems.insert(problems.end(), scan.problems.begin(), scan.problems.end());
    std::vector<Workspace::ToRead> to_read = workspace.ApplyScan(std::move(scan)).to_read;
    std::vector<SourceFilePtr> parsed(to_read.size());
    const Settings& settings = workspace.settings();
    auto read = [&](size_t i) {
      parsed[i] =
          ParseSource(ReadSource(files, to_read[i].path, settings, to_read[i].helm_template));
    };
    if (parallel_for) {
      parallel_for(to_read.size(), read);
    } else {
      for (size_t i = 0; i < to_read.size(); ++i) read(i);
    }
    for (SourceFilePtr& file : parsed) {
      if (file->file_class == FileClass::kTooLarge) {
        problems.push_back(fmt::format("{}: skipped, {} bytes are more than the limit of {}",
                                       file->path, file->stat.size, settings.max_file_bytes));
      } else if (file->file_class == FileClass::kUnreadable) {
        problems.push_back(fmt::format("{}: cannot be read: {}", file->path, file->error));
      }
      workspace.Install(std::move(file));
    }
  }
  return problems;
}

}  // namespace fluxls
