// The patches of a kustomization: `patches`, `patchesStrategicMerge`, `patchesJson6902`.
//
// Facts: kustomize's PatchTransformer and its relatives.
// Thread contract: as for transformers.h.
#pragma once

#include <functional>
#include <span>

#include "analysis/build/files.h"
#include "analysis/build/transformers.h"

namespace fluxls::build {

// Loads what a kustomization names.
struct PatchLoader {
  // Null when it cannot be read (a problem is then reported).
  std::function<LoadedFilePtr(const Value& path)> path;
  // Never null.
  std::function<LoadedFilePtr(const Value& text)> text;
};

// One entry of `patches`: `path` or `patch`, perhaps `target` and `options`.
void ApplyPatch(const Context& context, Objects& objects, const Value* entry,
                const PatchLoader& load);

// The entries of `patchesStrategicMerge`: paths or inline YAML. Some may be empty, but not all.
void ApplyStrategicPatches(const Context& context, Objects& objects,
                           std::span<const Value* const> entries, const PatchLoader& load);

// One entry of `patchesJson6902`: `target`, and `path` or `patch`.
void ApplyJson6902(const Context& context, Objects& objects, const Value* entry,
                   const PatchLoader& load);

// Drops objects that patches have deleted.
void DropDeleted(Objects& objects);

// Is this an inline YAML text rather than a path?
bool LooksInline(const Value& scalar);

}  // namespace fluxls::build
