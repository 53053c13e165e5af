#include "analysis/build/impact.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace fluxls::build {
namespace {

bool IsIn(const Origin& origin, const std::string& path) {
  return origin && origin.file->path == path;
}

// Was anything in the tree written in the file, or changed by it?
bool Holds(const Value* value, const std::string& path) {
  if (IsIn(value->origin, path)) return true;
  for (const Edit* edit = value->edits; edit; edit = edit->earlier) {
    if (IsIn(edit->by, path)) return true;
  }
  for (const Pair& pair : value->Pairs()) {
    if (Holds(pair.value, path)) return true;
  }
  return std::any_of(value->Items().begin(), value->Items().end(),
                     [&path](const Value* item) { return Holds(item, path); });
}

using Key = std::tuple<std::string, std::string, std::string>;  // cluster, build, identity

struct Found {
  const FluxBuild* build = nullptr;
  const Object* object = nullptr;
};

std::map<Key, Found> ObjectsOf(const Fleet& fleet) {
  std::map<Key, Found> out;
  for (const FluxBuildPtr& build : fleet.builds()) {
    for (const Object& object : build->objects) {
      out.emplace(Key{build->cluster, (build->flux ? "" : "-") + build->Title(), object.id.Key()},
                  Found{build.get(), &object});
    }
  }
  return out;
}

ObjectChange Change(ChangeKind kind, const Found& found) {
  return {kind, found.build->cluster, found.build->Title(), found.build->flux,
          Describe(found.object->id)};
}

}  // namespace

std::vector<Touched> FindTouched(const Fleet& fleet, const std::string& path) {
  std::map<uint32_t, Touched> touched;
  for (uint32_t build : fleet.BuildsReading(path)) touched[build].build = build;
  for (uint32_t build : fleet.BuildsRunning(path)) {
    touched[build].build = build;
    touched[build].runs = true;
  }
  for (Effect effect : fleet.EffectsOf(path)) {
    const ObjectId& id = fleet.ObjectOf(effect).id;
    const std::string& cluster = fleet.BuildOf(effect).cluster;
    for (uint32_t user :
         fleet.BuildsSubstitutingFrom(cluster, id.kind, id.EffectiveNamespace(), id.name)) {
      touched[user].build = user;
      touched[user].variables = true;
    }
    if (!IsFluxKustomization(id)) continue;
    // What it builds.
    for (uint32_t i = 0; i < fleet.builds().size(); ++i) {
      const FluxBuild& build = *fleet.builds()[i];
      if (!build.flux || build.cluster != cluster || build.name != id.name) continue;
      if (build.namespace_ != id.EffectiveNamespace()) continue;
      touched[i].build = i;
      touched[i].runs = true;
    }
  }
  std::vector<Touched> out;
  for (auto& [build, one] : touched) {
    const Objects& objects = fleet.builds()[build]->objects;
    for (uint32_t i = 0; i < objects.size(); ++i) {
      if (one.runs || Holds(objects[i].root, path)) one.objects.push_back(i);
    }
    // The content of a generated object comes from files without a place of its own.
    if (one.objects.empty() && !one.variables) {
      for (uint32_t i = 0; i < objects.size(); ++i) {
        if (!objects[i].generator.kind.empty()) one.objects.push_back(i);
      }
    }
    if (one.variables && !one.runs) {
      for (const VariableSite& site : fleet.builds()[build]->variable_sites)
        one.objects.push_back(site.object);
      std::sort(one.objects.begin(), one.objects.end());
      one.objects.erase(std::unique(one.objects.begin(), one.objects.end()), one.objects.end());
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<ObjectChange> CompareFleets(const Fleet& before, const Fleet& after) {
  const std::map<Key, Found> old_objects = ObjectsOf(before);
  const std::map<Key, Found> new_objects = ObjectsOf(after);
  std::vector<ObjectChange> out;
  auto old_at = old_objects.begin();
  auto new_at = new_objects.begin();
  while (old_at != old_objects.end() || new_at != new_objects.end()) {
    if (new_at == new_objects.end() ||
        (old_at != old_objects.end() && old_at->first < new_at->first)) {
      out.push_back(Change(ChangeKind::kRemoved, old_at++->second));
    } else if (old_at == old_objects.end() || new_at->first < old_at->first) {
      out.push_back(Change(ChangeKind::kAdded, new_at++->second));
    } else {
      if (!SameContent(old_at->second.object->root, new_at->second.object->root))
        out.push_back(Change(ChangeKind::kChanged, new_at->second));
      ++old_at;
      ++new_at;
    }
  }
  return out;
}

}  // namespace fluxls::build
