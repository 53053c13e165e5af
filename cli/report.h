// What `check` found, ready to be printed: paths as the user sees them, positions as editors count
// them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/rules/finding.h"
#include "analysis/text/text.h"
#include "cli/selection.h"

namespace fluxls::cli {

// Lines and columns count from 1; columns are Unicode code points. A byte order mark takes no
// column.
struct Position {
  uint32_t line = 1;
  uint32_t column = 1;
  auto operator<=>(const Position&) const = default;
};
Position PositionOf(const Text& text, uint32_t offset);

struct Place {
  std::string path;  // relative to the current directory
  Position start;
  Position end;
};

struct Report {
  struct Related {
    Place place;
    std::string message;
  };
  struct Replacement {
    Place place;
    std::string new_text;
  };
  struct Item {
    const Finding* finding = nullptr;
    Place place;
    std::vector<Related> related;
    std::vector<std::vector<Replacement>> fixes;  // the edits of each of the finding's fixes
  };
  struct Summary {
    uint32_t files = 0;
    uint32_t documents = 0;
    uint32_t errors = 0;
    uint32_t warnings = 0;
    uint32_t infos = 0;
    uint32_t hints = 0;
    uint32_t fixable = 0;  // findings that `fix` mends without --unsafe
  };
  Summary summary;
  std::vector<Item> items;
};

// The report speaks of `findings`, which must outlive it.
Report MakeReport(const Selection& selection, const std::vector<SourceFilePtr>& files,
                  const std::vector<Finding>& findings);

}  // namespace fluxls::cli
