// What Flux reconciles, as a graph or a tree. Nothing is started for it: the drawing is our own.
#include <fmt/format.h>

#include "analysis/build/fleet.h"
#include "analysis/features/graph_formats.h"
#include "analysis/features/kustomization_tree.h"
#include "analysis/text/unicode.h"
#include "lsp/server.h"

namespace fluxls::lsp {
namespace {

// The clusters that are meant; nothing, and why, when there is no such one.
std::optional<std::vector<std::string>> ClustersOf(const build::Fleet& fleet,
                                                   const std::optional<std::string>& wanted,
                                                   std::string& error) {
  if (!wanted) return std::vector<std::string>();
  const std::optional<std::string> cluster = ChooseCluster(fleet.Clusters(), *wanted, error);
  if (!cluster) return std::nullopt;
  return std::vector<std::string>{*cluster};
}

// As people read them: paths in the folder, lines and columns from 1.
ShowPlace PlacesIn(const Snapshot& snapshot) {
  return [&snapshot](const GraphNode& node) -> ShownPlace {
    if (node.path.empty()) return {};
    ShownPlace shown{snapshot.DisplayPath(node.path), 1, 1};
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

}  // namespace

void Server::Graph(const GraphParams& params, Reply reply) {
  Start();  // some clients forget `initialized`
  const std::optional<GraphFormat> format = ParseGraphFormat(params.format);
  if (!format) {
    return reply.Fail(
        ErrorCode::kInvalidParams,
        fmt::format("there is no format \"{}\"; there are: {}", params.format, GraphFormatNames()));
  }
  project_.WhenAllFresh(reply.stop_token(), [this, params, format = *format, reply] {
    const Snapshot snapshot = project_.snapshot();
    FluxGraph graph;
    if (const build::Fleet* fleet = project_.fleet()) {
      std::string error;
      const auto clusters = ClustersOf(*fleet, params.cluster, error);
      if (!clusters) return reply.Fail(ErrorCode::kRequestFailed, error);
      graph = MakeGraph(*fleet, *clusters);
    }
    const std::string text = PrintGraph(graph, format, PlacesIn(snapshot));
    reply.Ok(format == GraphFormat::kJson ? Encoded{text} : EncodeFormatted(params.format, text));
  });
}

void Server::Tree(const GraphParams& params, Reply reply) {
  Start();  // some clients forget `initialized`
  if (params.format != "json" && params.format != "text") {
    return reply.Fail(
        ErrorCode::kInvalidParams,
        fmt::format("there is no format \"{}\"; there are: json, text", params.format));
  }
  project_.WhenAllFresh(reply.stop_token(), [this, params, reply] {
    const build::Fleet* fleet = project_.fleet();
    if (!fleet) return reply.Fail(ErrorCode::kRequestFailed, "there is no Flux Kustomization");
    std::string error;
    const auto clusters = ClustersOf(*fleet, params.cluster, error);
    if (!clusters) return reply.Fail(ErrorCode::kRequestFailed, error);
    const std::optional<uint32_t> build =
        ChooseKustomization(*fleet, *clusters, params.kustomization, error);
    if (!build) return reply.Fail(ErrorCode::kRequestFailed, error);
    const std::vector<TreeItem> tree = MakeTree(*fleet, *build, {.flux_only = params.compact});
    reply.Ok(params.format == "json" ? Encoded{TreeJson(tree)}
                                     : EncodeFormatted(params.format, TreeText(tree)));
  });
}

}  // namespace fluxls::lsp
