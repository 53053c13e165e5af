// What a fleet knows of names: who is called what, and who refers to whom.
#include <algorithm>

#include "analysis/build/fleet.h"
#include "analysis/build/hash.h"

namespace fluxls::build {
namespace {

using Named = std::pair<uint64_t, Effect>;

bool IsBefore(const Named& a, const Named& b) {
  if (a.first != b.first) return a.first < b.first;
  return std::pair(a.second.build, a.second.object) < std::pair(b.second.build, b.second.object);
}

std::span<const Named> WithHash(const std::vector<Named>& list, uint64_t hash) {
  auto less = [](const Named& a, const Named& b) { return a.first < b.first; };
  auto [first, last] = std::equal_range(list.begin(), list.end(), Named{hash, {}}, less);
  return {first, last};
}

}  // namespace

void Fleet::IndexReferences() {
  by_short_name_.reserve(CountObjects());
  for (uint32_t i = 0; i < builds_.size(); ++i) {
    const FluxBuild& build = *builds_[i];
    for (uint32_t j = 0; j < build.objects.size(); ++j)
      by_short_name_.push_back({build.hashes[j].short_name, {i, j}});
    for (std::string_view kind : build.kinds) kinds_.emplace(build.cluster, kind);
    if (build.flux) {
      if (build.rooted) rooted_.insert(build.cluster);
      // What goes to another cluster says nothing of the controllers of this one.
      if (!build.locked_down.empty() && !IsRemote(build)) {
        for (std::string_view name : build.locked_down) locked_down_.emplace(build.cluster, name);
      }
      for (std::string_view ns : build.flux_namespaces) namespaces_.emplace(build.cluster, ns);
      for (uint32_t j : build.open_objects) open_objects_.push_back({i, j});
    }
    for (const MadeBy& made : build.made) made_.push_back({made.name, {i, made.maker}});
    const OriginFile* last_file = nullptr;
    std::vector<ReferenceSite>* sites = nullptr;
    for (uint32_t j = 0; j < build.references.size(); ++j) {
      const Origin& origin = build.references[j].name_value->origin;
      if (!origin) continue;
      if (origin.file != last_file) {
        last_file = origin.file;
        sites = &references_[last_file->path];
      }
      sites->push_back({i, j});
    }
  }
  std::sort(by_short_name_.begin(), by_short_name_.end(), IsBefore);
  std::sort(made_.begin(), made_.end(), IsBefore);
}

const std::vector<ReferenceSite>& Fleet::ReferencesIn(const std::string& path) const {
  static const std::vector<ReferenceSite> kNone;
  auto found = references_.find(path);
  return found == references_.end() ? kNone : found->second;
}

std::vector<ReferenceSite> Fleet::ReferencesTo(uint64_t target) const {
  std::vector<ReferenceSite> out;
  for (uint32_t i = 0; i < builds_.size(); ++i) {
    const std::vector<ObjectReference>& references = builds_[i]->references;
    for (uint32_t j = 0; j < references.size(); ++j) {
      if (references[j].target == target) out.push_back({i, j});
    }
  }
  return out;
}

std::vector<Effect> Fleet::Named(std::string_view cluster, std::string_view kind,
                                 std::string_view name) const {
  std::vector<Effect> out;
  for (const auto& [hash, effect] : WithHash(by_short_name_, HashOfShortName(kind, name))) {
    const Object& object = ObjectOf(effect);
    const bool here =
        cluster == "*" || (BuildOf(effect).flux && BuildOf(effect).cluster == cluster);
    if (here && object.id.kind == kind && object.id.name == name) out.push_back(effect);
  }
  return out;
}

std::vector<Effect> Fleet::MakersOf(uint64_t target) const {
  std::vector<Effect> out;
  for (const auto& [hash, effect] : WithHash(made_, target)) out.push_back(effect);
  return out;
}

std::vector<Effect> Fleet::MakersNamed(std::string_view kind, std::string_view name) const {
  std::vector<Effect> out;
  for (const auto& [hash, effect] : made_) {
    for (const Made& made : FindMade(ObjectOf(effect))) {
      if (made.kind == kind && made.name == name) out.push_back(effect);
    }
  }
  return out;
}

const std::vector<Gap>& Fleet::GapsOf(const std::string& cluster) const {
  static const std::vector<Gap> kNone;
  auto found = gaps_.find(cluster);
  return found == gaps_.end() ? kNone : found->second;
}

bool Fleet::HasKind(std::string_view cluster, std::string_view kind) const {
  if (cluster != "*") return kinds_.contains({cluster, kind});
  return std::any_of(kinds_.begin(), kinds_.end(),
                     [kind](const auto& pair) { return pair.second == kind; });
}

}  // namespace fluxls::build
