#include "lsp/json_rpc.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/text/unicode.h"

namespace fluxls::lsp {
namespace {

// Builds a value from parser events and stops at kMaxDepth, before anything deep exists.
class DepthLimitedBuilder final : public nlohmann::json_sax<Json> {
 public:
  Json root;
  std::string problem;

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t&) override { return Add(value); }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Enter(Json::object()); }
  bool start_array(std::size_t) override { return Enter(Json::array()); }
  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }
  bool key(string_t& name) override {
    slot_ = &(*open_.back())[std::move(name)];
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    if (problem.empty()) problem = fmt::format("malformed JSON at byte {}", position);
    return false;
  }

 private:
  Json* Place(Json value) {
    if (open_.empty()) {
      root = std::move(value);
      return &root;
    }
    if (open_.back()->is_array()) {
      open_.back()->push_back(std::move(value));
      return &open_.back()->back();
    }
    *slot_ = std::move(value);
    return slot_;
  }
  template <typename T>
  bool Add(T&& value) {
    Place(Json(std::forward<T>(value)));
    return true;
  }
  bool Enter(Json value) {
    if (open_.size() >= static_cast<size_t>(kMaxDepth)) {
      problem = fmt::format("JSON nested deeper than {} levels", kMaxDepth);
      return false;
    }
    open_.push_back(Place(std::move(value)));
    return true;
  }
  bool Leave() {
    open_.pop_back();
    return true;
  }

  // A container does not move while it is open: only the innermost one grows.
  std::vector<Json*> open_;
  Json* slot_ = nullptr;
};

Message Invalid(ErrorCode code, std::string text, RequestId id = {}) {
  Message message;
  message.id = std::move(id);
  message.error = {code, std::move(text)};
  return message;
}

Json IdToJson(const RequestId& id) {
  if (const auto* number = std::get_if<int64_t>(&id)) return *number;
  if (const auto* text = std::get_if<std::string>(&id)) return *text;
  return nullptr;
}

// False for ids that the protocol does not have (fractions, objects, numbers beyond 64 bits).
bool ReadId(const Json& json, RequestId& id) {
  if (json.is_string()) {
    id = json.get<std::string>();
  } else if (json.is_number_unsigned() && json.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) {
    return false;
  } else if (json.is_number_integer()) {
    id = json.get<int64_t>();
  } else {
    return false;
  }
  return true;
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The code unit of an escape `\uXXXX` at the start of `text`.
std::optional<uint32_t> EscapedUnit(std::string_view text) {
  if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
  uint32_t unit = 0;
  const char* end = text.data() + 6;
  const auto [stop, error] = std::from_chars(text.data() + 2, end, unit, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return unit;
}

bool IsHighSurrogate(uint32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool IsLowSurrogate(uint32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

// Half a surrogate pair and bytes that are no UTF-8 become U+FFFD. Each of them is one unit of
// UTF-16 for the editor, and so is what stands for it: positions stay what they are.
std::string WithValidText(std::string_view body) {
  std::string out;
  out.reserve(body.size());
  while (!body.empty()) {
    size_t length = Utf8SequenceLength(body);
    bool valid = length > 0;
    if (body.front() == '\\') {
      const std::optional<uint32_t> unit = EscapedUnit(body);
      const std::optional<uint32_t> next =
          unit && IsHighSurrogate(*unit) ? EscapedUnit(body.substr(6)) : std::nullopt;
      const bool pair = next && IsLowSurrogate(*next);
      valid = pair || !unit || !(IsHighSurrogate(*unit) || IsLowSurrogate(*unit));
      length = pair ? 12 : unit ? 6 : std::min<size_t>(2, body.size());
      // The byte behind the backslash is looked at by itself when it is not ASCII.
      if (!unit && length == 2 && static_cast<unsigned char>(body[1]) >= 0x80) length = 1;
    }
    length = std::max<size_t>(length, 1);
    out += valid ? body.substr(0, length) : kReplacement;
    body.remove_prefix(length);
  }
  return out;
}

}  // namespace

JsonPtr ParseJson(std::string_view text, std::string* error) {
  DepthLimitedBuilder builder;
  if (Json::sax_parse(text.begin(), text.end(), &builder))
    return std::make_shared<Json>(std::move(builder.root));
  if (error) *error = builder.problem.empty() ? "malformed JSON" : builder.problem;
  return nullptr;
}

Message ParseMessage(std::string_view body) {
  std::string problem;
  JsonPtr json = ParseJson(body, &problem);
  // Editors pass on what stands in a file. A change that is lost spoils the text for good.
  if (!json) json = ParseJson(WithValidText(body));
  if (!json) return Invalid(ErrorCode::kParseError, std::move(problem));
  if (json->is_array())
    return Invalid(ErrorCode::kInvalidRequest,
                   "batches are not part of the Language Server Protocol");
  if (!json->is_object()) return Invalid(ErrorCode::kInvalidRequest, "a message must be an object");

  RequestId id;
  auto id_field = json->find("id");
  bool has_id = id_field != json->end();
  bool id_ok = has_id && ReadId(*id_field, id);

  auto version = json->find("jsonrpc");
  if (version == json->end() || *version != "2.0") {
    return Invalid(ErrorCode::kInvalidRequest, "`jsonrpc` must be \"2.0\"", id);
  }
  // Members are shared with their message by aliasing pointers: nothing is copied.
  auto member = [&json](const char* name) -> JsonPtr {
    auto found = json->find(name);
    return found == json->end() ? nullptr : JsonPtr(json, &*found);
  };

  Message message;
  auto method = json->find("method");
  if (method != json->end()) {
    if (!method->is_string())
      return Invalid(ErrorCode::kInvalidRequest, "`method` must be a string", id);
    if (has_id && !id_ok)
      return Invalid(ErrorCode::kInvalidRequest, "`id` must be an integer or a string");
    message.kind = has_id ? Message::Kind::kRequest : Message::Kind::kNotification;
    message.id = std::move(id);
    message.method = method->get<std::string>();
    message.params = member("params");
    if (!message.params) message.params = std::make_shared<Json>(nullptr);
    if (!message.params->is_structured() && !message.params->is_null()) {
      return Invalid(has_id ? ErrorCode::kInvalidParams : ErrorCode::kInvalidRequest,
                     "`params` must be an object or an array", message.id);
    }
    return message;
  }
  if (has_id && (json->contains("result") || json->contains("error"))) {
    message.kind = Message::Kind::kResponse;
    message.id = std::move(id);
    message.result = member("result");
    if (auto error = json->find("error"); error != json->end() && !error->is_null()) {
      message.failed = true;
      if (error->is_object()) {
        auto text = error->find("message");
        if (text != error->end() && text->is_string())
          message.error.message = text->get<std::string>();
        auto code = error->find("code");
        if (code != error->end() && code->is_number_integer()) {
          message.error.code = static_cast<ErrorCode>(code->get<int>());
        }
      }
    }
    if (!message.result) message.result = std::make_shared<Json>(nullptr);
    return message;
  }
  return Invalid(ErrorCode::kInvalidRequest,
                 "a message needs a `method`, or an `id` with a `result` or an `error`", id);
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string JsonString(std::string_view text) {
  return Dump(Json(text));
}

std::string EncodeResponse(const RequestId& id, const Encoded& result) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", Dump(IdToJson(id)), result.json);
}

std::string EncodeErrorResponse(const RequestId& id, const RpcError& error) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":{},"message":{}}}}})",
                     Dump(IdToJson(id)), static_cast<int>(error.code), JsonString(error.message));
}

std::string EncodeNotification(std::string_view method, const Encoded& params) {
  return fmt::format(R"({{"jsonrpc":"2.0","method":{},"params":{}}})", JsonString(method),
                     params.json);
}

std::string EncodeRequest(const RequestId& id, std::string_view method, const Encoded& params) {
  std::string tail = params.json == "null" ? "" : ",\"params\":" + params.json;
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":{}{}}})", Dump(IdToJson(id)),
                     JsonString(method), tail);
}

std::string ToString(const RequestId& id) {
  return Dump(IdToJson(id));
}

}  // namespace fluxls::lsp
