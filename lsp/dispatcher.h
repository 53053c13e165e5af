// From message bodies to handlers and back.
//
// Handlers are bound by name; what they take and give is deduced from their signature:
//   void Notification(const Params&)
//   Encoded Request(const Params&)                 answers at once
//   void Request(const Params&, Reply)             answers when it likes, once
// Every request gets exactly one answer. A Reply whose last copy goes away unanswered answers
// InternalError; a request that the client cancels is answered RequestCancelled at once, and what
// the handler says later is dropped.
//
// Thread contract: main thread only; Reply::stop_token() may be handed to workers.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "lsp/json_rpc.h"
#include "lsp/log.h"
#include "lsp/protocol.h"

namespace fluxls::lsp {

class Dispatcher;

// The right, and the duty, to answer one request. Copies are the same right.
class Reply {
 public:
  void Ok(const Encoded& result) const;
  void Fail(ErrorCode code, std::string message) const;
  // True once somebody has answered, the canceller included: work for it is in vain.
  bool answered() const;
  // Stops when the client cancels the request.
  std::stop_token stop_token() const;

 private:
  friend class Dispatcher;
  struct State;
  explicit Reply(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// What may be asked when (the protocol's life cycle).
enum class Phase : uint8_t { kUninitialized, kRunning, kShutdown };

class Dispatcher {
 public:
  // `send` takes a whole message body.
  Dispatcher(std::function<void(std::string)> send, LogFunction log);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  template <typename Handler, typename Params>
  void OnNotification(std::string method, Handler* self, void (Handler::*handle)(const Params&));
  template <typename Handler, typename Params>
  void OnRequest(std::string method, Handler* self, void (Handler::*handle)(const Params&, Reply));
  template <typename Handler, typename Params>
  void OnRequest(std::string method, Handler* self, Encoded (Handler::*handle)(const Params&));

  // Handles one message body.
  void Receive(std::string_view body);

  void Notify(std::string_view method, const Encoded& params);
  // Asks the client. `done` gets the answer, if one ever comes: never depend on it. The table of
  // open questions is bounded; the oldest is forgotten when it is full.
  using ResponseHandler = std::function<void(const Message& response)>;
  void Ask(std::string_view method, const Encoded& params, ResponseHandler done = nullptr);
  // An answer without a question: a body that could not be read.
  void SendError(const RequestId& id, const RpcError& error);

  Phase phase() const { return phase_; }
  void set_phase(Phase phase) { phase_ = phase; }
  // Number of requests that wait for their answer.
  size_t open_requests() const { return open_.size(); }

 private:
  friend class Reply;
  using RequestEntry = std::function<void(const Message&, Reply)>;
  using NotificationEntry = std::function<void(const Message&)>;

  void HandleRequest(const Message& message);
  void HandleNotification(const Message& message);
  void HandleResponse(const Message& message);
  void Cancel(const Message& message);
  void BadParams(const Message& message, const std::string& error);
  void Answer(Reply::State& state, const std::string& body);

  std::function<void(std::string)> send_;
  LogFunction log_;
  Phase phase_ = Phase::kUninitialized;
  std::map<std::string, RequestEntry, std::less<>> requests_;
  std::map<std::string, NotificationEntry, std::less<>> notifications_;
  std::map<RequestId, std::weak_ptr<Reply::State>> open_;
  struct Question {
    int64_t id = 0;
    std::string method;
    ResponseHandler done;
  };
  std::deque<Question> questions_;
  int64_t next_question_ = 1;
};

template <typename Handler, typename Params>
void Dispatcher::OnNotification(std::string method, Handler* self,
                                void (Handler::*handle)(const Params&)) {
  notifications_[std::move(method)] = [this, self, handle](const Message& message) {
    Params params;
    std::string error;
    if (!Decode(message.params, params, error)) return BadParams(message, error);
    (self->*handle)(params);
  };
}

template <typename Handler, typename Params>
void Dispatcher::OnRequest(std::string method, Handler* self,
                           void (Handler::*handle)(const Params&, Reply)) {
  requests_[std::move(method)] = [self, handle](const Message& message, Reply reply) {
    Params params;
    std::string error;
    if (!Decode(message.params, params, error)) return reply.Fail(ErrorCode::kInvalidParams, error);
    (self->*handle)(params, std::move(reply));
  };
}

template <typename Handler, typename Params>
void Dispatcher::OnRequest(std::string method, Handler* self,
                           Encoded (Handler::*handle)(const Params&)) {
  requests_[std::move(method)] = [self, handle](const Message& message, const Reply& reply) {
    Params params;
    std::string error;
    if (!Decode(message.params, params, error)) return reply.Fail(ErrorCode::kInvalidParams, error);
    reply.Ok((self->*handle)(params));
  };
}

}  // namespace fluxls::lsp
