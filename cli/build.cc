// `fluxcd-ls build`: prints what kustomize, or Flux, makes of a directory.
#include <fmt/format.h>

#include <ostream>
#include <set>

#include "analysis/build/builder.h"
#include "analysis/build/fleet.h"
#include "analysis/build/print.h"
#include "cli/commands.h"
#include "cli/places.h"
#include "cli/selection.h"

namespace fluxls::cli {
namespace {

using build::FluxBuild;
using build::FluxBuildPtr;

bool Report(const std::vector<build::Problem>& problems,
            const std::vector<build::Unknown>& unknowns, Places& places, std::ostream& err) {
  std::set<std::string> told;
  auto tell = [&](const std::string& line) {
    if (told.insert(line).second) err << line << '\n';
  };
  for (const build::Problem& problem : problems) {
    tell(fmt::format("{}: {}: {}", places.At(problem.path, problem.range),
                     problem.fatal ? "error" : "warning", problem.message));
    for (const build::Place& place : problem.related) {
      if (!place.path.empty())
        tell(fmt::format("  {}: {}", places.At(place.path, place.range), place.message));
    }
  }
  for (const build::Unknown& unknown : unknowns) {
    tell(fmt::format("{}: incomplete: {}", places.At(unknown.path, unknown.range), unknown.reason));
  }
  return unknowns.empty();
}

void Print(const build::Objects& objects, bool provenance, Places& places, std::ostream& out) {
  bool first = true;
  for (const build::Object& object : objects) {
    if (!std::exchange(first, false)) out << "---\n";
    out << (provenance ? PrintWithProvenance(object, places) : build::PrintYaml(object.root));
  }
}

int BuildDirectory(const BuildOptionsCli& options, std::ostream& out, std::ostream& err) {
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
  const build::BuildResult result = builder.Build(
      directory, options.legacy_order ? build::SortOrder::kLegacy : build::SortOrder::kNone);
  Places places(disk, current);
  const bool complete = Report(result.problems, result.unknowns, places, err);
  if (result.failed) return kExitFindings;
  Print(result.objects, options.provenance, places, out);
  return complete ? kExitClean : kExitFindings;
}

bool IsMeant(const FluxBuild& build, const BuildOptionsCli& options) {
  if (!build.flux) return false;
  if (!options.cluster.empty() && build.cluster != build::CleanPath(options.cluster)) return false;
  const size_t slash = options.kustomization.find('/');
  if (slash == std::string::npos) return build.name == options.kustomization;
  return build.Title() == options.kustomization;
}

int BuildKustomization(const BuildOptionsCli& options, const build::Fleet& fleet, Places& places,
                       std::ostream& out, std::ostream& err) {
  std::vector<FluxBuildPtr> meant;
  for (const FluxBuildPtr& build : fleet.builds()) {
    if (IsMeant(*build, options)) meant.push_back(build);
  }
  if (meant.empty()) {
    err << fmt::format(
        "fluxcd-ls: there is no Flux Kustomization \"{}\"{}; `fluxcd-ls build --list` "
        "lists them\n",
        options.kustomization,
        options.cluster.empty() ? "" : " in cluster \"" + options.cluster + "\"");
    return kExitError;
  }
  if (meant.size() > 1) {
    err << fmt::format("fluxcd-ls: several Flux Kustomizations are called \"{}\":\n",
                       options.kustomization);
    for (const FluxBuildPtr& build : meant)
      err << fmt::format("  --cluster {} --kustomization {}\n", build->cluster, build->Title());
    return kExitError;
  }
  const FluxBuild& build = *meant[0];
  const bool complete = Report(build.problems, build.unknowns, places, err);
  if (build.failed) return kExitFindings;
  Print(build.objects, options.provenance, places, out);
  return complete ? kExitClean : kExitFindings;
}

void List(const build::Fleet& fleet, Places& places, std::ostream& out) {
  for (const FluxBuildPtr& build : fleet.builds()) {
    std::string status = "ok";
    if (!build->unknowns.empty()) {
      const build::Unknown& first = build->unknowns.front();
      status = fmt::format("incomplete: {}: {}", places.At(first.path, first.range), first.reason);
    }
    for (const build::Problem& problem : build->problems) {
      if (!problem.fatal) continue;
      status =
          fmt::format("fails: {}: {}", places.At(problem.path, problem.range), problem.message);
      break;
    }
    out << fmt::format("{}\t{}\t{}\t{} objects\t{}\n",
                       !build->flux             ? "-"
                       : build->cluster.empty() ? "."
                                                : Printable(build->cluster),
                       build->flux ? Printable(build->Title()) : "kustomize",
                       build->directory.empty() ? "?" : Printable(places.Shown(build->directory)),
                       build->objects.size(), Printable(status));
  }
}

}  // namespace

int RunBuild(const BuildOptionsCli& options, std::ostream& out, std::ostream& err) {
  if (options.kustomization.empty() && !options.list) return BuildDirectory(options, out, err);
  const DiskFileSystem disk;
  Settings settings;
  std::optional<Selection> selection = LoadSelection(disk, {options.directory}, settings, err);
  if (!selection) return kExitError;
  build::FleetBuilder builder(&disk);
  const build::FleetPtr fleet = builder.Build(selection->workspace.snapshot());
  Places places(disk, selection->current_directory);
  if (!options.list) return BuildKustomization(options, *fleet, places, out, err);
  List(*fleet, places, out);
  return kExitClean;
}

}  // namespace fluxls::cli
