#include "analysis/features/patch_names.h"

#include <algorithm>

#include "analysis/yaml/inner_yaml.h"

namespace fluxls {
namespace {

using build::Effect;
using build::Fleet;

// Does what stands in a patch or in a selector mean the object, as it is called now?
bool Means(std::string_view kind, std::string_view namespace_, std::string_view name,
           const build::Object& object) {
  if (name != object.id.name || kind != object.id.kind) return false;
  return namespace_.empty() || object.IsOrWas([namespace_](const build::ObjectId& id) {
    return id.namespace_ == namespace_;
  });
}

bool Means(yaml::Node patch, const build::Object& object) {
  return Means(patch.Find("kind").value(), patch.At("metadata.namespace").value(),
               patch.At("metadata.name").value(), object);
}

// A selector may leave out the kind.
std::string_view KindOr(std::string_view kind, const build::Object& object) {
  return kind.empty() ? object.id.kind : kind;
}

void AddNamed(const SourceFile& file, yaml::Node selector, const build::Object& object,
              std::vector<NamePlace>& out) {
  const yaml::Node name = selector.Find("name");
  if (Means(KindOr(selector.Find("kind").value(), object), selector.Find("namespace").value(),
            name.value(), object))
    out.push_back({file.path, name.range(), name.pair_range()});
}

// Patches and replacements of a kustomization.
void AddPatches(const SourceFile& file, yaml::Node owner, const build::Object& object,
                std::vector<NamePlace>& out) {
  const std::string_view text = file.text->content();
  for (std::string_view field : {"patches", "patchesStrategicMerge", "patchesJson6902"}) {
    for (yaml::Node entry : owner.Find(field)) {
      const yaml::Node target = entry.Find("target");
      AddNamed(file, target, object, out);
      const yaml::Node patch = entry.IsScalar() ? entry : entry.Find("patch");
      if (!patch.IsBlockScalar() || target) continue;
      const InnerYaml inner = ReadInner(patch, text, OffsetMap::Identity(), patch.range());
      for (const yaml::Document& document : inner.file.documents) {
        if (!Means(document.root(), object)) continue;
        const ByteRange range = inner.RangeOf(document.root().At("metadata.name"));
        if (range != patch.range()) out.push_back({file.path, range, range});
      }
    }
  }
  for (yaml::Node entry : owner.Find("replacements")) {
    AddNamed(file, entry.Find("source"), object, out);
    for (yaml::Node target : entry.Find("targets")) {
      AddNamed(file, target.Find("select"), object, out);
      for (yaml::Node rejected : target.Find("reject")) AddNamed(file, rejected, object, out);
    }
  }
}

// A patch of a Flux Kustomization's spec, which others may have patched in.
void AddFluxPatch(const Snapshot& snapshot, const build::Value* entry, const build::Object& object,
                  std::vector<NamePlace>& out) {
  const build::Value* target = build::Find(entry, "target");
  const build::Value* name = build::Find(target, "name");
  if (name && name->origin &&
      Means(KindOr(build::Text(target, "kind"), object), build::Text(target, "namespace"),
            name->str(), object))
    out.push_back({name->origin.file->path, name->origin.range, name->origin.range});
  const build::Value* patch = build::Find(entry, "patch");
  if (target || !patch || !patch->origin) return;
  const SourceFilePtr file = snapshot.Find(patch->origin.file->path);
  if (!file) return;
  const OffsetMap to_file =
      OffsetMap::OfLiteral(patch->origin.range, patch->str(), file->text->content());
  const yaml::File inner = yaml::Parse(patch->str());
  for (const yaml::Document& document : inner.documents) {
    if (!Means(document.root(), object)) continue;
    if (auto range = to_file.Map(document.root().At("metadata.name").range()))
      out.push_back({file->path, *range, *range});
  }
}

bool Meet(const std::vector<uint32_t>& some, const std::set<uint32_t>& builds) {
  return std::any_of(some.begin(), some.end(),
                     [&builds](uint32_t build) { return builds.contains(build); });
}

}  // namespace

std::vector<NamePlace> NamesInPatches(const Snapshot& snapshot, const Fleet& fleet,
                                      const build::Object& object, const std::set<uint32_t>& builds,
                                      const std::vector<SourceFilePtr>& files) {
  std::vector<NamePlace> out;
  for (const SourceFilePtr& file : files) {
    if (Meet(fleet.BuildsRunning(file->path), builds)) {
      for (const yaml::Document& document : file->yaml.documents)
        AddPatches(*file, document.root(), object, out);
    }
  }
  for (uint32_t index : builds) {
    const build::FluxBuild& build = *fleet.builds()[index];
    for (const build::Value* entry :
         build::ItemsOf(build::Find(build.kustomization, {"spec", "patches"})))
      AddFluxPatch(snapshot, entry, object, out);
  }
  // Patches in files of their own.
  for (const ResourceLocation& location : snapshot.Resources(object.id.kind, "", object.id.name)) {
    const SourceFile& file = *location.file;
    if (!fleet.EffectsOf(file.path).empty() || !Meet(fleet.BuildsReading(file.path), builds))
      continue;
    for (const yaml::Document& document : file.yaml.documents) {
      const yaml::Node name = document.root().At("metadata.name");
      if (Means(document.root(), object))
        out.push_back({file.path, name.range(), document.root().range()});
    }
  }
  return out;
}

std::vector<Effect> ObjectsNamedInPatch(const Snapshot& snapshot, const Fleet& fleet,
                                        const std::string& path, ByteRange range,
                                        std::string_view name) {
  std::vector<Effect> out;
  const std::vector<uint32_t>& readers = fleet.BuildsReading(path);
  const std::set<uint32_t> reading(readers.begin(), readers.end());
  const SourceFilePtr file = snapshot.Find(path);
  if (!file) return out;
  for (uint32_t i = 0; i < fleet.builds().size(); ++i) {
    const build::FluxBuild& build = *fleet.builds()[i];
    const build::Value* patches = build::Find(build.kustomization, {"spec", "patches"});
    if (!patches && !reading.contains(i)) continue;
    for (uint32_t j = 0; j < build.objects.size(); ++j) {
      const build::Object& object = build.objects[j];
      if (!object.root || object.id.name != name) continue;
      const std::vector<NamePlace> places = NamesInPatches(snapshot, fleet, object, {i}, {file});
      const bool named = std::any_of(places.begin(), places.end(), [&](const NamePlace& place) {
        return place.path == path && place.range == range;
      });
      if (named) out.push_back({i, j});
    }
  }
  return out;
}

}  // namespace fluxls
