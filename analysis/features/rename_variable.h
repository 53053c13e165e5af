// Renames a variable of postBuild in all files that define or use it.
//
// Builds that share a line that does share the name: it is renamed in all of them, or in none.
// Thread contract: as for rename.h.
#pragma once

#include <set>
#include <string>

#include "analysis/features/rename.h"

namespace fluxls {

// Where it is written, in the builds that share a line with the one that is asked about.
struct VariableSites {
  std::set<uint32_t> builds;  // by index
  std::set<NamePlace> places;
  std::string refusal;  // why it cannot be renamed; "" when it can
};

// `subject` is a variable; see SubjectAt.
VariableSites FindVariableSites(const Snapshot& snapshot, const build::Fleet& fleet,
                                const SourceFile& file, const Subject& subject);

// Tried on the builds; `disk` as for RenameAt.
RenameResult RenameVariable(const Snapshot& snapshot, const build::Fleet& fleet,
                            const SourceFile& file, const Subject& subject,
                            const std::string& new_name, const FileSystem* disk);

}  // namespace fluxls
