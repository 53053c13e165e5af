// Renames an object everywhere it is named, an anchor, an alias of an ArtifactGenerator, or a
// variable of postBuild.
//
// What comes out for objects and variables is tried before it is offered: the builds with the edits
// must have the same objects under the new name, and no problem that was not there before.
// Otherwise there are no edits but a reason.
// Ranges are byte offsets in the files of `snapshot`, from which `fleet` must be made.
// Thread contract: pure functions over immutable input; RenameAt reads `disk` for what builds read
// as bytes.
#pragma once

#include <string>
#include <vector>

#include "analysis/features/navigation.h"
#include "analysis/rules/finding.h"

namespace fluxls {

struct RenameTarget {
  ByteRange range;      // of the name under the cursor
  std::string name;     // as it is now
  std::string refusal;  // why it cannot be renamed; "" when it can
};

// Nothing to rename: `name` and `refusal` are empty.
RenameTarget PrepareRename(const Snapshot& snapshot, const build::Fleet& fleet,
                           const SourceFile& file, uint32_t offset);

struct RenameResult {
  std::vector<FileEdit> edits;
  std::string refusal;  // why there are none
};

// Builds the whole repository once for objects and variables: as long as a cold start of the
// builds. No edits and no refusal when the name stays.
RenameResult RenameAt(const Snapshot& snapshot, const build::Fleet& fleet, const SourceFile& file,
                      uint32_t offset, const std::string& new_name, const FileSystem* disk);

}  // namespace fluxls
