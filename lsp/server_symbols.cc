// Outlines, names of the workspace, folding and selection: answers from texts, without any check.
#include <algorithm>

#include "analysis/features/ranges.h"
#include "analysis/features/symbols.h"
#include "analysis/features/workspace_symbols.h"
#include "lsp/server.h"

namespace fluxls::lsp {
namespace {

// More than anybody reads; the clients ask again with every letter.
constexpr size_t kMaxWorkspaceSymbols = 200;
// Collections nest up to 500 deep; no reader of JSON has to.
constexpr size_t kMaxSelections = 100;

int ProtocolKind(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::kFluxObject:
      return kClassSymbol;
    case SymbolKind::kObject:
      return kStructSymbol;
    case SymbolKind::kMapping:
      return kModuleSymbol;
    case SymbolKind::kSequence:
      return kArraySymbol;
    case SymbolKind::kScalar:
      break;
  }
  return kPropertySymbol;
}

bool IsReadAsYaml(const SourceFile& file) {
  return file.text &&
         (file.file_class == FileClass::kYaml || file.file_class == FileClass::kTemplated);
}

bool IsYamlPath(std::string_view path) {
  return path.ends_with(".yaml") || path.ends_with(".yml") ||
         IsKustomizationFileName(BaseName(path));
}

std::vector<DocumentSymbol> Nested(const std::vector<Symbol>& symbols, const SourceFile& file,
                                   PositionEncoding encoding) {
  std::vector<DocumentSymbol> out;
  for (const Symbol& symbol : symbols) {
    out.push_back({symbol.name, symbol.detail, ProtocolKind(symbol.kind),
                   ToRange(file, symbol.range, encoding), ToRange(file, symbol.selection, encoding),
                   Nested(symbol.children, file, encoding)});
  }
  return out;
}

void Flatten(const std::vector<Symbol>& symbols, const SourceFile& file, PositionEncoding encoding,
             const std::string& uri, const std::string& container,
             std::vector<SymbolInformation>& out) {
  for (const Symbol& symbol : symbols) {
    out.push_back({symbol.name,
                   ProtocolKind(symbol.kind),
                   {uri, ToRange(file, symbol.range, encoding)},
                   container});
    Flatten(symbol.children, file, encoding, uri, symbol.name, out);
  }
}

}  // namespace

void Server::WithDocument(const std::string& uri, const Reply& reply, const Encoded& nothing,
                          std::function<void(const SourceFile&)> done) {
  Start();  // some clients forget `initialized`
  if (const Document* document = Find(uri)) {
    const SourceFilePtr known = project_.snapshot().Find(document->path);
    const bool is_template = known && known->file_class == FileClass::kHelmTemplate;
    const bool large = document->text->content().size() > project_.settings().max_file_bytes;
    if (document->path.empty() || is_template || large) return reply.Ok(nothing);
    if (known && known->text == document->text && IsReadAsYaml(*known)) return done(*known);
    // An editor asks several questions about one text.
    if (!parsed_ || parsed_->text != document->text) {
      auto file = std::make_shared<SourceFile>();
      file->path = document->path;
      file->text = document->text;
      file->version = document->version;
      file->yaml = yaml::Parse(document->text->content(), known ? &known->yaml : nullptr);
      parsed_ = std::move(file);
    }
    const SourceFilePtr file = parsed_;
    return done(*file);
  }
  std::optional<std::string> path = PathFromUri(uri);
  if (!path) return reply.Ok(nothing);
  project_.Refresh(*path, [this, path = *path, reply, nothing, done = std::move(done)] {
    if (reply.answered()) return;
    const SourceFilePtr known = project_.snapshot().Find(path);
    if (known) return IsReadAsYaml(*known) ? done(*known) : reply.Ok(nothing);
    // Not read yet, or ignored, or in no folder: no reason not to say what is in it.
    if (!IsYamlPath(path)) return reply.Ok(nothing);
    executor_.RunOnWorker([this, path, reply, nothing, done, files = files_,
                           settings = project_.settings()]() mutable {
      SourceFilePtr file;
      // Catch site of the engine's exceptions: parsing. Nothing is known of such a file.
      try {
        file = ParseSource(ReadSource(*files, path, settings, false));
      } catch (const std::exception&) {
        file = std::make_shared<SourceFile>();
      }
      // The reply is the main thread's.
      executor_.Post(
          [file, reply = std::move(reply), nothing = std::move(nothing), done = std::move(done)] {
            if (!reply.answered()) IsReadAsYaml(*file) ? done(*file) : reply.Ok(nothing);
          });
    });
  });
}

void Server::DocumentSymbols(const TextDocumentParams& params, Reply reply) {
  WithDocument(params.uri, reply, {"[]"}, [this, uri = params.uri, reply](const SourceFile& file) {
    const std::vector<Symbol> symbols = fluxls::DocumentSymbols(file.path, file.yaml);
    if (client_.hierarchicalSymbols) return reply.Ok(Encode(Nested(symbols, file, encoding_)));
    std::vector<SymbolInformation> flat;
    Flatten(symbols, file, encoding_, uri, "", flat);
    reply.Ok(Encode(flat));
  });
}

void Server::WorkspaceSymbols(const WorkspaceSymbolParams& params, Reply reply) {
  Start();  // some clients forget `initialized`
  project_.WhenIndexed(reply.stop_token(), [this, query = params.query, reply] {
    const Snapshot snapshot = project_.snapshot();
    if (!symbols_ || symbols_generation_ != snapshot.generation()) {
      symbols_ = std::make_shared<fluxls::WorkspaceSymbols>(snapshot);
      symbols_generation_ = snapshot.generation();
    }
    std::vector<SymbolInformation> out;
    for (const WorkspaceSymbol& symbol : symbols_->Find(query, kMaxWorkspaceSymbols)) {
      out.push_back(
          {symbol.name,
           symbol.flux ? kClassSymbol : kStructSymbol,
           {uris_.UriFor(symbol.file->path), ToRange(*symbol.file, symbol.range, encoding_)},
           snapshot.DisplayPath(symbol.file->path)});
    }
    reply.Ok(Encode(out));
    // Files may have changed without a word; the next question shall know.
    project_.RequestScan(Project::Urgency::kMaybe);
  });
}

void Server::FoldingRanges(const TextDocumentParams& params, Reply reply) {
  WithDocument(params.uri, reply, {"[]"}, [this, reply](const SourceFile& file) {
    std::vector<Fold> folds = fluxls::FoldingRanges(*file.text, file.yaml);
    if (client_.foldingRangeLimit && folds.size() > *client_.foldingRangeLimit) {
      // What is outside matters more.
      std::ranges::stable_sort(folds, {}, &Fold::depth);
      folds.resize(*client_.foldingRangeLimit);
      std::ranges::sort(folds, {}, &Fold::range);
    }
    const LineIndex& lines = file.text->lines();
    std::vector<FoldingRange> out;
    for (const Fold& fold : folds) {
      out.push_back({lines.LineOf(fold.range.begin), lines.LineOf(fold.range.end),
                     fold.comment ? "comment" : ""});
    }
    reply.Ok(Encode(out));
  });
}

void Server::SelectionRanges(const SelectionRangeParams& params, Reply reply) {
  WithDocument(params.uri, reply, {"null"},
               [this, positions = params.positions, reply](const SourceFile& file) {
                 std::vector<SelectionRange> out;
                 for (Position position : positions) {
                   const uint32_t offset = ToOffset(*file.text, position, encoding_);
                   SelectionRange selection;
                   for (ByteRange part : fluxls::SelectionRanges(*file.text, file.yaml, offset)) {
                     const Range range = ToRange(file, part, encoding_);
                     // A line end more is no more for an editor.
                     if (!selection.ranges.empty() && selection.ranges.back() == range) continue;
                     if (selection.ranges.size() == kMaxSelections) break;
                     selection.ranges.push_back(range);
                   }
                   out.push_back(std::move(selection));
                 }
                 reply.Ok(Encode(out));
               });
}

}  // namespace fluxls::lsp
