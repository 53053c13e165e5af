// A repository of one cluster in memory, for the tests of graphs and trees.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "analysis/build/fleet.h"
#include "analysis/features/graph.h"
#include "analysis/features/graph_formats.h"
#include "analysis/workspace/file_system.h"
#include "analysis/workspace/workspace.h"

namespace fluxls::testing {

// A Flux Kustomization of `path`; `more` are lines of its spec.
inline std::string KustomizationYaml(std::string_view name, std::string_view path,
                                     std::string_view more = "") {
  return fmt::format(
      "apiVersion: kustomize.toolkit.fluxcd.io/v1\n"
      "kind: Kustomization\n"
      "metadata:\n"
      "  name: \"{}\"\n"
      "  namespace: flux-system\n"
      "spec:\n"
      "  interval: 10m\n"
      "  path: {}\n"
      "  prune: true\n"
      "  sourceRef:\n"
      "    kind: GitRepository\n"
      "    name: flux-system\n"
      "{}---\n",
      name, path, more);
}

inline std::string DependsOn(std::string_view name) {
  return fmt::format("  dependsOn:\n    - name: \"{}\"\n", name);
}

inline std::string ReleaseYaml(std::string_view name, std::string_view repository) {
  return fmt::format(
      "apiVersion: helm.toolkit.fluxcd.io/v2\n"
      "kind: HelmRelease\n"
      "metadata:\n"
      "  name: {}\n"
      "  namespace: web\n"
      "spec:\n"
      "  interval: 1h\n"
      "  chart:\n"
      "    spec:\n"
      "      chart: {}\n"
      "      sourceRef:\n"
      "        kind: HelmRepository\n"
      "        name: {}\n"
      "---\n",
      name, name, repository);
}

inline std::string RepositoryYaml(std::string_view name) {
  return fmt::format(
      "apiVersion: source.toolkit.fluxcd.io/v1\n"
      "kind: HelmRepository\n"
      "metadata:\n"
      "  name: {}\n"
      "  namespace: web\n"
      "spec:\n"
      "  url: https://example.com/charts\n"
      "---\n",
      name);
}

// What bootstrap writes for a cluster: its source, and the Kustomization that starts it.
inline std::string Sync(const std::string& cluster) {
  return "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n"
         "  name: flux-system\n  namespace: flux-system\nspec:\n  interval: 1m\n"
         "  url: https://example.com/fleet.git\n---\n" +
         KustomizationYaml("flux-system", "./clusters/" + cluster);
}

class GraphFixture {
 public:
  GraphFixture() { files_.Write("/ws/.git/HEAD", "ref: refs/heads/main\n"); }
  void Write(const std::string& path, const std::string& text) {
    files_.Write("/ws/" + path, text);
  }
  static std::string Path(const std::string& path) { return "/ws/" + path; }
  Snapshot snapshot() const {
    Workspace workspace;
    LoadFolders(files_, {"/ws"}, workspace, nullptr);
    return workspace.snapshot();
  }
  build::FleetPtr Fleet() const { return build::FleetBuilder(&files_).Build(snapshot()); }
  const FileSystem* disk() const { return &files_; }
  FluxGraph Graph() const { return MakeGraph(*Fleet(), {}); }

 private:
  MemoryFileSystem files_;
};

// The file, and the offset in place of a line.
inline ShownPlace ShowOffset(const GraphNode& node) {
  if (node.path.empty()) return {};
  return {node.path.substr(std::string_view("/ws/").size()), node.range.begin, 1};
}

inline const GraphNode* NodeNamed(const FluxGraph& graph, std::string_view id) {
  for (const GraphNode& node : graph.nodes) {
    if (node.Id() == id) return &node;
  }
  return nullptr;
}

}  // namespace fluxls::testing
