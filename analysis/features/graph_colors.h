// Colours of nodes in drawings, by what is the matter with them.
//
// Internal to analysis/features. Thread contract: constants.
#pragma once

#include <string_view>

#include "analysis/features/graph_formats.h"

namespace fluxls {

struct GraphColors {
  std::string_view name;  // see NodeClass
  std::string_view fill;
  std::string_view border;
  std::string_view dark_fill;  // on a dark background
};

inline constexpr GraphColors kGraphColors[] = {
    {"ok", "#ddf4ff", "#1f6feb", "#10304f"},         {"suspended", "#eaeef2", "#8c959f", "#2d333b"},
    {"incomplete", "#fff8c5", "#9a6700", "#3b2f0a"}, {"never", "#ffefe0", "#bc4c00", "#4a2708"},
    {"failed", "#ffebe9", "#cf222e", "#5a1519"},     {"missing", "#ffebe9", "#cf222e", "#5a1519"},
    {"unknown", "#f6f8fa", "#8c959f", "#22272e"},
};

inline const GraphColors& ColorsOf(const GraphNode& node) {
  const std::string_view name = NodeClass(node);
  for (const GraphColors& colors : kGraphColors) {
    if (colors.name == name) return colors;
  }
  return kGraphColors[0];
}

}  // namespace fluxls
