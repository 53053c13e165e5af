// The YAML in a block scalar that somebody types in: the `patch: |` of a kustomization.
//
// Unlike InnerYaml it takes in the line of the cursor, also where that stands behind the scalar's
// last line so far.
// Thread contract: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/text/text.h"
#include "analysis/yaml/cursor.h"
#include "analysis/yaml/tree.h"

namespace fluxls {

struct InnerBlock {
  struct Line {
    uint32_t inner = 0;  // where it begins in `text`
    uint32_t outer = 0;  // where that is in the file: behind the indentation
  };
  std::string text;
  std::vector<Line> lines;
  uint32_t indent = 0;  // columns that the file has in front of each line

  uint32_t ToInner(uint32_t offset) const;
  uint32_t ToOuter(uint32_t offset) const;
};

// The block around `offset` when it is a patch; nothing for any other text.
std::optional<InnerBlock> FindInnerBlock(std::string_view text, const yaml::File& file,
                                         const yaml::Cursor& cursor, uint32_t offset);

}  // namespace fluxls
