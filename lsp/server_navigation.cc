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

void Server::Definition(const TextDocumentPositionParams& params, Reply reply) {
  AskFleet(
      params.uri, reply, {"[]"},
      [this, position = params.position, reply](const SourceFile& file, const build::Fleet& fleet) {
        const Snapshot snapshot = project_.snapshot();
        const Subject subject =
            SubjectAt(snapshot, fleet, file, ToOffset(*file.text, position, encoding_));
        reply.Ok(Encode(ToLocations(DefinitionsOf(snapshot, fleet, subject))));
      });
}

void Server::TypeDefinition(const TextDocumentPositionParams& params, Reply reply) {
  AskFleet(
      params.uri, reply, {"[]"},
      [this, position = params.position, reply](const SourceFile& file, const build::Fleet& fleet) {
        const Snapshot snapshot = project_.snapshot();
        const Subject subject =
            SubjectAt(snapshot, fleet, file, ToOffset(*file.text, position, encoding_));
        reply.Ok(Encode(ToLocations(TypeDefinitionsOf(snapshot, fleet, subject))));
      });
}

void Server::Implementation(const TextDocumentPositionParams& params, Reply reply) {
  AskFleet(
      params.uri, reply, {"[]"},
      [this, position = params.position, reply](const SourceFile& file, const build::Fleet& fleet) {
        const Snapshot snapshot = project_.snapshot();
        const Subject subject =
            SubjectAt(snapshot, fleet, file, ToOffset(*file.text, position, encoding_));
        reply.Ok(Encode(ToLocations(ImplementationsOf(snapshot, fleet, subject))));
      });
}

void Server::References(const ReferenceParams& params, Reply reply) {
  AskFleet(params.uri, reply, {"[]"},
           [this, params, reply](const SourceFile& file, const build::Fleet& fleet) {
             const Snapshot snapshot = project_.snapshot();
             const Subject subject =
                 SubjectAt(snapshot, fleet, file, ToOffset(*file.text, params.position, encoding_));
             reply.Ok(Encode(ToLocations(
                 ReferencesOf(snapshot, fleet, file, subject, params.includeDeclaration))));
           });
}

void Server::DocumentHighlight(const TextDocumentPositionParams& params, Reply reply) {
  AskFleet(
      params.uri, reply, {"[]"},
      [this, position = params.position, reply](const SourceFile& file, const build::Fleet& fleet) {
        const Snapshot snapshot = project_.snapshot();
        const Subject subject =
            SubjectAt(snapshot, fleet, file, ToOffset(*file.text, position, encoding_));
        std::vector<Range> ranges;
        size_t written = 0;
        for (const NamePlace& place : DefinitionsOf(snapshot, fleet, subject)) {
          if (place.path != file.path) continue;
          ranges.push_back(ToRange(file, place.range, encoding_));
          ++written;
        }
        for (const NamePlace& place : ReferencesOf(snapshot, fleet, file, subject, false)) {
          if (place.path == file.path) ranges.push_back(ToRange(file, place.range, encoding_));
        }
        reply.Ok(EncodeHighlights(ranges, written));
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
