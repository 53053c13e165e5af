// Effective objects: what builds make of a document, for people to read; without what is hidden.
#include <fmt/format.h>

#include <map>

#include "analysis/build/fleet.h"
#include "analysis/build/open_value.h"
#include "analysis/build/print.h"
#include "lsp/server.h"

namespace fluxls::lsp {
namespace {

std::string TitleOf(const Snapshot& snapshot, const build::FluxBuild& build) {
  if (!build.flux) return "the build of " + snapshot.DisplayPath(build.directory);
  return fmt::format("Kustomization {}{}", build.Title(),
                     build.cluster.empty() ? "" : " of " + snapshot.DisplayPath(build.cluster));
}

// The objects as YAML, each text once, with the builds that have it in a comment above.
std::string Print(const Snapshot& snapshot, const build::Fleet& fleet,
                  const std::vector<build::Effect>& effects) {
  std::vector<std::string> texts;
  std::map<std::string, std::string> headers;
  for (build::Effect effect : effects) {
    build::Arena arena;
    const std::string text = build::PrintYaml(build::OpenTree(arena, fleet.ObjectOf(effect).root));
    std::string& header = headers[text];
    if (header.empty()) texts.push_back(text);
    const build::FluxBuild& build = fleet.BuildOf(effect);
    header +=
        fmt::format("# {}{}\n", TitleOf(snapshot, build), build.failed ? ", which fails" : "");
  }
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : "---\n") + headers[text] + text;
  return out;
}

// The objects that each document of a file becomes.
std::map<ByteRange, std::vector<build::Effect>> ByDocument(const build::Fleet& fleet,
                                                           const std::string& path) {
  std::map<ByteRange, std::vector<build::Effect>> out;
  for (build::Effect effect : fleet.EffectsOf(path))
    out[fleet.ObjectOf(effect).origin.range].push_back(effect);
  return out;
}

}  // namespace

void Server::AskFleet(const std::string& uri, const Reply& reply, const Encoded& nothing,
                      std::function<void(const SourceFile&, const build::Fleet&)> answer) {
  Start();  // some clients forget `initialized`
  std::optional<std::string> path = PathFromUri(uri);
  if (!path) return reply.Ok(nothing);
  AskFresh(*path, reply,
           [this, reply, nothing, answer = std::move(answer)](const CheckedFilePtr& result) {
             const build::Fleet* fleet = project_.fleet();
             if (!result || !fleet) return reply.Ok(nothing);
             answer(*result->file, *fleet);
           });
}

void Server::EffectiveObject(const TextDocumentPositionParams& params, Reply reply) {
  AskFleet(
      params.uri, reply, {"null"},
      [this, position = params.position, reply](const SourceFile& file, const build::Fleet& fleet) {
        const auto documents = ByDocument(fleet, file.path);
        if (documents.empty()) return reply.Ok({"null"});
        // The last one that starts at the place or before it; above all of them the first.
        auto meant = documents.upper_bound({ToOffset(*file.text, position, encoding_), UINT32_MAX});
        if (meant != documents.begin()) --meant;
        reply.Ok(EncodeText(Print(project_.snapshot(), fleet, meant->second)));
      });
}

}  // namespace fluxls::lsp
