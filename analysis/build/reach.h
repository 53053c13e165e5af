// Where Flux starts: the Kustomizations that are written in a workspace, and which of them nobody
// else applies.
//
// Internal to analysis/build. Thread contract: as for fleet.h.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "analysis/build/flux_sources.h"

namespace fluxls::build {

struct Written {
  std::vector<WrittenKustomization> kustomizations;  // patches left out
  std::vector<LoadedFilePtr> source_files;           // files with sources and ArtifactGenerators
  std::vector<LoadedFilePtr> kept;                   // what the values above belong to
  std::shared_ptr<Arena> arena;                      // values that no file holds
  // Directories inside an opened folder that a bootstrap takes for the root of a repository: an
  // example, or a copy.
  std::set<std::string> roots;
};
Written FindWritten(Files& files);

// Root of the repository that a file belongs to: the innermost of `roots` around it, else its
// opened folder; "" for a file outside of all folders.
std::string RepositoryRoot(const Snapshot& snapshot, const std::set<std::string>& roots,
                           const std::string& path);

struct Entry {
  WrittenKustomization kustomization;
  std::string cluster;  // path of its directory in the repository
  // False: a kustomization lists it, or lies beside or above it without doing so. Then somebody
  // else applies it, or nobody.
  bool certain = true;
  bool rooted = false;  // see FluxBuild
};
// Kustomizations that no other one's path leads to, ordered by cluster and place. Of a circle the
// first.
std::vector<Entry> FindEntries(Files& files, const Written& written,
                               const std::map<std::string, Sources>& sources);

// Directories whose kustomization is not in `used` (paths of files) and that no other one lists.
std::vector<std::string> FindUnused(const Snapshot& snapshot,
                                    const std::unordered_set<std::string_view>& used);

}  // namespace fluxls::build
