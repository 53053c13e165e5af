// What builds know and the text does not say: the namespace of an object that names none, and the
// value of a `${variable}`.
//
// Offsets are bytes in the file, of the snapshot that `fleet` is made from.
// Thread contract: pure functions over immutable input; results own their texts.
#pragma once

#include <string>
#include <vector>

#include "analysis/build/fleet.h"

namespace fluxls {

struct InlayHint {
  uint32_t offset = 0;  // it stands there, behind a space
  std::string label;    // `namespace: web`, `= green`; `… and 2 more` where builds differ
  std::string tooltip;  // lines: which build has what; where a value is set. May be empty
};

// Those that stand in `range`, in order of place. Values are those of the builds that substitute,
// and only values that are written in the open (build/open_value.h): where any build takes one from
// elsewhere there is no hint.
std::vector<InlayHint> InlayHintsIn(const Snapshot& snapshot, const build::Fleet& fleet,
                                    const SourceFile& file, ByteRange range);

// Changes when hints of a file may say something else, though the file is the same.
uint64_t HintStamp(const build::Fleet& fleet, const std::string& path);

}  // namespace fluxls
