#include "analysis/rules/build_problems.h"

#include <fmt/format.h>

#include <algorithm>

namespace fluxls {

std::vector<BuildProblem> BuildProblemsIn(const RuleContext& context,
                                          std::initializer_list<build::ProblemKind> kinds) {
  std::vector<BuildProblem> out;
  const build::Fleet* fleet = context.fleet();
  if (!fleet) return out;
  const std::string& path = context.file().path;
  std::vector<uint32_t> running = fleet->BuildsRunning(path);
  if (running.empty()) running = fleet->BuildsReading(path);
  for (const build::FleetProblem& found : fleet->ProblemsIn(path)) {
    if (std::find(kinds.begin(), kinds.end(), found.problem->kind) == kinds.end()) continue;
    BuildProblem problem;
    problem.problem = found.problem;
    problem.builds = found.builds;
    problem.by_flux = std::any_of(problem.builds.begin(), problem.builds.end(),
                                  [&](uint32_t build) { return fleet->builds()[build]->flux; });
    problem.everywhere = problem.builds.size() >= running.size();
    out.push_back(std::move(problem));
  }
  return out;
}

std::string DescribeBuild(const RuleContext& context, uint32_t index) {
  const build::Fleet& fleet = *context.fleet();
  const build::FluxBuild& build = *fleet.builds()[index];
  const Snapshot& snapshot = context.snapshot();
  if (!build.flux) return fmt::format("the build of \"{}\"", snapshot.DisplayPath(build.directory));
  std::string text = fmt::format("Kustomization \"{}\"", build.Title());
  if (fleet.Clusters().size() > 1)
    text += fmt::format(" of cluster \"{}\"", snapshot.DisplayPath(build.cluster));
  return text;
}

Finding& ReportBuildProblem(RuleContext& context, const BuildProblem& problem) {
  std::string message = problem.problem->message;
  if (!problem.everywhere)
    message += fmt::format(" (in {})", DescribeBuild(context, problem.builds.front()));
  Finding& finding = context.ReportAt(problem.problem->range, std::move(message));
  if (!problem.by_flux) finding.severity = std::max(finding.severity, Severity::kWarning);
  for (const build::Place& place : problem.problem->related) {
    finding.related.push_back({place.path, place.range, place.message});
  }
  return finding;
}

FoundNode FindNode(const RuleContext& context, ByteRange range) {
  for (const yaml::Document& document : context.documents()) {
    if (range.begin < document.range().begin || range.end > document.range().end) continue;
    yaml::Node node = document.NodeAt(range.begin);
    while (node && node.range() != range) node = node.parent();
    while (node.parent() && node.parent().range() == range) node = node.parent();
    if (node) return {&document, node};
  }
  return {};
}

}  // namespace fluxls
