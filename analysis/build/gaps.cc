// What a fleet cannot know of its clusters.
#include <algorithm>
#include <set>

#include "analysis/build/fleet.h"

namespace fluxls::build {
namespace {

using Holds = Gap::Holds;

// `github.com/owner` of the address of a repository; "" when it has no such form.
std::string OwnerOf(std::string_view url) {
  if (size_t scheme = url.find("://"); scheme != std::string_view::npos)
    url.remove_prefix(scheme + 3);
  if (size_t user = url.find('@'); user != std::string_view::npos) url.remove_prefix(user + 1);
  const size_t host = url.find_first_of(":/");
  if (host == std::string_view::npos) return "";
  const size_t owner = url.find('/', host + 1);
  if (owner == std::string_view::npos) return "";
  // A port is no owner.
  std::string out(url.substr(0, owner));
  std::replace(out.begin(), out.end(), ':', '/');
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool NamesCrds(std::string_view path) {
  return path.find("crd") != std::string_view::npos || path.find("CRD") != std::string_view::npos;
}

// What the entry of a kustomization can bring that nobody has fetched.
Holds OfEntry(std::string_view entry) {
  if (entry.find("://") == std::string_view::npos &&
      entry.find("github.com") == std::string_view::npos)
    return Holds::kAnything;
  if (entry.ends_with(".json") || NamesCrds(entry)) return Holds::kNoFluxObjects;
  const bool file = entry.ends_with(".yaml") || entry.ends_with(".yml");
  return file && entry.find("flux") == std::string_view::npos ? Holds::kNoFluxObjects
                                                              : Holds::kAnything;
}

const Object* SourceOf(const Fleet& fleet, const FluxBuild& build) {
  const Value* source = Find(build.kustomization, {"spec", "sourceRef"});
  const std::string_view ns = Text(source, "namespace");
  return fleet.Find(build.cluster, Text(source, "kind"), ns.empty() ? build.namespace_ : ns,
                    Text(source, "name"));
}

std::string OwnerOfSource(const Fleet& fleet, const FluxBuild& build) {
  const Object* source = SourceOf(fleet, build);
  return source ? OwnerOf(Text(Find(source->root, "spec"), "url")) : "";
}

}  // namespace

void Fleet::FindGaps() {
  // Whom the repositories belong to that a cluster's builds of this repository come from.
  std::map<std::string_view, std::set<std::string>> owners;
  for (const FluxBuildPtr& build : builds_) {
    if (build->flux && !build->directory.empty())
      owners[build->cluster].insert(OwnerOfSource(*this, *build));
  }
  for (uint32_t i = 0; i < builds_.size(); ++i) {
    const FluxBuild& build = *builds_[i];
    if (!build.flux) continue;
    std::vector<Gap>& gaps = gaps_[build.cluster];
    if (build.directory.empty()) {
      Gap gap{i, build.unknowns.empty() ? "its path is not known" : build.unknowns.front().reason};
      const std::string owner = OwnerOfSource(*this, build);
      std::set<std::string>& own = owners[build.cluster];
      own.erase("");
      const bool foreign = !owner.empty() && !own.empty() && !own.contains(owner);
      if (build.unknowns.empty() && HasFatal(build.problems)) gap.holds = Holds::kOnlyWhatIsWritten;
      if (foreign || NamesCrds(Text(build::Find(build.kustomization, "spec"), "path")))
        gap.holds = Holds::kNoFluxObjects;
      gaps.push_back(std::move(gap));
      continue;
    }
    for (const Unknown& unknown : build.unknowns)
      gaps.push_back(
          {i, unknown.reason, unknown.bootstrap ? Holds::kNoFluxObjects : OfEntry(unknown.entry)});
    if (build.failed)
      gaps.push_back({i, "the build of " + build.Title() + " fails", Holds::kOnlyWhatIsWritten});
  }
}

}  // namespace fluxls::build
