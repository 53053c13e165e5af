// The order in which things become ready that wait for each other.
//
// Internal to analysis/features. Thread contract: pure functions, without recursion: chains and
// cycles may have any length.
#pragma once

#include <cstdint>
#include <vector>

namespace fluxls {

struct ReconcileOrder {
  std::vector<uint32_t> level;                // by node; all of a cycle have the same
  std::vector<std::vector<uint32_t>> cycles;  // each ordered; ordered by their first
};

// `waits_for[i]`: the nodes that node i waits for. A node that waits for itself is a cycle.
ReconcileOrder OrderOf(const std::vector<std::vector<uint32_t>>& waits_for);

}  // namespace fluxls
