// Effective objects: what builds make of a document, for people to read.
#include <fmt/format.h>

#include <map>

#include "analysis/build/fleet.h"
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
    const std::string text = build::PrintYaml(fleet.ObjectOf(effect).root);
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

}  // namespace

void Server::CodeLenses(const DocumentParams& params, Reply reply) {
  Start();  // some clients forget `initialized`
  std::optional<std::string> path = PathFromUri(params.uri);
  if (!path) return reply.Ok({"[]"});
  AskFresh(*path, reply, [this, params, path = *path, reply](const CheckedFilePtr& result) {
    const build::Fleet* fleet = project_.fleet();
    if (!result || !fleet) return reply.Ok({"[]"});
    std::map<ByteRange, size_t> builds;
    for (build::Effect effect : fleet->EffectsOf(path))
      ++builds[fleet->ObjectOf(effect).origin.range];
    std::vector<Encoded> lenses;
    for (const auto& [range, count] : builds) {
      const Range at = ToRange(*result->file, {range.begin, range.begin}, encoding_);
      const std::string title = count == 1
                                    ? "show effective object"
                                    : fmt::format("show effective object ({} builds)", count);
      lenses.push_back(EncodeCodeLens(at, title, params.uri));
    }
    reply.Ok(EncodeArray(lenses));
  });
}

void Server::EffectiveObject(const TextDocumentPositionParams& params, Reply reply) {
  Start();  // some clients forget `initialized`
  std::optional<std::string> path = PathFromUri(params.uri);
  if (!path) return reply.Ok({"null"});
  AskFresh(*path, reply, [this, params, path = *path, reply](const CheckedFilePtr& result) {
    const build::Fleet* fleet = project_.fleet();
    if (!result || !fleet) return reply.Ok({"null"});
    const uint32_t offset = ToOffset(*result->file->text, params.position, encoding_);
    // The object around the place; else the last one that starts before it.
    std::vector<build::Effect> meant;
    ByteRange best;
    for (build::Effect effect : fleet->EffectsOf(path)) {
      const ByteRange range = fleet->ObjectOf(effect).origin.range;
      if (range.begin > offset && !meant.empty()) continue;
      if (!meant.empty() && range.begin < best.begin) continue;
      if (meant.empty() || range != best) {
        if (!meant.empty() && range.begin > offset) continue;
        meant.clear();
        best = range;
      }
      meant.push_back(effect);
    }
    if (meant.empty()) return reply.Ok({"null"});
    reply.Ok(EncodeText(Print(project_.snapshot(), *fleet, meant)));
  });
}

}  // namespace fluxls::lsp
