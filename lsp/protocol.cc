// Decoding. Encoding is in protocol_encode.cc.
#include "lsp/protocol.h"

#include "lsp/protocol_json.h"

namespace fluxls::lsp {
namespace {

ClientCapabilities ReadCapabilities(const Value& caps) {
  ClientCapabilities out;
  out.positionEncodings = caps["general"]["positionEncodings"].Strings();
  Value workspace = caps["workspace"];
  out.configuration = workspace["configuration"].IsTrue();
  out.didChangeConfigurationRegistration =
      workspace["didChangeConfiguration"]["dynamicRegistration"].IsTrue();
  out.watchedFilesRegistration = workspace["didChangeWatchedFiles"]["dynamicRegistration"].IsTrue();
  out.workspaceFolders = workspace["workspaceFolders"].IsTrue();
  out.documentChanges = workspace["workspaceEdit"]["documentChanges"].IsTrue();
  out.renameFiles = workspace["workspaceEdit"]["resourceOperations"].HoldsString("rename");
  out.willRename = workspace["fileOperations"]["willRename"].IsTrue();
  out.willCreate = workspace["fileOperations"]["willCreate"].IsTrue();
  out.willDelete = workspace["fileOperations"]["willDelete"].IsTrue();
  out.changeAnnotations = workspace["workspaceEdit"]["changeAnnotationSupport"].IsObject();
  out.applyEdit = workspace["applyEdit"].IsTrue();
  out.diagnosticRefresh = workspace["diagnostics"]["refreshSupport"].IsTrue();
  out.codeLensRefresh = workspace["codeLens"]["refreshSupport"].IsTrue();
  out.inlayHintRefresh = workspace["inlayHint"]["refreshSupport"].IsTrue();
  out.workDoneProgress = caps["window"]["workDoneProgress"].IsTrue();
  Value document = caps["textDocument"];
  out.pullDiagnostics = document["diagnostic"].IsObject();
  Value publish = document["publishDiagnostics"];
  out.relatedInformation = publish["relatedInformation"].IsTrue();
  out.codeDescription = publish["codeDescriptionSupport"].IsTrue();
  out.diagnosticData = publish["dataSupport"].IsTrue();
  out.deprecatedTag = publish["tagSupport"]["valueSet"].HoldsNumber(Diagnostic::kDeprecated);
  out.effectiveObject = caps["experimental"]["fluxcdEffectiveObject"].IsTrue();
  out.showReferences = caps["experimental"]["fluxcdShowReferences"].IsTrue();
  Value item = document["completion"]["completionItem"];
  out.snippets = item["snippetSupport"].IsTrue();
  out.insertReplace = item["insertReplaceSupport"].IsTrue();
  out.completionMarkdown = item["documentationFormat"].HoldsString("markdown");
  out.completionResolveDocumentation =
      item["resolveSupport"]["properties"].HoldsString("documentation");
  out.insertTextMode = item["insertTextModeSupport"]["valueSet"].HoldsNumber(2);
  const Value defaults = document["completion"]["completionList"]["itemDefaults"];
  out.defaultEditRange = defaults.HoldsString("editRange");
  out.hoverMarkdown = document["hover"]["contentFormat"].HoldsString("markdown");
  out.prepareRename = document["rename"]["prepareSupport"].IsTrue();
  out.hierarchicalSymbols =
      document["documentSymbol"]["hierarchicalDocumentSymbolSupport"].IsTrue();
  out.foldingRangeLimit = document["foldingRange"]["rangeLimit"].Count();
  Value action = document["codeAction"];
  out.codeActionLiterals = action["codeActionLiteralSupport"].IsObject();
  out.codeActionPreferred = action["isPreferredSupport"].IsTrue();
  out.codeActionData = action["dataSupport"].IsTrue();
  out.codeActionResolveEdit = action["resolveSupport"]["properties"].HoldsString("edit");
  return out;
}

}  // namespace

bool Decode(const JsonPtr& params, InitializeParams& out, std::string& error) {
  Value v(params, error);
  if (!v.Object() || !v["processId"].Maybe(out.processId) || !v["rootPath"].Maybe(out.rootPath) ||
      !v["rootUri"].Maybe(out.rootUri) || !v["workspaceFolders"].Maybe(out.workspaceFolders) ||
      !v["trace"].Maybe(out.trace)) {
    return false;
  }
  Value client = v["clientInfo"];
  out.hasClientInfo = client.IsObject();
  if (out.hasClientInfo &&
      (!client["name"].Maybe(out.clientName) || !client["version"].Maybe(out.clientVersion))) {
    return false;
  }
  if (v["initializationOptions"].Present())
    out.initializationOptions = v["initializationOptions"].Raw();
  out.capabilities = ReadCapabilities(v["capabilities"]);
  return true;
}

bool Decode(const JsonPtr&, NoParams&, std::string&) {
  return true;
}

bool Decode(const JsonPtr& params, SetTraceParams& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["value"].Get(out.value);
}

bool Decode(const JsonPtr& params, DidOpenTextDocumentParams& out, std::string& error) {
  Value v(params, error);
  Value document = v["textDocument"];
  return v.Object() && document.Object() && document["uri"].Get(out.uri) &&
         document["languageId"].Maybe(out.languageId) && document["version"].Maybe(out.version) &&
         document["text"].Get(out.text);
}

bool Decode(const JsonPtr& params, DidChangeTextDocumentParams& out, std::string& error) {
  Value v(params, error);
  Value document = v["textDocument"];
  return v.Object() && document.Object() && document["uri"].Get(out.uri) &&
         document["version"].Maybe(out.version) && v["contentChanges"].Get(out.contentChanges);
}

bool Decode(const JsonPtr& params, TextDocumentParams& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["textDocument"].Object() && v["textDocument"]["uri"].Get(out.uri);
}

bool Decode(const JsonPtr& params, DidChangeConfigurationParams& out, std::string& error) {
  Value v(params, error);
  if (!v.Object()) return false;
  out.settings = v["settings"].Present() ? v["settings"].Raw() : std::make_shared<Json>(nullptr);
  return true;
}

bool Decode(const JsonPtr& params, DidChangeWatchedFilesParams& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["changes"].Get(out.changes);
}

bool Decode(const JsonPtr& params, RenameFilesParams& out, std::string& error) {
  Value(params, error)["files"].ForEach([&out](const Value& file) {
    RenameFilesParams::File one;
    if (file["oldUri"].Is(one.oldUri) && file["newUri"].Is(one.newUri)) out.files.push_back(one);
  });
  return true;
}

bool Decode(const JsonPtr& params, FilesParams& out, std::string& error) {
  Value(params, error)["files"].ForEach([&out](const Value& file) {
    std::string uri;
    if (file["uri"].Is(uri)) out.uris.push_back(uri);
  });
  return true;
}

bool Decode(const JsonPtr& params, DidChangeWorkspaceFoldersParams& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["event"].Object() && v["event"]["added"].Maybe(out.added) &&
         v["event"]["removed"].Maybe(out.removed);
}

bool Decode(const JsonPtr& params, DocumentDiagnosticParams& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["textDocument"].Object() && v["textDocument"]["uri"].Get(out.uri) &&
         v["previousResultId"].Maybe(out.previousResultId);
}

bool Decode(const JsonPtr& params, WorkspaceDiagnosticParams& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["previousResultIds"].Maybe(out.previousResultIds);
}

bool Decode(const JsonPtr& params, CodeActionParams& out, std::string& error) {
  Value v(params, error);
  if (!v.Object() || !v["textDocument"].Object() || !v["textDocument"]["uri"].Get(out.uri) ||
      !v["range"].Get(out.range) || !v["context"]["only"].Maybe(out.only)) {
    return false;
  }
  int64_t trigger = 1;
  if (!v["context"]["triggerKind"].Maybe(trigger)) return false;
  out.automatic = trigger == 2;
  return true;
}

bool Decode(const JsonPtr& params, TextDocumentPositionParams& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["textDocument"].Object() && v["textDocument"]["uri"].Get(out.uri) &&
         v["position"].Get(out.position);
}

bool Decode(const JsonPtr& params, ReferenceParams& out, std::string& error) {
  Value v(params, error);
  if (!v.Object() || !v["textDocument"].Object() || !v["textDocument"]["uri"].Get(out.uri) ||
      !v["position"].Get(out.position)) {
    return false;
  }
  out.includeDeclaration = v["context"]["includeDeclaration"].IsTrue();
  return true;
}

bool Decode(const JsonPtr& params, RenameParams& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["textDocument"].Object() && v["textDocument"]["uri"].Get(out.uri) &&
         v["position"].Get(out.position) && v["newName"].Get(out.newName);
}

bool Decode(const JsonPtr& params, CodeActionToResolve& out, std::string& error) {
  Value v(params, error);
  if (!v.Object()) return false;
  out.action = v.Raw();
  return v["data"].Get(out.data);
}

bool Decode(const JsonPtr& params, CompletionToResolve& out, std::string& error) {
  Value v(params, error);
  if (!v.Object()) return false;
  out.item = v.Raw();
  // Items without documentation have no data; a client may ask all the same.
  const Value data = v["data"];
  return !data.IsObject() || (data["path"].Get(out.path) && data["help"].Get(out.help));
}

bool Decode(const JsonPtr& params, ExecuteCommandParams& out, std::string& error) {
  Value v(params, error);
  if (!v.Object() || !v["command"].Get(out.command)) return false;
  // Arguments belong to a command; those of unknown commands are not ours to judge.
  const Value argument = v["arguments"].Item(0);
  if (out.command == "fluxcd.applyFix") return argument.Get(out.argument);
  if (out.command == "fluxcd.graph" || out.command == "fluxcd.tree")
    return argument.Maybe(out.graph);
  return true;
}

bool Decode(const JsonPtr& params, GraphParams& out, std::string& error) {
  return Value(params, error).Maybe(out);
}

bool Decode(const JsonPtr& params, WorkspaceSymbolParams& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["query"].Maybe(out.query);
}

bool Decode(const JsonPtr& params, SelectionRangeParams& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["textDocument"].Object() && v["textDocument"]["uri"].Get(out.uri) &&
         v["positions"].Get(out.positions);
}

bool DecodeCancel(const JsonPtr& params, RequestId& out, std::string& error) {
  Value v(params, error);
  if (!v.Object()) return false;
  Value id = v["id"];
  if (id.json() && id.json()->is_string()) {
    out = id.json()->get<std::string>();
    return true;
  }
  int64_t number = 0;
  if (!id.Get(number)) return false;
  out = number;
  return true;
}

JsonPtr FirstConfigurationItem(const JsonPtr& result) {
  if (!result || !result->is_array() || result->empty()) return nullptr;
  return JsonPtr(result, &(*result)[0]);
}

}  // namespace fluxls::lsp
