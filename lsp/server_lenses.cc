// What stands above and between the lines: code lenses and inlay hints.
#include <fmt/format.h>

#include <utility>

#include "analysis/features/code_lenses.h"
#include "analysis/features/inlay_hints.h"
#include "lsp/server.h"

namespace fluxls::lsp {

void Server::CodeLenses(const TextDocumentParams& params, Reply reply) {
  if (!client_.effectiveObject && !settings_.code_lens) return reply.Ok({"[]"});
  AskFleet(params.uri, reply, {"[]"},
           [this, uri = params.uri, reply](const SourceFile& file, const build::Fleet& fleet) {
             const std::string show = client_.showReferences ? "fluxcd.showReferences" : "";
             std::vector<CodeLens> out;
             for (const ObjectLens& lens : LensesOf(fleet, file)) {
               const Range at = ToRange(file, {lens.object.begin, lens.object.begin}, encoding_);
               if (client_.effectiveObject && lens.effects > 0) {
                 std::string title = "show effective object";
                 if (lens.effects > 1) title += fmt::format(" ({} builds)", lens.effects);
                 out.push_back({at, uri, title, "fluxcd.showEffectiveObject", std::nullopt});
               }
               if (!settings_.code_lens) continue;
               if (!lens.applied.empty())
                 out.push_back({at, uri, lens.applied, show, ToLocations(lens.appliers)});
               if (lens.counts) out.push_back({at, uri, "", "", std::nullopt});
             }
             if (file.version) lenses_[file.path] = {*file.version, LensStamp(fleet, file.path)};
             reply.Ok(Encode(out));
           });
}

void Server::ResolveCodeLens(const CodeLens& lens, Reply reply) {
  CodeLens nothing = lens;
  nothing.title = CountTitle(0);
  AskFleet(lens.uri, reply, Encode(nothing),
           [this, lens, reply](const SourceFile& file, const build::Fleet& fleet) {
             const uint32_t offset = ToOffset(*file.text, lens.range.start, encoding_);
             const std::vector<NamePlace> places =
                 ReferencesToObject(project_.snapshot(), fleet, file, offset);
             CodeLens out = lens;
             out.title = CountTitle(places.size());
             if (client_.showReferences && !places.empty()) {
               out.command = "fluxcd.showReferences";
               out.locations = ToLocations(places);
             }
             reply.Ok(Encode(out));
           });
}

void Server::InlayHints(const InlayHintParams& params, Reply reply) {
  if (!settings_.inlay_hints) return reply.Ok({"[]"});
  AskFleet(params.uri, reply, {"[]"},
           [this, range = params.range, reply](const SourceFile& file, const build::Fleet& fleet) {
             std::vector<InlayHintItem> out;
             for (const InlayHint& hint : InlayHintsIn(project_.snapshot(), fleet, file,
                                                       ToByteRange(*file.text, range, encoding_))) {
               const Range at = ToRange(file, {hint.offset, hint.offset}, encoding_);
               out.push_back({at.start, hint.label, hint.tooltip});
             }
             if (file.version) hints_[file.path] = {*file.version, HintStamp(fleet, file.path)};
             reply.Ok(Encode(out));
           });
}

void Server::OnBuilt() {
  const build::Fleet& fleet = *project_.fleet();
  // After its own edits the client asks by itself.
  auto is_old = [&](std::map<std::string, Shown>& shown, auto stamp) {
    bool old = false;
    std::erase_if(shown, [&](const auto& entry) { return !FindPath(entry.first); });
    for (auto& [path, said] : shown) {
      if (FindPath(path)->version != said.version) continue;
      // Told once; what is not seen is not asked for again.
      if (const uint64_t now = stamp(path); std::exchange(said.stamp, now) != now) old = true;
    }
    return old;
  };
  if (client_.codeLensRefresh && settings_.code_lens && !lens_refresh_pending_ &&
      is_old(lenses_, [&fleet](const std::string& path) { return LensStamp(fleet, path); }))
    RefreshSoon("workspace/codeLens/refresh", lens_refresh_pending_);
  if (client_.inlayHintRefresh && settings_.inlay_hints && !hint_refresh_pending_ &&
      is_old(hints_, [&fleet](const std::string& path) { return HintStamp(fleet, path); }))
    RefreshSoon("workspace/inlayHint/refresh", hint_refresh_pending_);
}

}  // namespace fluxls::lsp
