#include "analysis/features/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "analysis/features/graph_order.h"

namespace fluxls {
namespace {

using build::FluxBuild;
using build::Value;

constexpr std::string_view kStatusNames[] = {"ok",     "suspended", "incomplete",
                                             "failed", "missing",   "unknown"};
constexpr std::string_view kEdgeNames[] = {"applies", "dependsOn", "source"};
constexpr uint32_t kNone = UINT32_MAX;

// The kinds of the graph, in the order in which they are listed.
struct GraphKind {
  std::string_view group;
  std::string_view kind;
};
constexpr GraphKind kKinds[] = {
    {"kustomize.toolkit.fluxcd.io", "Kustomization"},
    {"helm.toolkit.fluxcd.io", "HelmRelease"},
    {"source.toolkit.fluxcd.io", "GitRepository"},
    {"source.toolkit.fluxcd.io", "OCIRepository"},
    {"source.toolkit.fluxcd.io", "HelmRepository"},
    {"source.toolkit.fluxcd.io", "HelmChart"},
    {"source.toolkit.fluxcd.io", "Bucket"},
    {"source.toolkit.fluxcd.io", "ExternalArtifact"},
    {"source.extensions.fluxcd.io", "ArtifactGenerator"},
};

size_t RankOf(std::string_view kind) {
  const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                   [kind](const GraphKind& row) { return row.kind == kind; });
  return static_cast<size_t>(found - std::begin(kKinds));
}

bool IsInGraph(const build::ObjectId& id) {
  return std::any_of(std::begin(kKinds), std::end(kKinds), [&id](const GraphKind& row) {
    return row.kind == id.kind && row.group == id.group;
  });
}

// These make Flux objects that stand in no file.
bool MakesOthers(const build::ObjectId& id) {
  return id.group == "fluxcd.controlplane.io" &&
         (id.kind == "ResourceSet" || id.kind == "FluxInstance");
}

// What an edge for a field of the reference table is; nothing for those that are not drawn.
std::optional<EdgeKind> EdgeOf(const ReferenceField& field) {
  if (field.route == "spec.dependsOn[]") return EdgeKind::kDependsOn;
  constexpr std::string_view kSources[] = {"spec.sourceRef", "spec.chart.spec.sourceRef",
                                           "spec.chartRef", "spec.sources[]"};
  // What an ExternalArtifact says of its source is for people.
  const bool source =
      field.kind != "ExternalArtifact" &&
      std::find(std::begin(kSources), std::end(kSources), field.route) != std::end(kSources);
  return source ? std::optional(EdgeKind::kSource) : std::nullopt;
}

std::string KeyOf(std::string_view kind, std::string_view namespace_, std::string_view name) {
  return fmt::format("{}/{}/{}", kind, namespace_, name);
}

// Collects one cluster. Indices are those of FluxGraph::nodes.
class Cluster {
 public:
  Cluster(FluxGraph& graph, uint32_t cluster) : graph_(graph), cluster_(cluster) {}

  void Add(const FluxBuild& build) {
    if (build.failed || !build.certain || !build.unknowns.empty()) complete_ = false;
    const uint32_t own = AddKustomization(build);
    if (build.parent)
      parents_.emplace_back(own,
                            KeyOf("Kustomization", build.parent->namespace_, build.parent->name));
    for (const build::Object& object : build.objects) {
      if (!object.root) continue;
      if (MakesOthers(object.id)) complete_ = false;
      if (!IsInGraph(object.id)) continue;
      const uint32_t node = AddObject(object);
      if (node != own) graph_.edges.push_back({own, node, EdgeKind::kApplies});
    }
  }

  // Once all builds are added: what the objects name.
  void Connect() {
    // Generated artifacts first, so that they are found whoever asks.
    const size_t count = roots_.size();
    for (size_t i = 0; i < count; ++i) AddArtifacts(roots_[i]);
    for (size_t i = 0; i < count; ++i) AddReferences(roots_[i]);
  }

  // Who applies a Kustomization so that it comes to be; not where an entry applies itself.
  std::vector<std::pair<uint32_t, uint32_t>> Parents() const {
    std::vector<std::pair<uint32_t, uint32_t>> out;
    for (const auto& [child, key] : parents_) {
      auto found = by_key_.find(key);
      if (found != by_key_.end() && found->second != child) out.emplace_back(child, found->second);
    }
    return out;
  }

 private:
  struct Root {
    uint32_t node = 0;
    const Value* root = nullptr;
  };

  std::pair<uint32_t, bool> Node(std::string_view kind, std::string_view namespace_,
                                 std::string_view name) {
    const auto next = static_cast<uint32_t>(graph_.nodes.size());
    auto [found, fresh] = by_key_.emplace(KeyOf(kind, namespace_, name), next);
    if (fresh) {
      GraphNode node;
      node.cluster = cluster_;
      node.kind = kind;
      node.namespace_ = namespace_;
      node.name = name;
      graph_.nodes.push_back(std::move(node));
    }
    return {found->second, fresh};
  }

  void SetPlace(GraphNode& node, const build::Origin& origin) {
    if (!origin) return;
    node.path = origin.file->path;
    node.range = origin.range;
  }

  uint32_t AddKustomization(const FluxBuild& build) {
    const auto [index, fresh] = Node("Kustomization", build.namespace_, build.name);
    // Otherwise it has come before, as an object of its parent.
    if (fresh) roots_.push_back({index, build.kustomization});
    if (!build.directory.empty()) in_repository_.insert(index);
    GraphNode& node = graph_.nodes[index];
    SetPlace(node, build.origin);
    node.objects = static_cast<uint32_t>(build.objects.size());
    node.status = NodeStatus::kOk;
    if (build::Text(build::Find(build.kustomization, "spec"), "suspend") == "true") {
      node.status = NodeStatus::kSuspended;
    } else if (build.failed || build::HasFatal(build.problems)) {
      node.status = NodeStatus::kFailed;
      for (const build::Problem& problem : build.problems) {
        if (problem.fatal && node.reason.empty()) node.reason = problem.message;
      }
    } else if (!build.unknowns.empty()) {
      node.status = NodeStatus::kIncomplete;
      node.reason = build.unknowns.front().reason;
    }
    return index;
  }

  uint32_t AddObject(const build::Object& object) {
    const auto [index, fresh] =
        Node(object.id.kind, object.id.EffectiveNamespace(), object.id.name);
    if (!fresh) return index;
    roots_.push_back({index, object.root});
    GraphNode& node = graph_.nodes[index];
    SetPlace(node, object.origin);
    if (build::Text(build::Find(object.root, "spec"), "suspend") == "true")
      node.status = NodeStatus::kSuspended;
    kinds_[RankOf(object.id.kind)] = true;
    return index;
  }

  void AddArtifacts(const Root& root) {
    if (graph_.nodes[root.node].kind != "ArtifactGenerator") return;
    const std::string namespace_ = graph_.nodes[root.node].namespace_;
    for (const Value* artifact : ItemsOf(build::Find(root.root, {"spec", "artifacts"}))) {
      const std::string_view name = build::Text(artifact, "name");
      if (name.empty()) continue;
      // `{capture}` stands for what is found when it runs.
      if (name.find('{') != std::string_view::npos) {
        complete_ = false;
        continue;
      }
      const auto [node, fresh] = Node("ExternalArtifact", namespace_, name);
      if (fresh) {
        graph_.nodes[node].path = graph_.nodes[root.node].path;
        graph_.nodes[node].range = graph_.nodes[root.node].range;
      }
      kinds_[RankOf("ExternalArtifact")] = true;
      graph_.edges.push_back({root.node, node, EdgeKind::kApplies});
    }
  }

  void AddReferences(const Root& root) {
    build::Objects objects(1);
    objects[0].root = root.root;
    objects[0].Refresh();
    for (const build::ObjectReference& reference : build::FindReferences("", objects)) {
      const std::optional<EdgeKind> edge = EdgeOf(*reference.field);
      if (!edge) continue;
      const auto [target, fresh] = Node(reference.kind, reference.namespace_, reference.name);
      if (fresh) {
        GraphNode& node = graph_.nodes[target];
        const bool certain = IsCertainlyMissing(root, *edge, node);
        node.status = certain ? NodeStatus::kMissing : NodeStatus::kUnknown;
        node.reason = certain ? "no build of this cluster applies it"
                              : "nothing here applies it; it may be made elsewhere";
      }
      graph_.edges.push_back({root.node, target, *edge});
    }
  }

  bool IsCertainlyMissing(const Root& root, EdgeKind edge, const GraphNode& target) const {
    if (!complete_) return false;
    for (const std::string* text : {&target.namespace_, &target.name, &target.kind}) {
      if (text->find_first_of("${<") != std::string::npos) return false;
    }
    // What bootstrap makes is in Git only for those who put it there.
    if (target.name == "flux-system") return false;
    if (edge == EdgeKind::kDependsOn) return true;
    if (in_repository_.contains(root.node)) return false;
    // Somebody who has no source of a kind in Git has them elsewhere.
    const size_t rank = RankOf(target.kind);
    return rank < std::size(kKinds) && kinds_[rank];
  }

  FluxGraph& graph_;
  uint32_t cluster_ = 0;
  // Everything that is applied in the cluster is known.
  bool complete_ = true;
  std::unordered_map<std::string, uint32_t> by_key_;
  std::unordered_set<uint32_t> in_repository_;  // Kustomizations whose source is this repository
  std::vector<Root> roots_;
  std::vector<std::pair<uint32_t, std::string>> parents_;  // of Kustomizations, by key
  bool kinds_[std::size(kKinds)] = {};                     // that some build applies
};

// What each node waits for. `parents`: who applies a Kustomization.
std::vector<std::vector<uint32_t>> WaitsFor(
    const FluxGraph& graph, const std::vector<std::pair<uint32_t, uint32_t>>& parents) {
  std::vector<std::vector<uint32_t>> waits(graph.nodes.size());
  std::vector<bool> has_parent(graph.nodes.size());
  for (const auto& [child, parent] : parents) waits[child].push_back(parent);
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    has_parent[i] = graph.nodes[i].kind == "Kustomization";
  // A source that its own applier reads from was there before: bootstrap made it.
  std::vector<std::pair<uint32_t, uint32_t>> reads;
  for (const GraphEdge& edge : graph.edges) {
    if (edge.kind == EdgeKind::kSource) reads.emplace_back(edge.from, edge.to);
  }
  std::sort(reads.begin(), reads.end());
  for (const GraphEdge& edge : graph.edges) {
    if (edge.kind == EdgeKind::kDependsOn) waits[edge.from].push_back(edge.to);
    if (edge.kind != EdgeKind::kApplies || has_parent[edge.to]) continue;
    has_parent[edge.to] = true;
    if (!std::binary_search(reads.begin(), reads.end(), std::pair(edge.from, edge.to)))
      waits[edge.to].push_back(edge.from);
  }
  for (std::vector<uint32_t>& list : waits) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return waits;
}

// Marks what waits for something that never comes.
void MarkNeverReady(const std::vector<std::vector<uint32_t>>& waits_for, FluxGraph& graph) {
  std::vector<std::vector<uint32_t>> waited_by(graph.nodes.size());
  for (uint32_t i = 0; i < waits_for.size(); ++i) {
    for (const uint32_t other : waits_for[i]) waited_by[other].push_back(i);
  }
  for (const GraphEdge& edge : graph.edges) {
    if (edge.kind == EdgeKind::kSource && graph.nodes[edge.to].status == NodeStatus::kMissing)
      waited_by[edge.to].push_back(edge.from);
  }
  std::vector<uint32_t> queue;
  auto mark = [&graph, &queue](uint32_t node) {
    if (std::exchange(graph.nodes[node].never_ready, true)) return;
    queue.push_back(node);
  };
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    if (node.in_cycle || node.status == NodeStatus::kMissing || node.status == NodeStatus::kFailed)
      mark(i);
  }
  while (!queue.empty()) {
    const uint32_t node = queue.back();
    queue.pop_back();
    for (const uint32_t other : waited_by[node]) mark(other);
  }
}

// Puts nodes and edges into their order; `pairs` are pairs of nodes.
void Sort(FluxGraph& graph, std::vector<std::pair<uint32_t, uint32_t>>& pairs) {
  std::vector<uint32_t> order(graph.nodes.size());
  std::iota(order.begin(), order.end(), 0);
  auto key = [&graph](uint32_t index) {
    const GraphNode& node = graph.nodes[index];
    return std::tuple(node.cluster, RankOf(node.kind), std::string_view(node.kind),
                      std::string_view(node.namespace_), std::string_view(node.name));
  };
  std::sort(order.begin(), order.end(), [&key](uint32_t a, uint32_t b) { return key(a) < key(b); });
  std::vector<uint32_t> place(order.size());
  std::vector<GraphNode> nodes(order.size());
  for (uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    nodes[i] = std::move(graph.nodes[order[i]]);
  }
  graph.nodes = std::move(nodes);
  for (GraphEdge& edge : graph.edges) edge = {place[edge.from], place[edge.to], edge.kind};
  std::sort(graph.edges.begin(), graph.edges.end());
  graph.edges.erase(std::unique(graph.edges.begin(), graph.edges.end()), graph.edges.end());
  for (auto& [from, to] : pairs) {
    from = place[from];
    to = place[to];
  }
}

bool IsCalled(std::string_view cluster, std::string_view wanted) {
  return cluster == wanted ||
         (cluster.size() > wanted.size() && cluster.ends_with(wanted) && !wanted.empty() &&
          cluster[cluster.size() - wanted.size() - 1] == '/');
}

}  // namespace

std::string_view StatusName(NodeStatus status) {
  return kStatusNames[static_cast<size_t>(status)];
}

std::string_view EdgeName(EdgeKind kind) {
  return kEdgeNames[static_cast<size_t>(kind)];
}

std::string GraphNode::Id() const {
  return KeyOf(kind, namespace_, name);
}

FluxGraph MakeGraph(const build::Fleet& fleet, const std::vector<std::string>& clusters) {
  FluxGraph graph;
  std::vector<std::pair<uint32_t, uint32_t>> parents;
  std::map<std::string, std::vector<build::FluxBuildPtr>> by_cluster;
  for (const build::FluxBuildPtr& build : fleet.builds()) {
    if (build->flux) by_cluster[build->cluster].push_back(build);
  }
  for (const auto& [name, builds] : by_cluster) {
    if (!clusters.empty() && std::find(clusters.begin(), clusters.end(), name) == clusters.end())
      continue;
    Cluster cluster(graph, static_cast<uint32_t>(graph.clusters.size()));
    graph.clusters.push_back(name);
    for (const build::FluxBuildPtr& build : builds) cluster.Add(*build);
    cluster.Connect();
    const auto more = cluster.Parents();
    parents.insert(parents.end(), more.begin(), more.end());
  }
  Sort(graph, parents);
  const std::vector<std::vector<uint32_t>> waits_for = WaitsFor(graph, parents);
  ReconcileOrder order = OrderOf(waits_for);
  for (size_t i = 0; i < graph.nodes.size(); ++i) graph.nodes[i].level = order.level[i];
  for (const std::vector<uint32_t>& cycle : order.cycles) {
    for (const uint32_t node : cycle) graph.nodes[node].in_cycle = true;
  }
  graph.cycles = std::move(order.cycles);
  MarkNeverReady(waits_for, graph);
  return graph;
}

std::string ClusterTitle(std::string_view cluster) {
  return cluster.empty() ? "." : std::string(cluster);
}

std::optional<std::string> ChooseCluster(const std::vector<std::string>& clusters,
                                         std::string_view wanted, std::string& error) {
  const std::string clean = build::CleanPath(wanted);
  std::vector<std::string> found;
  for (const std::string& cluster : clusters) {
    if (cluster == clean) return cluster;
    if (IsCalled(cluster, clean)) found.push_back(cluster);
  }
  if (found.size() == 1) return found.front();
  const std::vector<std::string>& listed = found.empty() ? clusters : found;
  std::string list;
  for (const std::string& cluster : listed)
    list += (list.empty() ? "" : ", ") + ClusterTitle(cluster);
  if (clusters.empty()) {
    error = fmt::format("there is no cluster \"{}\", and no other", wanted);
  } else if (found.empty()) {
    error = fmt::format("there is no cluster \"{}\"; the clusters are: {}", wanted, list);
  } else {
    error = fmt::format("several clusters are called \"{}\": {}", wanted, list);
  }
  return std::nullopt;
}

}  // namespace fluxls
