// What builds run into, told at the line where it can be mended.
//
// A problem that only some of the builds of a file have names one of them. What no Flux
// Kustomization builds may well be built by nobody: it counts as a warning at most.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>

#include "analysis/build/fleet.h"
#include "analysis/rules/rule.h"

namespace fluxls {

struct BuildProblem {
  const build::Problem* problem = nullptr;
  std::vector<uint32_t> builds;  // that have it, in the fleet
  bool by_flux = false;          // one of them is Flux's
  bool everywhere = false;       // every build that runs the file has it
};

// Problems of these kinds in the context's file, in order of place.
std::vector<BuildProblem> BuildProblemsIn(const RuleContext& context,
                                          std::initializer_list<build::ProblemKind> kinds);

// The finding for it; see RuleContext::Report.
Finding& ReportBuildProblem(RuleContext& context, const BuildProblem& problem);

// `Kustomization "flux-system/apps" of cluster "clusters/production"`, `the build of "apps/base"`.
std::string DescribeBuild(const RuleContext& context, uint32_t build);

// The node that stands exactly at `range`, the outermost of several; no such node when there is
// none.
struct FoundNode {
  const yaml::Document* document = nullptr;
  yaml::Node node;
};
FoundNode FindNode(const RuleContext& context, ByteRange range);

}  // namespace fluxls
