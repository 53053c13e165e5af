#include "lsp/dispatcher.h"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

namespace fluxls::lsp {
namespace {
constexpr size_t kMaxQuestions = 64;
}

struct Reply::State {
  Dispatcher* dispatcher = nullptr;  // null once answered, or when the dispatcher is gone
  RequestId id;
  std::string method;
  std::stop_source stop;

  ~State() {
    if (dispatcher) {
      dispatcher->Answer(
          *this, EncodeErrorResponse(id, {ErrorCode::kInternalError, "the request got no answer"}));
    }
  }
};

void Reply::Ok(const Encoded& result) const {
  if (!answered()) state_->dispatcher->Answer(*state_, EncodeResponse(state_->id, result));
}

void Reply::Fail(ErrorCode code, std::string message) const {
  if (answered()) return;
  state_->dispatcher->Answer(*state_, EncodeErrorResponse(state_->id, {code, std::move(message)}));
}

bool Reply::answered() const {
  return state_->dispatcher == nullptr;
}

std::stop_token Reply::stop_token() const {
  return state_->stop.get_token();
}

Dispatcher::Dispatcher(std::function<void(std::string)> send, LogFunction log)
    : send_(std::move(send)), log_(std::move(log)) {}

Dispatcher::~Dispatcher() {
  for (auto& [id, weak] : open_) {
    if (auto state = weak.lock()) state->dispatcher = nullptr;
  }
}

void Dispatcher::Answer(Reply::State& state, const std::string& body) {
  open_.erase(state.id);
  state.dispatcher = nullptr;
  send_(body);
}

void Dispatcher::Receive(std::string_view body) {
  Message message = ParseMessage(body);
  // The one place where a handler's exception ends: the session goes on, the client gets an error
  // (from the Reply, which dies).
  try {
    switch (message.kind) {
      case Message::Kind::kInvalid:
        log_(LogLevel::kError, fmt::format("unreadable message: {}", message.error.message));
        // Under the id of an open request the error would be taken for that one's answer.
        SendError(open_.contains(message.id) ? RequestId() : message.id, message.error);
        break;
      case Message::Kind::kRequest:
        HandleRequest(message);
        break;
      case Message::Kind::kNotification:
        HandleNotification(message);
        break;
      case Message::Kind::kResponse:
        HandleResponse(message);
        break;
    }
  } catch (const std::exception& e) {
    log_(LogLevel::kError, fmt::format("internal error in {}: {}", message.method, e.what()));
  }
}

void Dispatcher::HandleRequest(const Message& message) {
  auto state = std::make_shared<Reply::State>();
  state->dispatcher = this;
  state->id = message.id;
  state->method = message.method;
  if (open_.contains(message.id)) {
    // Two open requests with one id: any answer to the second would be taken for the first one's.
    state->dispatcher = nullptr;
    log_(LogLevel::kError,
         fmt::format("{}: a request with its id is still open; ignored", message.method));
    return;
  }
  open_[message.id] = state;
  Reply reply(state);

  bool initialize = message.method == "initialize";
  if (phase_ == Phase::kUninitialized && !initialize) {
    reply.Fail(ErrorCode::kServerNotInitialized,
               fmt::format("{} before initialize", message.method));
  } else if (phase_ != Phase::kUninitialized && initialize) {
    reply.Fail(ErrorCode::kInvalidRequest, "the server is initialized already");
  } else if (phase_ == Phase::kShutdown && message.method != "shutdown") {
    reply.Fail(ErrorCode::kInvalidRequest, fmt::format("{} after shutdown", message.method));
  } else if (auto entry = requests_.find(message.method); entry != requests_.end()) {
    entry->second(message, reply);
  } else {
    reply.Fail(ErrorCode::kMethodNotFound, fmt::format("no such method: {}", message.method));
  }
}

void Dispatcher::HandleNotification(const Message& message) {
  if (message.method == "$/cancelRequest") return Cancel(message);
  if (phase_ != Phase::kRunning && message.method != "exit") {
    log_(LogLevel::kDebug, fmt::format("{} outside of a session; ignored", message.method));
    return;
  }
  if (auto entry = notifications_.find(message.method); entry != notifications_.end()) {
    entry->second(message);
  } else if (!message.method.starts_with("$/")) {
    log_(LogLevel::kDebug, fmt::format("unknown notification {}; ignored", message.method));
  }
}

void Dispatcher::HandleResponse(const Message& message) {
  const auto* id = std::get_if<int64_t>(&message.id);
  auto found = std::find_if(questions_.begin(), questions_.end(),
                            [id](const Question& question) { return id && question.id == *id; });
  if (found == questions_.end()) {
    log_(LogLevel::kDebug, "an answer to no open question; ignored");
    return;
  }
  Question question = std::move(*found);
  questions_.erase(found);
  if (message.failed) {
    log_(LogLevel::kDebug,
         fmt::format("the client refused {}: {}", question.method, message.error.message));
  }
  if (question.done) question.done(message);
}

void Dispatcher::Cancel(const Message& message) {
  RequestId id;
  std::string error;
  if (!DecodeCancel(message.params, id, error)) return BadParams(message, error);
  auto found = open_.find(id);
  if (found == open_.end()) return;  // answered already, or never asked: both are normal
  if (auto state = found->second.lock()) {
    state->stop.request_stop();
    Reply(state).Fail(ErrorCode::kRequestCancelled, "cancelled by the client");
  }
}

void Dispatcher::BadParams(const Message& message, const std::string& error) {
  log_(LogLevel::kWarning, fmt::format("{}: {}", message.method, error));
}

void Dispatcher::Notify(std::string_view method, const Encoded& params) {
  send_(EncodeNotification(method, params));
}

void Dispatcher::Ask(std::string_view method, const Encoded& params, ResponseHandler done) {
  if (questions_.size() >= kMaxQuestions) questions_.pop_front();
  int64_t id = next_question_++;
  questions_.push_back({id, std::string(method), std::move(done)});
  send_(EncodeRequest(id, method, params));
}

void Dispatcher::SendError(const RequestId& id, const RpcError& error) {
  send_(EncodeErrorResponse(id, error));
}

}  // namespace fluxls::lsp
