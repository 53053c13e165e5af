#include "lsp/settings_json.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/rules/rule.h"

namespace fluxls::lsp {
namespace {

using Problems = std::vector<std::string>;

constexpr std::array kKeys = {"fluxVersion", "profile",     "rules",    "exclude",   "maxFileBytes",
                              "schemas",     "diagnostics", "codeLens", "inlayHints"};

// A value for a message; long ones are cut.
std::string Show(const Json& value) {
  std::string text = Dump(value);
  if (text.size() > 40) text = text.substr(0, 40) + "…";
  return text;
}

void Complain(Problems& problems, std::string_view key, const Json& found,
              std::string_view expected) {
  problems.push_back(
      fmt::format("setting `{}`: expected {}, found {}", key, expected, Show(found)));
}

template <typename T, size_t N>
std::optional<T> OneOf(const Json& value,
                       const std::array<std::pair<std::string_view, T>, N>& choices) {
  if (!value.is_string()) return std::nullopt;
  for (const auto& [name, choice] : choices) {
    if (value.get_ref<const std::string&>() == name) return choice;
  }
  return std::nullopt;
}

constexpr std::array<std::pair<std::string_view, Profile>, 4> kProfiles = {
    {{"minimal", Profile::kMinimal},
     {"recommended", Profile::kRecommended},
     {"strict", Profile::kStrict},
     {"house", Profile::kHouse}}};
constexpr std::array<std::pair<std::string_view, Severity>, 4> kSeverities = {
    {{"error", Severity::kError},
     {"warning", Severity::kWarning},
     {"info", Severity::kInfo},
     {"hint", Severity::kHint}}};
constexpr std::array<std::pair<std::string_view, bool>, 2> kScopes = {
    {{"workspace", true}, {"open", false}}};
constexpr std::array<std::pair<std::string_view, DiagnosticsMode>, 4> kModes = {
    {{"auto", DiagnosticsMode::kAuto},
     {"push", DiagnosticsMode::kPush},
     {"pull", DiagnosticsMode::kPull},
     {"both", DiagnosticsMode::kBoth}}};

void ReadFluxVersion(const Json& value, Settings& settings, Problems& problems) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty() || text == "auto") {
      settings.flux_release.reset();
      return;
    }
    if (auto release = ParseFluxRelease(text)) {
      settings.flux_release = release;
      return;
    }
  }
  Complain(problems, "fluxVersion", value, "a Flux release such as \"2.6\", or \"auto\"");
}

void ReadRules(const Json& value, Settings& settings, Problems& problems) {
  if (!value.is_object()) {
    Complain(problems, "rules", value, "an object of rule ids and severities");
    return;
  }
  std::map<std::string, std::optional<Severity>> rules;
  for (const auto& [id, severity] : value.items()) {
    if (!FindRule(id)) {
      problems.push_back(fmt::format("setting `rules`: there is no rule `{}`", id));
    } else if (severity.is_string() && severity.get_ref<const std::string&>() == "off") {
      rules[id] = std::nullopt;
    } else if (auto level = OneOf(severity, kSeverities)) {
      rules[id] = *level;
    } else if (!severity.is_null()) {
      Complain(problems, "rules." + id, severity,
               "one of \"error\", \"warning\", \"info\", \"hint\", \"off\"");
    }
  }
  settings.rules = std::move(rules);
}

void ReadStrings(const char* key, const Json& value, const char* expected,
                 std::vector<std::string>& out, Problems& problems) {
  bool fits = value.is_array() && std::all_of(value.begin(), value.end(),
                                              [](const Json& item) { return item.is_string(); });
  if (!fits) {
    Complain(problems, key, value, expected);
    return;
  }
  out = value.get<std::vector<std::string>>();
}

void ReadDiagnostics(const Json& value, ServerSettings& settings, Problems& problems) {
  if (!value.is_object()) {
    Complain(problems, "diagnostics", value, "an object with `scope` and `mode`");
    return;
  }
  for (const auto& [key, item] : value.items()) {
    if (item.is_null()) continue;
    if (key == "scope") {
      if (auto scope = OneOf(item, kScopes)) {
        settings.closed_files = *scope;
      } else {
        Complain(problems, "diagnostics.scope", item, "\"workspace\" or \"open\"");
      }
    } else if (key == "mode") {
      if (auto mode = OneOf(item, kModes)) {
        settings.mode = *mode;
      } else {
        Complain(problems, "diagnostics.mode", item, "\"auto\", \"push\", \"pull\" or \"both\"");
      }
    } else {
      problems.push_back(fmt::format("unknown setting `diagnostics.{}`", key));
    }
  }
}

// An object with nothing but `enable`.
void ReadSwitch(const std::string& key, const Json& value, bool& out, Problems& problems) {
  if (!value.is_object()) {
    Complain(problems, key, value, "an object with `enable`");
    return;
  }
  for (const auto& [name, item] : value.items()) {
    if (item.is_null()) continue;
    if (name != "enable") {
      problems.push_back(fmt::format("unknown setting `{}.{}`", key, name));
    } else if (item.is_boolean()) {
      out = item.get<bool>();
    } else {
      Complain(problems, key + ".enable", item, "true or false");
    }
  }
}

}  // namespace

std::vector<std::string> ReadSettings(const Json& options, bool ours, ServerSettings& settings) {
  Problems problems;
  const Json* object = &options;
  if (options.is_object() && options.contains("fluxcd")) {
    object = &options["fluxcd"];
    ours = true;
  }
  if (object->is_null()) return problems;
  if (!object->is_object()) {
    if (ours) Complain(problems, "fluxcd", *object, "an object");
    return problems;
  }
  bool any_known = std::any_of(kKeys.begin(), kKeys.end(),
                               [object](const char* key) { return object->contains(key); });
  if (!ours && !any_known) return problems;

  for (const auto& [key, value] : object->items()) {
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      problems.push_back(fmt::format("unknown setting `{}`", key));
    } else if (value.is_null()) {
      continue;
    } else if (key == "fluxVersion") {
      ReadFluxVersion(value, settings.engine, problems);
    } else if (key == "profile") {
      if (auto profile = OneOf(value, kProfiles)) {
        settings.engine.profile = *profile;
      } else {
        Complain(problems, key, value,
                 "one of \"minimal\", \"recommended\", \"strict\", \"house\"");
      }
    } else if (key == "rules") {
      ReadRules(value, settings.engine, problems);
    } else if (key == "exclude") {
      ReadStrings("exclude", value, "an array of patterns", settings.engine.exclude, problems);
    } else if (key == "schemas") {
      ReadStrings("schemas", value, "an array of directories", settings.engine.schemas, problems);
    } else if (key == "maxFileBytes") {
      if (value.is_number_integer() && value > 0) {
        settings.engine.max_file_bytes = value.get<uint64_t>();
      } else {
        Complain(problems, key, value, "a positive number of bytes");
      }
    } else if (key == "diagnostics") {
      ReadDiagnostics(value, settings, problems);
    } else if (key == "codeLens") {
      ReadSwitch(key, value, settings.code_lens, problems);
    } else if (key == "inlayHints") {
      ReadSwitch(key, value, settings.inlay_hints, problems);
    }
  }
  return problems;
}

}  // namespace fluxls::lsp
