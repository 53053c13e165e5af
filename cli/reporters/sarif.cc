// SARIF 2.1.0, one run. See sections 3.14 (run), 3.27 (result) and 3.55 (fix) of the standard.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "analysis/rules/rule.h"
#include "cli/reporters/reporters.h"

namespace fluxls::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string_view LevelOf(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    default:
      return "note";
  }
}

// A relative path as a URI reference.
std::string UriOf(std::string_view path) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string out;
  for (char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Json Artifact(std::string_view path) {
  return {{"uri", UriOf(path)}, {"uriBaseId", "SRCROOT"}};
}

Json Region(const Place& place) {
  return {{"startLine", place.start.line},
          {"startColumn", place.start.column},
          {"endLine", place.end.line},
          {"endColumn", place.end.column}};
}

Json Location(const Place& place) {
  return {{"physicalLocation",
           {{"artifactLocation", Artifact(place.path)}, {"region", Region(place)}}}};
}

Json RuleToJson(const Rule& rule) {
  return {{"id", rule.id},
          {"shortDescription", {{"text", rule.summary}}},
          {"help", {{"text", rule.summary}, {"markdown", RuleMarkdown(rule)}}},
          {"defaultConfiguration", {{"level", LevelOf(rule.severity)}}}};
}

// Null for a fix that also renames files: SARIF has no way to say so.
Json FixToJson(const Fix& fix, const std::vector<Report::Replacement>& replacements) {
  if (replacements.empty() || !fix.renames.empty()) return nullptr;
  std::map<std::string, Json> by_path;
  for (const Report::Replacement& replacement : replacements) {
    Json& list = by_path[replacement.place.path];
    list.push_back({{"deletedRegion", Region(replacement.place)},
                    {"insertedContent", {{"text", replacement.new_text}}}});
  }
  Json changes = Json::array();
  for (auto& [path, list] : by_path) {
    changes.push_back({{"artifactLocation", Artifact(path)}, {"replacements", std::move(list)}});
  }
  return {{"description", {{"text", fix.title}}}, {"artifactChanges", std::move(changes)}};
}

Json ResultToJson(const Report::Item& item, const std::map<std::string_view, size_t>& rules) {
  const Finding& finding = *item.finding;
  Json result = {{"ruleId", finding.rule}};
  if (auto index = rules.find(finding.rule); index != rules.end()) {
    result["ruleIndex"] = index->second;
  }
  result["level"] = LevelOf(finding.severity);
  result["message"] = {{"text", finding.message}};
  result["locations"] = Json::array({Location(item.place)});
  if (!item.related.empty()) {
    Json& related = result["relatedLocations"] = Json::array();
    for (size_t i = 0; i < item.related.size(); ++i) {
      Json location = Location(item.related[i].place);
      location["id"] = i + 1;
      location["message"] = {{"text", item.related[i].message}};
      related.push_back(std::move(location));
    }
  }
  Json fixes = Json::array();
  for (size_t i = 0; i < item.fixes.size(); ++i) {
    Json fix = FixToJson(finding.fixes[i], item.fixes[i]);
    if (!fix.is_null()) fixes.push_back(std::move(fix));
  }
  if (!fixes.empty()) result["fixes"] = std::move(fixes);
  result["properties"] = {{"confidence", ConfidenceName(finding.confidence)}};
  return result;
}

}  // namespace

void WriteSarif(const Report& report, std::ostream& out) {
  std::map<std::string_view, size_t> indices;
  Json rules = Json::array();
  for (const Rule* rule : AllRules()) {
    indices.emplace(rule->id, rules.size());
    rules.push_back(RuleToJson(*rule));
  }
  Json results = Json::array();
  for (const Report::Item& item : report.items) results.push_back(ResultToJson(item, indices));
  Json run = {
      {"tool",
       {{"driver",
         {{"name", "fluxcd-ls"}, {"version", FLUXLS_VERSION}, {"rules", std::move(rules)}}}}},
      {"originalUriBaseIds",
       {{"SRCROOT", {{"description", {{"text", "The directory that fluxcd-ls ran in."}}}}}}},
      {"columnKind", "unicodeCodePoints"},
      {"results", std::move(results)}};
  Json root = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
               {"version", "2.1.0"},
               {"runs", Json::array({std::move(run)})}};
  out << root.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace fluxls::cli
