#include "analysis/build/flux_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace fluxls::build {
namespace {

bool IsTemplated(std::string_view text) {
  return text.find("${") != std::string_view::npos || text.find("{{") != std::string_view::npos ||
         text.find("<<") != std::string_view::npos;
}

// How many of the paths are directories below a root.
size_t CountExisting(Files& files, const std::string& root, const std::set<std::string>& paths) {
  return static_cast<size_t>(std::count_if(paths.begin(), paths.end(), [&](const auto& path) {
    return files.Stat(JoinPath(root, path)) == PathKind::kDirectory;
  }));
}

// Was the repository opened at its root? A path that exists says so; without one, what lies only
// there.
bool IsRepositoryRoot(Files& files, const std::string& root) {
  constexpr std::string_view kSigns[] = {".git", ".github", ".gitlab", ".gitlab-ci.yml",
                                         ".gitattributes"};
  return std::any_of(std::begin(kSigns), std::end(kSigns), [&](std::string_view sign) {
    return files.Stat(JoinPath(root, sign)) != PathKind::kMissing;
  });
}

struct GitSource {
  std::string url;
  std::string branch;
  bool operator==(const GitSource& other) const = default;
};

constexpr const char* kGit = "GitRepository";
constexpr const char* kArtifact = "ExternalArtifact";
// Where `flux bootstrap` puts everything.
constexpr const char* kBootstrap = "flux-system";

// `ssh://git@host/org/repo.git` and `https://host/org/repo` are the same repository.
std::string RepositoryOf(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const size_t at = url.find('@');
  if (at != std::string_view::npos) url.remove_prefix(at + 1);
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.ends_with(".git")) url.remove_suffix(4);
  std::string out(url);
  std::replace(out.begin(), out.end(), ':', '/');
  return out;
}

// Copies of an ArtifactGenerator: `@alias/apps/base/**` → `@artifact/base/`.
struct Copy {
  std::string alias;
  std::string from;
  std::string to;
};

std::optional<Copy> ReadCopy(const Value* copy) {
  std::string_view from = Text(copy, "from");
  std::string_view to = Text(copy, "to");
  if (!from.starts_with('@') || !to.starts_with("@artifact")) return std::nullopt;
  from.remove_prefix(1);
  to.remove_prefix(9);
  const size_t slash = from.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  Copy out;
  out.alias = from.substr(0, slash);
  std::string_view path = from.substr(slash + 1);
  // The content of a folder; other patterns pick single files.
  if (path.ends_with("**")) path.remove_suffix(2);
  if (path.find_first_of("*?[{") != std::string_view::npos) return std::nullopt;
  out.from = CleanPath(path);
  out.to = CleanPath(to);
  return out;
}

}  // namespace

std::string CleanPath(std::string_view path) {
  const std::string joined = JoinPath("/", std::string("./") + std::string(path));
  return joined.substr(1);
}

std::optional<std::string> SourceTree::DirectoryOf(std::string_view path) const {
  const std::string wanted = CleanPath(path);
  const Part* best = nullptr;
  for (const Part& part : parts) {
    const bool inside =
        part.inside.empty() || wanted == part.inside || wanted.starts_with(part.inside + "/");
    if (inside && (!best || part.inside.size() > best->inside.size())) best = &part;
  }
  if (!best) return std::nullopt;
  const std::string rest = best->inside.empty()
                               ? wanted
                               : wanted.substr(std::min(wanted.size(), best->inside.size() + 1));
  return rest.empty() ? best->directory : JoinPath(best->directory, rest);
}

// Puts the trees together, step by step.
class Sources::Finder {
 public:
  Finder(Files& files, const std::string& root) : files_(files) { out_.root_ = root; }

  Sources Run(const std::vector<WrittenKustomization>& written,
              const std::vector<LoadedFilePtr>& source_files) {
    for (const LoadedFilePtr& file : source_files) ReadNames(*file);
    for (const WrittenKustomization& kustomization : written) ReadKustomization(kustomization);
    for (const LoadedFilePtr& file : source_files) ReadSources(*file);
    FindOwn(written);
    FindFolders();
    for (const auto& [key, paths] : wanted_) AddTree(key, paths);
    for (const Generated& one : generated_) AddArtifact(one);
    return std::move(out_);
  }

 private:
  struct Generated {
    std::string name;
    std::vector<Copy> copies;
    std::map<std::string, Key> aliases;
    std::string file;
  };

  void ReadNames(const LoadedFile& file) {
    for (const LoadedDocument& document : file.documents) {
      const ObjectId id = IdOf(document.root);
      if (id.kind == kGit && !id.namespace_.empty() && id.namespace_ != kBootstrap)
        out_.elsewhere_.insert(fmt::format("{}/{}", id.namespace_, id.name));
    }
  }

  void ReadKustomization(const WrittenKustomization& kustomization) {
    const Value* spec = build::Find(kustomization.root, "spec");
    const Value* reference = build::Find(spec, "sourceRef");
    if (Text(reference, "kind").empty() || Text(reference, "name").empty()) return;
    const Key key = out_.KeyOf(reference, kustomization.id);
    const std::string_view path = Text(spec, "path");
    if (!IsTemplated(path)) {
      std::set<std::string>& paths = wanted_[key];
      if (std::string clean = CleanPath(path); !clean.empty()) paths.insert(std::move(clean));
    }
    const bool generated =
        kustomization.origin && BaseName(kustomization.origin.file->path) == "gotk-sync.yaml";
    if (generated || kustomization.from_instance || key == Key(kGit, kBootstrap))
      bootstrap_.insert(key);
  }

  void ReadSources(const LoadedFile& file) {
    for (const LoadedDocument& document : file.documents) {
      const ObjectId id = IdOf(document.root);
      const Value* spec = build::Find(document.root, "spec");
      if (id.kind == kGit && id.group == "source.toolkit.fluxcd.io") {
        ReadGitRepository(id, spec);
      } else if (id.kind == "ArtifactGenerator") {
        ReadGenerator(file.path, id, spec);
      }
    }
  }

  void ReadGitRepository(const ObjectId& id, const Value* spec) {
    const Key key = out_.KeyOf(id.kind, id.namespace_, id.name);
    const GitSource source{RepositoryOf(Text(spec, "url")),
                           std::string(Text(build::Find(spec, "ref"), "branch"))};
    auto [known, fresh] = git_.emplace(key, source);
    // Clusters may follow different branches under one name.
    if (!fresh && known->second != source) several_.insert(key);
    out_.ignore_[key] = Text(spec, "ignore");
  }

  void ReadGenerator(const std::string& path, const ObjectId& id, const Value* spec) {
    std::map<std::string, Key> aliases;
    for (const Value* source : ItemsOf(build::Find(spec, "sources")))
      aliases[std::string(Text(source, "alias"))] = out_.KeyOf(source, id);
    for (const Value* artifact : ItemsOf(build::Find(spec, "artifacts"))) {
      Generated one{std::string(Text(artifact, "name")), {}, aliases, path};
      for (const Value* copy : ItemsOf(build::Find(artifact, "copy"))) {
        std::optional<Copy> read = ReadCopy(copy);
        if (!read) continue;
        wanted_[aliases[read->alias]].insert(read->from);
        one.copies.push_back(std::move(*read));
      }
      generated_.push_back(std::move(one));
    }
  }

  // Which repository this is.
  void FindOwn(const std::vector<WrittenKustomization>& written) {
    for (const WrittenKustomization& kustomization : written) {
      if (!kustomization.url.empty())
        own_ = {RepositoryOf(kustomization.url), kustomization.branch};
    }
    for (const Key& key : bootstrap_) {
      if (auto found = git_.find(key); found != git_.end() && own_.url.empty())
        own_ = found->second;
    }
  }

  // Where the root of an artifact may lie.
  void FindFolders() {
    folders_ = {out_.root_};
    for (const std::string& name : files_.Names(out_.root_)) {
      std::string path = JoinPath(out_.root_, name);
      if (!name.starts_with('.') && files_.Stat(path) == PathKind::kDirectory)
        folders_.push_back(std::move(path));
    }
  }

  void AddTree(const Key& key, const std::set<std::string>& paths) {
    if (key.first.empty() || key.first == kArtifact) return;
    const bool git = key.first == kGit;
    const bool is_bootstrap = git && bootstrap_.contains(key);
    auto defined = git_.find(key);
    // Another repository, or this one at another branch.
    const bool foreign = git && !is_bootstrap && defined != git_.end() && !own_.url.empty() &&
                         defined->second != own_;
    if (foreign) return;
    const std::string* best = nullptr;
    size_t most = 0;
    for (const std::string& folder : folders_) {
      // A GitRepository always holds the whole repository.
      if (git && folder != out_.root_) break;
      const size_t count = CountExisting(files_, folder, paths);
      if (count <= most) continue;
      most = count;
      best = &folder;
    }
    if (!best && !is_bootstrap) return;
    SourceTree tree;
    tree.parts.push_back({"", best ? *best : out_.root_});
    if (is_bootstrap) {
      tree.confirmed =
          !several_.contains(key) && (most > 0 || IsRepositoryRoot(files_, out_.root_));
    } else {
      // That the paths are here by chance is possible as long as nobody says what this repository
      // is.
      const bool by_chance = git && own_.url.empty() && defined != git_.end();
      tree.confirmed = most * 2 > paths.size() && !by_chance;
    }
    out_.trees_[key].push_back(std::move(tree));
  }

  void AddArtifact(const Generated& one) {
    SourceTree tree;
    tree.confirmed = true;
    tree.file = one.file;
    for (const Copy& copy : one.copies) {
      auto alias = one.aliases.find(copy.alias);
      const SourceTree* from =
          alias == one.aliases.end() ? nullptr : out_.OfKey(alias->second, one.file);
      std::optional<std::string> directory = from ? from->DirectoryOf(copy.from) : std::nullopt;
      if (!directory) {
        tree.confirmed = false;
        continue;
      }
      tree.confirmed &= from->confirmed;
      tree.parts.push_back({copy.to, *directory});
    }
    if (!tree.parts.empty()) out_.trees_[{kArtifact, one.name}].push_back(std::move(tree));
  }

  Files& files_;
  Sources out_;
  // What is looked for in each source. The root of a source is everywhere and proves nothing.
  std::map<Key, std::set<std::string>> wanted_;
  std::set<Key> bootstrap_;
  std::map<Key, GitSource> git_;
  std::set<Key> several_;  // of `git_`: written differently in several places
  std::vector<Generated> generated_;
  GitSource own_;
  std::vector<std::string> folders_;
};

Sources Sources::Find(Files& files, const std::string& root,
                      const std::vector<WrittenKustomization>& written,
                      const std::vector<LoadedFilePtr>& source_files) {
  return Finder(files, root).Run(written, source_files);
}

Sources::Key Sources::KeyOf(std::string_view kind, std::string_view namespace_,
                            std::string_view name) const {
  if (kind == kGit && !namespace_.empty() && namespace_ != kBootstrap) {
    std::string qualified = fmt::format("{}/{}", namespace_, name);
    if (elsewhere_.contains(qualified)) return {kGit, std::move(qualified)};
  }
  return {std::string(kind), std::string(name)};
}

Sources::Key Sources::KeyOf(const Value* reference, const ObjectId& referrer) const {
  const std::string_view ns = Text(reference, "namespace");
  return KeyOf(Text(reference, "kind"), ns.empty() ? referrer.namespace_ : ns,
               Text(reference, "name"));
}

std::string_view Sources::IgnoreOf(const Value* reference, const ObjectId& referrer) const {
  auto found = ignore_.find(KeyOf(reference, referrer));
  return found == ignore_.end() ? std::string_view() : found->second;
}

const SourceTree* Sources::Of(const Value* reference, const ObjectId& referrer,
                              std::string_view path) const {
  return OfKey(KeyOf(reference, referrer), path);
}

const SourceTree* Sources::Of(std::string_view kind, std::string_view namespace_,
                              std::string_view name, std::string_view path) const {
  return OfKey(KeyOf(kind, namespace_, name), path);
}

const SourceTree* Sources::OfKey(const Key& key, std::string_view path) const {
  auto found = trees_.find(key);
  if (found == trees_.end()) return nullptr;
  auto shared = [path](const SourceTree& tree) {
    const size_t count = std::min(path.size(), tree.file.size());
    size_t i = 0;
    while (i < count && path[i] == tree.file[i]) ++i;
    return i;
  };
  return &*std::max_element(
      found->second.begin(), found->second.end(),
      [&shared](const SourceTree& a, const SourceTree& b) { return shared(a) < shared(b); });
}

}  // namespace fluxls::build
