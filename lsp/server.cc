// Life cycle.
#include "lsp/server.h"

#include <algorithm>

#include <fmt/format.h>

namespace fluxls::lsp {
namespace {

constexpr std::string_view kProgressToken = "fluxcd-ls/index";
constexpr std::string_view kProgressTitle = "Reading Flux manifests";

}  // namespace

Server::Server(Executor& executor, std::shared_ptr<const FileSystem> files, Host host)
    : executor_(executor),
      files_(files),
      host_(std::move(host)),
      dispatcher_([this](std::string body) { host_.send(std::move(body)); },
                  [this](LogLevel level, const std::string& text) { Log(level, text); }),
      publisher_([this](const Encoded& params) {
        dispatcher_.Notify("textDocument/publishDiagnostics", params);
      }),
      project_(
          executor, std::move(files),
          {[this](const std::string& path) { OnChecked(path); },
           [this](size_t done, size_t total) { OnIndexing(done, total); }, [this] { OnBuilt(); },
           [this](LogLevel level, const std::string& text) { Log(level, text); }}) {
  Bind();
}

void Server::Bind() {
  dispatcher_.OnRequest("initialize", this, &Server::Initialize);
  dispatcher_.OnNotification("initialized", this, &Server::Initialized);
  dispatcher_.OnRequest("shutdown", this, &Server::Shutdown);
  dispatcher_.OnNotification("exit", this, &Server::Exit);
  dispatcher_.OnNotification("$/setTrace", this, &Server::SetTrace);
  dispatcher_.OnNotification("textDocument/didOpen", this, &Server::DidOpen);
  dispatcher_.OnNotification("textDocument/didChange", this, &Server::DidChange);
  dispatcher_.OnNotification("textDocument/didClose", this, &Server::DidClose);
  dispatcher_.OnNotification("textDocument/didSave", this, &Server::DidSave);
  dispatcher_.OnNotification("workspace/didChangeWatchedFiles", this,
                             &Server::DidChangeWatchedFiles);
  dispatcher_.OnNotification("workspace/didChangeWorkspaceFolders", this,
                             &Server::DidChangeWorkspaceFolders);
  dispatcher_.OnNotification("workspace/didChangeConfiguration", this,
                             &Server::DidChangeConfiguration);
  dispatcher_.OnRequest("textDocument/diagnostic", this, &Server::DocumentDiagnostic);
  dispatcher_.OnRequest("workspace/diagnostic", this, &Server::WorkspaceDiagnostic);
  dispatcher_.OnRequest("textDocument/codeAction", this, &Server::CodeActions);
  dispatcher_.OnRequest("textDocument/definition", this, &Server::Definition);
  dispatcher_.OnRequest("textDocument/typeDefinition", this, &Server::TypeDefinition);
  dispatcher_.OnRequest("textDocument/implementation", this, &Server::Implementation);
  dispatcher_.OnRequest("textDocument/references", this, &Server::References);
  dispatcher_.OnRequest("textDocument/prepareRename", this, &Server::PrepareRename);
  dispatcher_.OnRequest("textDocument/rename", this, &Server::Rename);
  dispatcher_.OnRequest("textDocument/prepareCallHierarchy", this, &Server::PrepareCallHierarchy);
  dispatcher_.OnRequest("callHierarchy/incomingCalls", this, &Server::IncomingCalls);
  dispatcher_.OnRequest("callHierarchy/outgoingCalls", this, &Server::OutgoingCalls);
  dispatcher_.OnRequest("textDocument/documentLink", this, &Server::DocumentLinks);
  dispatcher_.OnRequest("textDocument/documentHighlight", this, &Server::DocumentHighlight);
  dispatcher_.OnRequest("textDocument/hover", this, &Server::Hover);
  dispatcher_.OnRequest("textDocument/completion", this, &Server::Completion);
  dispatcher_.OnRequest("completionItem/resolve", this, &Server::ResolveCompletion);
  dispatcher_.OnRequest("textDocument/documentSymbol", this, &Server::DocumentSymbols);
  dispatcher_.OnRequest("workspace/symbol", this, &Server::WorkspaceSymbols);
  dispatcher_.OnRequest("textDocument/foldingRange", this, &Server::FoldingRanges);
  dispatcher_.OnRequest("textDocument/selectionRange", this, &Server::SelectionRanges);
  dispatcher_.OnRequest("textDocument/codeLens", this, &Server::CodeLenses);
  dispatcher_.OnRequest("codeLens/resolve", this, &Server::ResolveCodeLens);
  dispatcher_.OnRequest("textDocument/inlayHint", this, &Server::InlayHints);
  // Ours: the position of a document → its effective objects as text, or null.
  dispatcher_.OnRequest("fluxcd/effectiveObject", this, &Server::EffectiveObject);
  // Ours: what Flux reconciles, see docs/graph.md.
  dispatcher_.OnRequest("fluxcd/graph", this, &Server::Graph);
  dispatcher_.OnRequest("workspace/willRenameFiles", this, &Server::WillRenameFiles);
  dispatcher_.OnRequest("workspace/willCreateFiles", this, &Server::WillCreateFiles);
  dispatcher_.OnRequest("workspace/willDeleteFiles", this, &Server::WillDeleteFiles);
  dispatcher_.OnRequest("codeAction/resolve", this, &Server::ResolveCodeAction);
  dispatcher_.OnRequest("workspace/executeCommand", this, &Server::ExecuteCommand);
}

void Server::Receive(const FrameEvent& event) {
  switch (event.kind) {
    case FrameEvent::Kind::kMessage:
      dispatcher_.Receive(event.text);
      break;
    case FrameEvent::Kind::kOversize:
      Log(LogLevel::kError, event.text);
      // The id is in the part that nobody reads; the answer without one at least tells the client.
      dispatcher_.SendError({}, {ErrorCode::kInvalidRequest, event.text});
      break;
    case FrameEvent::Kind::kError:
      Log(LogLevel::kError,
          fmt::format("broken input: {}; looking for the next message", event.text));
      break;
  }
}

void Server::InputEnded() {
  if (!shutdown_seen_) Log(LogLevel::kWarning, "the client's stream ended without shutdown");
  host_.exit(shutdown_seen_ ? 0 : 1);
}

Encoded Server::Initialize(const InitializeParams& params) {
  dispatcher_.set_phase(Phase::kRunning);
  client_ = params.capabilities;
  tracing_ = params.trace == "messages" || params.trace == "verbose";
  encoding_ = ChooseEncoding(client_.positionEncodings);
  Log(LogLevel::kInfo,
      fmt::format("session with {} {}", params.clientName.empty() ? "a client" : params.clientName,
                  params.clientVersion));

  if (params.workspaceFolders && !params.workspaceFolders->empty()) {
    folders_ = *params.workspaceFolders;
  } else if (params.rootUri) {
    folders_ = {{*params.rootUri, ""}};
  } else if (params.rootPath && !params.rootPath->empty()) {
    folders_ = {{UriFromPath(NormalizePath(*params.rootPath)), ""}};
  }
  if (params.initializationOptions) UseOptions(*params.initializationOptions, true);
  ChooseDelivery(params);
  if (params.processId && host_.watch_process) host_.watch_process(*params.processId);

  InitializeResult result;
  result.positionEncoding = EncodingName(encoding_);
  result.pullDiagnostics = pull_;
  result.codeActionResolve = client_.codeActionResolveEdit;
  // Editors with code action literals need no command, and some refuse two servers with one command
  // name.
  if (!client_.codeActionLiterals) result.commands = {"fluxcd.applyFix"};
  if (client_.applyEdit) result.commands.emplace_back("fluxcd.upgradeApiVersions");
  result.commands.emplace_back("fluxcd.graph");
  result.commands.emplace_back("fluxcd.tree");
  result.prepareRename = client_.prepareRename;
  result.willRename = client_.willRename;
  result.willCreate = client_.willCreate;
  result.willDelete = client_.willDelete;
  result.serverVersion = host_.version;
  return Encode(result);
}

void Server::ChooseDelivery(const InitializeParams& params) {
  switch (settings_.mode) {
    case DiagnosticsMode::kAuto:
      pull_ = client_.pullDiagnostics;
      push_ = !pull_ || !params.hasClientInfo;
      break;
    case DiagnosticsMode::kPush:
      pull_ = false;
      push_ = true;
      break;
    case DiagnosticsMode::kPull:
      pull_ = client_.pullDiagnostics;
      push_ = !pull_;
      break;
    case DiagnosticsMode::kBoth:
      pull_ = client_.pullDiagnostics;
      push_ = true;
      break;
  }
}

void Server::Initialized(const NoParams&) {
  Start();
}

void Server::Start() {
  if (started_) return;
  started_ = true;
  RegisterWatchers();
  if (client_.configuration) AskConfiguration(true);
  indexing_ = true;
  if (client_.workDoneProgress && !folders_.empty()) {
    progress_ = Progress::kAsked;
    dispatcher_.Ask("window/workDoneProgress/create", EncodeProgressCreate(kProgressToken),
                    [this](const Message& answer) {
                      if (answer.failed || !indexing_ || progress_ != Progress::kAsked) return;
                      progress_ = Progress::kShown;
                      dispatcher_.Notify("$/progress",
                                         EncodeProgressBegin(kProgressToken, kProgressTitle));
                    });
  }
  project_.Configure(settings_.engine, settings_.closed_files);
  ApplyFolders();
}

void Server::RegisterWatchers() {
  if (client_.watchedFilesRegistration) {
    // A kustomization may name any file; but only these can change what we think of them, and the
    // disk is looked at again anyway.
    std::vector<FileSystemWatcher> watchers = {{"**/*.{yaml,yml}"},
                                               {"**/Kustomization"},
                                               {"**/.gitignore"},
                                               {"**/*.{json,env,properties,conf,toml}"}};
    dispatcher_.Ask("client/registerCapability",
                    EncodeWatcherRegistration("fluxcd-ls/files", watchers));
  }
  if (client_.didChangeConfigurationRegistration) {
    dispatcher_.Ask("client/registerCapability",
                    EncodeConfigurationRegistration("fluxcd-ls/settings", "fluxcd"));
  }
}

void Server::OnIndexing(size_t done, size_t total) {
  if (!indexing_) return;
  bool finished = done == total;
  if (finished) indexing_ = false;
  if (progress_ != Progress::kShown) return;
  if (finished) {
    progress_ = Progress::kNone;
    dispatcher_.Notify("$/progress",
                       EncodeProgressEnd(kProgressToken, fmt::format("{} files", total)));
    return;
  }
  auto percent = static_cast<uint32_t>(100 * done / total);
  if (percent < progress_percent_ + 5) return;
  progress_percent_ = percent;
  dispatcher_.Notify(
      "$/progress",
      EncodeProgressReport(kProgressToken, fmt::format("{}/{} files", done, total), percent));
}

Encoded Server::Shutdown(const NoParams&) {
  shutdown_seen_ = true;
  dispatcher_.set_phase(Phase::kShutdown);
  return {};
}

void Server::Exit(const NoParams&) {
  host_.exit(shutdown_seen_ ? 0 : 1);
}

void Server::SetTrace(const SetTraceParams& params) {
  tracing_ = params.value == "messages" || params.value == "verbose";
}

void Server::Log(LogLevel level, const std::string& text) {
  if (level == LogLevel::kDebug) {
    if (tracing_ && dispatcher_.phase() == Phase::kRunning)
      dispatcher_.Notify("$/logTrace", EncodeLogTrace(text));
    return;
  }
  if (host_.log) host_.log(level, text);
  if (started_ && dispatcher_.phase() == Phase::kRunning) {
    dispatcher_.Notify("window/logMessage", EncodeShowMessage(static_cast<int>(level), text));
  }
}

void Server::Warn(const std::string& text) {
  if (!warned_.emplace(text, true).second) return;
  if (host_.log) host_.log(LogLevel::kWarning, text);
  dispatcher_.Notify("window/showMessage",
                     EncodeShowMessage(static_cast<int>(LogLevel::kWarning), "fluxcd-ls: " + text));
}

}  // namespace fluxls::lsp
