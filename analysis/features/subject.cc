// What somebody points at: see SubjectAt.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "analysis/build/open_value.h"
#include "analysis/build/selections.h"
#include "analysis/features/artifact_alias.h"
#include "analysis/features/links.h"
#include "analysis/features/navigation.h"
#include "analysis/features/patch_names.h"
#include "analysis/features/variable_completion.h"
#include "analysis/features/variable_places.h"
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

// "no ImagePolicy", "1 ImagePolicy", "2 ImagePolicies".
std::string CountOf(std::string_view kind, size_t count) {
  if (count == 0) return fmt::format("no {}", kind);
  if (count == 1) return fmt::format("1 {}", kind);
  if (kind.ends_with('y')) return fmt::format("{} {}ies", count, kind.substr(0, kind.size() - 1));
  return fmt::format("{} {}s", count, kind);
}

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
    if (IsVariableKey(document)) return true;
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
    subject_.text_range = node.range();
    if (!asked.anchor().empty()) {
      if (IsAnchor(asked)) return true;
      // An object's own name may be the anchor of a reference; it is the name all the same.
      const bool own = node.parent().key().value() == "metadata";
      if (own && node.IsScalar() && IsName(node)) return true;
    }
    if (node.IsScalar() && IsReference(node)) return true;
    if (node.IsScalar() && IsPatchName(node)) return true;
    if (node.IsScalar() && IsName(node)) return true;
    if (node.IsScalar() && IsPath(document, node)) return true;
    if (IsSelection(asked)) return true;
    if (IsAnchor(asked)) return true;
    subject_.kind = Kind::kNothing;
    return false;
  }

  // Is it the name, kind or namespace of a reference?
  bool IsReference(yaml::Node node) {
    const ByteRange at = node.range();
    bool found = false;
    auto is = [&](const Value* value) {
      return value && value->origin && value->origin.range == at &&
             value->origin.file->path == file_.path;
    };
    auto meant = [&](const ObjectReference& reference) {
      if (is(reference.name_value)) return subject_.is_name = true;
      return is(reference.namespace_value) ||
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
    if (!first && resolution.standing != build::Standing::kFound) return;
    subject_.standing = resolution.standing;
    subject_.reason = resolution.reason;
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
      const Value* value = build::Find(spec, field);
      const std::string text = value ? build::OpenText(*value) : "";
      if (!text.empty() && text.size() < 200) out += fmt::format("\n* {}: `{}`", field, text);
    }
    for (const build::Pair& pair : build::Find(spec, "ref") ? build::Find(spec, "ref")->Pairs()
                                                            : std::span<const build::Pair>()) {
      if (pair.value->IsScalar())
        out += fmt::format("\n* ref.{}: `{}`", pair.key, build::OpenText(*pair.value));
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
        if (PlaceOf(location).range == node.range() && !node.range().empty())
          subject_.written.push_back(location);
      }
    }
    if (subject_.objects.empty() && subject_.written.empty()) return false;
    subject_.kind = Kind::kObject;
    return true;
  }

  // Is it the name of an object in a patch, or in the target of one?
  bool IsPatchName(yaml::Node node) {
    ByteRange range = node.range();
    std::string_view name = node.value();
    if (node.IsBlockScalar()) {
      range = WordAt(file_.text->content(), offset_);
      name = Slice(file_.text->content(), range);
    } else if (node.key().value() != "name") {
      return false;
    }
    if (name.empty()) return false;
    subject_.objects = ObjectsNamedInPatch(snapshot_, fleet_, file_.path, range, name);
    if (subject_.objects.empty()) return false;
    subject_.kind = Kind::kReference;
    subject_.range = subject_.text_range = range;
    subject_.is_name = true;
    subject_.standing = build::Standing::kFound;
    subject_.explanation = build::Describe(fleet_.ObjectOf(subject_.objects.front()).id);
    return true;
  }

  // Does it stand in a field that selects by labels?
  bool IsSelection(yaml::Node node) {
    std::vector<ByteRange> around;
    for (yaml::Node n = node; n; n = n.parent()) around.push_back(n.range());
    bool found = false;
    for (Effect effect : fleet_.EffectsOf(file_.path)) {
      for (const build::Selection& selection : build::FindSelections(fleet_.ObjectOf(effect))) {
        const build::Origin& origin = selection.node->origin;
        if (!origin || origin.file->path != file_.path ||
            std::find(around.begin(), around.end(), origin.range) == around.end())
          continue;
        const std::vector<Effect> selected =
            build::SelectedBy(fleet_, fleet_.BuildOf(effect), selection);
        for (Effect one : selected) {
          if (std::find(subject_.objects.begin(), subject_.objects.end(), one) ==
              subject_.objects.end())
            subject_.objects.push_back(one);
        }
        if (found) continue;
        found = true;
        subject_.range = subject_.text_range = node.range();
        subject_.explanation =
            fmt::format("selects {} in namespace \"{}\"", CountOf(selection.kind, selected.size()),
                        selection.namespace_);
      }
    }
    if (found) subject_.kind = Kind::kReference;
    return found;
  }

  // What a name may be made of, around an offset.
  static ByteRange WordAt(std::string_view text, uint32_t offset) {
    const auto is_word = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.';
    };
    ByteRange out{offset, offset};
    while (out.begin > 0 && is_word(text[out.begin - 1])) --out.begin;
    while (out.end < text.size() && is_word(text[out.end])) ++out.end;
    return out;
  }

  void AddPath(const std::string& path) {
    std::string file = FileToOpen(snapshot_, path);
    // Of a directory without kustomization the first manifest.
    if (file.empty() && snapshot_.Stat(path) == PathKind::kDirectory) {
      for (const std::string& name : snapshot_.Names(path)) {
        if (!name.ends_with(".yaml") && !name.ends_with(".yml")) continue;
        file = fmt::format("{}/{}", path, name);
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
      if (!marker.value.Touches(offset_) || marker.name.empty()) continue;
      for (Effect effect : fleet_.Named("*", "ImagePolicy", marker.name)) {
        if (fleet_.ObjectOf(effect).id.EffectiveNamespace() == marker.namespace_)
          subject_.objects.push_back(effect);
      }
      if (subject_.objects.empty())
        subject_.written = snapshot_.Resources("ImagePolicy", marker.namespace_, marker.name);
      subject_.kind = Kind::kReference;
      subject_.range = subject_.text_range = marker.name_range;
      subject_.is_name = true;
      if (!subject_.objects.empty()) subject_.standing = build::Standing::kFound;
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
    // Of a patch inside of a string, the scalar of that patch.
    for (const auto& [range, effects] : fleet_.SubstitutedIn(file_.path)) {
      if (name->begin < range.begin || range.end < name->end) continue;
      subject_.kind = Kind::kVariable;
      subject_.range = *name;
      subject_.name = Slice(text, *name);
      for (Effect effect : effects) {
        const auto& defined = fleet_.BuildOf(effect).variables.defined;
        auto variable = defined.find(subject_.name);
        if (variable == defined.end() || !variable->second.origin) continue;
        const build::Origin& origin = variable->second.origin;
        AddPlace(KeyOfValue(snapshot_, origin, subject_.name)
                     .value_or(NamePlace{origin.file->path, origin.range, origin.range}),
                 subject_.places);
      }
    }
    return subject_.kind == Kind::kVariable;
  }

  // Does it stand on the key that defines one?
  bool IsVariableKey(const yaml::Document& document) {
    const std::optional<ByteRange> range = DefinedNameAt(file_, document, offset_);
    if (!range) return false;
    const std::string name(Slice(file_.text->content(), *range));
    for (const build::FluxBuildPtr& build : fleet_.builds()) {
      if (!build->variables.defined.contains(name)) continue;
      for (const NamePlace& place : PlacesOfVariable(snapshot_, fleet_, *build, name).definitions) {
        if (place.path == file_.path && place.range == *range) AddPlace(place, subject_.places);
      }
    }
    if (subject_.places.empty()) return false;
    subject_.kind = Kind::kVariable;
    subject_.range = *range;
    subject_.name = name;
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

}  // namespace

Subject SubjectAt(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                  uint32_t offset) {
  if (std::optional<ArtifactAlias> alias = ArtifactAliasAt(file, offset)) {
    Subject subject;
    subject.kind = Kind::kArtifactAlias;
    subject.range = subject.text_range = alias->at;
    subject.places = std::move(alias->definitions);
    subject.name = std::move(alias->name);
    return subject;
  }
  return Finder(snapshot, fleet, file, offset).Run();
}

}  // namespace fluxls
