// Parts of a file: what editors fold, and what they select step by step.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/text/text.h"
#include "analysis/yaml/tree.h"

namespace fluxls {

// From the line that stays to be seen to the last line that is hidden; always more than one line.
struct Fold {
  ByteRange range;
  bool comment = false;  // a run of lines that are comments
  uint32_t depth = 0;    // 0 at the top
};

// Ordered by position, at most one a line. `file` is a parse of `text`.
std::vector<Fold> FoldingRanges(const Text& text, const yaml::File& file);

// The parts around an offset from the inside out, each larger than the one before; the last one is
// the whole text. Never empty.
std::vector<ByteRange> SelectionRanges(const Text& text, const yaml::File& file, uint32_t offset);

}  // namespace fluxls
