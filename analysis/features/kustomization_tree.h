// What a Flux Kustomization applies, and what the Kustomizations among that apply in turn: `flux
// tree kustomization` without a cluster.
//
// Thread contract: pure functions; results own their texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/fleet.h"

namespace fluxls {

struct TreeItem {
  uint32_t depth = 0;  // 0: the Kustomization that was asked for
  std::string api_version;
  std::string kind;
  std::string namespace_;  // "" for what lives in no namespace
  std::string name;
  bool failed = false;      // a Kustomization whose build fails
  bool incomplete = false;  // a Kustomization whose build is not known completely
  bool repeated = false;    // a Kustomization whose objects stand elsewhere in the tree
  bool cut = false;         // a Kustomization that is nested too deep to be opened
};

struct TreeOptions {
  bool flux_only = false;  // leave out what is not of Flux
};

// From the top down; an item's children follow it, one deeper. Each Kustomization is opened once,
// and not below a depth that only a mistake can reach, so that circles end.
std::vector<TreeItem> MakeTree(const build::Fleet& fleet, uint32_t build, TreeOptions options);

// The build of the Kustomization that somebody means by "name" or "namespace/name" in some
// clusters; an empty list means all. Otherwise `error` says why not, with what was found.
std::optional<uint32_t> ChooseKustomization(const build::Fleet& fleet,
                                            const std::vector<std::string>& clusters,
                                            std::string_view wanted, std::string& error);

// "Kustomization/flux-system/apps", as a tree of lines.
std::string TreeText(const std::vector<TreeItem>& tree);
// {"version": 1, "tree": {…, "children": […]}}; see docs/graph.md.
std::string TreeJson(const std::vector<TreeItem>& tree);

}  // namespace fluxls
