#include "analysis/build/flux_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace fluxls::build {
namespace {

using Key = std::pair<std::string, std::string>;

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

// Where `flux bootstrap` puts everything.
constexpr std::string_view kBootstrap = "flux-system";

std::string_view NamespaceOf(const Value* reference, const ObjectId& referrer) {
  const std::string_view own = Text(reference, "namespace");
  return own.empty() ? referrer.namespace_ : own;
}

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

Sources Sources::Find(Files& files, const std::string& root,
                      const std::vector<WrittenKustomization>& written,
                      const std::vector<LoadedFilePtr>& source_files) {
  Sources out;
  out.root_ = root;
  for (const LoadedFilePtr& file : source_files) {
    for (const LoadedDocument& document : file->documents) {
      const ObjectId id = IdOf(document.root);
      if (id.kind == "GitRepository" && !id.namespace_.empty() && id.namespace_ != kBootstrap)
        out.elsewhere_.insert(fmt::format("{}/{}", id.namespace_, id.name));
    }
  }
  // What is looked for in each source. The root of a source is everywhere and proves nothing.
  std::map<Key, std::set<std::string>> wanted;
  std::set<Key> bootstrap;
  for (const WrittenKustomization& kustomization : written) {
    const Value* spec = build::Find(kustomization.root, "spec");
    const Value* reference = build::Find(spec, "sourceRef");
    const std::string_view kind = Text(reference, "kind");
    if (kind.empty() || Text(reference, "name").empty()) continue;
    const Key key{std::string(kind), out.KeyOf(kind, NamespaceOf(reference, kustomization.id),
                                               Text(reference, "name"))};
    const std::string_view path = Text(spec, "path");
    if (!IsTemplated(path)) {
      std::set<std::string>& paths = wanted[key];
      if (std::string clean = CleanPath(path); !clean.empty()) paths.insert(std::move(clean));
    }
    const bool generated =
        kustomization.origin && BaseName(kustomization.origin.file->path) == "gotk-sync.yaml";
    if (generated || kustomization.from_instance ||
        (key.second == "flux-system" && key.first == "GitRepository")) {
      bootstrap.insert(key);
    }
  }

  std::map<std::string, GitSource> git;
  std::set<std::string> several;
  struct Generated {
    std::string name;
    std::vector<Copy> copies;
    std::map<std::string, Key> aliases;
    std::string file;
  };
  std::vector<Generated> generated;
  for (const LoadedFilePtr& file : source_files) {
    for (const LoadedDocument& document : file->documents) {
      const ObjectId id = IdOf(document.root);
      const Value* spec = build::Find(document.root, "spec");
      if (id.kind == "GitRepository" && id.group == "source.toolkit.fluxcd.io") {
        const std::string key = out.KeyOf(id.kind, id.namespace_, id.name);
        const GitSource source{RepositoryOf(Text(spec, "url")),
                               std::string(Text(build::Find(spec, "ref"), "branch"))};
        auto [known, fresh] = git.emplace(key, source);
        // Clusters may follow different branches under one name.
        if (!fresh && known->second != source) several.insert(key);
        out.ignore_[key] = Text(spec, "ignore");
      } else if (id.kind == "ArtifactGenerator") {
        std::map<std::string, Key> aliases;
        if (const Value* list = build::Find(spec, "sources")) {
          for (const Value* source : list->Items()) {
            const std::string_view kind = Text(source, "kind");
            aliases[std::string(Text(source, "alias"))] = {
                std::string(kind), out.KeyOf(kind, NamespaceOf(source, id), Text(source, "name"))};
          }
        }
        const Value* artifacts = build::Find(spec, "artifacts");
        if (!artifacts) continue;
        for (const Value* artifact : artifacts->Items()) {
          Generated one;
          one.name = Text(artifact, "name");
          one.aliases = aliases;
          one.file = file->path;
          if (const Value* copies = build::Find(artifact, "copy")) {
            for (const Value* copy : copies->Items()) {
              if (std::optional<Copy> read = ReadCopy(copy)) {
                wanted[aliases[read->alias]].insert(read->from);
                one.copies.push_back(std::move(*read));
              }
            }
          }
          generated.push_back(std::move(one));
        }
      }
    }
  }

  std::string own_url;
  std::string own_branch;
  for (const WrittenKustomization& kustomization : written) {
    if (kustomization.url.empty()) continue;
    own_url = RepositoryOf(kustomization.url);
    own_branch = kustomization.branch;
  }
  for (const Key& key : bootstrap) {
    if (auto found = git.find(key.second); found != git.end() && own_url.empty()) {
      own_url = found->second.url;
      own_branch = found->second.branch;
    }
  }

  std::vector<std::string> folders = {root};
  for (const std::string& name : files.Names(root)) {
    std::string path = JoinPath(root, name);
    if (!name.starts_with('.') && files.Stat(path) == PathKind::kDirectory)
      folders.push_back(std::move(path));
  }
  for (auto& [key, paths] : wanted) {
    if (key.first.empty() || key.first == "ExternalArtifact") continue;
    const bool is_bootstrap = bootstrap.contains(key);
    if (key.first == "GitRepository" && !is_bootstrap) {
      // Another repository, or this one at another branch.
      auto found = git.find(key.second);
      if (found != git.end() && !own_url.empty() &&
          (found->second.url != own_url || found->second.branch != own_branch)) {
        continue;
      }
    }
    const std::string* best = nullptr;
    size_t most = 0;
    for (const std::string& folder : folders) {
      // A GitRepository always holds the whole repository.
      if (folder != root && key.first == "GitRepository") break;
      const size_t count = CountExisting(files, folder, paths);
      if (count > most) {
        most = count;
        best = &folder;
      }
    }
    if (!best && !(is_bootstrap && key.first == "GitRepository")) continue;
    SourceTree tree;
    tree.parts.push_back({"", best ? *best : root});
    if (is_bootstrap && key.first == "GitRepository") {
      tree.confirmed = !several.contains(key.second) && (most > 0 || IsRepositoryRoot(files, root));
    } else {
      // That the paths are here by chance is possible as long as nobody says what this repository
      // is.
      tree.confirmed = most * 2 > paths.size() && (key.first != "GitRepository" ||
                                                   !own_url.empty() || !git.contains(key.second));
    }
    out.trees_[key].push_back(std::move(tree));
  }
  for (const Generated& one : generated) {
    SourceTree tree;
    tree.confirmed = true;
    tree.file = one.file;
    for (const Copy& copy : one.copies) {
      auto alias = one.aliases.find(copy.alias);
      const SourceTree* from =
          alias == one.aliases.end() ? nullptr : out.OfKey(alias->second, one.file);
      std::optional<std::string> directory = from ? from->DirectoryOf(copy.from) : std::nullopt;
      if (!directory) {
        tree.confirmed = false;
        continue;
      }
      tree.confirmed &= from->confirmed;
      tree.parts.push_back({copy.to, *directory});
    }
    if (!tree.parts.empty()) out.trees_[{"ExternalArtifact", one.name}].push_back(std::move(tree));
  }
  return out;
}

std::string Sources::KeyOf(std::string_view kind, std::string_view namespace_,
                           std::string_view name) const {
  if (kind == "GitRepository" && !namespace_.empty() && namespace_ != kBootstrap) {
    std::string qualified = fmt::format("{}/{}", namespace_, name);
    if (elsewhere_.contains(qualified)) return qualified;
  }
  return std::string(name);
}

std::string_view Sources::IgnoreOf(std::string_view kind, std::string_view namespace_,
                                   std::string_view name) const {
  auto found = ignore_.find(KeyOf(kind, namespace_, name));
  return kind == "GitRepository" && found != ignore_.end() ? std::string_view(found->second) : "";
}

const SourceTree* Sources::Of(std::string_view kind, std::string_view namespace_,
                              std::string_view name, std::string_view path) const {
  return OfKey({std::string(kind), KeyOf(kind, namespace_, name)}, path);
}

const SourceTree* Sources::OfKey(const std::pair<std::string, std::string>& key,
                                 std::string_view path) const {
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
