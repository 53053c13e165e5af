// One session with one client: life cycle, and one short handler a method.
//
// The server turns messages into calls of Project and results into messages. It does no IO: bytes
// come and go through Receive() and Host::send. Handlers are spread over server_*.cc by topic.
//
// Push or pull: a client that pulls diagnostics is not pushed to, because the known editors show
// both lists side by side. The exception is a pulling client that does not introduce itself (no
// `clientInfo`): such thin clients (opencode) merge the two and wait for whichever comes first, so
// both are served, from one list. `diagnostics.mode` in initializationOptions overrides.
//
// Thread contract: main thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/features/navigation.h"
#include "lsp/convert.h"
#include "lsp/dispatcher.h"
#include "lsp/executor.h"
#include "lsp/project.h"
#include "lsp/protocol.h"
#include "lsp/protocol_views.h"
#include "lsp/publisher.h"
#include "lsp/settings_json.h"
#include "lsp/transport.h"
#include "lsp/uri.h"

namespace fluxls {
struct FluxItem;
class WorkspaceSymbols;
}  // namespace fluxls

namespace fluxls::lsp {

// What a session needs from the program around it.
struct Host {
  std::function<void(std::string)> send;  // a message body
  std::function<void(int)>
      exit;  // the session is over; argument: exit code. May be called more than once
  std::function<void(int64_t)>
      watch_process;  // end the session when this process is gone; may be empty
  LogFunction log;    // the program's own log
  std::string version;
  std::string home;  // the user's home directory, "" when unknown: never indexed as a whole
};

class Server {
 public:
  Server(Executor& executor, std::shared_ptr<const FileSystem> files, Host host);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // One event of the transport.
  void Receive(const FrameEvent& event);
  // The client's stream ended: the same as `exit`.
  void InputEnded();
  // Tells running workers to give up. For the end of the session: nothing is checked after it.
  void Stop() { project_.Stop(); }

 private:
  struct Document {
    std::string uri;   // the client's spelling
    std::string path;  // "" for documents that are not judged
    int64_t version = 0;
    TextPtr text;
  };

  // server.cc
  void Bind();
  Encoded Initialize(const InitializeParams& params);
  void Initialized(const NoParams& params);
  Encoded Shutdown(const NoParams& params);
  void Exit(const NoParams& params);
  void SetTrace(const SetTraceParams& params);
  void Start();
  void ChooseDelivery(const InitializeParams& params);
  void RegisterWatchers();
  void OnIndexing(size_t done, size_t total);
  void Log(LogLevel level, const std::string& text);
  // A message the user should see; each text once a session.
  void Warn(const std::string& text);

  // server_documents.cc
  void DidOpen(const DidOpenTextDocumentParams& params);
  void DidChange(const DidChangeTextDocumentParams& params);
  void DidClose(const TextDocumentParams& params);
  void DidSave(const TextDocumentParams& params);
  void DidChangeWatchedFiles(const DidChangeWatchedFilesParams& params);
  void DidChangeWorkspaceFolders(const DidChangeWorkspaceFoldersParams& params);
  void ApplyFolders();
  bool IsIndexable(const std::string& path);
  Document* Find(const std::string& uri);
  const Document* FindPath(const std::string& path) const;

  // server_settings.cc
  void DidChangeConfiguration(const DidChangeConfigurationParams& params);
  void AskConfiguration(bool hold);
  void UseOptions(const Json& options, bool ours);

  // server_diagnostics.cc
  void OnChecked(const std::string& path);
  void PublishAll();
  void DocumentDiagnostic(const DocumentDiagnosticParams& params, Reply reply);
  void WorkspaceDiagnostic(const WorkspaceDiagnosticParams& params, Reply reply);
  // Project::WhenFresh, after a look at the file on disk.
  void AskFresh(const std::string& path, const Reply& reply,
                std::function<void(CheckedFilePtr)> done);
  // The same for questions about builds. `nothing` is the answer for files that nobody knows.
  void AskFleet(const std::string& uri, const Reply& reply, const Encoded& nothing,
                std::function<void(const SourceFile&, const build::Fleet&)> answer);
  Encoded WorkspaceReport(const WorkspaceDiagnosticParams& params);
  // Asks the client to ask again, by and by: several files change together.
  void RefreshSoon(const char* method, bool& pending);
  // Tells a pulling client to ask again when it has an answer that is no longer true.
  void NotePullChange(const std::string& path, const Report& report);
  ReportPtr ReportOf(const std::string& path, const CheckedFilePtr& result);
  ConvertContext Context() const;

  // server_actions.cc
  void CodeActions(const CodeActionParams& params, Reply reply);
  void EffectiveObject(const TextDocumentPositionParams& params, Reply reply);

  // server_graph.cc
  void Graph(const GraphParams& params, Reply reply);
  void Tree(const GraphParams& params, Reply reply);

  // server_files.cc
  void WillRenameFiles(const RenameFilesParams& params, Reply reply);
  void WillCreateFiles(const FilesParams& params, Reply reply);
  void WillDeleteFiles(const FilesParams& params, Reply reply);
  // Answers with the edits that `edits` finds in the state of now, builds included; null for none.
  void AnswerEdits(
      const std::vector<std::string>& paths, const Reply& reply,
      std::function<std::vector<FileEdit>(const Snapshot&, const build::Fleet*)> edits);
  // server_completion.cc
  void Completion(const TextDocumentPositionParams& params, Reply reply);
  Encoded ResolveCompletion(const CompletionToResolve& params);

  // server_symbols.cc
  void DocumentSymbols(const TextDocumentParams& params, Reply reply);
  void WorkspaceSymbols(const WorkspaceSymbolParams& params, Reply reply);
  void FoldingRanges(const TextDocumentParams& params, Reply reply);
  void SelectionRanges(const SelectionRangeParams& params, Reply reply);
  // Calls back with the document as the editor has it now, or as it is on disk; waits for no check.
  // A file that nobody knows, or that is not to be read as YAML, is answered with `nothing`. Facts
  // are not filled in.
  void WithDocument(const std::string& uri, const Reply& reply, const Encoded& nothing,
                    std::function<void(const SourceFile&)> done);

  // server_navigation.cc
  // AskFleet, for what stands at a position.
  void AskSubject(
      const std::string& uri, Position position, const Reply& reply,
      std::function<Encoded(const SourceFile&, const build::Fleet&, const Subject&)> answer);
  void Definition(const TextDocumentPositionParams& params, Reply reply);
  void TypeDefinition(const TextDocumentPositionParams& params, Reply reply);
  void Implementation(const TextDocumentPositionParams& params, Reply reply);
  void References(const ReferenceParams& params, Reply reply);
  void DocumentHighlight(const TextDocumentPositionParams& params, Reply reply);
  void DocumentLinks(const TextDocumentParams& params, Reply reply);
  void PrepareRename(const TextDocumentPositionParams& params, Reply reply);
  void Rename(const RenameParams& params, Reply reply);
  std::vector<Location> ToLocations(const std::vector<NamePlace>& places) const;

  // server_calls.cc
  void PrepareCallHierarchy(const TextDocumentPositionParams& params, Reply reply);
  void IncomingCalls(const CallHierarchyCallsParams& params, Reply reply);
  void OutgoingCalls(const CallHierarchyCallsParams& params, Reply reply);
  // Nothing when its file is gone.
  std::optional<CallHierarchyItem> ToItem(const FluxItem& item) const;
  std::vector<Range> ToRanges(const SourceFile& file, const std::vector<ByteRange>& ranges) const;

  // server_lenses.cc
  void CodeLenses(const TextDocumentParams& params, Reply reply);
  void ResolveCodeLens(const CodeLens& lens, Reply reply);
  void InlayHints(const InlayHintParams& params, Reply reply);
  // Tells the client to ask for lenses and hints again when new builds say something else of a file
  // than what it was told.
  void OnBuilt();

  // server_hover.cc
  void Hover(const TextDocumentPositionParams& params, Reply reply);
  void ResolveCodeAction(const CodeActionToResolve& params, Reply reply);
  // Writes the API versions that the clusters serve, in all files of the workspace; the client
  // shows the edits first where it can. Without that only the safe ones are made.
  void UpgradeApiVersions(const Reply& reply);
  void ExecuteCommand(const ExecuteCommandParams& params, Reply reply);
  bool CanOffer(const Fix& fix) const;
  // Is `file` what the client has, down to the version?
  bool IsCurrent(const SourceFile& file) const;
  // Converted with the very texts that `result` was made from; nothing when one of the files that
  // it edits has moved on (`moved` says so) or the client cannot do it.
  std::optional<WorkspaceEdit> EditFor(const Fix& fix, const CheckedFile& result,
                                       bool* moved = nullptr) const;
  Encoded QuickFix(const Finding& finding, const Fix& fix, const FixReference& reference,
                   const CheckedFile& result) const;
  // Computes the edit that `reference` names, when its list is still the current one. `done` gets
  // an edit, or why there is none.
  void WithEdit(const FixReference& reference, const Reply& reply,
                std::function<void(const std::string& title, const WorkspaceEdit&)> done);
  // All safe fixes of a file; computed on a worker. `done` gets nothing when there is nothing to
  // fix. When the file has moved on meanwhile, `reply` says so and `done` is not called.
  void FixWholeFile(const CheckedFilePtr& result, const Reply& reply,
                    std::function<void(std::optional<WorkspaceEdit>)> done);

  Executor& executor_;
  std::shared_ptr<const FileSystem> files_;
  Host host_;
  Dispatcher dispatcher_;
  Publisher publisher_;
  Project project_;
  UriMap uris_;

  ClientCapabilities client_;
  PositionEncoding encoding_ = PositionEncoding::kUtf16;
  ServerSettings settings_;
  bool push_ = true;
  bool pull_ = false;
  bool started_ = false;
  bool shutdown_seen_ = false;
  bool tracing_ = false;
  std::vector<WorkspaceFolder> folders_;
  std::map<std::string, Document> documents_;  // by path; by URI for those without one
  std::map<std::string, bool> warned_;

  SourceFilePtr parsed_;  // the last open document that WithDocument read
  std::shared_ptr<const fluxls::WorkspaceSymbols> symbols_;
  uint64_t symbols_generation_ = 0;

  enum class Progress : uint8_t { kNone, kAsked, kShown };
  Progress progress_ = Progress::kNone;
  bool indexing_ = false;
  uint32_t progress_percent_ = 0;

  struct Served {
    std::string resultId;
    std::optional<int64_t> version;
  };
  std::map<std::string, Served> served_;  // by path: the last answer to a pull
  bool workspace_pulled_ = false;
  bool refresh_pending_ = false;

  // What the client was told of an open file: the version, and a stamp of what was said.
  struct Shown {
    int64_t version = 0;
    uint64_t stamp = 0;
  };
  std::map<std::string, Shown> lenses_;  // by path
  std::map<std::string, Shown> hints_;
  bool lens_refresh_pending_ = false;
  bool hint_refresh_pending_ = false;
};

}  // namespace fluxls::lsp
