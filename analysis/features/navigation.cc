#include "analysis/features/navigation.h"

#include <algorithm>
#include <set>

#include "analysis/build/selections.h"
#include "analysis/features/artifact_alias.h"
#include "analysis/features/patch_names.h"
#include "analysis/features/variable_places.h"
#include "analysis/features/workspace_symbols.h"
#include "analysis/model/image_policy_marker.h"
#include "analysis/model/kustomization.h"
#include "analysis/rules/listed_paths.h"

namespace fluxls {
namespace {

using build::Effect;
using build::Fleet;
using build::ObjectReference;
using build::Value;
using Kind = Subject::Kind;

void AddReference(const ObjectReference& reference, std::vector<NamePlace>& out) {
  const build::Origin& origin = reference.name_value->origin;
  if (!origin) return;
  const build::Origin& whole = reference.node->origin;
  out.push_back({origin.file->path, origin.range, whole ? whole.range : origin.range});
}

// Who names it in directories of which nobody knows who applies them.
void AddPlain(const Fleet& fleet, const build::ObjectId& id, std::vector<NamePlace>& out) {
  for (const build::FluxBuildPtr& build : fleet.builds()) {
    if (build->flux) continue;
    for (const ObjectReference& reference : build->references) {
      if (reference.name == id.name && reference.kind == id.kind &&
          reference.namespace_ == id.EffectiveNamespace()) {
        AddReference(reference, out);
      }
    }
  }
}

// Names the object in files that no build has.
void AddUnbuilt(const std::vector<SourceFilePtr>& files, const Fleet& fleet,
                const build::ObjectId& id, std::vector<NamePlace>& out) {
  for (const SourceFilePtr& file : files) {
    const bool concerns =
        std::any_of(file->facts.references.begin(), file->facts.references.end(),
                    [&id](const Reference& reference) {
                      return reference.name == id.name && reference.kind == id.kind;
                    });
    // A file is built as a whole, or not at all.
    if (!concerns || !fleet.EffectsOf(file->path).empty()) continue;
    const build::Unbuilt unbuilt = build::FindUnbuilt(fleet, *file);
    for (const ObjectReference& reference : unbuilt.references) {
      if (reference.name == id.name && reference.kind == id.kind &&
          (reference.namespace_ == id.EffectiveNamespace() ||
           unbuilt.objects[reference.object].id.namespace_.empty())) {
        AddReference(reference, out);
      }
    }
  }
}

void AddMarkers(const std::vector<SourceFilePtr>& files, const build::ObjectId& id,
                std::vector<NamePlace>& out) {
  for (const SourceFilePtr& file : files) {
    if (file->text->content().find("\"$imagepolicy\"") == std::string_view::npos) continue;
    for (const yaml::Document& document : file->yaml.documents) {
      for (const ImagePolicyMarker& marker : ReadImagePolicyMarkers(document)) {
        if (marker.name == id.name && marker.namespace_ == id.EffectiveNamespace())
          out.push_back({file->path, marker.name_range, marker.comment});
      }
    }
  }
}

// In the builds in which the value that is meant is the one that counts.
void AddVariableUses(const Snapshot& snapshot, const Fleet& fleet, const Subject& subject,
                     std::vector<NamePlace>& out) {
  for (const build::FluxBuildPtr& build : fleet.builds()) {
    if (build->variable_sites.empty()) continue;
    auto found = build->variables.defined.find(subject.name);
    bool ours = subject.places.empty() && found == build->variables.defined.end();
    if (found != build->variables.defined.end()) {
      const build::Origin& origin = found->second.origin;
      const std::optional<NamePlace> key = KeyOfValue(snapshot, origin, subject.name);
      ours = std::any_of(subject.places.begin(), subject.places.end(), [&](const NamePlace& place) {
        return key ? place == *key
                   : origin && origin.range == place.range && origin.file->path == place.path;
      });
    }
    if (!ours) continue;
    const VariablePlaces places = PlacesOfVariable(snapshot, fleet, *build, subject.name);
    out.insert(out.end(), places.uses.begin(), places.uses.end());
  }
}

// `files`: where to look for what no index has.
std::vector<NamePlace> FindReferences(const Snapshot& snapshot, const Fleet& fleet,
                                      const SourceFile& file, const Subject& subject,
                                      const std::vector<SourceFilePtr>& files) {
  std::vector<NamePlace> found;
  std::set<uint64_t> names;
  std::set<std::string> unbuilt;
  std::map<std::string, std::pair<const build::Object*, std::set<uint32_t>>> built;
  for (Effect effect : subject.objects) {
    const build::FluxBuild& build = fleet.BuildOf(effect);
    auto& [object, builds] = built[fleet.ObjectOf(effect).id.Key()];
    object = &fleet.ObjectOf(effect);
    builds.insert(effect.build);
    if (!names.insert(build.hashes[effect.object].name).second) continue;
    for (build::ReferenceSite site : fleet.ReferencesTo(build.hashes[effect.object].name))
      AddReference(fleet.ReferenceAt(site), found);
    const build::ObjectId& id = fleet.ObjectOf(effect).id;
    if (!unbuilt.insert(id.Key()).second) continue;
    AddPlain(fleet, id, found);
    AddUnbuilt(files, fleet, id, found);
    if (id.kind == "ImagePolicy") AddMarkers(files, id, found);
  }
  for (const auto& [key, object] : built) {
    const auto patches = NamesInPatches(snapshot, fleet, *object.first, object.second, files);
    found.insert(found.end(), patches.begin(), patches.end());
  }
  for (const ResourceLocation& location : subject.written) {
    const ResourceId& id = location.file->facts.resources[location.resource].id;
    build::ObjectId wanted;
    wanted.kind = id.kind;
    wanted.name = id.name;
    wanted.namespace_ = id.namespace_;
    AddUnbuilt(files, fleet, wanted, found);
  }
  if (subject.kind == Kind::kVariable) AddVariableUses(snapshot, fleet, subject, found);
  if (subject.kind == Kind::kArtifactAlias) {
    if (const std::optional<ArtifactAlias> alias = ArtifactAliasAt(file, subject.range.begin))
      found = alias->uses;
  }
  if (subject.kind == Kind::kAnchor) {
    for (const yaml::Document& document : file.yaml.documents) {
      document.root().Visit([&](yaml::Node node) {
        if (!node.IsAlias()) return;
        const yaml::Node target = node.Resolve();
        if (!target || subject.places.empty() ||
            target.full_range() != subject.places.front().range)
          return;
        found.push_back({file.path, node.range(), node.range()});
      });
    }
  }
  if (subject.kind == Kind::kFile) {
    for (const NamePlace& place : subject.places) {
      for (const std::string& path : {place.path, std::string(DirectoryName(place.path))}) {
        for (const SourceFilePtr& listing : snapshot.KustomizationsListing(path)) {
          for (const ListedPath& listed : ListedPaths(listing->yaml.documents.front().root())) {
            if (JoinPath(DirectoryName(listing->path), listed.entry) == path)
              found.push_back({listing->path, listed.node.range(), listed.node.range()});
          }
        }
      }
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace

NamePlace PlaceOf(const build::Object& object) {
  NamePlace place;
  if (!object.origin) return place;
  place.path = object.origin.file->path;
  place.whole = object.origin.range;
  place.range = {place.whole.begin, place.whole.begin};
  auto take = [&place](const build::Origin& origin) {
    const bool own = origin && origin.file->path == place.path &&
                     origin.range.begin >= place.whole.begin && origin.range.end <= place.whole.end;
    if (own) place.range = origin.range;
    return own;
  };
  const Value* name = build::Find(object.root, {"metadata", "name"});
  if (!name || take(name->origin)) return place;
  // A prefix, say, has made another one of it.
  for (const build::Edit* edit = name->edits; edit; edit = edit->earlier) {
    if (take(edit->was)) break;
  }
  return place;
}

NamePlace PlaceOf(const ResourceLocation& location) {
  const yaml::Node root = ObjectOf(*location.file, location.resource);
  NamePlace place{location.file->path, {}, root.range()};
  const yaml::Node name = root.At("metadata.name");
  place.range = name ? name.range() : ByteRange{place.whole.begin, place.whole.begin};
  return place;
}

void AddPlace(NamePlace place, std::vector<NamePlace>& out) {
  if (std::find(out.begin(), out.end(), place) == out.end()) out.push_back(std::move(place));
}

std::vector<NamePlace> DefinitionsOf(const Fleet& fleet, const Subject& subject) {
  std::vector<NamePlace> out = subject.places;
  for (Effect effect : subject.objects) {
    NamePlace place = PlaceOf(fleet.ObjectOf(effect));
    if (!place.path.empty()) AddPlace(std::move(place), out);
  }
  for (const ResourceLocation& location : subject.written) AddPlace(PlaceOf(location), out);
  return out;
}

std::vector<NamePlace> TypeDefinitionsOf(const Snapshot& snapshot, const Fleet& fleet,
                                         const Subject& subject) {
  std::vector<NamePlace> out;
  auto add = [&](std::string_view group, std::string_view kind) {
    for (const SourceFilePtr& file : snapshot.CrdFiles(group, kind)) {
      for (const yaml::Document& document : file->yaml.documents) {
        const yaml::Node root = document.root();
        if (root.Find("kind").value() != "CustomResourceDefinition") continue;
        if (root.At("spec.group").value() != group || root.At("spec.names.kind").value() != kind)
          continue;
        AddPlace({file->path, root.At("spec.names.kind").range(), root.range()}, out);
      }
    }
  };
  for (Effect effect : subject.objects)
    add(fleet.ObjectOf(effect).id.group, fleet.ObjectOf(effect).id.kind);
  for (const ResourceLocation& location : subject.written) {
    const ResourceId& id = location.file->facts.resources[location.resource].id;
    add(id.api.group, id.kind);
  }
  return out;
}

std::vector<NamePlace> ImplementationsOf(const Fleet& fleet, const Subject& subject) {
  std::set<NamePlace> out;
  for (Effect effect : subject.objects) {
    const build::ObjectId& id = fleet.ObjectOf(effect).id;
    if (!build::IsFluxKustomization(id)) continue;
    for (const build::FluxBuildPtr& build : fleet.builds()) {
      const bool meant = build->flux && build->name == id.name &&
                         build->namespace_ == id.EffectiveNamespace() &&
                         build->cluster == fleet.BuildOf(effect).cluster;
      if (!meant) continue;
      for (const build::Object& object : build->objects) {
        NamePlace place = PlaceOf(object);
        if (!place.path.empty()) out.insert(std::move(place));
      }
    }
  }
  return {out.begin(), out.end()};
}

std::vector<NamePlace> ReferencesWithin(const Snapshot& snapshot, const Fleet& fleet,
                                        const SourceFile& file, const Subject& subject) {
  const SourceFilePtr known = snapshot.Find(file.path);
  if (!known) return {};
  std::vector<NamePlace> found = FindReferences(snapshot, fleet, file, subject, {known});
  std::erase_if(found, [&file](const NamePlace& place) { return place.path != file.path; });
  return found;
}

std::vector<NamePlace> ReferencesOf(const Snapshot& snapshot, const Fleet& fleet,
                                    const SourceFile& file, const Subject& subject,
                                    bool definitions) {
  std::vector<NamePlace> found = FindReferences(snapshot, fleet, file, subject, snapshot.Files());
  if (!definitions) return found;
  const std::vector<NamePlace> defined = DefinitionsOf(fleet, subject);
  std::vector<NamePlace> out = defined;
  for (NamePlace& place : found) {
    if (std::find(defined.begin(), defined.end(), place) == defined.end())
      out.push_back(std::move(place));
  }
  return out;
}

std::vector<NamePlace> SelectionsOf(const Fleet& fleet, const Subject& subject) {
  std::set<NamePlace> out;
  for (Effect effect : subject.objects) {
    for (const build::Selection& selection : build::SelectionsOf(fleet, effect)) {
      const build::Origin& whole = selection.node->origin;
      const Value* name = build::Find(selection.node, "name");
      const build::Origin& origin = name ? name->origin : whole;
      if (origin && whole) out.insert({origin.file->path, origin.range, whole.range});
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace fluxls
