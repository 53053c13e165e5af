#include <fmt/format.h>

#include <ostream>

#include "cli/reporters/reporters.h"

namespace fluxls::cli {
namespace {

// Workflow commands are one line; what would end the line, or a property, is percent-encoded.
std::string Escape(std::string_view text, bool property) {
  std::string out;
  for (char c : text) {
    bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    if (special) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view CommandOf(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    default:
      return "notice";
  }
}

}  // namespace

void WriteGithub(const Report& report, std::ostream& out) {
  for (const Report::Item& item : report.items) {
    const Finding& finding = *item.finding;
    const Place& place = item.place;
    std::string where = fmt::format("file={},line={},endLine={}", Escape(place.path, true),
                                    place.start.line, place.end.line);
    // Columns are only taken for annotations of one line.
    if (place.start.line == place.end.line) {
      where += fmt::format(",col={},endColumn={}", place.start.column, place.end.column);
    }
    out << fmt::format("::{} {},title={}::{}\n", CommandOf(finding.severity), where,
                       Escape(finding.rule, true), Escape(finding.message, false));
  }
}

}  // namespace fluxls::cli
