// JSON-RPC 2.0 messages: ids, errors, and the check that a body is one well-formed message.
//
// Parsed JSON is never deeper than kMaxDepth, so that copying and printing it cannot exhaust the
// stack. It is shared, not copied. Thread contract: plain functions and data.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json_fwd.hpp>

namespace fluxls::lsp {

using Json = nlohmann::json;
using JsonPtr = std::shared_ptr<const Json>;

inline constexpr int kMaxDepth = 512;

// A request's id as the sender wrote it; monostate is `null` ("no id could be read").
using RequestId = std::variant<std::monostate, int64_t, std::string>;

enum class ErrorCode : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kServerNotInitialized = -32002,
  kRequestFailed = -32803,
  kServerCancelled = -32802,
  kContentModified = -32801,
  kRequestCancelled = -32800,
};

struct RpcError {
  ErrorCode code = ErrorCode::kInternalError;
  std::string message;
};

// A JSON value as text, ready to be put into a message.
struct Encoded {
  std::string json = "null";
};

struct Message {
  enum class Kind : uint8_t {
    kRequest,
    kNotification,
    kResponse,  // `result`, or `error` when `failed`
    kInvalid,   // no message; `error` is what the sender should be told (with `id` where one could
                // be read)
  };
  Kind kind = Kind::kInvalid;
  RequestId id;
  std::string method;
  JsonPtr params;  // never null for requests and notifications; a JSON null where there are none
  JsonPtr result;
  bool failed = false;
  RpcError error;
};

// Parses any JSON text; null when it is malformed (bad UTF-8 included) or too deep. `error`, if
// given, says which.
JsonPtr ParseJson(std::string_view text, std::string* error = nullptr);

Message ParseMessage(std::string_view body);

// Prints without ever throwing: malformed UTF-8 becomes U+FFFD.
std::string Dump(const Json& json);
std::string JsonString(std::string_view text);

std::string EncodeResponse(const RequestId& id, const Encoded& result);
std::string EncodeErrorResponse(const RequestId& id, const RpcError& error);
std::string EncodeNotification(std::string_view method, const Encoded& params);
std::string EncodeRequest(const RequestId& id, std::string_view method, const Encoded& params);

std::string ToString(const RequestId& id);

}  // namespace fluxls::lsp
