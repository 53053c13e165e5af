// `fluxcd-ls explain ID`: the documentation of a rule.
#include <ostream>

#include "analysis/rules/rule.h"
#include "cli/commands.h"

namespace fluxls::cli {

int RunExplain(const std::string& id, std::ostream& out, std::ostream& err) {
  const Rule* rule = FindRule(id);
  if (!rule) {
    err << "fluxcd-ls: there is no rule '" << id << "'; `fluxcd-ls rules` lists them\n";
    return kExitError;
  }
  out << RuleMarkdown(*rule);
  return kExitClean;
}

}  // namespace fluxls::cli
