#include "analysis/features/navigation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/features/links.h"
#include "analysis/features/variable_completion.h"
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

bool Touches(ByteRange range, uint32_t offset) {
  return range.begin <= offset && offset <= range.end;
}

void AddPlace(NamePlace place, std::vector<NamePlace>& out) {
  if (std::find(out.begin(), out.end(), place) == out.end()) out.push_back(std::move(place));
}

NamePlace PlaceOfResource(const ResourceLocation& location) {
  const yaml::Node root = ObjectOf(*location.file, location.resource);
  NamePlace place{location.file->path, {}, root.range()};
  const yaml::Node name = root.At("metadata.name");
  place.range = name ? name.range() : ByteRange{place.whole.begin, place.whole.begin};
  return place;
}

// --- What stands at a place ---

class Finder {
 public:
  Finder(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file, uint32_t offset)
      : snapshot_(snapshot), fleet_(fleet), file_(file), offset_(offset) {}

  Subject Run() {
    for (const yaml::Document& document : file_.yaml.documents) {
      if (offset_ < document.range().begin || offset_ > document.range().end) continue;
      if (Find(document)) break;
    }
    return std::move(subject_);
  }

 private:
  bool Find(const yaml::Document& document) {
    yaml::Node node = document.NodeAt(offset_);
    if (IsVariable(node)) return true;
    if (IsMarker(document)) return true;
    if (node.IsKey()) {
      for (yaml::Node value : node.parent()) {
        if (value.key() == node) node = value;
      }
    }
    const yaml::Node asked = node;
    subject_.range = asked.range();
    // An alias that names an object is followed to that object, any other one to its anchor.
    if (node.IsAlias()) {
      const std::string_view key = node.key().value();
      if (key != "name" && key != "namespace" && key != "kind" && IsAnchor(asked)) return true;
      node = node.Resolve();
    }
    if (node.IsScalar() && IsReference(node)) return true;
    if (node.IsScalar() && IsName(node)) return true;
    if (node.IsScalar() && IsPath(document, node)) return true;
    if (IsAnchor(asked)) return true;
    subject_.kind = Kind::kNothing;
    return false;
  }

  // Is it the name, kind or namespace of a reference?
  bool IsReference(yaml::Node node) {
    const ByteRange at = node.range();
    bool found = false;
    auto meant = [&](const ObjectReference& reference) {
      auto is = [&](const Value* value) {
        return value && value->origin && value->origin.range == at &&
               value->origin.file->path == file_.path;
      };
      return is(reference.name_value) || is(reference.namespace_value) ||
             (reference.node->IsMap() && is(build::Find(reference.node, "kind")));
    };
    for (build::ReferenceSite site : fleet_.ReferencesIn(file_.path)) {
      const ObjectReference& reference = fleet_.ReferenceAt(site);
      if (!meant(reference)) continue;
      const build::FluxBuild& build = *fleet_.builds()[site.build];
      Take(reference, build::Resolve(snapshot_, fleet_, site), &build, !found);
      found = true;
    }
    const build::Unbuilt unbuilt = build::FindUnbuilt(fleet_, file_);
    for (const ObjectReference& reference : unbuilt.references) {
      if (!meant(reference)) continue;
      const std::optional<uint32_t> index = unbuilt.builds[reference.object];
      const build::FluxBuild* build = index ? fleet_.builds()[*index].get() : nullptr;
      build::Resolution resolution;
      if (build) {
        resolution =
            build::Resolve(snapshot_, fleet_, *build, unbuilt.objects[reference.object], reference);
      }
      if (resolution.targets.empty() && resolution.written.empty())
        resolution = build::ResolveAnywhere(snapshot_, fleet_, reference);
      Take(reference, resolution, build, !found);
      found = true;
    }
    return found;
  }

  void Take(const ObjectReference& reference, const build::Resolution& resolution,
            const build::FluxBuild* build, bool first) {
    subject_.kind = Kind::kReference;
    for (Effect effect : resolution.targets) {
      if (std::find(subject_.objects.begin(), subject_.objects.end(), effect) ==
          subject_.objects.end())
        subject_.objects.push_back(effect);
    }
    subject_.written.insert(subject_.written.end(), resolution.written.begin(),
                            resolution.written.end());
    if (first) subject_.explanation = Explain(reference, resolution, build);
  }

  std::string Explain(const ObjectReference& reference, const build::Resolution& resolution,
                      const build::FluxBuild* build) const {
    std::string what =
        fmt::format("{} `{}/{}`", reference.kind, reference.namespace_, reference.name);
    if (!resolution.targets.empty()) {
      const build::Object& object = fleet_.ObjectOf(resolution.targets.front());
      const build::FluxBuild& by = fleet_.BuildOf(resolution.targets.front());
      const bool made = resolution.standing == build::Standing::kMade;
      what +=
          made
              ? fmt::format(", made by {}", build::Describe(object.id))
              : (object.id.EffectiveNamespace() == reference.namespace_
                     ? std::string()
                     : fmt::format(", which is in namespace `{}`", object.id.EffectiveNamespace()));
      if (object.origin)
        what += fmt::format("\n\nin `{}`", snapshot_.DisplayPath(object.origin.file->path));
      if (by.flux) what += fmt::format(", applied by Kustomization `{}`", by.Title());
      what += KeyFields(object);
    } else if (!resolution.written.empty()) {
      what += fmt::format("\n\nin `{}`, which nothing applies here",
                          snapshot_.DisplayPath(resolution.written.front().file->path));
    } else if (resolution.standing == build::Standing::kUnknown) {
      what += "\n\nnot known: " + resolution.reason;
    } else {
      what += "\n\nnot found in this repository";
    }
    if (reference.namespace_value) {
      what += "\n\nnamespace: as written";
    } else {
      what += "\n\nnamespace: that of the referrer";
    }
    if (build && build->flux && !build->cluster.empty())
      what += fmt::format(", in cluster `{}`", build->cluster);
    return what;
  }

  static std::string KeyFields(const build::Object& object) {
    std::string out;
    constexpr std::string_view kFields[] = {"url", "path", "type", "suspend", "interval"};
    const Value* spec = build::Find(object.root, "spec");
    for (std::string_view field : kFields) {
      const std::string_view text = build::Text(spec, field);
      if (!text.empty() && text.size() < 200) out += fmt::format("\n* {}: `{}`", field, text);
    }
    for (const build::Pair& pair : build::Find(spec, "ref") ? build::Find(spec, "ref")->Pairs()
                                                            : std::span<const build::Pair>()) {
      if (pair.value->IsScalar())
        out += fmt::format("\n* ref.{}: `{}`", pair.key, pair.value->str());
    }
    return out.empty() ? out : "\n" + out;
  }

  // Is it metadata.name of an object?
  bool IsName(yaml::Node node) {
    for (Effect effect : fleet_.EffectsOf(file_.path)) {
      const build::Object& object = fleet_.ObjectOf(effect);
      const Value* name = build::Find(object.root, {"metadata", "name"});
      if (name && name->origin && name->origin.range == node.range() &&
          name->origin.file->path == file_.path && node.key().value() == "name") {
        subject_.objects.push_back(effect);
      }
    }
    if (subject_.objects.empty()) {
      for (uint32_t i = 0; i < file_.facts.resources.size(); ++i) {
        const ResourceLocation location{snapshot_.Find(file_.path), i};
        if (!location.file || i >= location.file->facts.resources.size()) break;
        if (PlaceOfResource(location).range == node.range() && !node.range().empty())
          subject_.written.push_back(location);
      }
    }
    if (subject_.objects.empty() && subject_.written.empty()) return false;
    subject_.kind = Kind::kObject;
    return true;
  }

  void AddPath(const std::string& path) {
    std::string file = FileToOpen(snapshot_, path);
    // Of a directory without kustomization the first manifest.
    if (file.empty() && snapshot_.Stat(path) == PathKind::kDirectory) {
      for (const std::string& name : snapshot_.Names(path)) {
        if (!name.ends_with(".yaml") && !name.ends_with(".yml")) continue;
        file = path + "/" + name;
        break;
      }
    }
    if (file.empty()) return;
    subject_.kind = Kind::kFile;
    AddPlace({file, {0, 0}, {0, 0}}, subject_.places);
  }

  // Is it a path of a kustomization or of a Flux Kustomization?
  bool IsPath(const yaml::Document& document, yaml::Node node) {
    const std::string directory(DirectoryName(file_.path));
    if (file_.facts.kustomization) {
      for (const ListedPath& listed : ListedPaths(document.root())) {
        if (listed.node == node && !IsRemoteEntry(listed.entry))
          AddPath(JoinPath(directory, listed.entry));
      }
    }
    for (const build::FluxBuildPtr& build : fleet_.builds()) {
      const Value* path = build::Find(build->kustomization, {"spec", "path"});
      if (path && path->origin && path->origin.range == node.range() &&
          path->origin.file->path == file_.path && !build->directory.empty()) {
        AddPath(build->directory);
      }
    }
    return subject_.kind == Kind::kFile;
  }

  bool IsMarker(const yaml::Document& document) {
    for (const ImagePolicyMarker& marker : ReadImagePolicyMarkers(document)) {
      if (!Touches(marker.value, offset_) || marker.name.empty()) continue;
      for (Effect effect : fleet_.Named("*", "ImagePolicy", marker.name)) {
        if (fleet_.ObjectOf(effect).id.EffectiveNamespace() == marker.namespace_)
          subject_.objects.push_back(effect);
      }
      if (subject_.objects.empty())
        subject_.written = snapshot_.Resources("ImagePolicy", marker.namespace_, marker.name);
      subject_.kind = Kind::kReference;
      subject_.range = marker.name_range;
      return true;
    }
    return false;
  }

  // Does the cursor stand in `${NAME…}`?
  bool IsVariable(yaml::Node node) {
    if (!node.IsScalar()) return false;
    const std::string_view text = file_.text->content();
    const std::optional<ByteRange> name = VariableNameAt(text, offset_);
    if (!name || name->empty()) return false;
    const auto& scalars = fleet_.SubstitutedIn(file_.path);
    auto found = scalars.find(node.range());
    if (found == scalars.end()) return false;
    subject_.kind = Kind::kVariable;
    subject_.range = *name;
    subject_.name = Slice(text, *name);
    for (Effect effect : found->second) {
      const auto& defined = fleet_.BuildOf(effect).variables.defined;
      auto variable = defined.find(subject_.name);
      if (variable == defined.end() || !variable->second.origin) continue;
      const build::Origin& origin = variable->second.origin;
      AddPlace({origin.file->path, origin.range, origin.range}, subject_.places);
    }
    return true;
  }

  bool IsAnchor(yaml::Node node) {
    const yaml::Node target = node.IsAlias() ? node.Resolve() : node;
    if (!target || target.anchor().empty()) return false;
    // On an anchored value only the anchor itself counts.
    if (!node.IsAlias() && offset_ >= target.range().begin) return false;
    subject_.kind = Kind::kAnchor;
    subject_.name = target.anchor();
    subject_.range =
        node.IsAlias() ? node.range() : ByteRange{target.full_range().begin, target.range().begin};
    AddPlace({file_.path, target.full_range(), target.full_range()}, subject_.places);
    return true;
  }

  const Snapshot& snapshot_;
  const Fleet& fleet_;
  const SourceFile& file_;
  uint32_t offset_;
  Subject subject_;
};

// --- Who names it ---

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
void AddUnbuilt(const Snapshot& snapshot, const Fleet& fleet, const build::ObjectId& id,
                std::vector<NamePlace>& out) {
  for (const SourceFilePtr& file : snapshot.Files()) {
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

void AddMarkers(const Snapshot& snapshot, const build::ObjectId& id, std::vector<NamePlace>& out) {
  for (const SourceFilePtr& file : snapshot.Files()) {
    if (file->text->content().find("\"$imagepolicy\"") == std::string_view::npos) continue;
    for (const yaml::Document& document : file->yaml.documents) {
      for (const ImagePolicyMarker& marker : ReadImagePolicyMarkers(document)) {
        if (marker.name == id.name && marker.namespace_ == id.EffectiveNamespace())
          out.push_back({file->path, marker.name_range, marker.comment});
      }
    }
  }
}

void AddVariableUses(const Snapshot& snapshot, const Fleet& fleet, const Subject& subject,
                     std::vector<NamePlace>& out) {
  for (const SourceFilePtr& file : snapshot.Files()) {
    for (const auto& [range, effects] : fleet.SubstitutedIn(file->path)) {
      const bool ours = std::any_of(effects.begin(), effects.end(), [&](Effect effect) {
        const auto& defined = fleet.BuildOf(effect).variables.defined;
        auto found = defined.find(subject.name);
        if (found == defined.end()) return subject.places.empty();
        return std::any_of(
            subject.places.begin(), subject.places.end(), [&](const NamePlace& place) {
              const build::Origin& origin = found->second.origin;
              return origin && origin.range == place.range && origin.file->path == place.path;
            });
      });
      if (!ours) continue;
      const std::string_view text = file->text->content();
      const std::string open = "${" + subject.name;
      for (size_t at = text.find(open, range.begin); at < range.end; at = text.find(open, at + 1)) {
        const size_t end = at + open.size();
        const bool longer =
            end < text.size() &&
            (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_');
        if (longer || (at > 0 && text[at - 1] == '$')) continue;
        out.push_back(
            {file->path, {static_cast<uint32_t>(at + 2), static_cast<uint32_t>(end)}, range});
      }
    }
  }
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

Subject SubjectAt(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                  uint32_t offset) {
  return Finder(snapshot, fleet, file, offset).Run();
}

std::vector<NamePlace> DefinitionsOf(const Fleet& fleet, const Subject& subject) {
  std::vector<NamePlace> out = subject.places;
  for (Effect effect : subject.objects) {
    NamePlace place = PlaceOf(fleet.ObjectOf(effect));
    if (!place.path.empty()) AddPlace(std::move(place), out);
  }
  for (const ResourceLocation& location : subject.written) AddPlace(PlaceOfResource(location), out);
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

std::vector<NamePlace> ReferencesOf(const Snapshot& snapshot, const Fleet& fleet,
                                    const SourceFile& file, const Subject& subject,
                                    bool definitions) {
  std::vector<NamePlace> found;
  std::set<uint64_t> names;
  std::set<std::string> unbuilt;
  for (Effect effect : subject.objects) {
    const build::FluxBuild& build = fleet.BuildOf(effect);
    if (!names.insert(build.hashes[effect.object].name).second) continue;
    for (build::ReferenceSite site : fleet.ReferencesTo(build.hashes[effect.object].name))
      AddReference(fleet.ReferenceAt(site), found);
    const build::ObjectId& id = fleet.ObjectOf(effect).id;
    if (!unbuilt.insert(id.Key()).second) continue;
    AddPlain(fleet, id, found);
    AddUnbuilt(snapshot, fleet, id, found);
    if (id.kind == "ImagePolicy") AddMarkers(snapshot, id, found);
  }
  for (const ResourceLocation& location : subject.written) {
    const ResourceId& id = location.file->facts.resources[location.resource].id;
    build::ObjectId wanted;
    wanted.kind = id.kind;
    wanted.name = id.name;
    wanted.namespace_ = id.namespace_;
    AddUnbuilt(snapshot, fleet, wanted, found);
  }
  if (subject.kind == Kind::kVariable) AddVariableUses(snapshot, fleet, subject, found);
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
  if (!definitions) return found;
  const std::vector<NamePlace> defined = DefinitionsOf(fleet, subject);
  std::vector<NamePlace> out = defined;
  for (NamePlace& place : found) {
    if (std::find(defined.begin(), defined.end(), place) == defined.end())
      out.push_back(std::move(place));
  }
  return out;
}

}  // namespace fluxls
