// A rename that is tried on a workspace of its own: the builds must have the same objects
// afterwards, but for the name.
//
// Thread contract: pure functions over immutable input; `disk` is read for what builds read as
// bytes.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analysis/build/fleet.h"
#include "analysis/rules/finding.h"

namespace fluxls {

// What may be different afterwards.
struct RenameTrial {
  std::string from;
  std::string to;
  // The objects that are renamed; none when `from` is a variable.
  std::vector<build::Effect> objects;
  // The builds that have the variable, by index.
  std::set<uint32_t> builds;
};

// Why the edits change more than the name, or not all of it; "" when they are right.
std::string TryRename(const Snapshot& snapshot, const build::Fleet& fleet,
                      const std::vector<FileEdit>& edits, const RenameTrial& trial,
                      const FileSystem* disk);

}  // namespace fluxls
