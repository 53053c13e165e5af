// What builds make of a value that is written in a file: "becomes 3 by overlays/prod/patch.yaml:7".
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <string>
#include <vector>

#include "analysis/build/fleet.h"

namespace fluxls::build {

struct Becomes {
  // Of the scalar in the effective object, without quotes; a mask where it is hidden
  // (open_value.h).
  std::string text;
  bool removed = false;              // it is not there any more
  bool collection = false;           // it is a mapping or a list now; `text` is empty
  EditKind kind = EditKind::kPatch;  // of the last change
  Origin by;                         // the line that asked for it
  std::vector<uint32_t> builds;      // in the fleet, ordered
};

// What the scalar at `range` of the file becomes where something changes it; the same result of
// several builds once.
std::vector<Becomes> FindBecomes(const Fleet& fleet, const std::string& path, ByteRange range);

}  // namespace fluxls::build
