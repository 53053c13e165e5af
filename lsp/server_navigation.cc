// Where names lead: definition, references, implementation, highlights.
#include "analysis/features/links.h"
#include "analysis/features/navigation.h"
#include "analysis/features/rename.h"

#include "lsp/server.h"

namespace fluxls::lsp {

std::vector<Location> Server::ToLocations(const std::vector<NamePlace>& places) const {
  const Snapshot snapshot = project_.snapshot();
  std::vector<Location> out;
  for (const NamePlace& place : places) {
    const SourceFilePtr file = snapshot.Find(place.path);
    if (!file) continue;
    out.push_back({uris_.UriFor(place.path), ToRange(*file, place.range, encoding_)});
  }
  return out;
}

void Server::AskSubject(
    const std::string& uri, Position position, const Reply& reply,
    std::function<Encoded(const SourceFile&, const build::Fleet&, const Subject&)> answer) {
  AskFleet(uri, reply, {"[]"},
           [this, position, reply, answer = std::move(answer)](const SourceFile& file,
                                                               const build::Fleet& fleet) {
             const uint32_t offset = ToOffset(*file.text, position, encoding_);
             reply.Ok(answer(file, fleet, SubjectAt(project_.snapshot(), fleet, file, offset)));
           });
}

void Server::Definition(const TextDocumentPositionParams& params, Reply reply) {
  AskSubject(params.uri, params.position, reply,
             [this](const SourceFile&, const build::Fleet& fleet, const Subject& subject) {
               return Encode(ToLocations(DefinitionsOf(fleet, subject)));
             });
}

void Server::TypeDefinition(const TextDocumentPositionParams& params, Reply reply) {
  AskSubject(params.uri, params.position, reply,
             [this](const SourceFile&, const build::Fleet& fleet, const Subject& subject) {
               return Encode(ToLocations(TypeDefinitionsOf(project_.snapshot(), fleet, subject)));
             });
}

void Server::Implementation(const TextDocumentPositionParams& params, Reply reply) {
  AskSubject(params.uri, params.position, reply,
             [this](const SourceFile&, const build::Fleet& fleet, const Subject& subject) {
               return Encode(ToLocations(ImplementationsOf(fleet, subject)));
             });
}

void Server::References(const ReferenceParams& params, Reply reply) {
  AskSubject(params.uri, params.position, reply,
             [this, definitions = params.includeDeclaration](
                 const SourceFile& file, const build::Fleet& fleet, const Subject& subject) {
               std::vector<NamePlace> places =
                   ReferencesOf(project_.snapshot(), fleet, file, subject, definitions);
               const std::vector<NamePlace> selections = SelectionsOf(fleet, subject);
               places.insert(places.end(), selections.begin(), selections.end());
               return Encode(ToLocations(places));
             });
}

void Server::DocumentHighlight(const TextDocumentPositionParams& params, Reply reply) {
  AskSubject(params.uri, params.position, reply,
             [this](const SourceFile& file, const build::Fleet& fleet, const Subject& subject) {
               std::vector<Range> ranges;
               const auto add = [&](const std::vector<NamePlace>& places) {
                 for (const NamePlace& place : places) {
                   if (place.path == file.path)
                     ranges.push_back(ToRange(file, place.range, encoding_));
                 }
               };
               add(DefinitionsOf(fleet, subject));
               const size_t written = ranges.size();
               add(ReferencesWithin(project_.snapshot(), fleet, file, subject));
               return EncodeHighlights(ranges, written);
             });
}

void Server::DocumentLinks(const TextDocumentParams& params, Reply reply) {
  AskFleet(
      params.uri, reply, {"[]"}, [this, reply](const SourceFile& file, const build::Fleet& fleet) {
        const Snapshot snapshot = project_.snapshot();
        std::vector<DocumentLinkItem> out;
        for (const DocumentLink& link : LinksOf(snapshot, &fleet, file)) {
          out.push_back({ToRange(file, link.range, encoding_), uris_.UriFor(link.path),
                         link.missing ? "not there yet: " + snapshot.DisplayPath(link.path) : ""});
        }
        reply.Ok(Encode(out));
      });
}

void Server::PrepareRename(const TextDocumentPositionParams& params, Reply reply) {
  AskFleet(
      params.uri, reply, {"null"},
      [this, position = params.position, reply](const SourceFile& file, const build::Fleet& fleet) {
        const RenameTarget target = fluxls::PrepareRename(
            project_.snapshot(), fleet, file, ToOffset(*file.text, position, encoding_));
        if (!target.refusal.empty())
          return reply.Fail(ErrorCode::kRequestFailed, "cannot rename: " + target.refusal);
        if (target.name.empty()) return reply.Ok({"null"});
        reply.Ok(EncodePrepareRename(ToRange(file, target.range, encoding_), target.name));
      });
}

void Server::Rename(const RenameParams& params, Reply reply) {
  AskFleet(params.uri, reply, {"null"},
           [this, params, reply](const SourceFile& file, const build::Fleet& fleet) {
             const RenameResult result = RenameAt(project_.snapshot(), fleet, file,
                                                  ToOffset(*file.text, params.position, encoding_),
                                                  params.newName, files_.get());
             if (!result.refusal.empty())
               return reply.Fail(ErrorCode::kRequestFailed, "cannot rename: " + result.refusal);
             Fix fix;
             fix.edits = result.edits;
             const std::optional<WorkspaceEdit> edit = ToWorkspaceEdit(fix, Context());
             reply.Ok(edit ? Encode(*edit) : Encoded{"null"});
           });
}

}  // namespace fluxls::lsp
