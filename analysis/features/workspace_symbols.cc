#include "analysis/features/workspace_symbols.h"

#include <algorithm>
#include <set>
#include <utility>

namespace fluxls {
namespace {

using yaml::Node;

// Among equals, what Flux reconciles is what people look for here.
constexpr int kFluxFirst = 2;
// So many letters of a name cost as much as one better match: the shorter of two is meant.
constexpr size_t kLettersForOne = 8;

struct Match {
  int score = 0;
  uint32_t entry = 0;
};

ByteRange NameRange(Node root) {
  for (Node node : {root.Find("metadata").Find("name"), root.Find("kind")}) {
    if (node) return node.range();
  }
  return {root.range().begin, root.range().begin};
}

// Where the kustomization of a file begins: its first key, below all comments.
ByteRange KustomizationRange(const SourceFile& file) {
  for (const yaml::Document& document : file.yaml.documents) {
    if (const Node root = document.root()) return NameRange(root);
  }
  return {};
}

bool IsObject(Node node) {
  return !node.Find("kind").value().empty() && !node.Find("apiVersion").value().empty();
}

}  // namespace

Node ObjectOf(const SourceFile& file, uint32_t resource) {
  const std::vector<Resource>& resources = file.facts.resources;
  if (resource >= resources.size()) return {};
  const uint32_t document = resources[resource].document;
  if (document >= file.yaml.documents.size()) return {};
  const Node root = file.yaml.documents[document].root();
  // As ExtractFacts counts: the objects in the items of a List, or the document itself.
  const Node items = root.Find("items");
  if (!root.Find("kind").value().ends_with("List") || !items.IsSequence()) return root;
  uint32_t before = 0;
  while (before < resource && resources[resource - before - 1].document == document) ++before;
  for (Node item : items) {
    const Node object = item.Resolve();
    if (IsObject(object) && before-- == 0) return object;
  }
  return {};
}

WorkspaceSymbols::WorkspaceSymbols(const Snapshot& snapshot) : files_(snapshot.Files()) {
  std::string name;
  for (uint32_t f = 0; f < files_.size(); ++f) {
    const FileFacts& facts = files_[f]->facts;
    for (uint32_t r = 0; r < facts.resources.size(); ++r) {
      const ResourceId& id = facts.resources[r].id;
      if (id.name.empty()) continue;
      name = id.kind + "/";
      if (!id.namespace_.empty()) name += id.namespace_ + "/";
      const size_t begin = name.size();
      name += id.name;
      texts_.Add(name, begin, name.size());
      entries_.push_back({f, r, IsFluxGroup(id.api.group)});
    }
    if (!facts.kustomization) continue;
    // People call a kustomization by its directory.
    name = snapshot.DisplayPath(files_[f]->path);
    const size_t end = std::min(name.rfind('/'), name.size());
    const size_t slash = end == 0 ? std::string::npos : name.rfind('/', end - 1);
    texts_.Add(name, slash == std::string::npos ? 0 : slash + 1, end);
    entries_.push_back({f, kKustomization, false});
  }
}

std::vector<WorkspaceSymbol> WorkspaceSymbols::Find(std::string_view query, size_t limit) const {
  const FuzzyQuery wanted(query);
  std::vector<Match> matches;
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    int score = 0;
    if (wanted.IsEmpty()) {
      if (matches.size() == limit) break;
    } else {
      score = wanted.Score(texts_, i);
      if (score < 0) continue;
      score += entries_[i].flux ? kFluxFirst : 0;
      score -= static_cast<int>(texts_[i].size() / kLettersForOne);
    }
    matches.push_back({score, i});
  }
  const size_t best = std::min(matches.size(), limit);
  std::partial_sort(matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(best),
                    matches.end(), [](const Match& a, const Match& b) {
                      return a.score != b.score ? a.score > b.score : a.entry < b.entry;
                    });
  matches.resize(best);

  std::vector<WorkspaceSymbol> out;
  std::set<std::pair<const SourceFile*, ByteRange>> places;
  for (const Match& match : matches) {
    const Entry& entry = entries_[match.entry];
    WorkspaceSymbol symbol;
    symbol.name = texts_[match.entry];
    symbol.flux = entry.flux;
    symbol.file = files_[entry.file];
    symbol.range = entry.resource == kKustomization
                       ? KustomizationRange(*symbol.file)
                       : NameRange(ObjectOf(*symbol.file, entry.resource));
    if (places.emplace(symbol.file.get(), symbol.range).second) out.push_back(std::move(symbol));
  }
  return out;
}

}  // namespace fluxls
