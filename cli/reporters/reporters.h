// One function an output format.
#pragma once

#include <iosfwd>
#include <string>

#include "cli/report.h"

namespace fluxls::cli {

// `path:line:col: severity: message [rule]`, one line a finding.
void WriteText(const Report& report, bool color, std::ostream& out);
// "2 errors, 1 warning in 12 files", for people.
std::string TextSummary(const Report& report);
// The format of docs/check.schema.json.
void WriteJson(const Report& report, std::ostream& out);
// SARIF 2.1.0.
void WriteSarif(const Report& report, std::ostream& out);
// Workflow commands of GitHub Actions.
void WriteGithub(const Report& report, std::ostream& out);

}  // namespace fluxls::cli
