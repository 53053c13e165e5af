// The subcommands. Each writes its result to `out`, everything else to `err`, and returns the exit
// code.
#pragma once

#include <iosfwd>
#include <string>

#include "cli/options.h"

namespace fluxls::cli {

int RunCheck(const CheckOptions& options, std::ostream& out, std::ostream& err);
int RunFix(const FixOptionsCli& options, std::ostream& out, std::ostream& err);
int RunBuild(const BuildOptionsCli& options, std::ostream& out, std::ostream& err);
int RunImpact(const ImpactOptionsCli& options, std::ostream& out, std::ostream& err);
int RunGraph(const GraphOptionsCli& options, std::ostream& out, std::ostream& err);
int RunTree(const TreeOptionsCli& options, std::ostream& out, std::ostream& err);
int RunExplain(const std::string& id, std::ostream& out, std::ostream& err);
// Lists the rules; with `markdown_directory` writes one page for each into it instead.
int RunRules(const std::string& markdown_directory, std::ostream& out, std::ostream& err);
int RunSchemaImport(const SchemaImportOptions& options, std::ostream& out, std::ostream& err);

// The sentence for a rule id that does not exist, with the nearest one that does.
std::string UnknownRule(const std::string& id);

}  // namespace fluxls::cli
