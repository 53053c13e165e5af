// `fluxcd-ls explain ID`: the documentation of a rule.
#include <fmt/format.h>

#include <ostream>
#include <vector>

#include "analysis/rules/rule.h"
#include "cli/commands.h"
#include "schemas/nearest.h"

namespace fluxls::cli {

std::string UnknownRule(const std::string& id) {
  std::vector<std::string_view> ids;
  for (const Rule* rule : AllRules()) ids.push_back(rule->id);
  std::string hint = "`fluxcd-ls rules` lists them";
  if (std::optional<std::string_view> near = Nearest(std::string_view(id), ids)) {
    hint = fmt::format("did you mean '{}'?", *near);
  }
  return fmt::format("fluxcd-ls: there is no rule '{}'; {}\n", id, hint);
}

int RunExplain(const std::string& id, std::ostream& out, std::ostream& err) {
  const Rule* rule = FindRule(id);
  if (!rule) {
    err << UnknownRule(id);
    return kExitError;
  }
  out << RuleMarkdown(*rule);
  return kExitClean;
}

}  // namespace fluxls::cli
