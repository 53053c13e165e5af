#include "analysis/features/rename.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/features/artifact_alias.h"
#include "analysis/features/rename_trial.h"
#include "analysis/features/rename_variable.h"
#include "analysis/model/resource.h"
#include "analysis/workspace/file_system.h"
#include "analysis/yaml/edit.h"

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

// --- Edits ---

const yaml::Document* DocumentAt(const SourceFile& file, ByteRange range) {
  for (const yaml::Document& document : file.yaml.documents) {
    if (document.range().begin <= range.begin && range.end <= document.range().end)
      return &document;
  }
  return nullptr;
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
      // The checksum is of all values.
      if (document->root().Find("sops").IsMapping()) {
        return fmt::format("{} is encrypted with SOPS and cannot be edited here",
                           snapshot.DisplayPath(path));
      }
      const yaml::Node node = document->NodeAt(range.begin);
      if (node.IsScalar() && node.range() == range) {
        if (node.value() != from) {
          return fmt::format("it is written as \"{}\" in {}", node.value(),
                             snapshot.DisplayPath(path));
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
  if (!object) {
    refusal = subject.written.empty() && subject.standing == build::Standing::kUnknown &&
                      !subject.reason.empty()
                  ? fmt::format("it is not known what this leads to: {}", subject.reason)
                  : "no build of this repository has this object";
  }
  return object;
}

// Does the reference name the objects, so that it would be renamed with them?
bool LeadsThere(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                const Subject& subject) {
  const std::vector<NamePlace> places = ReferencesWithin(snapshot, fleet, file, subject);
  return std::any_of(places.begin(), places.end(),
                     [&](const NamePlace& place) { return place.range == subject.text_range; });
}

// What is meant at a place. Where one build finds what a reference names and another only something
// like it, the latter is not meant; where none does, all stay, to be told about.
Subject MeantAt(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                uint32_t offset) {
  Subject subject = SubjectAt(snapshot, fleet, file, offset);
  if (subject.kind != Kind::kReference || subject.objects.size() < 2) return subject;
  std::vector<Effect> meant;
  for (Effect effect : subject.objects) {
    Subject one = subject;
    one.objects = {effect};
    one.written.clear();
    if (LeadsThere(snapshot, fleet, file, one)) meant.push_back(effect);
  }
  if (!meant.empty()) subject.objects = std::move(meant);
  return subject;
}

std::string WhyNot(const Fleet& fleet, const Subject& subject) {
  const Effect effect = subject.objects.front();
  const std::string what = build::Describe(fleet.ObjectOf(effect).id);
  switch (subject.standing) {
    case build::Standing::kMade:
      return fmt::format("it is made by {}", what);
    case build::Standing::kOtherNamespace:
      return fmt::format("this does not lead to {}", what);
    case build::Standing::kOtherCluster:
      return fmt::format("only cluster \"{}\" has {}", fleet.BuildOf(effect).cluster, what);
    case build::Standing::kFound:
      return fmt::format("it is not known whether this leads to {}", what);
    default:
      return fmt::format("it is not known what this leads to: {}", subject.reason);
  }
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
      if (!itself && build::HoldsText(object.root, id.name)) return build::Describe(object.id);
    }
  }
  return "";
}

// Adds what must get the same name with them: other clusters may have the same document, or name
// objects of their own in the same line.
void AddShared(const Fleet& fleet, std::vector<Effect>& objects) {
  const build::ObjectId id = fleet.ObjectOf(objects.front()).id;
  auto add = [&](Effect effect) {
    const build::ObjectId& other = fleet.ObjectOf(effect).id;
    if (other.kind == id.kind && other.name == id.name &&
        std::find(objects.begin(), objects.end(), effect) == objects.end())
      objects.push_back(effect);
  };
  for (size_t done = 0; done < objects.size();) {
    const Effect effect = objects[done++];
    const build::FluxBuild& build = fleet.BuildOf(effect);
    const build::Origin& origin = fleet.ObjectOf(effect).origin;
    if (origin) {
      for (Effect other : fleet.EffectsOf(origin.file->path, origin.range)) add(other);
    }
    for (build::ReferenceSite site : fleet.ReferencesTo(build.hashes[effect.object].name)) {
      const build::Origin& line = fleet.ReferenceAt(site).name_value->origin;
      if (!line) continue;
      for (build::ReferenceSite other : fleet.ReferencesIn(line.file->path)) {
        const build::ObjectReference& reference = fleet.ReferenceAt(other);
        if (reference.name_value->origin.range != line.range) continue;
        const std::optional<Effect> target =
            fleet.FindEffect(fleet.builds()[other.build]->cluster, reference.kind,
                             reference.namespace_, reference.name);
        if (target) add(*target);
      }
    }
  }
}

bool HasAnchor(const SourceFile& file, uint32_t offset, std::string_view name) {
  bool found = false;
  for (const yaml::Document& document : file.yaml.documents) {
    if (!document.range().Contains(offset)) continue;
    document.root().Visit([&](yaml::Node node) { found |= node.anchor() == name; });
  }
  return found;
}

RenameResult RenameAnchor(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                          const Subject& subject, const std::string& new_name) {
  RenameResult out;
  if (new_name.empty() || new_name.find_first_of(" \t\n\r[]{},&*#:") != std::string::npos) {
    out.refusal = fmt::format("\"{}\" is no name for an anchor", new_name);
    return out;
  }
  if (HasAnchor(file, subject.range.begin, new_name)) {
    out.refusal = fmt::format("this document has an anchor \"{}\" already", new_name);
    return out;
  }
  FileEdit edit{file.path, {}};
  const uint32_t size = static_cast<uint32_t>(subject.name.size());
  for (const NamePlace& place : ReferencesOf(snapshot, fleet, file, subject, true)) {
    const uint32_t begin = place.range.begin + 1;
    if (Slice(file.text->content(), {begin, begin + size}) != subject.name) {
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

RenameResult RenameArtifactAlias(const Snapshot& snapshot, const Fleet& fleet,
                                 const SourceFile& file, const Subject& subject,
                                 const std::string& new_name) {
  RenameResult out;
  if (!IsArtifactAlias(new_name)) {
    out.refusal = fmt::format(
        "\"{}\" is no alias of a source: lower-case letters, digits, - and _ are allowed, and a "
        "letter or digit at both ends; \"artifact\" is taken",
        new_name);
    return out;
  }
  const std::vector<std::string> taken = ArtifactAliasesAt(file, subject.range.begin);
  if (std::find(taken.begin(), taken.end(), new_name) != taken.end()) {
    out.refusal = fmt::format("another source has the alias \"{}\"", new_name);
    return out;
  }
  FileEdit edit{file.path, {}};
  const std::string_view text = file.text->content();
  for (const NamePlace& place : ReferencesOf(snapshot, fleet, file, subject, true)) {
    // Where the alias stands bare, YAML may take the new one for a number or a truth value.
    const char before = place.range.begin > 0 ? text[place.range.begin - 1] : ' ';
    const bool bare = before != '@' && before != '"' && before != '\'';
    edit.edits.push_back({place.range, bare ? yaml::QuoteScalar(new_name) : new_name});
  }
  std::sort(edit.edits.begin(), edit.edits.end(),
            [](const TextEdit& a, const TextEdit& b) { return a.range < b.range; });
  out.edits.push_back(std::move(edit));
  return out;
}

RenameTarget Prepare(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                     const Subject& subject) {
  RenameTarget out;
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
    case Kind::kArtifactAlias:
      out.name = subject.name;
      if (subject.places.size() != 1) {
        out.refusal = fmt::format("{} source of this ArtifactGenerator has the alias \"{}\"",
                                  subject.places.empty() ? "no" : "more than one", subject.name);
      }
      return out;
    case Kind::kVariable:
      out.name = subject.name;
      out.refusal = FindVariableSites(snapshot, fleet, file, subject).refusal;
      return out;
    default:
      return out;
  }
  // A kind or a namespace beside the name.
  if (subject.kind == Kind::kReference && !subject.is_name) return {};
  const build::Object* object = ObjectOf(fleet, subject, out.refusal);
  if (!object) return out;
  if (object->id.kind == "Namespace") {
    out.refusal = fmt::format("other objects live in namespace \"{}\"", object->id.name);
    return out;
  }
  const std::string_view written = Slice(file.text->content(), subject.text_range);
  if (written.find("${") != std::string_view::npos ||
      written.find("{{") != std::string_view::npos) {
    out.refusal = fmt::format("\"{}\" is filled in later", written);
  } else if (subject.kind == Kind::kReference && !LeadsThere(snapshot, fleet, file, subject)) {
    out.refusal = WhyNot(fleet, subject);
  } else if (object->origin && BaseName(object->origin.file->path) == "gotk-sync.yaml") {
    out.refusal = fmt::format("flux bootstrap writes {}, and would write it again",
                              snapshot.DisplayPath(object->origin.file->path));
  } else if (object->needs_hash) {
    out.refusal = "the name is generated, with a hash behind it";
  } else if (written.find(object->id.name) == std::string_view::npos) {
    out.refusal = fmt::format("a build makes \"{}\" of this name", object->id.name);
  }
  out.name = object->id.name;
  return out;
}

}  // namespace

RenameTarget PrepareRename(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                           uint32_t offset) {
  return Prepare(snapshot, fleet, file, MeantAt(snapshot, fleet, file, offset));
}

RenameResult RenameAt(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                      uint32_t offset, const std::string& new_name, const FileSystem* disk) {
  Subject subject = MeantAt(snapshot, fleet, file, offset);
  // Looks for the places of the variable by itself.
  if (subject.kind == Kind::kVariable)
    return RenameVariable(snapshot, fleet, file, subject, new_name, disk);
  RenameResult out;
  const RenameTarget target = Prepare(snapshot, fleet, file, subject);
  out.refusal = target.refusal;
  if (!out.refusal.empty()) return out;
  if (target.name.empty()) {
    out.refusal = "nothing here has a name that can be changed";
    return out;
  }
  if (new_name == target.name) return out;
  if (subject.kind == Kind::kArtifactAlias)
    return RenameArtifactAlias(snapshot, fleet, file, subject, new_name);
  if (subject.kind == Kind::kAnchor) return RenameAnchor(snapshot, fleet, file, subject, new_name);
  if (!IsObjectName(new_name)) {
    out.refusal = fmt::format(
        "\"{}\" is no name for an object: lower-case letters, digits, - and . are allowed, and a "
        "letter or digit at both ends",
        new_name);
    return out;
  }
  AddShared(fleet, subject.objects);
  for (Effect effect : subject.objects) {
    const build::ObjectId& id = fleet.ObjectOf(effect).id;
    if (fleet.FindEffect(fleet.BuildOf(effect).cluster, id.kind, id.EffectiveNamespace(),
                         new_name)) {
      out.refusal = fmt::format("{} \"{}\" is already in namespace \"{}\"", id.kind, new_name,
                                id.EffectiveNamespace());
      return out;
    }
    if (const std::string other = NamedElsewhere(fleet, id); !other.empty()) {
      out.refusal = fmt::format("{} may name it", other);
      return out;
    }
  }
  Sites sites;
  AddPlaces(ReferencesOf(snapshot, fleet, file, subject, true), sites);
  std::vector<FileEdit> edits;
  out.refusal = WriteNames(snapshot, sites, target.name, new_name, edits);
  if (out.refusal.empty()) {
    out.refusal =
        TryRename(snapshot, fleet, edits, {target.name, new_name, subject.objects, {}}, disk);
  }
  if (out.refusal.empty()) out.edits = std::move(edits);
  return out;
}

}  // namespace fluxls
