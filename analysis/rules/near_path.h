// What path could have been meant by an entry of a kustomization file that leads nowhere?
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "analysis/workspace/workspace.h"

namespace fluxls {

// What an entry may be.
enum class EntryKind : uint8_t {
  kFile,
  kBase,  // a directory with a kustomization file
  kFileOrBase,
  kDirectory,  // any
};

// Is what stands at `path` (`found`) good for such an entry? A directory whose kustomization file
// was not looked at counts as good.
bool Fits(const Snapshot& snapshot, const std::string& path, PathKind found, EntryKind kind);

// The path, relative to `directory` and written like `entry`, that fits and is near: one step of it
// misspelt, an extension too many or too few, one `../` too many or too few, or the same name next
// door. Nothing in `listed`, nothing when several are equally near.
std::optional<std::string> NearPath(const Snapshot& snapshot, const std::string& directory,
                                    std::string_view entry, EntryKind kind,
                                    const std::set<std::string>& listed);

}  // namespace fluxls
