// `fluxcd-ls rules`: lists the rules, or writes their documentation.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "analysis/rules/rule.h"
#include "cli/commands.h"
#include "cli/write_file.h"

namespace fluxls::cli {
namespace {

int WritePages(const std::string& directory, std::ostream& err) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  for (const Rule* rule : AllRules()) {
    std::string path = fmt::format("{}/{}.md", directory, rule->id);
    if (std::string why = WriteFileAtomically(path, RuleMarkdown(*rule)); !why.empty()) {
      err << "fluxcd-ls: " << path << ": " << why << '\n';
      return kExitError;
    }
  }
  return kExitClean;
}

}  // namespace

int RunRules(const std::string& markdown_directory, std::ostream& out, std::ostream& err) {
  if (!markdown_directory.empty()) return WritePages(markdown_directory, err);
  size_t width = 0;
  for (const Rule* rule : AllRules()) width = std::max(width, rule->id.size());
  for (const Rule* rule : AllRules()) {
    out << fmt::format("{:{}}  {:7}  {}\n", rule->id, width, SeverityName(rule->severity),
                       rule->summary);
  }
  return kExitClean;
}

}  // namespace fluxls::cli
