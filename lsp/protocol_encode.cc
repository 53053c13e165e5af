// Encoding. Decoding is in protocol.cc.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lsp/protocol.h"
#include "lsp/protocol_json.h"

namespace fluxls::lsp {
namespace {

Json ToJson(const Diagnostic& d) {
  Json out = {{"range", ToJson(d.range)},
              {"severity", d.severity},
              {"source", d.source},
              {"message", d.message}};
  if (!d.code.empty()) out["code"] = d.code;
  if (!d.codeDescriptionHref.empty()) out["codeDescription"] = {{"href", d.codeDescriptionHref}};
  if (!d.tags.empty()) out["tags"] = d.tags;
  if (!d.relatedInformation.empty()) {
    Json related = Json::array();
    for (const DiagnosticRelatedInformation& info : d.relatedInformation) {
      related.push_back(
          {{"location", {{"uri", info.location.uri}, {"range", ToJson(info.location.range)}}},
           {"message", info.message}});
    }
    out["relatedInformation"] = std::move(related);
  }
  if (d.hasFix) out["data"] = {{"fixable", true}};
  return out;
}

Json ToJson(const std::vector<LspTextEdit>& edits) {
  Json out = Json::array();
  for (const LspTextEdit& edit : edits)
    out.push_back({{"range", ToJson(edit.range)}, {"newText", edit.newText}});
  return out;
}

Json ToJson(const WorkspaceEdit& edit) {
  if (!edit.useDocumentChanges) {
    Json changes = Json::object();
    for (const auto& operation : edit.operations) {
      const auto* document = std::get_if<TextDocumentEdit>(&operation);
      if (!document) continue;
      Json& list = changes[document->uri];
      if (list.is_null()) list = Json::array();
      for (Json& item : ToJson(document->edits)) list.push_back(std::move(item));
    }
    return {{"changes", std::move(changes)}};
  }
  Json list = Json::array();
  for (const auto& operation : edit.operations) {
    if (const auto* document = std::get_if<TextDocumentEdit>(&operation)) {
      Json version = nullptr;
      if (document->version) version = *document->version;
      Json edits = ToJson(document->edits);
      if (!edit.confirm.empty()) {
        for (Json& item : edits) item["annotationId"] = "confirm";
      }
      list.push_back({{"textDocument", {{"uri", document->uri}, {"version", version}}},
                      {"edits", std::move(edits)}});
    } else {
      const auto& rename = std::get<RenameFile>(operation);
      list.push_back({{"kind", "rename"}, {"oldUri", rename.oldUri}, {"newUri", rename.newUri}});
    }
  }
  Json out = {{"documentChanges", std::move(list)}};
  if (!edit.confirm.empty()) {
    out["changeAnnotations"] = {
        {"confirm", {{"label", edit.confirm}, {"needsConfirmation", true}}}};
  }
  return out;
}

Json ToJson(const DocumentSymbol& symbol) {
  Json out = {{"name", symbol.name},
              {"kind", symbol.kind},
              {"range", ToJson(symbol.range)},
              {"selectionRange", ToJson(symbol.selectionRange)}};
  if (!symbol.detail.empty()) out["detail"] = symbol.detail;
  if (symbol.children.empty()) return out;
  Json children = Json::array();
  for (const DocumentSymbol& child : symbol.children) children.push_back(ToJson(child));
  out["children"] = std::move(children);
  return out;
}

Json ToJson(const SymbolInformation& symbol) {
  Json out = {
      {"name", symbol.name},
      {"kind", symbol.kind},
      {"location", {{"uri", symbol.location.uri}, {"range", ToJson(symbol.location.range)}}}};
  if (!symbol.containerName.empty()) out["containerName"] = symbol.containerName;
  return out;
}

Json ToJson(const FoldingRange& range) {
  Json out = {{"startLine", range.startLine}, {"endLine", range.endLine}};
  if (!range.kind.empty()) out["kind"] = range.kind;
  return out;
}

Json ToJson(const SelectionRange& selection) {
  Json out;
  for (size_t i = selection.ranges.size(); i-- > 0;) {
    Json inner = {{"range", ToJson(selection.ranges[i])}};
    if (!out.is_null()) inner["parent"] = std::move(out);
    out = std::move(inner);
  }
  return out;
}

template <typename T>
Json ToArray(const std::vector<T>& items) {
  Json out = Json::array();
  for (const T& item : items) out.push_back(ToJson(item));
  return out;
}

Json ToJson(const FixReference& fix) {
  return {{"uri", fix.uri}, {"resultId", fix.resultId}, {"finding", fix.finding}, {"fix", fix.fix}};
}

Encoded Text(const Json& json) {
  return {Dump(json)};
}

Encoded Progress(std::string_view token, Json value) {
  return Text({{"token", token}, {"value", std::move(value)}});
}

Encoded Registration(std::string_view id, std::string_view method, Json options) {
  Json registrations = Json::array();
  registrations.push_back(
      {{"id", id}, {"method", method}, {"registerOptions", std::move(options)}});
  return Text({{"registrations", std::move(registrations)}});
}

}  // namespace

namespace {

// Which files an operation is asked about: those of `glob`, and whole folders.
Json FileFilters(std::string_view glob) {
  Json filters = Json::array();
  filters.push_back({{"scheme", "file"}, {"pattern", {{"glob", glob}, {"matches", "file"}}}});
  filters.push_back({{"scheme", "file"}, {"pattern", {{"glob", "**"}, {"matches", "folder"}}}});
  return {{"filters", std::move(filters)}};
}

}  // namespace

Encoded Encode(const InitializeResult& result) {
  Json action_kinds = Json::array({"quickfix", "source.fixAll.fluxcd"});
  Json capabilities = {
      {"positionEncoding", result.positionEncoding},
      {"textDocumentSync",
       {{"openClose", true}, {"change", 2}, {"save", {{"includeText", false}}}}},
      {"codeActionProvider",
       {{"codeActionKinds", action_kinds}, {"resolveProvider", result.codeActionResolve}}},
      {"hoverProvider", true},
      {"definitionProvider", true},
      {"typeDefinitionProvider", true},
      {"implementationProvider", true},
      {"referencesProvider", true},
      {"callHierarchyProvider", true},
      {"codeLensProvider", {{"resolveProvider", true}}},
      {"inlayHintProvider", {{"resolveProvider", false}}},
      {"documentHighlightProvider", true},
      {"documentLinkProvider", {{"resolveProvider", false}}},
      {"documentSymbolProvider", true},
      {"workspaceSymbolProvider", true},
      {"foldingRangeProvider", true},
      {"selectionRangeProvider", true},
      {"completionProvider",
       {{"triggerCharacters", Json::array({":", " ", "-", "/", "{"})}, {"resolveProvider", true}}},
      {"workspace", {{"workspaceFolders", {{"supported", true}, {"changeNotifications", true}}}}},
  };
  if (result.pullDiagnostics) {
    capabilities["diagnosticProvider"] = {
        {"identifier", "fluxcd"}, {"interFileDependencies", true}, {"workspaceDiagnostics", true}};
  }
  // Generators and patches name files of any kind; only YAML is ever added to a list.
  Json operations = Json::object();
  if (result.willRename) operations["willRename"] = FileFilters("**/*");
  if (result.willCreate) operations["willCreate"] = FileFilters("**/*.{yaml,yml}");
  if (result.willDelete) operations["willDelete"] = FileFilters("**/*");
  if (!operations.empty()) capabilities["workspace"]["fileOperations"] = std::move(operations);
  if (result.prepareRename) {
    capabilities["renameProvider"] = {{"prepareProvider", true}};
  } else {
    capabilities["renameProvider"] = true;
  }
  if (!result.commands.empty())
    capabilities["executeCommandProvider"] = {{"commands", result.commands}};
  return Text({{"capabilities", std::move(capabilities)},
               {"serverInfo", {{"name", "fluxcd-ls"}, {"version", result.serverVersion}}}});
}

Encoded EncodeText(const std::string& text) {
  return Text(Json(text));
}

Encoded EncodeFormatted(const std::string& format, const std::string& text) {
  return Text({{"format", format}, {"text", text}});
}

Encoded EncodeHover(const std::string& text, const Range& range, bool markdown) {
  return Text({{"contents", {{"kind", markdown ? "markdown" : "plaintext"}, {"value", text}}},
               {"range", ToJson(range)}});
}

Encoded Encode(const std::vector<Location>& locations) {
  Json list = Json::array();
  for (const Location& location : locations)
    list.push_back({{"uri", location.uri}, {"range", ToJson(location.range)}});
  return Text(list);
}

Encoded Encode(const std::vector<DocumentLinkItem>& links) {
  Json list = Json::array();
  for (const DocumentLinkItem& link : links) {
    list.push_back({{"range", ToJson(link.range)}, {"target", link.target}});
    if (!link.tooltip.empty()) list.back()["tooltip"] = link.tooltip;
  }
  return Text(list);
}

Encoded EncodePrepareRename(const Range& range, const std::string& placeholder) {
  return Text({{"range", ToJson(range)}, {"placeholder", placeholder}});
}

Encoded EncodeHighlights(const std::vector<Range>& ranges, size_t written) {
  constexpr int kRead = 2;
  constexpr int kWrite = 3;
  Json list = Json::array();
  for (size_t i = 0; i < ranges.size(); ++i)
    list.push_back({{"range", ToJson(ranges[i])}, {"kind", i < written ? kWrite : kRead}});
  return Text(list);
}

Encoded Encode(const Diagnostic& diagnostic) {
  return Text(ToJson(diagnostic));
}

Encoded Encode(const std::vector<Diagnostic>& diagnostics) {
  Json list = Json::array();
  for (const Diagnostic& diagnostic : diagnostics) list.push_back(ToJson(diagnostic));
  return Text(list);
}

Encoded Encode(const WorkspaceEdit& edit) {
  return Text(ToJson(edit));
}

Encoded Encode(const CodeAction& action) {
  Json out = {{"title", action.title}, {"kind", action.kind}};
  if (action.isPreferred) out["isPreferred"] = *action.isPreferred;
  if (action.edit) out["edit"] = ToJson(*action.edit);
  if (action.data) out["data"] = ToJson(*action.data);
  std::string text = Dump(out);
  if (!action.diagnostics.json.empty()) {
    text.pop_back();
    text += fmt::format(R"(,"diagnostics":{}}})", action.diagnostics.json);
  }
  return {text};
}

Encoded Encode(const Command& command) {
  return Text({{"title", command.title},
               {"command", command.command},
               {"arguments", Json::array({ToJson(command.argument)})}});
}

Encoded EncodeResolved(const JsonPtr& action, const WorkspaceEdit& edit) {
  Json out = *action;
  out["edit"] = ToJson(edit);
  return Text(out);
}

Encoded Encode(const CompletionAnswer& answer, const ClientCapabilities& client) {
  constexpr int kSnippet = 2;
  constexpr int kAdjustIndentation = 2;
  Json ranges = client.insertReplace
                    ? Json{{"insert", ToJson(answer.insert)}, {"replace", ToJson(answer.replace)}}
                    : ToJson(answer.replace);
  Json items = Json::array();
  size_t place = 0;
  for (const CompletionAnswer::Item& item : answer.items) {
    Json out = {
        {"label", item.label}, {"kind", item.kind}, {"sortText", fmt::format("{:04}", place++)}};
    if (!item.detail.empty()) out["detail"] = item.detail;
    if (item.snippet) {
      out["insertTextFormat"] = kSnippet;
      if (client.insertTextMode) out["insertTextMode"] = kAdjustIndentation;
    }
    if (client.defaultEditRange) {
      if (item.newText != item.label) out["textEditText"] = item.newText;
    } else if (client.insertReplace) {
      out["textEdit"] = ranges;
      out["textEdit"]["newText"] = item.newText;
    } else {
      out["textEdit"] = {{"range", ranges}, {"newText", item.newText}};
    }
    if (!item.additionalTextEdits.empty())
      out["additionalTextEdits"] = ToJson(item.additionalTextEdits);
    if (!item.documentation.empty()) {
      out["documentation"] = {{"kind", client.completionMarkdown ? "markdown" : "plaintext"},
                              {"value", item.documentation}};
    }
    if (!item.help.empty() && !item.path.empty())
      out["data"] = {{"path", item.path}, {"help", item.help}};
    items.push_back(std::move(out));
  }
  Json list = {{"isIncomplete", answer.isIncomplete}, {"items", std::move(items)}};
  if (client.defaultEditRange) list["itemDefaults"] = {{"editRange", std::move(ranges)}};
  return Text(list);
}

Encoded EncodeResolved(const JsonPtr& item, const std::string& documentation, bool markdown) {
  Json out = *item;
  if (!documentation.empty()) {
    out["documentation"] = {{"kind", markdown ? "markdown" : "plaintext"},
                            {"value", documentation}};
  }
  return Text(out);
}

Encoded Encode(const std::vector<DocumentSymbol>& symbols) {
  return Text(ToArray(symbols));
}

Encoded Encode(const std::vector<SymbolInformation>& symbols) {
  return Text(ToArray(symbols));
}

Encoded Encode(const std::vector<FoldingRange>& ranges) {
  return Text(ToArray(ranges));
}

Encoded Encode(const std::vector<SelectionRange>& ranges) {
  return Text(ToArray(ranges));
}

Encoded EncodeArray(const std::vector<Encoded>& items) {
  std::string out = "[";
  for (const Encoded& item : items) {
    if (out.size() > 1) out += ',';
    out += item.json;
  }
  return {out + "]"};
}

Encoded EncodePublishDiagnostics(std::string_view uri, std::optional<int64_t> version,
                                 const Encoded& diagnostics) {
  std::string tag = version ? fmt::format(R"("version":{},)", *version) : "";
  return {
      fmt::format(R"({{"uri":{},{}"diagnostics":{}}})", JsonString(uri), tag, diagnostics.json)};
}

Encoded EncodeDocumentReport(const Encoded* items, std::string_view result_id) {
  if (!items)
    return {fmt::format(R"({{"kind":"unchanged","resultId":{}}})", JsonString(result_id))};
  return {fmt::format(R"({{"kind":"full","resultId":{},"items":{}}})", JsonString(result_id),
                      items->json)};
}

Encoded EncodeWorkspaceReportItem(std::string_view uri, std::optional<int64_t> version,
                                  const Encoded* items, std::string_view result_id) {
  std::string head = fmt::format(R"({{"uri":{},"version":{},)", JsonString(uri),
                                 version ? std::to_string(*version) : "null");
  return {head + EncodeDocumentReport(items, result_id).json.substr(1)};
}

Encoded EncodeWorkspaceReport(const std::vector<Encoded>& items) {
  return {fmt::format(R"({{"items":{}}})", EncodeArray(items).json)};
}

Encoded EncodeShowMessage(int type, std::string_view message) {
  return Text({{"type", type}, {"message", message}});
}

Encoded EncodeLogTrace(std::string_view message) {
  return Text({{"message", message}});
}

Encoded EncodeConfigurationRequest(std::string_view section) {
  Json items = Json::array();
  items.push_back({{"section", section}});
  return Text({{"items", std::move(items)}});
}

Encoded EncodeApplyEdit(std::string_view label, const WorkspaceEdit& edit) {
  return Text({{"label", label}, {"edit", ToJson(edit)}});
}

Encoded EncodeWatcherRegistration(std::string_view id,
                                  const std::vector<FileSystemWatcher>& watchers) {
  Json list = Json::array();
  for (const FileSystemWatcher& watcher : watchers)
    list.push_back({{"globPattern", watcher.globPattern}});
  return Registration(id, "workspace/didChangeWatchedFiles", {{"watchers", std::move(list)}});
}

Encoded EncodeConfigurationRegistration(std::string_view id, std::string_view section) {
  return Registration(id, "workspace/didChangeConfiguration", {{"section", section}});
}

Encoded EncodeProgressCreate(std::string_view token) {
  return Text({{"token", token}});
}

Encoded EncodeProgressBegin(std::string_view token, std::string_view title) {
  return Progress(token,
                  {{"kind", "begin"}, {"title", title}, {"cancellable", false}, {"percentage", 0}});
}

Encoded EncodeProgressReport(std::string_view token, std::string_view message,
                             uint32_t percentage) {
  return Progress(token, {{"kind", "report"}, {"message", message}, {"percentage", percentage}});
}

Encoded EncodeProgressEnd(std::string_view token, std::string_view message) {
  return Progress(token, {{"kind", "end"}, {"message", message}});
}

}  // namespace fluxls::lsp
