#include "analysis/features/rename.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "analysis/model/resource.h"
#include "analysis/yaml/edit.h"
#include "analysis/yaml/inner_yaml.h"

namespace fluxls {
namespace {

using build::Effect;
using build::Fleet;
using Kind = Subject::Kind;

// --- Sites: where the old name stands ---

using Sites = std::map<std::string, std::set<ByteRange>>;  // by path

void AddPlaces(const std::vector<NamePlace>& places, Sites& sites) {
  for (const NamePlace& place : places) {
    if (!place.range.empty()) sites[place.path].insert(place.range);
  }
}

bool IsCalled(yaml::Node root, std::string_view kind, std::string_view name) {
  return root.Find("kind").value() == kind && root.At("metadata.name").value() == name;
}

// Patches of one list of a kustomization or of a Flux Kustomization's spec.
void AddPatches(const SourceFile& file, yaml::Node owner, const build::ObjectId& id, Sites& sites) {
  const std::string_view text = file.text->content();
  for (std::string_view field : {"patches", "patchesStrategicMerge", "patchesJson6902"}) {
    for (yaml::Node entry : owner.Find(field)) {
      const yaml::Node target = entry.Find("target");
      const std::string_view kind = target.Find("kind").value();
      if (target.Find("name").value() == id.name && (kind.empty() || kind == id.kind))
        sites[file.path].insert(target.Find("name").range());
      const yaml::Node patch = entry.IsScalar() ? entry : entry.Find("patch");
      if (!patch.IsBlockScalar() || target) continue;
      const InnerYaml inner = ReadInner(patch, text, OffsetMap::Identity(), patch.range());
      for (const yaml::Document& document : inner.file.documents) {
        if (!IsCalled(document.root(), id.kind, id.name)) continue;
        const ByteRange range = inner.RangeOf(document.root().At("metadata.name"));
        if (range != patch.range()) sites[file.path].insert(range);
      }
    }
  }
}

void AddPatches(const Snapshot& snapshot, const Fleet& fleet, const build::ObjectId& id,
                Sites& sites) {
  for (const SourceFilePtr& file : snapshot.Files()) {
    const bool runs = !fleet.BuildsRunning(file->path).empty();
    for (const yaml::Document& document : file->yaml.documents) {
      if (runs) AddPatches(*file, document.root(), id, sites);
      if (document.root().Find("kind").value() == "Kustomization")
        AddPatches(*file, document.root().Find("spec"), id, sites);
    }
  }
  // Patches in files of their own.
  for (const ResourceLocation& location : snapshot.Resources(id.kind, "", id.name)) {
    const SourceFile& file = *location.file;
    if (!fleet.EffectsOf(file.path).empty() || snapshot.KustomizationsListing(file.path).empty())
      continue;
    for (const yaml::Document& document : file.yaml.documents) {
      if (IsCalled(document.root(), id.kind, id.name))
        sites[file.path].insert(document.root().At("metadata.name").range());
    }
  }
}

// --- Edits ---

const yaml::Document* DocumentAt(const SourceFile& file, ByteRange range) {
  for (const yaml::Document& document : file.yaml.documents) {
    if (document.range().begin <= range.begin && range.end <= document.range().end)
      return &document;
  }
  return nullptr;
}

bool IsAliased(const yaml::Document& document, yaml::Node anchored) {
  bool found = false;
  document.root().Visit([&](yaml::Node node) {
    if (node.IsAlias() && node.Resolve() == anchored) found = true;
  });
  return found;
}

// The edits that write `to` where `from` stands; a reason when one of the places cannot be written.
std::string WriteNames(const Snapshot& snapshot, const Sites& sites, const std::string& from,
                       const std::string& to, std::vector<FileEdit>& out) {
  for (const auto& [path, ranges] : sites) {
    const SourceFilePtr file = snapshot.Find(path);
    if (!file || file->converted) return fmt::format("\"{}\" cannot be edited", path);
    FileEdit edit{path, {}};
    for (ByteRange range : ranges) {
      const yaml::Document* document = DocumentAt(*file, range);
      if (!document) return fmt::format("\"{}\" cannot be edited", path);
      const yaml::Node node = document->NodeAt(range.begin);
      if (node.IsScalar() && node.range() == range) {
        if (node.value() != from) {
          return fmt::format("it is written as \"{}\" in {}", node.value(),
                             snapshot.DisplayPath(path));
        }
        if (!node.anchor().empty() && IsAliased(*document, node)) {
          return fmt::format("in {} it is the anchor &{}, which other fields use",
                             snapshot.DisplayPath(path), node.anchor());
        }
        const yaml::Edits edits = yaml::SetScalar(*document, node, to);
        if (!edits) return fmt::format("\"{}\" cannot be edited", path);
        edit.edits.insert(edit.edits.end(), edits->begin(), edits->end());
      } else if (Slice(file->text->content(), range) == from) {
        edit.edits.push_back({range, to});
      } else {
        return fmt::format("it is put together in {}", snapshot.DisplayPath(path));
      }
    }
    out.push_back(std::move(edit));
  }
  return "";
}

// --- The trial ---

struct Outcome {
  std::set<std::string> objects;        // of all builds, with the cluster
  std::multiset<std::string> problems;  // without places: those move
  size_t dangling = 0;                  // references that lead to nothing
};

Outcome OutcomeOf(const Fleet& fleet, const std::string& from, const std::string& to) {
  Outcome out;
  for (const build::FluxBuildPtr& build : fleet.builds()) {
    const std::string title = build->name == from ? to : build->name;
    for (const build::Object& object : build->objects) {
      const std::string name(object.id.name == from ? to : object.id.name);
      out.objects.insert(fmt::format("{} {} {} {} {} {} {}", build->cluster, build->namespace_,
                                     title, object.id.group, object.id.kind,
                                     object.id.EffectiveNamespace(), name));
    }
    for (const build::ObjectReference& reference : build->references) {
      out.dangling +=
          !fleet.FindEffect(build->cluster, reference.kind, reference.namespace_, reference.name);
    }
    for (const build::Problem& problem : build->problems) {
      out.problems.insert(fmt::format("{} {} {} {}", build->cluster, title,
                                      static_cast<int>(problem.kind), problem.path));
    }
  }
  return out;
}

// Why the edits change more than a name; "" when they do not.
std::string Try(const Snapshot& snapshot, const Fleet& fleet, const std::vector<FileEdit>& edits,
                const std::string& from, const std::string& to, const FileSystem* disk) {
  Workspace trial(snapshot);
  for (const FileEdit& edit : edits) {
    const SourceFilePtr before = snapshot.Find(edit.path);
    Source source;
    source.path = edit.path;
    source.file_class = before->file_class;
    source.text = std::make_shared<Text>(ApplyEdits(before->text->content(), edit.edits));
    trial.Install(ParseSource(std::move(source), before.get()));
  }
  const build::FleetPtr after = build::FleetBuilder(disk).Build(trial.snapshot());
  const Outcome was = OutcomeOf(fleet, from, to);
  const Outcome is = OutcomeOf(*after, from, to);
  for (const std::string& object : was.objects) {
    if (!is.objects.contains(object)) return "the builds would not have the same objects";
  }
  if (was.objects.size() != is.objects.size()) return "the builds would not have the same objects";
  for (const std::string& problem : is.problems) {
    if (is.problems.count(problem) > was.problems.count(problem))
      return "a build that names it in a way of its own would fail, or leave out a patch";
  }
  if (is.dangling > was.dangling) return "something that names it could not be changed";
  return "";
}

// --- What can be renamed ---

// The object that is meant; null when it is none, or several.
const build::Object* ObjectOf(const Fleet& fleet, const Subject& subject, std::string& refusal) {
  const build::Object* object = nullptr;
  for (Effect effect : subject.objects) {
    const build::Object& one = fleet.ObjectOf(effect);
    if (object && (one.id.kind != object->id.kind || one.id.name != object->id.name)) {
      refusal = fmt::format("clusters call it differently: \"{}\" and \"{}\"", object->id.name,
                            one.id.name);
      return nullptr;
    }
    object = &one;
  }
  if (!object) refusal = "no build of this repository has this object";
  return object;
}

bool HoldsText(const build::Value* value, std::string_view text) {
  if (value->IsScalar()) return value->str() == text;
  const auto holds = [text](const build::Value* child) { return HoldsText(child, text); };
  return std::any_of(value->Pairs().begin(), value->Pairs().end(),
                     [&holds](const build::Pair& pair) { return holds(pair.value); }) ||
         std::any_of(value->Items().begin(), value->Items().end(), holds);
}

// Objects of Kubernetes name each other in fields that the reference table does not have. One that
// holds the name, in the namespace of `id`; "" when there is none.
std::string NamedElsewhere(const Fleet& fleet, const build::ObjectId& id) {
  if (IsFluxGroup(id.group)) return "";
  for (const build::FluxBuildPtr& build : fleet.builds()) {
    for (const build::Object& object : build->objects) {
      if (IsFluxGroup(object.id.group) || object.id.EffectiveNamespace() != id.EffectiveNamespace())
        continue;
      const bool itself = object.id.kind == id.kind && object.id.name == id.name;
      if (!itself && HoldsText(object.root, id.name)) return build::Describe(object.id);
    }
  }
  return "";
}

}  // namespace

RenameTarget PrepareRename(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                           uint32_t offset) {
  RenameTarget out;
  const Subject subject = SubjectAt(snapshot, fleet, file, offset);
  out.range = subject.range;
  switch (subject.kind) {
    case Kind::kAnchor:
      out.name = subject.name;
      // Without the mark in front.
      out.range = {subject.range.begin + 1,
                   subject.range.begin + 1 + static_cast<uint32_t>(subject.name.size())};
      return out;
    case Kind::kObject:
    case Kind::kReference:
      break;
    case Kind::kVariable:
      out.refusal = "renaming a variable is not supported";
      return out;
    default:
      return out;
  }
  const build::Object* object = ObjectOf(fleet, subject, out.refusal);
  if (!object) return out;
  if (object->id.kind == "Namespace") {
    out.refusal = fmt::format("other objects live in namespace \"{}\"", object->id.name);
    return out;
  }
  const std::string_view written = Slice(file.text->content(), subject.range);
  if (written.find("${") != std::string_view::npos ||
      written.find("{{") != std::string_view::npos) {
    out.refusal = fmt::format("\"{}\" is filled in later", written);
  } else if (object->needs_hash) {
    out.refusal = "the name is generated, with a hash behind it";
  } else if (written.find(object->id.name) == std::string_view::npos) {
    out.refusal = fmt::format("a build makes \"{}\" of this name", object->id.name);
  }
  out.name = object->id.name;
  return out;
}

RenameResult RenameAt(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                      uint32_t offset, const std::string& new_name, const FileSystem* disk) {
  RenameResult out;
  const RenameTarget target = PrepareRename(snapshot, fleet, file, offset);
  out.refusal = target.refusal;
  if (!out.refusal.empty()) return out;
  if (target.name.empty()) {
    out.refusal = "nothing here has a name that can be changed";
    return out;
  }
  if (new_name == target.name) return out;
  Subject subject = SubjectAt(snapshot, fleet, file, offset);
  if (subject.kind == Kind::kAnchor) {
    const bool valid =
        !new_name.empty() && new_name.find_first_of(" \t\n\r[]{},&*#:") == std::string::npos;
    if (!valid) {
      out.refusal = fmt::format("\"{}\" is no name for an anchor", new_name);
      return out;
    }
    FileEdit edit{file.path, {}};
    const uint32_t size = static_cast<uint32_t>(target.name.size());
    for (const NamePlace& place : ReferencesOf(snapshot, fleet, file, subject, true)) {
      const uint32_t begin = place.range.begin + 1;
      if (Slice(file.text->content(), {begin, begin + size}) != target.name) {
        out.refusal = "the anchor has a tag in front of it";
        return out;
      }
      edit.edits.push_back({{begin, begin + size}, new_name});
    }
    std::sort(edit.edits.begin(), edit.edits.end(),
              [](const TextEdit& a, const TextEdit& b) { return a.range < b.range; });
    out.edits.push_back(std::move(edit));
    return out;
  }
  const build::Object& object = fleet.ObjectOf(subject.objects.front());
  if (!IsObjectName(new_name)) {
    out.refusal = fmt::format(
        "\"{}\" is no name for an object: lower-case letters, digits, - and . are allowed, and a "
        "letter or digit at both ends",
        new_name);
    return out;
  }
  // Other clusters may have the same document.
  for (size_t i = 0; i < subject.objects.size(); ++i) {
    const build::Object& one = fleet.ObjectOf(subject.objects[i]);
    if (!one.origin) continue;
    for (Effect other : fleet.EffectsOf(one.origin.file->path, one.origin.range)) {
      if (std::find(subject.objects.begin(), subject.objects.end(), other) ==
              subject.objects.end() &&
          fleet.ObjectOf(other).id.kind == one.id.kind)
        subject.objects.push_back(other);
    }
  }
  for (Effect effect : subject.objects) {
    const build::ObjectId& id = fleet.ObjectOf(effect).id;
    if (fleet.FindEffect(fleet.BuildOf(effect).cluster, id.kind, id.EffectiveNamespace(),
                         new_name)) {
      out.refusal = fmt::format("{} \"{}\" is already in namespace \"{}\"", id.kind, new_name,
                                id.EffectiveNamespace());
      return out;
    }
  }
  if (const std::string other = NamedElsewhere(fleet, object.id); !other.empty()) {
    out.refusal = fmt::format("{} may name it", other);
    return out;
  }
  Sites sites;
  AddPlaces(ReferencesOf(snapshot, fleet, file, subject, true), sites);
  AddPatches(snapshot, fleet, object.id, sites);
  std::vector<FileEdit> edits;
  out.refusal = WriteNames(snapshot, sites, target.name, new_name, edits);
  if (out.refusal.empty()) out.refusal = Try(snapshot, fleet, edits, target.name, new_name, disk);
  if (out.refusal.empty()) out.edits = std::move(edits);
  return out;
}

}  // namespace fluxls
