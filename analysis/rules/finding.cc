#include "analysis/rules/finding.h"

namespace fluxls {

std::string_view SeverityName(Severity severity) {
  constexpr std::string_view kNames[] = {"error", "warning", "info", "hint"};
  return kNames[static_cast<size_t>(severity)];
}

std::string_view ConfidenceName(Confidence confidence) {
  constexpr std::string_view kNames[] = {"high", "medium", "low"};
  return kNames[static_cast<size_t>(confidence)];
}

}  // namespace fluxls
