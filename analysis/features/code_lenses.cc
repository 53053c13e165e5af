#include "analysis/features/code_lenses.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "analysis/build/hash.h"
#include "analysis/features/build_titles.h"

namespace fluxls {
namespace {

using build::Effect;
using build::Fleet;

// Kinds of Flux objects that others name.
constexpr std::string_view kNamedKinds[] = {"Kustomization",   "HelmRelease",
                                            "HelmChart",       "GitRepository",
                                            "OCIRepository",   "Bucket",
                                            "HelmRepository",  "ExternalArtifact",
                                            "ImageRepository", "ImagePolicy",
                                            "Provider",        "ResourceSet",
                                            "FluxInstance",    "ResourceSetInputProvider"};

bool IsNamedKind(std::string_view group, std::string_view kind) {
  return IsFluxGroup(group) &&
         std::find(std::begin(kNamedKinds), std::end(kNamedKinds), kind) != std::end(kNamedKinds);
}

// How often objects of Flux name what a file becomes: by the hash of the name.
std::unordered_map<uint64_t, uint32_t> CountNames(const Fleet& fleet, const std::string& path) {
  std::unordered_map<uint64_t, uint32_t> counts;
  for (Effect effect : fleet.EffectsOf(path))
    counts[fleet.BuildOf(effect).hashes[effect.object].name] = 0;
  for (const build::FluxBuildPtr& build : fleet.builds()) {
    for (const build::ObjectReference& reference : build->references) {
      const auto found = counts.find(reference.target);
      if (found != counts.end()) ++found->second;
    }
  }
  return counts;
}

// ShortCluster, found out once: a file may have many objects.
using ShortClusters = std::map<std::string, std::string>;

void TellAppliers(const Fleet& fleet, const std::vector<Effect>& effects,
                  ShortClusters& short_clusters, ObjectLens& lens) {
  std::vector<uint32_t> builds;
  std::set<std::string> titles;
  for (Effect effect : effects) {
    const build::FluxBuild& build = fleet.BuildOf(effect);
    if (!build.flux || (!builds.empty() && builds.back() == effect.build)) continue;
    builds.push_back(effect.build);
    titles.insert(build.Title());
    if (!build.origin) continue;
    const ByteRange whole = build.origin.range;
    const NamePlace place{build.origin.file->path, {whole.begin, whole.begin}, whole};
    if (std::find(lens.appliers.begin(), lens.appliers.end(), place) == lens.appliers.end())
      lens.appliers.push_back(place);
  }
  if (builds.empty()) return;
  const build::FluxBuild& first = *fleet.builds()[builds.front()];
  const auto [short_cluster, fresh] = short_clusters.try_emplace(first.cluster);
  if (fresh) short_cluster->second = ShortCluster(fleet, first.cluster);
  const std::string& cluster = short_cluster->second;
  if (builds.size() == 1) {
    lens.applied = fmt::format("applied by Kustomization {}{}", first.Title(),
                               cluster.empty() ? "" : fmt::format(" ({})", cluster));
  } else if (titles.size() == 1) {
    lens.applied =
        fmt::format("applied by Kustomization {} in {} clusters", first.Title(), builds.size());
  } else {
    lens.applied = fmt::format("applied by {} Kustomizations", builds.size());
  }
}

}  // namespace

std::vector<ObjectLens> LensesOf(const Fleet& fleet, const SourceFile& file) {
  std::map<ByteRange, std::vector<Effect>> effects;
  for (Effect effect : fleet.EffectsOf(file.path))
    effects[fleet.ObjectOf(effect).origin.range].push_back(effect);
  const std::unordered_map<uint64_t, uint32_t> names = CountNames(fleet, file.path);
  ShortClusters short_clusters;
  std::map<ByteRange, ObjectLens> lenses;
  for (const auto& [range, list] : effects) {
    ObjectLens& lens = lenses[range];
    lens.object = range;
    lens.effects = list.size();
    TellAppliers(fleet, list, short_clusters, lens);
    lens.counts = std::any_of(list.begin(), list.end(), [&](Effect effect) {
      const build::ObjectId& id = fleet.ObjectOf(effect).id;
      return IsNamedKind(id.group, id.kind) ||
             names.at(fleet.BuildOf(effect).hashes[effect.object].name) > 0;
    });
  }
  // Documents that no build has.
  for (const Resource& resource : file.facts.resources) {
    if (resource.document >= file.yaml.documents.size()) continue;
    const ByteRange range = file.yaml.documents[resource.document].root().range();
    const auto next = effects.lower_bound({range.begin, 0});
    if (next != effects.end() && next->first.begin < range.end) continue;
    if (!IsNamedKind(resource.id.api.group, resource.id.kind)) continue;
    ObjectLens& lens = lenses[range];
    lens.object = range;
    lens.counts = true;
  }
  std::vector<ObjectLens> out;
  out.reserve(lenses.size());
  for (auto& [range, lens] : lenses) out.push_back(std::move(lens));
  return out;
}

std::vector<NamePlace> ReferencesToObject(const Snapshot& snapshot, const Fleet& fleet,
                                          const SourceFile& file, uint32_t begin) {
  Subject subject;
  subject.kind = Subject::Kind::kObject;
  for (Effect effect : fleet.EffectsOf(file.path)) {
    if (fleet.ObjectOf(effect).origin.range.begin == begin) subject.objects.push_back(effect);
  }
  const SourceFilePtr known = snapshot.Find(file.path);
  if (subject.objects.empty() && known) {
    for (uint32_t i = 0; i < known->facts.resources.size(); ++i) {
      const uint32_t document = known->facts.resources[i].document;
      if (document >= known->yaml.documents.size() ||
          known->yaml.documents[document].root().range().begin != begin)
        continue;
      subject.written.push_back({known, i});
      break;
    }
  }
  return ReferencesOf(snapshot, fleet, file, subject, false);
}

std::string CountTitle(size_t references) {
  if (references == 0) return "no references";
  return references == 1 ? "1 reference" : fmt::format("{} references", references);
}

uint64_t LensStamp(const Fleet& fleet, const std::string& path) {
  uint64_t stamp = fleet.SignatureOf(path);
  build::Mix(stamp, ClustersStamp(fleet));
  for (Effect effect : fleet.EffectsOf(path)) {
    const build::Origin& applier = fleet.BuildOf(effect).origin;
    if (!applier) continue;
    build::Mix(stamp, applier.file->path);
    build::Mix(stamp, static_cast<uint64_t>(applier.range.begin));
  }
  // In any order: a sum.
  for (const auto& [name, count] : CountNames(fleet, path)) {
    uint64_t one = name;
    build::Mix(one, static_cast<uint64_t>(count));
    stamp += one;
  }
  return stamp;
}

}  // namespace fluxls
