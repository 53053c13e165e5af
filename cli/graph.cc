// `fluxcd-ls graph` and `fluxcd-ls tree`: what Flux applies, as a whole.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <set>

#include "analysis/build/fleet.h"
#include "analysis/features/graph_formats.h"
#include "analysis/features/kustomization_tree.h"
#include "analysis/text/unicode.h"
#include "cli/commands.h"
#include "cli/graphviz.h"
#include "cli/selection.h"

namespace fluxls::cli {
namespace {

// Graphviz takes minutes for more.
constexpr size_t kMaxNodesForDot = 400;
constexpr size_t kMaxEdgesForDot = 1500;

struct Loaded {
  Selection selection;
  build::FleetPtr fleet;
  std::vector<std::string> clusters;  // that are meant; empty: there is none at all
};

// Clusters with a Kustomization that is written in one of the targets. `certain`: where somebody
// surely applies one of them, or a bootstrap has written its own.
std::vector<std::string> ClustersIn(const Selection& selection, const build::Fleet& fleet,
                                    bool certain) {
  std::set<std::string> clusters;
  for (const build::FluxBuildPtr& build : fleet.builds()) {
    if (!build->flux || !build->origin) continue;
    if (certain && !build->certain && build->name != "flux-system") continue;
    if (selection.Contains(build->origin.file->path)) clusters.insert(build->cluster);
  }
  return {clusters.begin(), clusters.end()};
}

std::optional<Loaded> Load(const DiskFileSystem& disk, const std::string& path,
                           const std::string& cluster, std::ostream& err) {
  std::optional<Selection> selection = LoadSelection(disk, {path}, {}, err);
  if (!selection) return std::nullopt;
  Loaded loaded{std::move(*selection), nullptr, {}};
  build::FleetBuilder builder(&disk);
  loaded.fleet = builder.Build(loaded.selection.workspace.snapshot());
  loaded.clusters = ClustersIn(loaded.selection, *loaded.fleet, false);
  if (cluster.empty()) {
    // Directories that perhaps nobody applies are there for those who ask for them.
    std::vector<std::string> certain = ClustersIn(loaded.selection, *loaded.fleet, true);
    if (!certain.empty()) loaded.clusters = std::move(certain);
    return loaded;
  }
  std::string error;
  const std::optional<std::string> chosen = ChooseCluster(loaded.clusters, cluster, error);
  if (!chosen) {
    err << fmt::format("fluxcd-ls: {}\n", error);
    return std::nullopt;
  }
  loaded.clusters = {*chosen};
  return loaded;
}

ShowPlace PlacesOf(const Selection& selection, const Snapshot& snapshot) {
  return [&selection, &snapshot](const GraphNode& node) -> ShownPlace {
    if (node.path.empty()) return {};
    ShownPlace shown{selection.Display(node.path), 1, 1};
    const SourceFilePtr file = snapshot.Find(node.path);
    if (!file || !file->text) return shown;
    const Text& text = *file->text;
    const uint32_t line = text.lines().LineOf(node.range.begin);
    const ByteRange before{text.lines().LineStart(line), node.range.begin};
    shown.line = line + 1;
    shown.column = CountCodePoints(Slice(text.content(), before)) + 1;
    return shown;
  };
}

// Drawn by Graphviz, when that is asked for or fits; nothing otherwise.
std::optional<std::string> DrawWithDot(const FluxGraph& graph, DrawingLayout layout,
                                       const ShowPlace& place) {
  if (layout == DrawingLayout::kLevels) return std::nullopt;
  const bool small = graph.nodes.size() <= kMaxNodesForDot && graph.edges.size() <= kMaxEdgesForDot;
  if (layout == DrawingLayout::kAuto && !small) return std::nullopt;
  return RunDot(GraphDot(graph, place));
}

}  // namespace

int RunGraph(const GraphOptionsCli& options, std::ostream& out, std::ostream& err) {
  const DiskFileSystem disk;
  std::optional<Loaded> loaded = Load(disk, options.path, options.cluster, err);
  if (!loaded) return kExitError;
  FluxGraph graph;
  if (loaded->clusters.empty()) {
    err << fmt::format("fluxcd-ls: {}: no Flux Kustomization is written there\n", options.path);
  } else {
    graph = MakeGraph(*loaded->fleet, loaded->clusters);
  }
  const Snapshot snapshot = loaded->selection.workspace.snapshot();
  const ShowPlace place = PlacesOf(loaded->selection, snapshot);
  if (options.format != GraphFormat::kSvg && options.format != GraphFormat::kHtml) {
    out << PrintGraph(graph, options.format, place);
    return kExitClean;
  }
  std::optional<std::string> svg = DrawWithDot(graph, options.layout, place);
  if (!svg && options.layout == DrawingLayout::kGraphviz) {
    err << "fluxcd-ls: --layout dot: there is no `dot` on PATH, or it fails\n";
    return kExitError;
  }
  if (!svg) svg = GraphSvg(graph, place);
  out << (options.format == GraphFormat::kSvg ? *svg : GraphHtml(graph, place, *svg));
  return kExitClean;
}

int RunTree(const TreeOptionsCli& options, std::ostream& out, std::ostream& err) {
  const DiskFileSystem disk;
  std::optional<Loaded> loaded = Load(disk, options.path, options.cluster, err);
  if (!loaded) return kExitError;
  std::string error;
  const std::optional<uint32_t> build =
      ChooseKustomization(*loaded->fleet, loaded->clusters, options.kustomization, error);
  if (!build) {
    err << fmt::format("fluxcd-ls: {}\n", error);
    return kExitError;
  }
  const std::vector<TreeItem> tree =
      MakeTree(*loaded->fleet, *build, {.flux_only = options.compact});
  out << (options.json ? TreeJson(tree) : TreeText(tree));
  const bool complete = std::none_of(tree.begin(), tree.end(), [](const TreeItem& item) {
    return item.failed || item.incomplete;
  });
  return complete ? kExitClean : kExitFindings;
}

}  // namespace fluxls::cli
