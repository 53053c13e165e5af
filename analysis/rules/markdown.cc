// Documentation pages, made from what the rules carry.
#include <fmt/format.h>

#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

// An example as it is shown: file headers become comments.
std::string ShowExample(std::string_view text) {
  constexpr std::string_view kHeader = "%! ";
  std::string shown;
  bool first = true;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with(kHeader)) {
      if (!first) shown += '\n';
      line.remove_prefix(kHeader.size());
      shown += fmt::format("# ---- {}\n", line);
    } else {
      shown += line;
      shown += '\n';
    }
    first = false;
  }
  return shown;
}

std::string_view Article(Severity severity) {
  return severity == Severity::kError || severity == Severity::kInfo ? "An" : "A";
}

}  // namespace

std::string RuleMarkdown(const Rule& rule) {
  std::string page = fmt::format("# {}\n\n{}\n\n", rule.id, rule.summary);
  page += fmt::format("{} {} in the profile `recommended`", Article(rule.severity),
                      SeverityName(rule.severity));
  if (rule.house && rule.severity > Severity::kWarning) page += ", a warning in `house`";
  if (rule.severity > Severity::kWarning) page += ", a warning in `strict`";
  page += fmt::format(
      ".\nTurn it off for one finding with `# fluxcd-ls: ignore {0}`, at the end of its line or on "
      "a\n"
      "line of its own above; for a file with `# fluxcd-ls: ignore-file {0}`.\n\n",
      rule.id);
  page += rule.docs;
  if (!page.ends_with('\n')) page += '\n';
  if (!rule.examples.empty()) page += "\n## Examples\n";
  for (const Example& example : rule.examples) {
    page += fmt::format("\n### {}\n\n```yaml\n{}```\n", example.title, ShowExample(example.bad));
    if (!example.good.empty()) {
      page += fmt::format("\nRight:\n\n```yaml\n{}```\n", ShowExample(example.good));
    }
  }
  return page;
}

}  // namespace fluxls
