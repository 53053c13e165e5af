#include "tests/cli/json_schema.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <nlohmann/json.hpp>
#include <set>

#include "analysis/text/unicode.h"

namespace fluxls::testing {
namespace {

using Json = nlohmann::json;

class Validator {
 public:
  explicit Validator(const Json& root) : root_(root) {}

  void Check(const Json& schema, const Json& value, const std::string& at) {
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) Fail(at, "is not allowed");
      return;
    }
    if (auto ref = schema.find("$ref"); ref != schema.end()) {
      // "#/definitions/x" is a JSON pointer behind the "#".
      Check(root_.at(Json::json_pointer(ref->get<std::string>().substr(1))), value, at);
      return;
    }
    for (const auto& [keyword, rule] : schema.items()) Apply(keyword, rule, schema, value, at);
  }

  std::vector<std::string> problems;

 private:
  void Fail(const std::string& at, const std::string& why) {
    problems.push_back((at.empty() ? "/" : at) + ": " + why);
  }

  bool Conforms(const Json& schema, const Json& value, const std::string& at) {
    Validator other(root_);
    other.Check(schema, value, at);
    return other.problems.empty();
  }

  static bool IsType(const std::string& type, const Json& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    return type == "null" && value.is_null();
  }

  void Apply(const std::string& keyword, const Json& rule, const Json& schema, const Json& value,
             const std::string& at) {
    static const std::set<std::string> kAnnotations = {
        "$schema", "id", "$id", "title", "description", "default", "format", "definitions"};
    if (kAnnotations.contains(keyword)) return;
    if (keyword == "type") {
      bool good = false;
      for (const Json& type : rule.is_array() ? rule : Json::array({rule})) {
        good |= IsType(type.get<std::string>(), value);
      }
      if (!good) Fail(at, "is not of type " + rule.dump());
    } else if (keyword == "enum") {
      if (std::find(rule.begin(), rule.end(), value) == rule.end()) {
        Fail(at, value.dump() + " is none of " + rule.dump());
      }
    } else if (keyword == "const") {
      if (value != rule) Fail(at, value.dump() + " is not " + rule.dump());
    } else if (keyword == "anyOf" || keyword == "oneOf") {
      int matches = 0;
      for (const Json& option : rule) matches += Conforms(option, value, at);
      if (keyword == "anyOf" ? matches == 0 : matches != 1) {
        Fail(at, fmt::format("{} alternatives of {} match", matches, keyword));
      }
    } else if (keyword == "minimum") {
      if (value.is_number() && value < rule) Fail(at, "is less than " + rule.dump());
    } else if (keyword == "maximum") {
      if (value.is_number() && value > rule) Fail(at, "is more than " + rule.dump());
    } else if (keyword == "minLength") {
      if (value.is_string() && CountCodePoints(value.get<std::string>()) < rule.get<size_t>()) {
        Fail(at, "is too short");
      }
    } else if (keyword == "pattern") {
      if (value.is_string() &&
          !RE2::PartialMatch(value.get<std::string>(), RE2(rule.get<std::string>()))) {
        Fail(at, value.dump() + " does not match " + rule.dump());
      }
    } else if (keyword == "minItems") {
      if (value.is_array() && value.size() < rule.get<size_t>()) Fail(at, "has too few items");
    } else if (keyword == "uniqueItems") {
      if (rule.get<bool>() && value.is_array() &&
          std::set<Json>(value.begin(), value.end()).size() != value.size()) {
        Fail(at, "has items twice");
      }
    } else if (keyword == "items") {
      if (!value.is_array()) return;
      for (size_t i = 0; i < value.size(); ++i) Check(rule, value[i], fmt::format("{}/{}", at, i));
    } else if (keyword == "required") {
      if (!value.is_object()) return;
      for (const Json& name : rule) {
        if (!value.contains(name.get<std::string>())) Fail(at, "lacks " + name.dump());
      }
    } else if (keyword == "properties") {
      if (!value.is_object()) return;
      for (const auto& [name, sub] : rule.items()) {
        if (auto found = value.find(name); found != value.end())
          Check(sub, *found, at + "/" + name);
      }
    } else if (keyword == "additionalProperties") {
      if (!value.is_object()) return;
      for (const auto& [name, member] : value.items()) {
        if (schema.contains("properties") && schema["properties"].contains(name)) continue;
        Check(rule, member, at + "/" + name);
      }
    } else {
      Fail(at, "the schema's keyword " + keyword + " is not implemented");
    }
  }

  const Json& root_;
};

}  // namespace

std::vector<std::string> ValidateJson(const Json& schema, const Json& value) {
  Validator validator(schema);
  validator.Check(schema, value, "");
  return validator.problems;
}

}  // namespace fluxls::testing
