// Circles of dependsOn. Flux never gets ready what waits for itself.
#include <algorithm>
#include <deque>

#include "analysis/build/fleet.h"

namespace fluxls::build {
namespace {

struct Hop {
  ReferenceSite site;
  uint64_t to = 0;  // name of the target
};
// By the name of who refers: what it depends on.
using Graph = std::unordered_map<uint64_t, std::vector<Hop>>;

// The shortest way from `from` back to itself; empty when there is none. Breadth first, so that
// long chains cost no stack.
std::vector<ReferenceSite> ShortestCircle(const Graph& graph, uint64_t from) {
  struct Step {
    uint64_t before = 0;
    ReferenceSite site;
  };
  std::unordered_map<uint64_t, Step> reached;
  std::deque<uint64_t> queue{from};
  while (!queue.empty()) {
    const uint64_t at = queue.front();
    queue.pop_front();
    auto hops = graph.find(at);
    if (hops == graph.end()) continue;
    for (const Hop& hop : hops->second) {
      if (!reached.try_emplace(hop.to, Step{at, hop.site}).second) continue;
      if (hop.to != from) {
        queue.push_back(hop.to);
        continue;
      }
      std::vector<ReferenceSite> circle;
      uint64_t node = from;
      do {
        const Step& step = reached.at(node);
        circle.push_back(step.site);
        node = step.before;
      } while (node != from);
      std::reverse(circle.begin(), circle.end());
      return circle;
    }
  }
  return {};
}

// Takes away what leads nowhere, until only what lies on circles or between them is left.
void Trim(Graph& graph) {
  std::unordered_map<uint64_t, std::vector<uint64_t>> users;
  std::unordered_map<uint64_t, size_t> open;
  std::deque<uint64_t> ends;
  for (const auto& [name, hops] : graph) {
    size_t inside = 0;
    for (const Hop& hop : hops) {
      if (!graph.contains(hop.to)) continue;
      users[hop.to].push_back(name);
      ++inside;
    }
    open[name] = inside;
    if (inside == 0) ends.push_back(name);
  }
  while (!ends.empty()) {
    const uint64_t name = ends.front();
    ends.pop_front();
    graph.erase(name);
    for (uint64_t user : users[name]) {
      if (--open[user] == 0) ends.push_back(user);
    }
  }
}

}  // namespace

void Fleet::FindCycles() {
  Graph graph;
  std::vector<uint64_t> order;  // for results that do not depend on hashes
  for (uint32_t i = 0; i < builds_.size(); ++i) {
    const FluxBuild& build = *builds_[i];
    if (!build.flux) continue;
    for (uint32_t j = 0; j < build.references.size(); ++j) {
      const ObjectReference& reference = build.references[j];
      if (!reference.field->route.ends_with("dependsOn[]")) continue;
      const uint64_t name = build.hashes[reference.object].name;
      order.push_back(name);
      graph[name].push_back({{i, j}, reference.target});
    }
  }
  Trim(graph);
  std::set<uint64_t> told;
  // What only lies between circles is searched in vain, one search each.
  int in_vain = 1000;
  for (uint64_t name : order) {
    if (!graph.contains(name) || told.contains(name)) continue;
    std::vector<ReferenceSite> circle = ShortestCircle(graph, name);
    if (circle.empty() && --in_vain == 0) break;
    if (circle.empty()) continue;
    for (ReferenceSite site : circle) {
      const FluxBuild& build = *builds_[site.build];
      told.insert(build.hashes[build.references[site.reference].object].name);
    }
    cycles_.push_back(std::move(circle));
  }
}

}  // namespace fluxls::build
