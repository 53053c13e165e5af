// `fluxcd-ls build`: prints what kustomize, or Flux, makes of a directory.
#include <fmt/format.h>

#include <ostream>
#include <set>

#include "analysis/build/builder.h"
#include "analysis/build/print.h"
#include "cli/commands.h"
#include "cli/selection.h"

namespace fluxls::cli {
namespace {

using build::BuildResult;

// Lines and columns of files, read once each.
class Places {
 public:
  Places(build::Files& files, std::string current_directory)
      : files_(files), current_directory_(std::move(current_directory)) {}

  std::string At(const std::string& path, ByteRange range) {
    if (path.empty()) return "";
    std::string shown = RelativePath(path, current_directory_);
    std::shared_ptr<const std::string> bytes = files_.Bytes(path);
    if (!bytes) return shown;
    const LineIndex lines(*bytes);
    const uint32_t line = lines.LineOf(range.begin);
    return fmt::format("{}:{}:{}", shown, line + 1, range.begin - lines.LineStart(line) + 1);
  }

 private:
  build::Files& files_;
  std::string current_directory_;
};

int Report(const BuildResult& result, Places& places, std::ostream& err) {
  std::set<std::string> told;
  auto tell = [&](const std::string& line) {
    if (told.insert(line).second) err << line << '\n';
  };
  for (const build::Problem& problem : result.problems) {
    tell(fmt::format("{}: {}: {}", places.At(problem.path, problem.range),
                     problem.fatal ? "error" : "warning", problem.message));
    for (const build::Place& place : problem.related) {
      if (!place.path.empty())
        tell(fmt::format("  {}: {}", places.At(place.path, place.range), place.message));
    }
  }
  for (const build::Unknown& unknown : result.unknowns) {
    tell(fmt::format("{}: incomplete: {}", places.At(unknown.path, unknown.range), unknown.reason));
  }
  return result.failed || !result.unknowns.empty() ? kExitFindings : kExitClean;
}

}  // namespace

int RunBuild(const BuildOptionsCli& options, std::ostream& out, std::ostream& err) {
  const DiskFileSystem disk;
  const std::string current = CurrentDirectory();
  const std::string directory = JoinPath(current, options.directory);
  std::optional<FileStat> stat = disk.Stat(directory);
  if (!stat || stat->type != EntryType::kDirectory) {
    err << fmt::format("fluxcd-ls: {}: no such directory\n", options.directory);
    return kExitError;
  }
  // Read from the disk as kustomize does, whatever git thinks of the files.
  build::Files files(&disk, /*outside=*/true);
  files.SetSnapshot(Workspace().snapshot());
  build::Builder builder(files, {.restrict_files = options.restrict_files});
  const BuildResult result = builder.Build(
      directory, options.legacy_order ? build::SortOrder::kLegacy : build::SortOrder::kNone);
  Places places(files, current);
  const int code = Report(result, places, err);
  if (result.failed) return code;
  bool first = true;
  for (const build::Object& object : result.objects) {
    if (!std::exchange(first, false)) out << "---\n";
    out << build::PrintYaml(object.root);
  }
  return code;
}

}  // namespace fluxls::cli
