#include "analysis/model/patched_kinds.h"

#include <algorithm>
#include <set>

namespace fluxls {
namespace {

using yaml::Node;

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Every word behind `kind:`, at whatever depth.
void ReadText(std::string_view text, std::vector<std::string>& kinds) {
  constexpr std::string_view kKey = "kind:";
  for (size_t at = text.find(kKey); at != std::string_view::npos; at = text.find(kKey, at)) {
    at = std::min(text.find_first_not_of(" \t'\"", at + kKey.size()), text.size());
    size_t end = at;
    while (end < text.size() && IsWord(text[end])) ++end;
    if (end > at) kinds.emplace_back(text.substr(at, end - at));
    // `HelmRelease|Kustomization`
    if (end < text.size() && (text[end] == '|' || text[end] == '.' || text[end] == '(')) {
      kinds.emplace_back(kEveryKind);
    }
    at = end;
  }
}

void ReadTarget(Node target, std::vector<std::string>& kinds) {
  if (!target.IsMapping()) return;
  const std::string_view kind = target.Find("kind").value();
  const bool plain = !kind.empty() && std::all_of(kind.begin(), kind.end(), IsWord);
  kinds.emplace_back(plain ? kind : kEveryKind);
}

// `seen`: texts that were read already; many patches may be aliases of one.
void ReadLists(Node holder, std::set<yaml::NodeId>& seen, std::vector<std::string>& kinds) {
  if (!holder.IsMapping()) return;
  for (std::string_view field : {"patches", "patchesJson6902"}) {
    Node list = holder.Find(field);
    if (!list.IsSequence()) continue;
    for (Node item : list) {
      Node patch = item.Resolve();
      ReadTarget(patch.Find("target"), kinds);
      Node text = patch.Find("patch");
      if (seen.insert(text.id()).second) ReadText(text.value(), kinds);
    }
  }
  Node merges = holder.Find("patchesStrategicMerge");
  if (!merges.IsSequence()) return;
  for (Node item : merges) {
    Node patch = item.Resolve();
    if (patch.IsMapping()) {
      kinds.emplace_back(patch.Find("kind").value());
    } else if (seen.insert(patch.id()).second) {
      ReadText(patch.value(), kinds);
    }
  }
}

}  // namespace

void ReadPatchedKinds(Node root, std::string_view text, std::vector<std::string>& kinds) {
  // Operations in a file of their own may add patches to a Flux Kustomization.
  if (root.IsSequence()) {
    if (text.find("patches") != std::string_view::npos) ReadText(text, kinds);
    return;
  }
  std::set<yaml::NodeId> seen;
  ReadLists(root, seen, kinds);
  ReadLists(root.Find("spec"), seen, kinds);
  ReadLists(root.Find("spec").Find("kustomize"), seen, kinds);  // FluxInstance
}

}  // namespace fluxls
