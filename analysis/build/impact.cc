#include "analysis/build/impact.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace fluxls::build {
namespace {

using Paths = std::set<std::string>;

void NoteFile(const Origin& origin, const Paths& paths, Paths& found) {
  if (origin && paths.contains(origin.file->path)) found.insert(origin.file->path);
}

// Which of the files was anything in the tree written in, or changed by?
void FindFiles(const Value* value, const Paths& paths, Paths& found) {
  NoteFile(value->origin, paths, found);
  for (const Edit* edit = value->edits; edit; edit = edit->earlier)
    NoteFile(edit->by, paths, found);
  for (const Pair& pair : value->Pairs()) FindFiles(pair.value, paths, found);
  for (const Value* item : value->Items()) FindFiles(item, paths, found);
}

// What the files have to do with one build.
struct Part {
  bool runs = false;  // one of them is a kustomization of the build, or makes its Kustomization
  Paths read;
  Paths variables;  // Flux takes variables from an object of these
};

using Key = std::tuple<std::string, std::string, std::string>;  // cluster, build, identity

struct Found {
  FluxBuildPtr build;
  const Object* object = nullptr;
};

std::map<Key, Found> ObjectsOf(const Fleet& fleet) {
  std::map<Key, Found> out;
  for (const FluxBuildPtr& build : fleet.builds()) {
    for (const Object& object : build->objects) {
      out.emplace(Key{build->cluster, (build->flux ? "" : "-") + build->Title(), object.id.Key()},
                  Found{build, &object});
    }
  }
  return out;
}

// The parts that a file has in builds.
void AddParts(const Fleet& fleet, const std::string& path, std::map<uint32_t, Part>& parts) {
  for (uint32_t build : fleet.BuildsReading(path)) parts[build].read.insert(path);
  for (uint32_t build : fleet.BuildsRunning(path)) parts[build].runs = true;
  for (Effect effect : fleet.EffectsOf(path)) {
    const ObjectId& id = fleet.ObjectOf(effect).id;
    const std::string& cluster = fleet.BuildOf(effect).cluster;
    for (uint32_t user :
         fleet.BuildsSubstitutingFrom(cluster, id.kind, id.EffectiveNamespace(), id.name)) {
      parts[user].variables.insert(path);
    }
    if (!IsFluxKustomization(id)) continue;
    // What it builds.
    for (uint32_t i = 0; i < fleet.builds().size(); ++i) {
      const FluxBuild& build = *fleet.builds()[i];
      if (build.flux && build.cluster == cluster && build.name == id.name &&
          build.namespace_ == id.EffectiveNamespace()) {
        parts[i].runs = true;
      }
    }
  }
}

// Objects of a build that files have a part in.
std::vector<uint32_t> ObjectsOf(const FluxBuild& build, const Part& part, const Paths& paths) {
  std::set<uint32_t> touched;
  Paths found;
  for (uint32_t i = 0; i < build.objects.size(); ++i) {
    Paths here;
    if (!part.runs) FindFiles(build.objects[i].root, paths, here);
    if (part.runs || !here.empty()) touched.insert(i);
    found.merge(here);
  }
  if (part.runs) return {touched.begin(), touched.end()};
  // The content of a generated object comes from files without a place of its own.
  const bool generates = std::any_of(part.read.begin(), part.read.end(), [&](const auto& path) {
    return !found.contains(path) && !part.variables.contains(path);
  });
  for (uint32_t i = 0; generates && i < build.objects.size(); ++i) {
    if (!build.objects[i].generator.kind.empty()) touched.insert(i);
  }
  if (!part.variables.empty()) {
    for (const VariableSite& site : build.variable_sites) touched.insert(site.object);
  }
  return {touched.begin(), touched.end()};
}

}  // namespace

std::vector<Touched> FindTouched(const Fleet& fleet, const std::set<std::string>& paths) {
  std::map<uint32_t, Part> parts;
  for (const std::string& path : paths) AddParts(fleet, path, parts);
  std::vector<Touched> out;
  for (const auto& [build, part] : parts)
    out.push_back({build, ObjectsOf(*fleet.builds()[build], part, paths)});
  return out;
}

std::vector<ObjectChange> CompareFleets(const Fleet& before, const Fleet& after) {
  const std::map<Key, Found> old_objects = ObjectsOf(before);
  const std::map<Key, Found> new_objects = ObjectsOf(after);
  std::vector<ObjectChange> out;
  auto add = [&out](ChangeKind kind, const Found& found) {
    out.push_back({kind, found.build, found.object});
  };
  auto old_at = old_objects.begin();
  auto new_at = new_objects.begin();
  while (old_at != old_objects.end() || new_at != new_objects.end()) {
    if (new_at == new_objects.end() ||
        (old_at != old_objects.end() && old_at->first < new_at->first)) {
      add(ChangeKind::kRemoved, old_at++->second);
    } else if (old_at == old_objects.end() || new_at->first < old_at->first) {
      add(ChangeKind::kAdded, new_at++->second);
    } else {
      if (!SameContent(old_at->second.object->root, new_at->second.object->root))
        add(ChangeKind::kChanged, new_at->second);
      ++old_at;
      ++new_at;
    }
  }
  return out;
}

}  // namespace fluxls::build
