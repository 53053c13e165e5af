// The part of the Language Server Protocol that is in use: structs with the protocol's own field
// spelling.
//
// Decode() reads params and says on failure where and why: "params.textDocument.uri: expected a
// string, found a number". Unknown fields are ignored, null counts as absent for everything
// optional, and capability objects may be missing or of the wrong type at any level. Encode() gives
// JSON text. New structs are added when they are needed. Thread contract: plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lsp/json_rpc.h"

namespace fluxls::lsp {

// NOLINTBEGIN(readability-identifier-naming): field names are those of the protocol.

// Zero-based; `character` counts in the units of the negotiated encoding. Numbers beyond 32 bits
// are clamped.
struct Position {
  uint32_t line = 0;
  uint32_t character = 0;
  bool operator==(const Position&) const = default;
};

struct Range {
  Position start;
  Position end;
  bool operator==(const Range&) const = default;
};

struct WorkspaceFolder {
  std::string uri;
  std::string name;
};

// What we ask about a client, flattened.
struct ClientCapabilities {
  std::vector<std::string> positionEncodings;
  bool configuration = false;
  bool didChangeConfigurationRegistration = false;
  bool watchedFilesRegistration = false;
  bool workspaceFolders = false;
  bool documentChanges = false;
  bool renameFiles = false;
  bool willRename = false;  // it asks before it moves, creates, deletes files
  bool willCreate = false;
  bool willDelete = false;
  bool changeAnnotations = false;
  bool applyEdit = false;
  bool diagnosticRefresh = false;
  bool codeLensRefresh = false;
  bool inlayHintRefresh = false;
  bool workDoneProgress = false;
  bool pullDiagnostics = false;
  bool relatedInformation = false;
  bool codeDescription = false;
  bool diagnosticData = false;
  bool deprecatedTag = false;
  bool codeActionLiterals = false;
  bool codeActionPreferred = false;
  bool hoverMarkdown = false;
  bool snippets = false;
  bool insertReplace = false;
  bool completionMarkdown = false;
  bool completionResolveDocumentation = false;
  bool insertTextMode = false;    // it does what `insertTextMode` says
  bool defaultEditRange = false;  // a range for a whole list: no need to repeat it in each item
  bool effectiveObject = false;   // experimental: it has the command fluxcd.showEffectiveObject
  bool showReferences = false;    // experimental: it has the command fluxcd.showReferences
  bool codeActionData = false;
  bool codeActionResolveEdit = false;
  bool hierarchicalSymbols = false;
  bool prepareRename = false;
  std::optional<uint32_t> foldingRangeLimit;
};

struct InitializeParams {
  std::optional<int64_t> processId;
  bool hasClientInfo = false;
  std::string clientName;
  std::string clientVersion;
  std::optional<std::string> rootPath;
  std::optional<std::string> rootUri;
  std::optional<std::vector<WorkspaceFolder>> workspaceFolders;
  JsonPtr initializationOptions;  // null pointer when absent
  ClientCapabilities capabilities;
  std::string trace;
};

struct NoParams {};

struct SetTraceParams {
  std::string value;
};

struct DidOpenTextDocumentParams {
  std::string uri;
  std::string languageId;
  int64_t version = 0;
  std::string text;
};

struct TextDocumentContentChangeEvent {
  std::optional<Range> range;  // absent: `text` is the whole document
  std::string text;
};

struct DidChangeTextDocumentParams {
  std::string uri;
  std::optional<int64_t> version;
  std::vector<TextDocumentContentChangeEvent> contentChanges;
};

// didClose, didSave, and everything else that only names a document.
struct TextDocumentParams {
  std::string uri;
};

struct DidChangeConfigurationParams {
  JsonPtr settings;  // never null; a JSON null when absent
};

struct DidChangeWatchedFilesParams {
  enum Type { kCreated = 1, kChanged = 2, kDeleted = 3 };
  struct FileEvent {
    std::string uri;
    int64_t type = kChanged;
  };
  std::vector<FileEvent> changes;
};

// workspace/willRenameFiles. What cannot be read is left out: the client waits with its operation.
struct RenameFilesParams {
  struct File {
    std::string oldUri;
    std::string newUri;
  };
  std::vector<File> files;
};

// workspace/willCreateFiles and willDeleteFiles, in the same way.
struct FilesParams {
  std::vector<std::string> uris;
};

struct DidChangeWorkspaceFoldersParams {
  std::vector<WorkspaceFolder> added;
  std::vector<WorkspaceFolder> removed;
};

struct DocumentDiagnosticParams {
  std::string uri;
  std::optional<std::string> previousResultId;
};

struct WorkspaceDiagnosticParams {
  struct PreviousResultId {
    std::string uri;
    std::string value;
  };
  std::vector<PreviousResultId> previousResultIds;
};

struct ReferenceParams {
  std::string uri;
  Position position;
  bool includeDeclaration = false;
};

struct RenameParams {
  std::string uri;
  Position position;
  std::string newName;
};

struct CodeActionParams {
  std::string uri;
  Range range;
  std::optional<std::vector<std::string>> only;
  bool automatic = false;  // asked for by the editor, not by the user
};

struct TextDocumentPositionParams {
  std::string uri;
  Position position;
};

// Names one fix of one list of findings; what a code action carries from the offer to its
// resolution.
struct FixReference {
  std::string uri;
  std::string resultId;  // of the list the indices belong to
  int64_t finding = -1;  // -1: all safe fixes of the file
  int64_t fix = 0;
};

// codeAction/resolve: the action as it came, and our data in it.
struct CodeActionToResolve {
  JsonPtr action;
  FixReference data;
};

// completionItem/resolve: the item as it came, and our data in it.
struct CompletionToResolve {
  JsonPtr item;
  std::string path;
  std::string help;
};

struct WorkspaceSymbolParams {
  std::string query;
};

struct SelectionRangeParams {
  std::string uri;
  std::vector<Position> positions;
};

// fluxcd/graph, and the argument of the commands fluxcd.graph and fluxcd.tree.
struct GraphParams {
  std::optional<std::string> cluster;  // its directory or the end of it; absent: all
  std::string format = "json";
  std::string kustomization;  // [NAMESPACE/]NAME; of a tree
  bool compact = false;       // of a tree: only objects of Flux
};

// Each command has one argument at most; the member that belongs to it is filled.
struct ExecuteCommandParams {
  std::string command;
  FixReference argument;  // fluxcd.applyFix
  GraphParams graph;      // fluxcd.graph, fluxcd.tree
};

// ---- what we send ----

struct Location {
  std::string uri;
  Range range;
};

struct DiagnosticRelatedInformation {
  Location location;
  std::string message;
};

struct Diagnostic {
  enum { kError = 1, kWarning = 2, kInformation = 3, kHint = 4 };
  enum { kUnnecessary = 1, kDeprecated = 2 };
  Range range;
  int severity = kError;
  std::string code;
  std::string codeDescriptionHref;  // "" for none
  std::string source;
  std::string message;
  std::vector<int> tags;
  std::vector<DiagnosticRelatedInformation> relatedInformation;
  bool hasFix = false;  // becomes `data`, when the client keeps data
};

struct LspTextEdit {
  Range range;
  std::string newText;
};

struct TextDocumentEdit {
  std::string uri;
  std::optional<int64_t> version;  // null in documentChanges when absent
  std::vector<LspTextEdit> edits;
};

struct RenameFile {
  std::string oldUri;
  std::string newUri;
};

struct WorkspaceEdit {
  // In order. Written as `changes` when useDocumentChanges is not set; then there are no renames.
  std::vector<std::variant<TextDocumentEdit, RenameFile>> operations;
  bool useDocumentChanges = false;
  // Not empty: the client shows the edits first, under this heading, and asks; needs
  // useDocumentChanges and a client with change annotations.
  std::string confirm;
};

struct CodeAction {
  std::string title;
  std::string kind;
  Encoded diagnostics{""};  // array of the diagnostics it mends; empty text for none
  std::optional<bool> isPreferred;
  std::optional<WorkspaceEdit> edit;
  std::optional<FixReference> data;
};

// The answer to textDocument/completion. Items are in order, the best first.
struct CompletionAnswer {
  struct Item {
    std::string label;
    int kind = 1;
    std::string detail;
    std::string documentation;
    std::string newText;
    bool snippet = false;
    std::vector<LspTextEdit> additionalTextEdits;
    // Data for completionItem/resolve; `help` is "" where there is nothing to resolve.
    std::string path;
    std::string help;
  };
  Range replace;
  Range insert;
  std::vector<Item> items;
  bool isIncomplete = false;
};

enum SymbolKindNumber {
  kModuleSymbol = 2,
  kClassSymbol = 5,
  kPropertySymbol = 7,
  kArraySymbol = 18,
  kStructSymbol = 23
};

struct DocumentSymbol {
  std::string name;
  std::string detail;  // "" for none
  int kind = kPropertySymbol;
  Range range;
  Range selectionRange;
  std::vector<DocumentSymbol> children;
};

struct SymbolInformation {
  std::string name;
  int kind = kPropertySymbol;
  Location location;
  std::string containerName;  // "" for none
};

struct FoldingRange {
  uint32_t startLine = 0;
  uint32_t endLine = 0;
  std::string kind;  // "" for none
};

// From the inside out.
struct SelectionRange {
  std::vector<Range> ranges;
};

struct Command {
  std::string title;
  std::string command;
  FixReference argument;
};

struct InitializeResult {
  std::string positionEncoding;
  bool pullDiagnostics = false;
  bool codeActionResolve = false;
  std::vector<std::string> commands;
  std::string serverVersion;
  bool prepareRename = false;
  bool willRename = false;
  bool willCreate = false;
  bool willDelete = false;
};

struct FileSystemWatcher {
  std::string globPattern;
};

// NOLINTEND(readability-identifier-naming)

// False on failure; `error` then holds the sentence for the client. `params` is never a null
// pointer.
bool Decode(const JsonPtr& params, InitializeParams& out, std::string& error);
bool Decode(const JsonPtr& params, NoParams& out, std::string& error);
bool Decode(const JsonPtr& params, SetTraceParams& out, std::string& error);
bool Decode(const JsonPtr& params, DidOpenTextDocumentParams& out, std::string& error);
bool Decode(const JsonPtr& params, DidChangeTextDocumentParams& out, std::string& error);
bool Decode(const JsonPtr& params, TextDocumentParams& out, std::string& error);
bool Decode(const JsonPtr& params, DidChangeConfigurationParams& out, std::string& error);
bool Decode(const JsonPtr& params, DidChangeWatchedFilesParams& out, std::string& error);
bool Decode(const JsonPtr& params, RenameFilesParams& out, std::string& error);
bool Decode(const JsonPtr& params, FilesParams& out, std::string& error);
bool Decode(const JsonPtr& params, DidChangeWorkspaceFoldersParams& out, std::string& error);
bool Decode(const JsonPtr& params, DocumentDiagnosticParams& out, std::string& error);
bool Decode(const JsonPtr& params, WorkspaceDiagnosticParams& out, std::string& error);
bool Decode(const JsonPtr& params, CodeActionParams& out, std::string& error);
bool Decode(const JsonPtr& params, TextDocumentPositionParams& out, std::string& error);
bool Decode(const JsonPtr& params, ReferenceParams& out, std::string& error);
bool Decode(const JsonPtr& params, RenameParams& out, std::string& error);
bool Decode(const JsonPtr& params, CodeActionToResolve& out, std::string& error);
bool Decode(const JsonPtr& params, CompletionToResolve& out, std::string& error);
bool Decode(const JsonPtr& params, ExecuteCommandParams& out, std::string& error);
bool Decode(const JsonPtr& params, WorkspaceSymbolParams& out, std::string& error);
bool Decode(const JsonPtr& params, SelectionRangeParams& out, std::string& error);
bool Decode(const JsonPtr& params, GraphParams& out, std::string& error);
// The id of a $/cancelRequest.
bool DecodeCancel(const JsonPtr& params, RequestId& out, std::string& error);
// The first element of the answer to workspace/configuration; null when there is none.
JsonPtr FirstConfigurationItem(const JsonPtr& result);

Encoded Encode(const InitializeResult& result);
Encoded Encode(const std::vector<Diagnostic>& diagnostics);
Encoded Encode(const Diagnostic& diagnostic);
Encoded EncodeText(const std::string& text);
struct DocumentLinkItem {
  Range range;
  std::string target;  // a URI
  std::string tooltip;
};
Encoded Encode(const std::vector<DocumentLinkItem>& links);
Encoded EncodePrepareRename(const Range& range, const std::string& placeholder);
Encoded Encode(const std::vector<Location>& locations);
// Places in one document, as textDocument/documentHighlight has them: those in front of `written`
// write, the others read.
Encoded EncodeHighlights(const std::vector<Range>& ranges, size_t written);
// { format, text }.
Encoded EncodeFormatted(const std::string& format, const std::string& text);
Encoded EncodeHover(const std::string& text, const Range& range, bool markdown);
Encoded Encode(const WorkspaceEdit& edit);
Encoded Encode(const CodeAction& action);
Encoded Encode(const Command& command);
// `action` again, with its edit.
Encoded EncodeResolved(const JsonPtr& action, const WorkspaceEdit& edit);

Encoded Encode(const CompletionAnswer& answer, const ClientCapabilities& client);
Encoded Encode(const std::vector<DocumentSymbol>& symbols);
Encoded Encode(const std::vector<SymbolInformation>& symbols);
Encoded Encode(const std::vector<FoldingRange>& ranges);
Encoded Encode(const std::vector<SelectionRange>& ranges);
// `item` again, with its documentation.
Encoded EncodeResolved(const JsonPtr& item, const std::string& documentation, bool markdown);

Encoded EncodeArray(const std::vector<Encoded>& items);
Encoded EncodePublishDiagnostics(std::string_view uri, std::optional<int64_t> version,
                                 const Encoded& diagnostics);
// Reports of pull diagnostics. A full report when `items` is given, else "unchanged".
Encoded EncodeDocumentReport(const Encoded* items, std::string_view result_id);
Encoded EncodeWorkspaceReportItem(std::string_view uri, std::optional<int64_t> version,
                                  const Encoded* items, std::string_view result_id);
Encoded EncodeWorkspaceReport(const std::vector<Encoded>& items);
Encoded EncodeShowMessage(int type, std::string_view message);
Encoded EncodeLogTrace(std::string_view message);
Encoded EncodeConfigurationRequest(std::string_view section);
Encoded EncodeApplyEdit(std::string_view label, const WorkspaceEdit& edit);
// One registration for client/registerCapability.
Encoded EncodeWatcherRegistration(std::string_view id,
                                  const std::vector<FileSystemWatcher>& watchers);
Encoded EncodeConfigurationRegistration(std::string_view id, std::string_view section);
Encoded EncodeProgressCreate(std::string_view token);
Encoded EncodeProgressBegin(std::string_view token, std::string_view title);
Encoded EncodeProgressReport(std::string_view token, std::string_view message, uint32_t percentage);
Encoded EncodeProgressEnd(std::string_view token, std::string_view message);

}  // namespace fluxls::lsp
