// `fluxcd-ls impact`: what a change touches.
#include <fmt/format.h>

#include <map>
#include <ostream>
#include <set>

#include "analysis/build/impact.h"
#include "cli/commands.h"
#include "cli/git.h"
#include "cli/places.h"
#include "cli/selection.h"

namespace fluxls::cli {
namespace {

std::string Title(const build::FluxBuild& build, const Selection& selection) {
  if (!build.flux)
    return fmt::format("kustomize {}", Printable(selection.Display(build.directory)));
  return fmt::format("{}: Kustomization {}", build.cluster.empty() ? "." : Printable(build.cluster),
                     Printable(build.Title()));
}

int Touch(const Selection& selection, const build::Fleet& fleet, std::ostream& out) {
  // What was asked for may be no YAML of the workspace: a file of a generator.
  std::set<std::string> paths(selection.targets.begin(), selection.targets.end());
  for (const SourceFilePtr& file : selection.Files()) paths.insert(file->path);
  const std::vector<build::Touched> touched = build::FindTouched(fleet, paths);
  if (touched.empty()) out << "no build reads this\n";
  for (const build::Touched& one : touched) {
    const build::FluxBuild& build = *fleet.builds()[one.build];
    out << Title(build, selection) << '\n';
    for (uint32_t object : one.objects)
      out << "  " << Printable(build::Describe(build.objects[object].id)) << '\n';
  }
  return kExitClean;
}

// Builds that work in one of the fleets and fail in the other. True when one fails now.
bool CompareOutcomes(const Selection& selection, const build::Fleet& before,
                     const build::Fleet& after, const DiskFileSystem& disk, std::ostream& out) {
  std::map<std::string, bool> failed;
  for (const build::FluxBuildPtr& build : before.builds())
    failed[Title(*build, selection)] = build->failed;
  Places places(disk, selection.current_directory);
  bool broken = false;
  for (const build::FluxBuildPtr& build : after.builds()) {
    const std::string title = Title(*build, selection);
    auto known = failed.find(title);
    const bool did = known != failed.end() && known->second;
    if (build->failed == did) continue;
    if (!build->failed) {
      out << title << "\n  works now\n";
      continue;
    }
    broken = true;
    out << title << "\n  fails now\n";
    for (const build::Problem& problem : build->problems) {
      if (problem.fatal)
        out << Printable(
                   fmt::format("  {}: {}", places.At(problem.path, problem.range), problem.message))
            << '\n';
    }
  }
  return broken;
}

int Compare(const ImpactOptionsCli& options, const DiskFileSystem& disk, const Selection& selection,
            const build::Fleet& after, std::ostream& out, std::ostream& err) {
  std::string error;
  auto files = FilesAtRevision(CurrentDirectory(), options.revision, error);
  if (!files) {
    err << fmt::format("fluxcd-ls: --diff: {}\n", error);
    return kExitError;
  }
  const RevisionFileSystem revision(disk, std::move(*files));
  // The paths of today may not have been there.
  std::optional<Selection> old = LoadSelection(revision, {selection.current_directory}, {}, err);
  if (!old) return kExitError;
  build::FleetBuilder builder(&revision);
  const build::FleetPtr before = builder.Build(old->workspace.snapshot());
  const bool broken = CompareOutcomes(selection, *before, after, disk, out);
  std::string last;
  for (const build::ObjectChange& change : build::CompareFleets(*before, after)) {
    const std::string title = Title(*change.build, selection);
    if (title != last) out << title << '\n';
    last = title;
    const char sign = change.kind == build::ChangeKind::kAdded     ? '+'
                      : change.kind == build::ChangeKind::kRemoved ? '-'
                                                                   : '~';
    out << fmt::format("  {} {}\n", sign, Printable(build::Describe(change.object->id)));
  }
  if (broken) return kExitFindings;
  if (last.empty()) out << fmt::format("every object is what it was at {}\n", options.revision);
  return kExitClean;
}

}  // namespace

int RunImpact(const ImpactOptionsCli& options, std::ostream& out, std::ostream& err) {
  if (options.paths.empty() && options.revision.empty()) {
    err << "fluxcd-ls: impact needs files, or --diff and a revision\n";
    return kExitError;
  }
  const DiskFileSystem disk;
  std::optional<Selection> selection = LoadSelection(disk, options.paths, {}, err);
  if (!selection) return kExitError;
  build::FleetBuilder builder(&disk);
  const build::FleetPtr fleet = builder.Build(selection->workspace.snapshot());
  if (options.revision.empty()) return Touch(*selection, *fleet, out);
  return Compare(options, disk, *selection, *fleet, out, err);
}

}  // namespace fluxls::cli
