#include "analysis/features/rename_variable.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "analysis/build/envsubst.h"
#include "analysis/features/rename_trial.h"
#include "analysis/features/variable_places.h"
#include "analysis/model/resource.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

using build::Fleet;
using build::FluxBuild;
using build::Object;
using build::ObjectReference;

// Somebody who reads the key of a ConfigMap or Secret that variables come from, in a way of their
// own; "" when there is nobody.
std::string OtherReader(const Fleet& fleet, const FluxBuild& build, const std::string& name) {
  const build::Value* sources =
      build::Find(build.kustomization, {"spec", "postBuild", "substituteFrom"});
  for (const build::Value* source : build::ItemsOf(sources)) {
    const std::string_view kind = build::Text(source, "kind");
    const std::string_view called = build::Text(source, "name");
    const Object* object = fleet.Find(build.cluster, kind, build.namespace_, called);
    const auto defines = [&](std::string_view part) {
      return object && build::Find(build::Find(object->root, part), name);
    };
    if (!defines("data") && !defines("stringData")) continue;
    for (const build::FluxBuildPtr& other : fleet.builds()) {
      if (other->cluster != build.cluster) continue;
      for (const ObjectReference& reference : other->references) {
        const bool reads = reference.kind == kind && reference.name == called &&
                           reference.namespace_ == build.namespace_ &&
                           build::Text(reference.node, "valuesKey") == name;
        if (reads) return build::Describe(other->objects[reference.object].id);
      }
      for (const Object& one : other->objects) {
        if (!one.root || IsFluxGroup(one.id.group) || one.id.kind == kind ||
            one.id.EffectiveNamespace() != build.namespace_)
          continue;
        if (build::HoldsText(one.root, called)) return build::Describe(one.id);
      }
    }
  }
  return "";
}

// Is one of `some`, which are ordered, among the places? Most builds have no file in common, and
// there are many uses in each.
bool Meet(const std::vector<NamePlace>& some, const std::set<NamePlace>& places,
          const std::unordered_set<std::string>& paths) {
  for (size_t i = 0; i < some.size();) {
    const std::string& path = some[i].path;
    const bool may = paths.contains(path);
    for (; i < some.size() && some[i].path == path; ++i) {
      if (may && places.contains(some[i])) return true;
    }
  }
  return false;
}

// As a key some names need quotes: YAML takes `on` and `y` for something else.
std::string Written(std::string_view text, ByteRange old_name, const std::string& name) {
  const bool is_key =
      text.substr(old_name.end).starts_with(':') && !text.substr(0, old_name.begin).ends_with("${");
  return is_key ? yaml::QuoteScalar(name) : name;
}

// Why the new name is none for the variable; "" when it is one.
std::string WhyTaken(const Snapshot& snapshot, const Fleet& fleet, const VariableSites& sites,
                     const std::string& name) {
  for (uint32_t index : sites.builds) {
    const FluxBuild& build = *fleet.builds()[index];
    if (build.variables.defined.contains(name)) {
      return fmt::format("Kustomization \"{}\" has a variable \"{}\" already", build.Title(), name);
    }
    const VariablePlaces places = PlacesOfVariable(snapshot, fleet, build, name);
    if (places.uses.empty()) continue;
    return fmt::format("\"{}\" is used already in {}", name,
                       snapshot.DisplayPath(places.uses.front().path));
  }
  return "";
}

}  // namespace

VariableSites FindVariableSites(const Snapshot& snapshot, const Fleet& fleet,
                                const SourceFile& file, const Subject& subject) {
  VariableSites out;
  std::map<uint32_t, VariablePlaces> rest;
  for (uint32_t i = 0; i < fleet.builds().size(); ++i) {
    VariablePlaces places = PlacesOfVariable(snapshot, fleet, *fleet.builds()[i], subject.name);
    const auto is_asked = [&](const NamePlace& place) {
      return place.path == file.path && place.range == subject.range;
    };
    for (const auto* some : {&places.definitions, &places.uses}) {
      for (const NamePlace& place : *some) {
        if (is_asked(place)) out.places.insert(place);
      }
    }
    if (!places.definitions.empty() || !places.uses.empty()) rest.emplace(i, std::move(places));
  }
  // Until no build shares a line with those that are found.
  std::unordered_set<std::string> paths;
  for (bool more = true; more;) {
    more = false;
    for (const NamePlace& place : out.places) paths.insert(place.path);
    for (auto it = rest.begin(); it != rest.end();) {
      const VariablePlaces& places = it->second;
      if (!Meet(places.definitions, out.places, paths) && !Meet(places.uses, out.places, paths)) {
        ++it;
        continue;
      }
      out.builds.insert(it->first);
      out.places.insert(places.definitions.begin(), places.definitions.end());
      out.places.insert(places.uses.begin(), places.uses.end());
      if (out.refusal.empty()) out.refusal = places.refusal;
      if (out.refusal.empty()) {
        const std::string reader = OtherReader(fleet, *fleet.builds()[it->first], subject.name);
        if (!reader.empty()) out.refusal = fmt::format("{} may read it", reader);
      }
      it = rest.erase(it);
      more = true;
    }
  }
  if (out.places.empty()) out.refusal = "it is not written in a file that can be edited";
  return out;
}

RenameResult RenameVariable(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                            const Subject& subject, const std::string& new_name,
                            const FileSystem* disk) {
  RenameResult out;
  const VariableSites sites = FindVariableSites(snapshot, fleet, file, subject);
  out.refusal = sites.refusal;
  if (!out.refusal.empty() || new_name == subject.name) return out;
  if (!build::IsVariableName(new_name)) {
    out.refusal = fmt::format(
        "\"{}\" is no name for a variable: letters, digits and _ are allowed, and no digit in "
        "front",
        new_name);
    return out;
  }
  out.refusal = WhyTaken(snapshot, fleet, sites, new_name);
  if (!out.refusal.empty()) return out;
  std::map<std::string, std::set<ByteRange>> ranges;
  for (const NamePlace& place : sites.places) ranges[place.path].insert(place.range);
  std::vector<FileEdit> edits;
  for (const auto& [path, names] : ranges) {
    const SourceFilePtr edited = snapshot.Find(path);
    if (!edited || edited->converted) {
      out.refusal = fmt::format("\"{}\" cannot be edited", path);
      return out;
    }
    FileEdit& edit = edits.emplace_back(FileEdit{path, {}});
    for (ByteRange range : names)
      edit.edits.push_back({range, Written(edited->text->content(), range, new_name)});
  }
  out.refusal = TryRename(snapshot, fleet, edits, {subject.name, new_name, {}, sites.builds}, disk);
  if (out.refusal.empty()) out.edits = std::move(edits);
  return out;
}

}  // namespace fluxls
