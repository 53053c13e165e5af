// Internal to lsp/protocol*.cc: reading JSON with complaints that name the place, and writing what
// all parts of the protocol have in common.
//
// Thread contract: plain functions and data.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lsp/protocol.h"

namespace fluxls::lsp {

inline std::string_view Describe(const Json* value) {
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

// A place in a JSON value: the value (or none) and the path that led there, which stands in front
// of complaints.
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

inline Json ToJson(const Position& p) {
  return {{"line", p.line}, {"character", p.character}};
}

inline Json ToJson(const Range& r) {
  return {{"start", ToJson(r.start)}, {"end", ToJson(r.end)}};
}

}  // namespace fluxls::lsp
