// Which directories of this repository the sources of Flux Kustomizations hold.
//
// A source is known to be this repository when it is what bootstrap wrote, or when most of the
// paths that Kustomizations look for in it are here. Its root need not be the root of the
// repository: an OCI artifact may hold a sub-folder, an ArtifactGenerator copies folders to where
// it likes.
//
// Facts: source-controller and source-watcher; the artifact of a GitRepository is the whole
// repository. Thread contract: plain data; Find reads through Files.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analysis/build/files.h"
#include "analysis/build/object.h"

namespace fluxls::build {

// A Flux Kustomization as it is written, before anything has patched it.
struct WrittenKustomization {
  const Value* root = nullptr;
  ObjectId id;
  Origin origin;
  bool from_instance = false;  // what a FluxInstance's `sync` makes
  std::string url;             // of that `sync`
  std::string branch;
  std::shared_ptr<const void> keep;  // what the values belong to
};

struct SourceTree {
  struct Part {
    std::string inside;     // path in the artifact; "" for its root
    std::string directory;  // in the repository
  };
  std::vector<Part> parts;
  std::string file;  // that makes it, for an artifact of an ArtifactGenerator
  // Certainly this repository: a path that is not there is a mistake.
  bool confirmed = false;

  // Where a `spec.path` leads; nothing when no part of the tree is there.
  std::optional<std::string> DirectoryOf(std::string_view path) const;
};

class Sources {
 public:
  // `written`: all Kustomizations of the workspace; `root`: of the repository.
  static Sources Find(Files& files, const std::string& root,
                      const std::vector<WrittenKustomization>& written,
                      const std::vector<LoadedFilePtr>& source_files);

  // What `reference` (a `sourceRef`) of `referrer` means. Null: not this repository, or nobody
  // knows. Clusters may have artifacts of the same name: the one whose generator is nearest to
  // `path`, the file that asks, is meant.
  const SourceTree* Of(const Value* reference, const ObjectId& referrer,
                       std::string_view path) const;
  // The same for one that is named by kind, namespace (the referrer's where it says none) and name.
  const SourceTree* Of(std::string_view kind, std::string_view namespace_, std::string_view name,
                       std::string_view path) const;
  // `spec.ignore` of the GitRepository that is meant; "" for every other source.
  std::string_view IgnoreOf(const Value* reference, const ObjectId& referrer) const;
  // Root of the repository.
  const std::string& root() const { return root_; }

 private:
  class Finder;
  using Key = std::pair<std::string, std::string>;  // kind and name

  // Names of GitRepositories outside of "flux-system" are told apart by their namespace.
  Key KeyOf(std::string_view kind, std::string_view namespace_, std::string_view name) const;
  Key KeyOf(const Value* reference, const ObjectId& referrer) const;
  const SourceTree* OfKey(const Key& key, std::string_view path) const;

  std::string root_;
  std::set<std::string> elsewhere_;  // "namespace/name" of those
  std::map<Key, std::string> ignore_;
  std::map<Key, std::vector<SourceTree>> trees_;
};

// `./apps//x/` → `apps/x`; "" for the root.
std::string CleanPath(std::string_view path);

}  // namespace fluxls::build
