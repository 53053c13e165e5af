// Hover: what a field is, and what builds make of its value.
#include <fmt/format.h>

#include "analysis/build/becomes.h"
#include "analysis/features/field_help.h"
#include "analysis/text/unicode.h"
#include "lsp/server.h"

namespace fluxls::lsp {
namespace {

constexpr size_t kMaxLines = 8;
constexpr uint32_t kMaxText = 200;

// The scalar that somebody points at: a value, or the value of the key they point at.
yaml::Node ScalarAt(const SourceFile& file, uint32_t offset) {
  for (const yaml::Document& document : file.yaml.documents) {
    if (offset < document.range().begin || offset > document.range().end) continue;
    yaml::Node node = document.NodeAt(offset);
    if (node.IsKey()) {
      for (yaml::Node value : node.parent()) {
        if (value.key() == node) node = value;
      }
    }
    if (node.IsScalar() && !node.IsKey()) return node;
  }
  return {};
}

std::string Line(const Snapshot& snapshot, const build::Origin& origin) {
  std::string shown = snapshot.DisplayPath(origin.file->path);
  if (!origin.file->text) return shown;
  return fmt::format("{}:{}", shown, origin.file->text->lines().LineOf(origin.range.begin) + 1);
}

std::string InCode(std::string text) {
  if (text.size() > kMaxText) text = text.substr(0, PrefixOfCodePoints(text, kMaxText)) + "…";
  const size_t end = text.find('\n');
  if (end != std::string::npos) text = text.substr(0, end) + " …";
  // A longer fence holds text that has backticks of its own.
  std::string fence = "`";
  while (text.find(fence) != std::string::npos) fence += '`';
  return fence.size() == 1 ? fence + text + fence : fence + " " + text + " " + fence;
}

std::string Tell(const Snapshot& snapshot, const build::Fleet& fleet,
                 const build::Becomes& becomes) {
  std::string out = becomes.removed        ? std::string("is removed")
                    : becomes.collection   ? std::string("becomes a mapping or list")
                    : becomes.text.empty() ? std::string("becomes empty")
                                           : "becomes " + InCode(becomes.text);
  if (becomes.by) out += " by " + InCode(Line(snapshot, becomes.by));
  if (!becomes.removed) out += fmt::format(" ({})", build::EditName(becomes.kind));
  const build::FluxBuild& build = *fleet.builds()[becomes.builds.front()];
  out += build.flux ? fmt::format("\n  in Kustomization {}{}", InCode(build.Title()),
                                  build.cluster.empty()
                                      ? std::string()
                                      : " of " + InCode(snapshot.DisplayPath(build.cluster)))
                    : "\n  in the build of " + InCode(snapshot.DisplayPath(build.directory));
  if (becomes.builds.size() > 1) out += fmt::format(" and {} more", becomes.builds.size() - 1);
  return out;
}

}  // namespace

void Server::Hover(const TextDocumentPositionParams& params, Reply reply) {
  AskFleet(
      params.uri, reply, {"null"},
      [this, position = params.position, reply](const SourceFile& file, const build::Fleet& fleet) {
        const uint32_t offset = ToOffset(*file.text, position, encoding_);
        ByteRange range;
        const std::string help = HelpAt(project_.snapshot(), file.path, file.yaml, offset, range);
        const yaml::Node node = ScalarAt(file, offset);
        std::vector<build::Becomes> found;
        if (node) found = build::FindBecomes(fleet, file.path, node.range());
        if (!found.empty()) range = node.range();
        // A reference tells what it leads to.
        const Subject subject = SubjectAt(project_.snapshot(), fleet, file, offset);
        const bool is_reference = subject.kind == Subject::Kind::kReference;
        if (is_reference && found.empty()) range = subject.range;
        std::string text = is_reference ? subject.explanation : "";
        if (found.empty() && help.empty() && text.empty()) return reply.Ok({"null"});
        if (!text.empty() && !found.empty()) text += "\n\n";
        for (size_t i = 0; i < found.size() && i < kMaxLines; ++i)
          text += (i == 0 ? "" : "\n\n") + Tell(project_.snapshot(), fleet, found[i]);
        if (found.size() > kMaxLines)
          text += fmt::format("\n\nand {} more", found.size() - kMaxLines);
        if (!help.empty()) text += (text.empty() ? "" : "\n\n---\n\n") + help;
        reply.Ok(EncodeHover(text, ToRange(file, range, encoding_), client_.hoverMarkdown));
      });
}

}  // namespace fluxls::lsp
