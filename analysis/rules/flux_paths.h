// Paths in Flux objects: where they lead, and what must be written once files have moved.
//
// `spec.path` of a Kustomization, `spec.components` below it, `spec.sync.path` of a FluxInstance,
// `spec.update.path` of an ImageUpdateAutomation, `copy.from` of an ArtifactGenerator, charts in
// Git and their values files. A Kustomization is judged as the builds have it: a path that a patch
// sets is changed in the patch. Where builds disagree about one scalar it stays.
//
// Facts: flux/semantics §1, build/flux_sources.h. Thread contract: pure functions over immutable
// input.
#pragma once

#include <vector>

#include "analysis/rules/finding.h"
#include "analysis/rules/moved_paths.h"
#include "analysis/workspace/workspace.h"

namespace fluxls::build {
class Fleet;
}

namespace fluxls {

// One entry a file, ordered by path. `fleet` must be made from `snapshot`.
std::vector<FileEdit> EditFluxPaths(const Snapshot& snapshot, const build::Fleet& fleet,
                                    const MovedPaths& moved);

}  // namespace fluxls
