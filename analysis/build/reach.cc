#include "analysis/build/reach.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <unordered_map>

#include "analysis/build/flux_build.h"
#include "analysis/model/kustomization.h"
#include "analysis/model/resource.h"

namespace fluxls::build {
namespace {

constexpr std::string_view kSourceGroup = "source.toolkit.fluxcd.io";
constexpr std::string_view kGeneratorGroup = "source.extensions.fluxcd.io";
constexpr std::string_view kOperatorGroup = "fluxcd.controlplane.io";

bool IsPatchField(std::string_view field) {
  return field == "patches" || field == "patchesStrategicMerge" || field == "patchesJson6902";
}

// Files that are patches and nothing else: what they hold defines no objects.
std::set<std::string> PatchFiles(const std::vector<SourceFilePtr>& files) {
  std::set<std::string> patches;
  std::set<std::string> resources;
  for (const SourceFilePtr& file : files) {
    if (!file->facts.kustomization) continue;
    for (const KustomizeEntry& entry : file->facts.kustomization->entries) {
      (IsPatchField(entry.field) ? patches : resources)
          .insert(JoinPath(DirectoryName(file->path), EntryPath(entry)));
    }
  }
  std::set<std::string> only;
  std::set_difference(patches.begin(), patches.end(), resources.begin(), resources.end(),
                      std::inserter(only, only.end()));
  return only;
}

// The Kustomization that Flux Operator makes of a FluxInstance.
const Value* FromInstance(Arena& arena, const Value* instance, const ObjectId& id) {
  const Value* sync = Find(Find(instance, "spec"), "sync");
  if (!sync || !sync->IsMap()) return nullptr;
  const std::string_view ns = id.namespace_.empty() ? "flux-system" : id.namespace_;
  std::string_view name = Text(sync, "name");
  if (name.empty()) name = ns;
  Value* reference = arena.New(Type::kMap, sync->origin);
  Set(arena, *reference, "kind", arena.String(Text(sync, "kind"), sync->origin));
  Set(arena, *reference, "name", arena.String(name, sync->origin));
  Value* spec = arena.New(Type::kMap, sync->origin);
  Set(arena, *spec, "sourceRef", reference);
  if (const Value* path = Find(sync, "path")) Set(arena, *spec, "path", path);
  Value* metadata = arena.New(Type::kMap, sync->origin);
  Set(arena, *metadata, "name", arena.String(name, sync->origin));
  Set(arena, *metadata, "namespace", arena.String(ns, sync->origin));
  Value* root = arena.New(Type::kMap, sync->origin);
  Set(arena, *root, "apiVersion", arena.String("kustomize.toolkit.fluxcd.io/v1"));
  Set(arena, *root, "kind", arena.String("Kustomization"));
  Set(arena, *root, "metadata", metadata);
  Set(arena, *root, "spec", spec);
  return root;
}

void AddItems(const Value* root, std::vector<const Value*>& out) {
  if (!root || !root->IsMap()) return;
  const Value* items = Find(root, "items");
  if (Text(root, "kind").ends_with("List") && items && items->IsList()) {
    for (const Value* item : items->Items()) AddItems(item, out);
    return;
  }
  out.push_back(root);
}

// Which files a directory's build takes its resources from, as the files say it themselves.
class Reach {
 public:
  explicit Reach(Files& files) : files_(files), snapshot_(files.snapshot()) {}

  const std::set<std::string>& Of(const std::string& directory) {
    auto [known, fresh] = known_.try_emplace(directory);
    if (!fresh) return known->second;
    std::set<std::string> files;
    std::set<std::string> seen;
    Walk(directory, files, seen);
    return known_[directory] = std::move(files);
  }

 private:
  void Walk(const std::string& directory, std::set<std::string>& out, std::set<std::string>& seen) {
    if (!seen.insert(directory).second) return;
    std::optional<std::string> path = snapshot_.KustomizationIn(directory);
    if (!path) return WalkAll(directory, out, seen);
    SourceFilePtr file = snapshot_.Find(*path);
    if (!file || !file->facts.kustomization) return;
    for (const KustomizeEntry& entry : file->facts.kustomization->entries) {
      if (entry.field != "resources" && entry.field != "bases" && entry.field != "components")
        continue;
      const std::string target = JoinPath(directory, entry.value);
      switch (snapshot_.Stat(target)) {
        case PathKind::kFile:
          out.insert(target);
          break;
        case PathKind::kDirectory:
          Walk(target, out, seen);
          break;
        default:
          break;
      }
    }
  }

  void WalkAll(const std::string& directory, std::set<std::string>& out,
               std::set<std::string>& seen) {
    for (const std::string& name : snapshot_.Names(directory)) {
      const std::string path = JoinPath(directory, name);
      switch (snapshot_.Stat(path)) {
        case PathKind::kFile:
          out.insert(path);
          break;
        case PathKind::kDirectory:
          Walk(path, out, seen);
          break;
        default:
          break;
      }
    }
  }

  Files& files_;
  const Snapshot& snapshot_;
  std::unordered_map<std::string, std::set<std::string>> known_;
};

// Is there a kustomization in the file's directory or above?
bool LiesBesideKustomization(const Snapshot& snapshot, const std::string& path) {
  const std::string root = snapshot.RootOf(path);
  for (std::string_view at = DirectoryName(path); IsInside(at, root) && at != "/";
       at = DirectoryName(at)) {
    if (snapshot.KustomizationIn(std::string(at))) return true;
    if (at == root) break;
  }
  return false;
}

// What `flux bootstrap` writes lies below the path that it names. That says where the root is.
std::optional<std::string> RootBySync(const WrittenKustomization& kustomization) {
  const std::string& path = kustomization.origin.file->path;
  if (BaseName(path) != "gotk-sync.yaml") return std::nullopt;
  const std::string inside = CleanPath(Text(Find(kustomization.root, "spec"), "path"));
  if (inside.empty()) return std::nullopt;
  std::string_view directory = DirectoryName(path);
  if (BaseName(directory) == "flux-system" && !("/" + inside).ends_with("/flux-system"))
    directory = DirectoryName(directory);
  const std::string tail = "/" + inside;
  if (!directory.ends_with(tail) || directory.size() == tail.size()) return std::nullopt;
  return std::string(directory.substr(0, directory.size() - tail.size()));
}

std::string ClusterOf(const Snapshot& snapshot, const WrittenKustomization& kustomization,
                      const std::string& directory, bool applies_itself) {
  if (!kustomization.origin) return "";
  const std::string& path = kustomization.origin.file->path;
  const std::string root = snapshot.RootOf(path);
  std::string cluster(DirectoryName(path));
  if (applies_itself || kustomization.from_instance) {
    if (!directory.empty()) cluster = directory;
  } else {
    while (BaseName(cluster) == "flux-system" || BaseName(cluster) == "flux")
      cluster = DirectoryName(cluster);
  }
  return root.empty() ? cluster : RelativePath(cluster, root);
}

}  // namespace

std::string RepositoryRoot(const Snapshot& snapshot, const std::set<std::string>& roots,
                           const std::string& path) {
  const std::string* best = nullptr;
  for (const std::string& root : roots) {
    if (IsInside(path, root) && (!best || root.size() > best->size())) best = &root;
  }
  return best ? *best : snapshot.RootOf(path);
}

Written FindWritten(Files& files) {
  Written out;
  out.arena = std::make_shared<Arena>();
  const std::vector<SourceFilePtr> all = files.snapshot().Files();
  const std::set<std::string> patches = PatchFiles(all);
  for (const SourceFilePtr& file : all) {
    bool wanted = false;
    bool source = false;
    for (const Resource& resource : file->facts.resources) {
      const std::string& group = resource.id.api.group;
      const bool flux = group == kFluxKustomizeGroup && resource.id.kind == "Kustomization";
      const bool instance = group == kOperatorGroup && resource.id.kind == "FluxInstance";
      wanted |= flux || instance;
      source |= (group == kSourceGroup && resource.id.kind == "GitRepository") ||
                (group == kGeneratorGroup && resource.id.kind == "ArtifactGenerator");
    }
    if ((!wanted && !source) || patches.contains(file->path)) continue;
    if (files.snapshot().IsParked(file->path)) continue;
    LoadedFilePtr loaded = files.Load(file->path);
    if (!loaded || loaded->is_template) continue;
    out.kept.push_back(loaded);
    if (source) out.source_files.push_back(loaded);
    if (!wanted) continue;
    std::vector<const Value*> objects;
    for (const LoadedDocument& document : loaded->documents) AddItems(document.root, objects);
    for (const Value* root : objects) {
      ObjectId id = IdOf(root);
      WrittenKustomization kustomization;
      kustomization.root = root;
      kustomization.origin = root->origin;
      if (id.kind == "FluxInstance") {
        out.arena->Keep(loaded);
        kustomization.root = FromInstance(*out.arena, root, id);
        kustomization.from_instance = true;
        const Value* sync = Find(root, {"spec", "sync"});
        kustomization.url = Text(sync, "url");
        const std::string_view ref = Text(sync, "ref");
        if (ref.starts_with("refs/heads/")) kustomization.branch = ref.substr(11);
        if (!kustomization.root) continue;
        id = IdOf(kustomization.root);
      } else if (!IsFluxKustomization(id) || id.name.empty()) {
        continue;
      }
      // A fragment that others fill in is no place to start from.
      if (!Find(Find(kustomization.root, "spec"), "path") &&
          !Find(Find(kustomization.root, "spec"), "sourceRef")) {
        continue;
      }
      kustomization.id = id;
      if (std::optional<std::string> nested = RootBySync(kustomization)) out.roots.insert(*nested);
      if (kustomization.from_instance) kustomization.keep = out.arena;
      if (!kustomization.from_instance) kustomization.keep = loaded;
      out.kustomizations.push_back(kustomization);
    }
  }
  return out;
}

std::vector<Entry> FindEntries(Files& files, const Written& written,
                               const std::map<std::string, Sources>& sources) {
  const Snapshot& snapshot = files.snapshot();
  const size_t count = written.kustomizations.size();
  std::vector<std::string> directories(count);
  std::unordered_map<std::string, std::vector<size_t>> by_file;
  for (size_t i = 0; i < count; ++i) {
    const WrittenKustomization& one = written.kustomizations[i];
    const std::string& path = one.origin.file->path;
    by_file[path].push_back(i);
    auto found = sources.find(RepositoryRoot(snapshot, written.roots, path));
    if (found == sources.end()) continue;
    const Value* spec = Find(one.root, "spec");
    const SourceTree* tree = found->second.Of(Find(spec, "sourceRef"), one.id, path);
    if (!tree) continue;
    if (std::optional<std::string> directory = tree->DirectoryOf(Text(spec, "path")))
      directories[i] = *directory;
  }
  Reach reach(files);
  // Who applies whom, oneself left out.
  std::vector<std::vector<size_t>> applies(count);
  std::vector<bool> applied(count, false);
  std::vector<bool> itself(count, false);
  for (size_t i = 0; i < count; ++i) {
    if (directories[i].empty()) continue;
    for (const std::string& path : reach.Of(directories[i])) {
      auto found = by_file.find(path);
      if (found == by_file.end()) continue;
      for (size_t j : found->second) {
        if (written.kustomizations[j].from_instance) continue;
        if (i == j) {
          itself[i] = true;
        } else {
          applies[i].push_back(j);
          applied[j] = true;
        }
      }
    }
  }
  // Several that lie beside each other and apply each other: none of them is first by itself.
  std::vector<bool> visited(count, false);
  std::vector<Entry> entries;
  std::function<void(size_t)> visit = [&](size_t i) {
    if (visited[i]) return;
    visited[i] = true;
    for (size_t j : applies[i]) visit(j);
  };
  auto enter = [&](size_t i) {
    if (visited[i]) return;
    const WrittenKustomization& one = written.kustomizations[i];
    const std::string& path = one.origin.file->path;
    const bool certain =
        itself[i] || one.from_instance ||
        (snapshot.KustomizationsListing(path).empty() && !LiesBesideKustomization(snapshot, path));
    entries.push_back({one, ClusterOf(snapshot, one, directories[i], itself[i]), certain,
                       itself[i] || one.from_instance});
    visit(i);
  };
  for (size_t i = 0; i < count; ++i) {
    if (!applied[i]) enter(i);
  }
  for (size_t i = 0; i < count; ++i) {
    if (itself[i]) enter(i);
  }
  for (size_t i = 0; i < count; ++i) enter(i);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.cluster < b.cluster; });
  return entries;
}

std::vector<std::string> FindUnused(const Snapshot& snapshot,
                                    const std::unordered_set<std::string_view>& used) {
  std::vector<std::string> out;
  for (const SourceFilePtr& file : snapshot.Files()) {
    if (!IsKustomizationFileName(BaseName(file->path)) || used.contains(file->path)) continue;
    const auto& facts = file->facts.kustomization;
    if (!facts || !facts->leads || facts->component || snapshot.IsParked(file->path)) continue;
    const std::string directory(DirectoryName(file->path));
    const std::vector<SourceFilePtr> listing = snapshot.KustomizationsListing(directory);
    if (!listing.empty()) continue;
    out.push_back(directory);
  }
  return out;
}

}  // namespace fluxls::build
