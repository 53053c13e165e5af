// Decoding. Encoding is in protocol_encode.cc.
#include "lsp/protocol.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace fluxls::lsp {
namespace {

std::string_view Describe(const Json* value) {
  if (!value) return "nothing";
  switch (value->type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::boolean:
      return "a boolean";
    case Json::value_t::string:
      return "a string";
    case Json::value_t::array:
      return "an array";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return "a number";
    default:
      return "something else";
  }
}

// A place in a JSON value: the value (or none) and the path that led there.
class Value {
 public:
  Value(JsonPtr owner, std::string& error)
      : owner_(std::move(owner)), value_(owner_.get()), path_("params"), error_(&error) {}

  bool Present() const { return value_ && !value_->is_null(); }
  Value operator[](std::string_view name) const {
    const Json* found = nullptr;
    if (value_ && value_->is_object()) {
      auto it = value_->find(name);
      if (it != value_->end()) found = &*it;
    }
    return {*this, found, fmt::format("{}.{}", path_, name)};
  }

  bool Fail(std::string_view expected) const {
    *error_ = fmt::format("{}: expected {}, found {}", path_, expected, Describe(value_));
    return false;
  }
  bool Object() const { return (value_ && value_->is_object()) || Fail("an object"); }
  bool Get(std::string& out) const {
    if (!value_ || !value_->is_string()) return Fail("a string");
    out = value_->get_ref<const std::string&>();
    return true;
  }
  bool Get(int64_t& out) const {
    if (!value_ || !value_->is_number_integer()) return Fail("an integer");
    if (value_->is_number_unsigned() &&
        value_->get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) {
      out = INT64_MAX;
    } else {
      out = value_->get<int64_t>();
    }
    return true;
  }
  bool Get(uint32_t& out) const {
    int64_t wide = 0;
    if (!Get(wide)) return false;
    out = static_cast<uint32_t>(std::clamp<int64_t>(wide, 0, UINT32_MAX));
    return true;
  }
  bool Get(Position& out) const {
    return Object() && (*this)["line"].Get(out.line) && (*this)["character"].Get(out.character);
  }
  bool Get(Range& out) const {
    return Object() && (*this)["start"].Get(out.start) && (*this)["end"].Get(out.end);
  }
  bool Get(WorkspaceFolder& out) const {
    return Object() && (*this)["uri"].Get(out.uri) && (*this)["name"].Maybe(out.name);
  }
  bool Get(TextDocumentContentChangeEvent& out) const {
    return Object() && (*this)["range"].Maybe(out.range) && (*this)["text"].Get(out.text);
  }
  bool Get(DidChangeWatchedFilesParams::FileEvent& out) const {
    return Object() && (*this)["uri"].Get(out.uri) && (*this)["type"].Get(out.type);
  }
  bool Get(WorkspaceDiagnosticParams::PreviousResultId& out) const {
    return Object() && (*this)["uri"].Get(out.uri) && (*this)["value"].Get(out.value);
  }
  bool Get(FixReference& out) const {
    return Object() && (*this)["uri"].Get(out.uri) && (*this)["resultId"].Get(out.resultId) &&
           (*this)["finding"].Get(out.finding) && (*this)["fix"].Get(out.fix);
  }
  bool Get(bool& out) const {
    if (!value_ || !value_->is_boolean()) return Fail("a boolean");
    out = value_->get<bool>();
    return true;
  }
  bool Get(GraphParams& out) const {
    return Object() && (*this)["cluster"].Maybe(out.cluster) &&
           (*this)["format"].Maybe(out.format) &&
           (*this)["kustomization"].Maybe(out.kustomization) &&
           (*this)["compact"].Maybe(out.compact);
  }
  template <typename T>
  bool Get(std::vector<T>& out) const {
    if (!value_ || !value_->is_array()) return Fail("an array");
    out.clear();
    out.reserve(value_->size());
    for (size_t i = 0; i < value_->size(); ++i) {
      if (!Item(i).Get(out.emplace_back())) return false;
    }
    return true;
  }
  // A string, without a complaint when it is none.
  bool Is(std::string& out) const {
    if (!value_ || !value_->is_string()) return false;
    out = value_->get_ref<const std::string&>();
    return true;
  }
  // The items of an array; none of anything else.
  template <typename F>
  void ForEach(F&& f) const {
    if (!value_ || !value_->is_array()) return;
    for (size_t i = 0; i < value_->size(); ++i) f(Item(i));
  }
  // Absent and null leave `out` as it is.
  template <typename T>
  bool Maybe(T& out) const {
    return !Present() || Get(out);
  }
  template <typename T>
  bool Maybe(std::optional<T>& out) const {
    return !Present() || Get(out.emplace());
  }
  // For capabilities: true only where there is a true.
  bool IsTrue() const { return value_ && value_->is_boolean() && value_->get<bool>(); }
  bool IsObject() const { return value_ && value_->is_object(); }
  // A number of things; nothing where there is no such number.
  std::optional<uint32_t> Count() const {
    if (!value_ || !value_->is_number_unsigned()) return std::nullopt;
    return static_cast<uint32_t>(std::min<uint64_t>(value_->get<uint64_t>(), UINT32_MAX));
  }
  bool HoldsString(std::string_view text) const {
    return value_ && value_->is_array() &&
           std::find(value_->begin(), value_->end(), text) != value_->end();
  }
  bool HoldsNumber(int number) const {
    return value_ && value_->is_array() &&
           std::find(value_->begin(), value_->end(), number) != value_->end();
  }
  std::vector<std::string> Strings() const {
    std::vector<std::string> out;
    if (!value_ || !value_->is_array()) return out;
    for (const Json& item : *value_) {
      if (item.is_string()) out.push_back(item.get<std::string>());
    }
    return out;
  }
  Value Item(size_t index) const {
    const Json* found =
        value_ && value_->is_array() && index < value_->size() ? &(*value_)[index] : nullptr;
    return {*this, found, fmt::format("{}[{}]", path_, index)};
  }
  // Shares the message's memory.
  JsonPtr Raw() const { return value_ ? JsonPtr(owner_, value_) : nullptr; }
  const Json* json() const { return value_; }

 private:
  Value(const Value& parent, const Json* value, std::string path)
      : owner_(parent.owner_), value_(value), path_(std::move(path)), error_(parent.error_) {}

  JsonPtr owner_;
  const Json* value_;
  std::string path_;
  std::string* error_;
};

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
  out.workDoneProgress = caps["window"]["workDoneProgress"].IsTrue();
  Value document = caps["textDocument"];
  out.pullDiagnostics = document["diagnostic"].IsObject();
  Value publish = document["publishDiagnostics"];
  out.relatedInformation = publish["relatedInformation"].IsTrue();
  out.codeDescription = publish["codeDescriptionSupport"].IsTrue();
  out.diagnosticData = publish["dataSupport"].IsTrue();
  out.deprecatedTag = publish["tagSupport"]["valueSet"].HoldsNumber(Diagnostic::kDeprecated);
  out.effectiveObject = caps["experimental"]["fluxcdEffectiveObject"].IsTrue();
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
