#include "analysis/features/variable_places.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/build/envsubst.h"
#include "analysis/workspace/file_system.h"
#include "analysis/yaml/inner_yaml.h"

namespace fluxls {
namespace {

using build::Fleet;
using build::FluxBuild;
using build::Origin;
using build::Value;
using yaml::Node;

// The name in a key or in front of `=`, without the quote that may stand before it.
std::optional<ByteRange> NameIn(std::string_view text, ByteRange range, std::string_view name) {
  if (!range.empty() && (text[range.begin] == '"' || text[range.begin] == '\'')) ++range.begin;
  range.end = std::min(range.end, range.begin + static_cast<uint32_t>(name.size()));
  if (Slice(text, range) != name) return std::nullopt;
  return range;
}

bool IsLiteral(Node node, std::string_view name) {
  const std::string_view list = node.parent().key().value();
  return node.IsScalar() && (list == "literals" || list == "files") &&
         node.value().starts_with(name) && node.value().substr(name.size()).starts_with('=');
}

// In a patch inside of a string.
std::optional<NamePlace> KeyInPatch(const SourceFile& file, Node patch, const Origin& origin,
                                    std::string_view name) {
  const std::string_view text = file.text->content();
  const InnerYaml inner = ReadInner(patch, text, OffsetMap::Identity(), patch.range());
  std::optional<NamePlace> found;
  for (const yaml::Document& document : inner.file.documents) {
    document.root().Visit([&](Node node) {
      if (node.key().value() != name || inner.RangeOf(node) != origin.range) return;
      const auto range = NameIn(text, inner.RangeOf(node.key()), name);
      if (range) found = NamePlace{file.path, *range, {range->begin, origin.range.end}};
    });
  }
  return found;
}

// The pair of a mapping that is written at `origin`.
std::optional<NamePlace> KeyInMap(const Snapshot& snapshot, const Origin& origin,
                                  std::string_view name) {
  if (!origin) return std::nullopt;
  const SourceFilePtr file = snapshot.Find(origin.file->path);
  if (!file) return std::nullopt;
  for (const yaml::Document& document : file->yaml.documents) {
    if (!document.range().Contains(origin.range.begin)) continue;
    Node node = document.NodeAt(origin.range.begin);
    while (node && !(node.IsMapping() && node.range() == origin.range)) node = node.parent();
    for (Node value : node) {
      if (value.key().value() != name) continue;
      const auto range = NameIn(file->text->content(), value.key().range(), name);
      if (range) return NamePlace{file->path, *range, value.pair_range()};
    }
  }
  return std::nullopt;
}

bool IsSealed(const Snapshot& snapshot, const NamePlace& place) {
  const SourceFilePtr file = snapshot.Find(place.path);
  return std::any_of(file->yaml.documents.begin(), file->yaml.documents.end(),
                     [&place](const yaml::Document& document) {
                       return document.range().Contains(place.range.begin) &&
                              document.root().Find("sops").IsMapping();
                     });
}

class PlaceFinder {
 public:
  PlaceFinder(const Snapshot& snapshot, const Fleet& fleet, const FluxBuild& build,
              const std::string& name)
      : snapshot_(snapshot), fleet_(fleet), build_(build), name_(name) {}

  VariablePlaces Run() {
    const Value* post_build = build::Find(build_.kustomization, {"spec", "postBuild"});
    const Value* own = build::Find(post_build, "substitute");
    for (const Value* source : build::ItemsOf(build::Find(post_build, "substituteFrom")))
      FromObject(source, build::Find(own, name_) != nullptr);
    FromMap(own);
    Uses();
    if (!out_.definitions.empty() || !out_.uses.empty()) WhatIsNotHere();
    Tidy(out_.definitions);
    Tidy(out_.uses);
    return std::move(out_);
  }

 private:
  void Refuse(std::string why) {
    if (out_.refusal.empty()) out_.refusal = std::move(why);
  }

  static void Tidy(std::vector<NamePlace>& places) {
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
  }

  void FromObject(const Value* source, bool is_overridden) {
    const std::string_view kind = build::Text(source, "kind");
    const std::string_view name = build::Text(source, "name");
    const build::Object* object = fleet_.Find(build_.cluster, kind, build_.namespace_, name);
    if (!object) {
      // The inline value wins, whatever it holds.
      if (!is_overridden)
        missing_ = fmt::format("{} \"{}\" in namespace \"{}\"", kind, name, build_.namespace_);
      return;
    }
    FromMap(build::Find(object->root, "data"));
    if (kind == "Secret") FromMap(build::Find(object->root, "stringData"));
  }

  void FromMap(const Value* map) {
    const Value* value = build::Find(map, name_);
    if (!value) return;
    std::optional<NamePlace> in_map = KeyInMap(snapshot_, map->origin, name_);
    if (in_map) Add(*in_map);
    // A value behind an alias is written elsewhere, its key is not.
    AddKeyOf(value->origin, in_map.has_value());
    for (const build::Edit* edit = value->edits; edit; edit = edit->earlier) {
      if (edit->was) AddKeyOf(edit->was, true);
    }
  }

  void AddKeyOf(const Origin& origin, bool is_extra) {
    if (std::optional<NamePlace> key = KeyOfValue(snapshot_, origin, name_)) return Add(*key);
    if (is_extra) return;
    Refuse(origin ? fmt::format("it is defined in what {} reads, which cannot be edited here",
                                snapshot_.DisplayPath(origin.file->path))
                  : "it is not written where it is defined");
  }

  void Add(const NamePlace& place) {
    if (IsSealed(snapshot_, place)) {
      Refuse(fmt::format("{} is encrypted with SOPS, its keys cannot be changed here",
                         snapshot_.DisplayPath(place.path)));
    }
    out_.definitions.push_back(place);
  }

  void Uses() {
    for (const build::VariableSite& site : build_.variable_sites) {
      const SourceFilePtr file = snapshot_.Find(site.origin.file->path);
      if (!file) continue;
      AddUses(*file, site.origin.range);
      // What uses variables itself lists no file.
      const std::string_view written = Slice(file->text->content(), site.origin.range);
      if (written.find("${") != std::string_view::npos) continue;
      if (const SourceFilePtr listed = FileListedAt(*file, site.origin.range))
        AddUses(*listed, {0, static_cast<uint32_t>(listed->text->content().size())});
    }
  }

  void AddUses(const SourceFile& file, ByteRange part) {
    for (ByteRange range : UsesIn(file.text->content(), part, name_))
      out_.uses.push_back({file.path, range, part});
  }

  // The file that a generator reads as it is: `key=path`, or the path alone.
  SourceFilePtr FileListedAt(const SourceFile& file, ByteRange range) const {
    for (const yaml::Document& document : file.yaml.documents) {
      if (!document.range().Contains(range.begin)) continue;
      const Node node = document.NodeAt(range.begin);
      if (node.range() != range || node.parent().key().value() != "files") continue;
      const std::string_view entry = node.value();
      return snapshot_.Find(JoinPath(DirectoryName(file.path), entry.substr(entry.find('=') + 1)));
    }
    return nullptr;
  }

  // What else may define or use it.
  void WhatIsNotHere() {
    const std::string title = fmt::format("Kustomization \"{}\"", build_.Title());
    if (!missing_.empty()) Refuse(missing_ + " is not in this repository, and may define it");
    for (const build::Unknown& unknown : build_.unknowns) {
      if (!unknown.bootstrap) {
        Refuse(fmt::format("{} may use it in what is not known here: {}", title, unknown.reason));
      }
    }
    if (build_.failed) Refuse(title + " does not build");
  }

  const Snapshot& snapshot_;
  const Fleet& fleet_;
  const FluxBuild& build_;
  const std::string& name_;
  std::string missing_;
  VariablePlaces out_;
};

}  // namespace

VariablePlaces PlacesOfVariable(const Snapshot& snapshot, const Fleet& fleet,
                                const FluxBuild& build, const std::string& name) {
  if (!build.flux) return {};
  return PlaceFinder(snapshot, fleet, build, name).Run();
}

std::optional<NamePlace> KeyOfValue(const Snapshot& snapshot, const Origin& origin,
                                    std::string_view name) {
  if (!origin) return std::nullopt;
  const SourceFilePtr file = snapshot.Find(origin.file->path);
  if (!file) return std::nullopt;
  const std::string_view text = file->text->content();
  for (const yaml::Document& document : file->yaml.documents) {
    if (!document.range().Contains(origin.range.begin)) continue;
    Node node = document.NodeAt(origin.range.begin);
    if (node.IsBlockScalar() && node.range() != origin.range)
      return KeyInPatch(*file, node, origin, name);
    // A missing value stands where its key ends.
    if (node.IsKey()) {
      for (Node value : node.parent()) {
        if (value.key() == node) node = value;
      }
    }
    if (node.range() != origin.range) continue;
    const bool literal = IsLiteral(node, name);
    if (!literal && node.key().value() != name) continue;
    const auto range = NameIn(text, literal ? node.range() : node.key().range(), name);
    if (range) return NamePlace{file->path, *range, node.pair_range()};
  }
  return std::nullopt;
}

std::optional<ByteRange> DefinedNameAt(const SourceFile& file, const yaml::Document& document,
                                       uint32_t offset) {
  const Node node = document.NodeAt(offset);
  const std::string_view text = file.text->content();
  if (node.IsKey()) {
    const std::string_view map = node.parent().key().value();
    if (map != "data" && map != "stringData" && map != "substitute") return std::nullopt;
    if (!build::IsVariableName(node.value())) return std::nullopt;
    return NameIn(text, node.range(), node.value());
  }
  const std::string_view name = node.value().substr(0, node.value().find('='));
  if (!node.IsScalar() || !IsLiteral(node, name) || !build::IsVariableName(name))
    return std::nullopt;
  const std::optional<ByteRange> range = NameIn(text, node.range(), name);
  return range && offset <= range->end ? range : std::nullopt;
}

std::vector<ByteRange> UsesIn(std::string_view text, ByteRange part, std::string_view name) {
  std::vector<ByteRange> out;
  const std::string_view written = Slice(text, part);
  if (written.find(name) == std::string_view::npos) return out;
  for (const build::VariableUse& use : build::VariablesIn(written)) {
    if (use.name == name)
      out.push_back({part.begin + use.name_range.begin, part.begin + use.name_range.end});
  }
  return out;
}

}  // namespace fluxls
