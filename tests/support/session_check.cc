// fluxcd-session-check LOG… : reads what fluxcd-record wrote and reports every fault of the server.
// Exit code 1 when there is one. It knows the protocol's rules of order and the shapes of the
// messages this server sends, not all of LSP.
#include <fmt/format.h>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;

// The value at a JSON pointer, or null.
const Json& At(const Json& value, const char* pointer) {
  static const Json kNull;
  const Json::json_pointer path(pointer);
  return value.contains(path) ? value.at(path) : kNull;
}

bool IsTrue(const Json& value) {
  return value.is_boolean() && value.get<bool>();
}
bool IsUint(const Json& value) {
  return value.is_number_integer() && value.get<int64_t>() >= 0;
}

class Session {
 public:
  void Line(const Json& line, int number) {
    number_ = number;
    if (line.contains("event")) {
      Event(line["event"], line["detail"]);
    } else if (line["from"] == "client") {
      FromClient(line["message"]);
    } else {
      FromServer(line["message"]);
    }
  }

  void End() {
    number_ = 0;
    for (const auto& [id, method] : client_requests_) {
      // A client that kills the server, or that says exit at once, waits for nothing.
      if (!signalled_ && !exit_asked_) Fault("no answer to {} {}", method, id);
    }
    for (const std::string& token : progress_) Fault("progress {} never ends", token);
    if (!initialized_) Fault("the session has no initialize");
    if (messages_ < 3) Fault("only {} messages: no real session", messages_);
    if (exit_asked_ && !signalled_ && exit_code_ && *exit_code_ != (shut_down_ ? 0 : 1)) {
      Fault("exit code {} {} shutdown", *exit_code_, shut_down_ ? "after" : "without");
    }
  }

  const std::vector<std::string>& faults() const { return faults_; }
  int messages() const { return messages_; }
  int published() const { return published_; }

 private:
  template <typename... Args>
  void Fault(fmt::format_string<Args...> format, Args&&... args) {
    faults_.push_back((number_ > 0 ? fmt::format("line {}: ", number_) : "") +
                      fmt::format(format, std::forward<Args>(args)...));
  }

  void Event(const std::string& name, const Json& detail) {
    if (name == "signal") signalled_ = true;
    if (name == "exit") {
      if (detail.is_number_integer()) {
        exit_code_ = detail.get<int>();
        const bool by_signal = *exit_code_ > 128 && signalled_;
        if (*exit_code_ > 1 && !by_signal) Fault("the server ended with code {}", *exit_code_);
      } else {
        Fault("{}", detail.dump());
      }
    }
    if ((name == "broken frame" || name == "broken message") &&
        detail.value("from", "") == "server") {
      Fault("{}: {}", name, detail.dump());
    }
  }

  void FromClient(const Json& message) {
    ++messages_;
    const Json& params = At(message, "/params");
    if (!message.contains("method")) {
      server_requests_.erase(message["id"].dump());
      return;
    }
    const std::string method = message["method"];
    if (message.contains("id")) client_requests_[message["id"].dump()] = method;
    if (params.contains("workDoneToken")) tokens_.insert(params["workDoneToken"].dump());
    if (method == "initialize") {
      capabilities_ = At(params, "/capabilities");
    } else if (method == "exit") {
      exit_asked_ = true;
    } else if (method == "textDocument/didOpen" || method == "textDocument/didChange") {
      const Json& document = params["textDocument"];
      File& file = files_[document["uri"]];
      file.version =
          document["version"].is_number_integer() ? document["version"].get<int64_t>() : -1;
    }
  }

  void FromServer(const Json& message) {
    ++messages_;
    if (At(message, "/jsonrpc") != "2.0") Fault("jsonrpc is not \"2.0\"");
    if (message.contains("method")) {
      message.contains("id") ? ServerRequest(message) : ServerNotification(message);
    } else {
      ServerResponse(message);
    }
  }

  void ServerResponse(const Json& message) {
    const std::string id = At(message, "/id").dump();
    if (message.contains("result") == message.contains("error")) {
      Fault("answer {} needs exactly one of result and error", id);
      return;
    }
    const auto request = client_requests_.find(id);
    if (request == client_requests_.end()) {
      Fault("answer to {}, which nobody asked or which was answered before", id);
      return;
    }
    const std::string method = request->second;
    client_requests_.erase(request);
    if (message.contains("error")) {
      const Json& error = message["error"];
      if (!At(error, "/code").is_number_integer() || !At(error, "/message").is_string()) {
        Fault("error of {} needs a code and a message: {}", method, error.dump());
      }
      // -32601: asked for what we never offered; -32800, -32801: cancelled, overtaken by an edit.
      const int64_t code = error.value("code", 0);
      if (code != -32601 && code != -32800 && code != -32801 && !shut_down_) {
        Fault("{} failed: {}", method, error.dump());
      }
      return;
    }
    const Json& result = message["result"];
    if (method == "initialize") InitializeResult(result);
    if (method == "shutdown") {
      shut_down_ = true;
      if (!result.is_null()) Fault("the result of shutdown must be null");
    }
    if (method == "textDocument/codeAction") CodeActions(result);
    if (method == "textDocument/diagnostic") Report(result);
    if (method == "workspace/diagnostic") {
      if (!At(result, "/items").is_array()) return Fault("workspace/diagnostic without items");
      for (const Json& item : result["items"]) {
        if (!item.contains("version")) Fault("workspace report without version (null is allowed)");
        Report(item);
      }
    }
  }

  void InitializeResult(const Json& result) {
    initialized_ = true;
    if (!At(result, "/capabilities").is_object()) Fault("initialize answers without capabilities");
    const Json& encoding = At(result, "/capabilities/positionEncoding");
    const Json& offered = At(capabilities_, "/general/positionEncodings");
    const bool known =
        encoding.is_null() || encoding == "utf-16" ||
        (offered.is_array() && std::ranges::find(offered, encoding) != offered.end());
    if (!known) Fault("position encoding {} was not offered", encoding.dump());
  }

  void ServerRequest(const Json& message) {
    const std::string method = message["method"];
    const std::string id = message["id"].dump();
    if (!server_ids_.insert(id).second) Fault("request id {} used twice", id);
    server_requests_[id] = method;
    if (!initialized_ && method != "window/showMessageRequest")
      Fault("{} before the answer to initialize", method);
    if (shut_down_) Fault("{} after shutdown", method);
    const auto allowed = [&](const char* capability) {
      if (!IsTrue(At(capabilities_, capability)))
        Fault("{} although the client has no {}", method, capability + 1);
    };
    if (method == "workspace/configuration") allowed("/workspace/configuration");
    if (method == "workspace/applyEdit") allowed("/workspace/applyEdit");
    if (method == "workspace/diagnostic/refresh") allowed("/workspace/diagnostics/refreshSupport");
    if (method == "window/workDoneProgress/create") {
      allowed("/window/workDoneProgress");
      tokens_.insert(At(message, "/params/token").dump());
    }
    if (method == "client/registerCapability") {
      for (const Json& registration : message["params"]["registrations"]) {
        std::string path = "/" + registration["method"].get<std::string>() + "/dynamicRegistration";
        if (!IsTrue(At(capabilities_, path.c_str())))
          Fault("registers {} undemanded", registration["method"].dump());
      }
    }
  }

  void ServerNotification(const Json& message) {
    const std::string method = message["method"];
    const Json& params = At(message, "/params");
    static const std::set<std::string> kEarly = {"window/showMessage", "window/logMessage",
                                                 "telemetry/event", "$/progress"};
    if (!initialized_ && !kEarly.contains(method))
      Fault("{} before the answer to initialize", method);
    if (shut_down_ && method != "window/logMessage") Fault("{} after shutdown", method);
    if (method == "textDocument/publishDiagnostics") Publish(params);
    if (method == "$/progress") Progress(params);
    if (method == "window/logMessage" || method == "window/showMessage") {
      const Json& type = At(params, "/type");
      if (!type.is_number_integer() || type < 1 || type > 5)
        Fault("{} of type {}", method, type.dump());
      if (!At(params, "/message").is_string()) Fault("{} without message", method);
    }
  }

  void Progress(const Json& params) {
    const std::string token = At(params, "/token").dump();
    const std::string kind = At(params, "/value").value("kind", "");
    if (!tokens_.contains(token)) Fault("progress {} was never created", token);
    if (kind == "begin") {
      if (!progress_.insert(token).second) Fault("progress {} begins twice", token);
      if (!At(params, "/value/title").is_string()) Fault("progress {} begins without title", token);
    } else if (!progress_.contains(token)) {
      Fault("progress {}: {} without begin", token, kind);
    } else if (kind == "end") {
      progress_.erase(token);
    }
  }

  void Publish(const Json& params) {
    ++published_;
    if (!At(params, "/uri").is_string() || !At(params, "/diagnostics").is_array()) {
      return Fault("publishDiagnostics needs uri and diagnostics");
    }
    File& file = files_[params["uri"]];
    const Json& list = params["diagnostics"];
    CheckDiagnostics(list);
    if (params.contains("version")) {
      if (!params["version"].is_number_integer())
        return Fault("version {}", params["version"].dump());
      const int64_t version = params["version"];
      if (version > file.version)
        Fault("version {} of {}, which was never sent", version, params["uri"].dump());
      if (version < file.published_version)
        Fault("version {} after {}", version, file.published_version);
      // Clients take the first list for the whole truth and do not wait for a second one.
      if (version == file.published_version && file.last.is_array() && file.last.empty() &&
          !list.empty() && file.count == 1) {
        Fault("an empty first list of {}, then findings for the same version",
              params["uri"].dump());
      }
      if (version == file.published_version && file.last == list)
        Fault("the same list twice for {}", params["uri"].dump());
      file.published_version = version;
    }
    ++file.count;
    file.last = list;
  }

  void Report(const Json& report) {
    const Json& kind = At(report, "/kind");
    if (kind == "full") {
      if (!At(report, "/items").is_array()) return Fault("a full report without items");
      CheckDiagnostics(report["items"]);
    } else if (kind == "unchanged") {
      if (!At(report, "/resultId").is_string()) Fault("an unchanged report without resultId");
    } else {
      Fault("a report of kind {}", kind.dump());
    }
  }

  void CheckRange(const Json& range) {
    for (const char* field : {"/start/line", "/start/character", "/end/line", "/end/character"}) {
      if (!IsUint(At(range, field))) return Fault("range {}", range.dump());
    }
    const auto key = [&](const char* end) {
      return std::pair(range[end]["line"].get<int64_t>(), range[end]["character"].get<int64_t>());
    };
    if (key("end") < key("start")) Fault("range ends before it starts: {}", range.dump());
  }

  void CheckDiagnostics(const Json& list) {
    for (const Json& item : list) {
      CheckRange(At(item, "/range"));
      const Json& message = At(item, "/message");
      if (!message.is_string() || message.get<std::string>().empty())
        Fault("a diagnostic without message");
      const Json& severity = At(item, "/severity");
      if (!severity.is_number_integer() || severity < 1 || severity > 4)
        Fault("severity {}", severity.dump());
      if (At(item, "/source") != "fluxcd") Fault("source {}", At(item, "/source").dump());
      if (!At(item, "/code").is_string()) Fault("code {}", At(item, "/code").dump());
      for (const Json& related : item.value("relatedInformation", Json::array())) {
        CheckRange(At(related, "/location/range"));
        if (!At(related, "/location/uri").is_string()) Fault("related information without uri");
      }
    }
  }

  void CheckEdit(const Json& edit) {
    for (const Json& edits : edit.value("changes", Json::object())) {
      for (const Json& change : edits) CheckTextEdit(change);
    }
    if (!edit.contains("documentChanges")) return;
    if (!IsTrue(At(capabilities_, "/workspace/workspaceEdit/documentChanges"))) {
      Fault("documentChanges for a client without them");
    }
    for (const Json& change : edit["documentChanges"]) {
      if (change.contains("kind")) continue;
      const Json& document = At(change, "/textDocument");
      if (!At(document, "/uri").is_string() || !document.contains("version"))
        Fault("a change without uri and version");
      for (const Json& text_edit : change.value("edits", Json::array())) CheckTextEdit(text_edit);
    }
  }

  void CheckTextEdit(const Json& edit) {
    CheckRange(At(edit, "/range"));
    if (!At(edit, "/newText").is_string()) Fault("a text edit without newText");
  }

  void CodeActions(const Json& result) {
    if (result.is_null()) return;
    if (!result.is_array()) return Fault("code actions are no list");
    for (const Json& action : result) {
      if (!At(action, "/title").is_string()) Fault("a code action without title");
      if (action.contains("command") && action["command"].is_string()) continue;
      if (!At(action, "/kind").is_string())
        Fault("code action {} without kind", At(action, "/title").dump());
      if (action.contains("edit")) CheckEdit(action["edit"]);
    }
  }

  struct File {
    int64_t version = -1;
    int64_t published_version = -1;
    int count = 0;
    Json last;
  };

  int number_ = 0;
  int messages_ = 0;
  int published_ = 0;
  bool initialized_ = false;
  bool shut_down_ = false;
  bool exit_asked_ = false;
  bool signalled_ = false;
  std::optional<int> exit_code_;
  Json capabilities_;
  std::map<std::string, std::string> client_requests_;
  std::map<std::string, std::string> server_requests_;
  std::set<std::string> server_ids_;
  std::set<std::string> tokens_;
  std::set<std::string> progress_;
  std::map<std::string, File> files_;
  std::vector<std::string> faults_;
};

}  // namespace

int main(int argc, char** argv) {
  size_t faults = 0;
  for (int i = 1; i < argc; ++i) {
    Session session;
    std::ifstream in(argv[i]);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      const Json parsed = Json::parse(line, nullptr, false);
      if (parsed.is_discarded()) break;  // the recorder was killed while it wrote
      session.Line(parsed, ++number);
    }
    session.End();
    for (const std::string& fault : session.faults())
      std::printf("%s: %s\n", argv[i], fault.c_str());
    std::printf("%s: %d messages, %d published lists, %zu faults\n", argv[i], session.messages(),
                session.published(), session.faults().size());
    faults += session.faults().size();
  }
  return argc < 2 || faults > 0 ? 1 : 0;
}
