#include "tests/lsp/client_harness.h"

#include <doctest/doctest.h>

template class nlohmann::basic_json<>;

namespace fluxls::lsp {

const std::string kBadManifest =
    "apiVersion: kustomize.toolkit.fluxcd.io/v1beta1\n"
    "kind: Kustomization\n"
    "metadata:\n"
    "  name: apps\n"
    "  namespace: flux-system\n"
    "spec:\n"
    "  interval: 10m\n"
    "  path: ./apps\n"
    "  prune: true\n"
    "  sourceRef:\n"
    "    kind: GitRepository\n"
    "    name: flux-system\n";

const std::string kGoodManifest = [] {
  std::string text = kBadManifest;
  return text.replace(text.find("v1beta1"), 7, "v1");
}();

void ManualExecutor::RunMain() {
  while (!main_.empty()) {
    Task task = std::move(main_.front());
    main_.pop_front();
    task();
  }
}

bool ManualExecutor::RunOneWorker() {
  if (workers_.empty()) return false;
  Task task = std::move(workers_.front());
  workers_.pop_front();
  task();
  return true;
}

void ManualExecutor::RunReady() {
  do {
    RunMain();
  } while (RunOneWorker());
}

void ManualExecutor::Advance(std::chrono::milliseconds time) {
  auto end = now_ + time;
  RunReady();
  while (!timers_.empty() && timers_.begin()->first <= end) {
    now_ = std::max(now_, timers_.begin()->first);
    Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
    RunReady();
  }
  now_ = end;
}

ClientHarness::ClientHarness(HarnessOptions options) : options_(std::move(options)) {
  Host host;
  host.send = [this](const std::string& body) { OnMessage(body); };
  host.exit = [this](int code) {
    if (!exit_code_) exit_code_ = code;
  };
  host.log = [this](LogLevel, const std::string& text) { log_.push_back(text); };
  host.version = "test";
  host.home = "/home/me";
  server_ = std::make_unique<Server>(executor_, files_, host);
}

ClientHarness::~ClientHarness() {
  for (const std::string& text : shown_) FAIL_CHECK("unexpected window/showMessage: " << text);
}

void ClientHarness::OnMessage(const std::string& body) {
  Json message = Json::parse(body, nullptr, false);
  REQUIRE_MESSAGE(message.is_object(), body);
  CHECK(message.value("jsonrpc", "") == "2.0");
  all_.push_back(message);
  if (message.contains("method")) {
    if (message["method"] == "window/showMessage") shown_.push_back(message["params"]["message"]);
    if (message.contains("id") && options_.answer_requests) {
      Json result = nullptr;
      if (message["method"] == "workspace/configuration")
        result = Json::array({options_.configuration});
      if (message["method"] == "workspace/applyEdit") result = {{"applied", true}};
      // Not from inside of the server's own call: a client answers later.
      std::string answer =
          Json({{"jsonrpc", "2.0"}, {"id", message["id"]}, {"result", result}}).dump();
      executor_.Post([this, answer] { SendRaw(answer); });
    }
    return;
  }
  if (message["id"].is_number()) {
    auto id = message["id"].get<int64_t>();
    CHECK_MESSAGE(!answers_.contains(id), "a second answer to request " << id);
    answers_[id] = message;
  }
}

Json ClientHarness::Initialize() {
  Json params = {{"processId", nullptr}, {"capabilities", options_.capabilities}};
  if (!options_.client_info.is_null()) params["clientInfo"] = options_.client_info;
  if (!options_.initialization_options.is_null())
    params["initializationOptions"] = options_.initialization_options;
  Json folders = Json::array();
  for (const std::string& root : options_.roots)
    folders.push_back({{"uri", Uri(root)}, {"name", root}});
  params["workspaceFolders"] = folders.empty() ? Json(nullptr) : folders;
  params["rootUri"] = nullptr;
  int64_t id = Send("initialize", params);
  auto answer = Answer(id);
  REQUIRE(answer);
  REQUIRE(answer->contains("result"));
  Notify("initialized", Json::object());
  return (*answer)["result"];
}

void ClientHarness::SendRaw(std::string_view body) {
  server_->Receive({FrameEvent::Kind::kMessage, std::string(body)});
}

void ClientHarness::Notify(const std::string& method, Json params) {
  SendRaw(Json({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}}).dump());
}

int64_t ClientHarness::Send(const std::string& method, Json params) {
  int64_t id = next_id_++;
  SendRaw(Json({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}})
              .dump());
  return id;
}

std::optional<Json> ClientHarness::Answer(int64_t id) const {
  auto found = answers_.find(id);
  if (found == answers_.end()) return std::nullopt;
  return found->second;
}

Json ClientHarness::Request(const std::string& method, Json params) {
  int64_t id = Send(method, std::move(params));
  Run();
  auto answer = Answer(id);
  REQUIRE_MESSAGE(answer, method << " was not answered");
  REQUIRE_MESSAGE(answer->contains("result"), answer->dump());
  return (*answer)["result"];
}

Json ClientHarness::RequestError(const std::string& method, Json params) {
  int64_t id = Send(method, std::move(params));
  Run();
  auto answer = Answer(id);
  REQUIRE_MESSAGE(answer, method << " was not answered");
  REQUIRE_MESSAGE(answer->contains("error"), answer->dump());
  return (*answer)["error"];
}

void ClientHarness::Open(const std::string& path, const std::string& text, int version,
                         const std::string& language) {
  Notify("textDocument/didOpen",
         {{"textDocument",
           {{"uri", Uri(path)}, {"languageId", language}, {"version", version}, {"text", text}}}});
}

void ClientHarness::ChangeAll(const std::string& path, const std::string& text, int version) {
  Change(path, Json::array({Json({{"text", text}})}), version);
}

void ClientHarness::Change(const std::string& path, Json content_changes, int version) {
  // A braced list of one change is an array for g++ and the change itself for clang.
  if (content_changes.is_object()) {
    Json list = Json::array();
    list.push_back(std::move(content_changes));
    content_changes = std::move(list);
  }
  Notify("textDocument/didChange", {{"textDocument", {{"uri", Uri(path)}, {"version", version}}},
                                    {"contentChanges", std::move(content_changes)}});
}

void ClientHarness::Close(const std::string& path) {
  Notify("textDocument/didClose", {{"textDocument", {{"uri", Uri(path)}}}});
}

void ClientHarness::Shutdown() {
  CHECK(Request("shutdown", nullptr).is_null());
  Notify("exit", nullptr);
  CHECK(exit_code_ == 0);
}

std::vector<Json> ClientHarness::Pushes(const std::string& path) const {
  std::vector<Json> out;
  for (const Json& params : Sent("textDocument/publishDiagnostics")) {
    if (params["uri"] == Uri(path)) out.push_back(params);
  }
  return out;
}

Json ClientHarness::Diagnostics(const std::string& path) const {
  // From the end: tests that type a file ask after every letter.
  const std::string uri = Uri(path);
  for (auto message = all_.rbegin(); message != all_.rend(); ++message) {
    const auto method = message->find("method");
    if (method == message->end() || *method != "textDocument/publishDiagnostics") continue;
    const Json& params = message->at("params");
    if (params.at("uri") == uri) return params.at("diagnostics");
  }
  return nullptr;
}

std::vector<std::string> ClientHarness::Codes(const std::string& path) const {
  std::vector<std::string> out;
  for (const Json& item : Diagnostics(path)) out.push_back(item["code"]);
  return out;
}

std::vector<Json> ClientHarness::Sent(const std::string& method) const {
  std::vector<Json> out;
  for (const Json& message : all_) {
    if (message.value("method", "") == method) out.push_back(message.value("params", Json()));
  }
  return out;
}

std::vector<std::string> ClientHarness::TakeMessages() {
  return std::exchange(shown_, {});
}

Json At(int line, int character, int end_line, int end_character) {
  return {{"start", {{"line", line}, {"character", character}}},
          {"end", {{"line", end_line}, {"character", end_character}}}};
}

}  // namespace fluxls::lsp
