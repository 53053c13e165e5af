#include <fmt/format.h>

#include <ostream>

#include "cli/places.h"
#include "cli/reporters/reporters.h"

namespace fluxls::cli {
namespace {

// By severity: red, yellow, blue, grey.
constexpr std::string_view kColors[] = {"\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[90m"};
constexpr std::string_view kReset = "\x1b[0m";

std::string Count(uint32_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

void WriteText(const Report& report, bool color, std::ostream& out) {
  for (const Report::Item& item : report.items) {
    const Finding& finding = *item.finding;
    std::string_view on = color ? kColors[static_cast<size_t>(finding.severity)] : "";
    std::string_view off = color ? kReset : "";
    out << fmt::format("{}:{}:{}: {}{}{}: {} [{}]\n", Printable(item.place.path),
                       item.place.start.line, item.place.start.column, on,
                       SeverityName(finding.severity), off, Printable(finding.message),
                       finding.rule);
  }
}

std::string TextSummary(const Report& report) {
  const Report::Summary& summary = report.summary;
  std::string counts;
  auto add = [&](uint32_t count, std::string_view what) {
    if (count == 0) return;
    if (!counts.empty()) counts += ", ";
    counts += Count(count, what);
  };
  add(summary.errors, "error");
  add(summary.warnings, "warning");
  add(summary.infos, "info");
  add(summary.hints, "hint");
  if (counts.empty()) counts = "No findings";
  std::string out = fmt::format("{} in {}, {}.", counts, Count(summary.files, "file"),
                                Count(summary.documents, "document"));
  if (summary.fixable > 0) out += fmt::format(" `fluxcd-ls fix` mends {}.", summary.fixable);
  return out;
}

}  // namespace fluxls::cli
