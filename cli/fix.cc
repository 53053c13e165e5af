// `fluxcd-ls fix`: applies fixes, then writes the files or prints a diff.
#include <fmt/format.h>

#include <ostream>

#include "analysis/rules/rule.h"
#include "cli/commands.h"
#include "cli/diff.h"
#include "cli/fixer.h"

namespace fluxls::cli {
namespace {

std::string Count(size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// Returns how many files were written.
size_t WriteAll(const Selection& selection, const std::vector<ChangedFile>& changes,
                std::ostream& err) {
  size_t written = 0;
  for (const ChangedFile& change : changes) {
    std::string error = WriteBack(change);
    if (error.empty()) {
      ++written;
    } else {
      err << "fluxcd-ls: " << selection.Display(change.old_path) << ": " << error << '\n';
    }
  }
  return written;
}

}  // namespace

int RunFix(const FixOptionsCli& options, std::ostream& out, std::ostream& err) {
  if (!options.rule.empty() && !FindRule(options.rule)) {
    err << UnknownRule(options.rule);
    return kExitError;
  }
  Settings settings;
  settings.flux_release = options.flux_release;
  std::optional<Selection> selection =
      LoadSelection(DiskFileSystem(), options.paths, settings, err);
  if (!selection) return kExitError;

  Fixer fixer(*selection);
  FixRun run = fixer.Run({.unsafe = options.unsafe, .rule = options.rule});
  std::vector<ChangedFile> changes = fixer.Changes();
  bool good = selection->complete;
  if (options.diff) {
    for (const ChangedFile& change : changes) {
      out << UnifiedDiff(selection->Display(change.old_path), selection->Display(change.path),
                         change.old_text->content(), change.text->content());
    }
  } else {
    good &= WriteAll(*selection, changes, err) == changes.size();
    for (const std::string& line : fixer.log()) out << line << '\n';
  }
  out.flush();
  err << fmt::format("{} in {}{}; {} left.\n", Count(run.applied.size(), "fix", "fixes"),
                     Count(changes.size(), "file", "files"),
                     options.diff ? ", nothing was written" : "",
                     Count(fixer.findings_left(), "finding", "findings"));
  if (!run.stable) {
    err << fmt::format("fluxcd-ls: fixes still had something to change after {} rounds\n",
                       run.rounds);
  }
  return good ? kExitClean : kExitError;
}

}  // namespace fluxls::cli
