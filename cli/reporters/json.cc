#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/reporters/reporters.h"

namespace fluxls::cli {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(Position position) {
  return {{"line", position.line}, {"column", position.column}};
}

Json RangeOf(const Place& place) {
  return {{"start", ToJson(place.start)}, {"end", ToJson(place.end)}};
}

Json ToJson(const Report::Item& item) {
  const Finding& finding = *item.finding;
  Json fixes = Json::array();
  for (const Fix& fix : finding.fixes) fixes.push_back({{"title", fix.title}, {"safe", fix.safe}});
  Json related = Json::array();
  for (const Report::Related& other : item.related) {
    related.push_back(
        {{"path", other.place.path}, {"range", RangeOf(other.place)}, {"message", other.message}});
  }
  return {{"rule", finding.rule},
          {"severity", SeverityName(finding.severity)},
          {"confidence", ConfidenceName(finding.confidence)},
          {"path", item.place.path},
          {"range", RangeOf(item.place)},
          {"message", finding.message},
          {"fixes", std::move(fixes)},
          {"related", std::move(related)}};
}

}  // namespace

void WriteJson(const Report& report, std::ostream& out) {
  const Report::Summary& summary = report.summary;
  Json findings = Json::array();
  for (const Report::Item& item : report.items) findings.push_back(ToJson(item));
  Json root = {{"version", 1},
               {"summary",
                {{"files", summary.files},
                 {"documents", summary.documents},
                 {"errors", summary.errors},
                 {"warnings", summary.warnings},
                 {"infos", summary.infos},
                 {"hints", summary.hints}}},
               {"findings", std::move(findings)}};
  // File names need not be UTF-8; JSON must be.
  out << root.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace fluxls::cli
