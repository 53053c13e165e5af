// `fluxcd-ls fix`: applies fixes, then writes the files or prints a diff.
#include <fmt/format.h>

#include <ostream>
#include <set>

#include "analysis/build/fleet.h"
#include "analysis/rules/rule.h"
#include "cli/commands.h"
#include "cli/diff.h"
#include "cli/fixer.h"

namespace fluxls::cli {
namespace {

std::string Count(size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// Returns the paths, old and new, of files that could not be written.
std::set<std::string> WriteAll(const Selection& selection, const std::vector<ChangedFile>& changes,
                               size_t& written, std::ostream& err) {
  std::set<std::string> failed;
  for (const ChangedFile& change : changes) {
    std::string error = WriteBack(change);
    if (error.empty()) {
      ++written;
    } else {
      failed.insert({change.old_path, change.path});
      err << "fluxcd-ls: " << selection.Display(change.old_path) << ": " << error << '\n';
    }
  }
  return failed;
}

}  // namespace

int RunFix(const FixOptionsCli& options, std::ostream& out, std::ostream& err) {
  if (!options.rule.empty() && !FindRule(options.rule)) {
    err << UnknownRule(options.rule);
    return kExitError;
  }
  Settings settings;
  settings.flux_release = options.flux_release;
  settings.schemas = options.schemas;
  std::optional<Selection> selection =
      LoadSelection(DiskFileSystem(), options.paths, settings, err);
  if (!selection) return kExitError;

  const DiskFileSystem disk;
  build::FleetBuilder builder(&disk);
  Fixer fixer(*selection,
              [&builder](const Snapshot& snapshot, const std::vector<SourceFilePtr>& files) {
                return CheckFiles(snapshot, builder, files);
              });
  FixOptions which{.unsafe = options.unsafe, .rule = options.rule};
  FixRun run = fixer.Run(which);
  std::vector<ChangedFile> changes = fixer.Changes();
  bool good = selection->complete;
  size_t fixes = run.applied.size();
  size_t files = changes.size();
  for (const std::string& line : fixer.LeftAlone(which)) err << "fluxcd-ls: " << line << '\n';
  if (options.diff) {
    for (const ChangedFile& change : changes) {
      out << UnifiedDiff(selection->Display(change.old_path), selection->Display(change.path),
                         change.old_text->content(), change.text->content());
    }
  } else {
    files = 0;
    std::set<std::string> failed = WriteAll(*selection, changes, files, err);
    good &= failed.empty();
    fixes = 0;
    for (const Fixer::LogLine& line : fixer.log()) {
      if (failed.contains(line.path)) continue;
      out << line.text << '\n';
      ++fixes;
    }
  }
  out.flush();
  err << fmt::format("{} in {}{}; {} left.\n", Count(fixes, "fix", "fixes"),
                     Count(files, "file", "files"), options.diff ? ", nothing was written" : "",
                     Count(fixer.findings_left(), "finding", "findings"));
  if (!run.stable) {
    err << fmt::format("fluxcd-ls: fixes still had something to change after {} rounds\n",
                       run.rounds);
  }
  return good ? kExitClean : kExitError;
}

}  // namespace fluxls::cli
