// `fluxcd-ls check`: reports findings.
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "analysis/build/fleet.h"
#include "cli/commands.h"
#include "cli/report.h"
#include "cli/reporters/reporters.h"
#include "cli/selection.h"

namespace fluxls::cli {
namespace {

bool UseColor(ColorMode mode, const std::ostream& out) {
  if (mode != ColorMode::kAuto) return mode == ColorMode::kAlways;
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color && *no_color) return false;
  return &out == &std::cout && isatty(STDOUT_FILENO) == 1;
}

}  // namespace

int RunCheck(const CheckOptions& options, std::ostream& out, std::ostream& err) {
  Settings settings;
  settings.flux_release = options.flux_release;
  settings.schemas = options.schemas;
  std::optional<Selection> selection =
      LoadSelection(DiskFileSystem(), options.paths, settings, err);
  if (!selection) return kExitError;

  std::vector<SourceFilePtr> files = selection->Files();
  const DiskFileSystem disk;
  build::FleetBuilder builder(&disk);
  std::vector<Finding> findings = CheckFiles(selection->workspace.snapshot(), builder, files);
  // A smaller severity is a heavier one.
  std::erase_if(findings, [&](const Finding& f) { return f.severity > options.min_severity; });
  Report report = MakeReport(*selection, files, findings);

  switch (options.format) {
    case Format::kText:
      WriteText(report, UseColor(options.color, out), out);
      out.flush();
      err << TextSummary(report) << '\n';
      break;
    case Format::kJson:
      WriteJson(report, out);
      break;
    case Format::kSarif:
      WriteSarif(report, out);
      break;
    case Format::kGithub:
      WriteGithub(report, out);
      break;
  }
  if (!selection->complete) return kExitError;
  for (const Finding& finding : findings) {
    if (options.fail_on && finding.severity <= *options.fail_on) return kExitFindings;
  }
  return kExitClean;
}

}  // namespace fluxls::cli
