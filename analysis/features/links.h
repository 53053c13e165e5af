// The paths of a file that lead to other files of the workspace: entries of kustomizations, paths
// of patches and generators, `spec.path` of Flux Kustomizations.
//
// Thread contract: pure function over immutable input.
#pragma once

#include <string>
#include <vector>

#include "analysis/build/fleet.h"

namespace fluxls {

struct DocumentLink {
  ByteRange range;       // of the path, without `key=` in front of it
  std::string path;      // a file: of a directory its kustomization file
  bool missing = false;  // there is no such file yet; only entries that must be files
};

// The file to open for a path: itself, or the kustomization file of a directory; "" when there is
// none.
std::string FileToOpen(const Snapshot& snapshot, const std::string& path);

// In order of place. `fleet` may be null: then there are no links of `spec.path`.
std::vector<DocumentLink> LinksOf(const Snapshot& snapshot, const build::Fleet* fleet,
                                  const SourceFile& file);

}  // namespace fluxls
