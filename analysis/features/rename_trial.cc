#include "analysis/features/rename_trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <span>

#include "analysis/build/substitution.h"
#include "analysis/features/variable_places.h"

namespace fluxls {
namespace {

using build::Fleet;
using build::FluxBuild;
using build::Object;
using build::ObjectId;
using build::ObjectReference;
using build::Value;

// Does a text begin with `${name`, and not with the use of a longer name?
bool BeginsWithUse(std::string_view text, std::string_view use) {
  if (!text.starts_with(use)) return false;
  if (text.size() == use.size()) return true;
  const char next = text[use.size()];
  return std::isalnum(static_cast<unsigned char>(next)) == 0 && next != '_';
}

// The same text with some uses of a variable renamed: what is not known stays in a text as it is.
bool IsRenamedUse(std::string_view before, std::string_view after, const std::string& from,
                  const std::string& to) {
  const std::string old_use = "${" + from;
  const std::string new_use = "${" + to;
  size_t at = 0;
  for (size_t i = 0; i < before.size();) {
    if (BeginsWithUse(before.substr(i), old_use) && BeginsWithUse(after.substr(at), new_use)) {
      i += old_use.size();
      at += new_use.size();
    } else if (at < after.size() && before[i] == after[at]) {
      ++i;
      ++at;
    } else {
      return false;
    }
  }
  return at == after.size();
}

// Labels and annotations of the object, and those that Flux puts on others.
bool IsMetadata(std::string_view route) {
  for (std::string_view map : {"metadata.labels.", "metadata.annotations.",
                               "spec.commonMetadata.labels.", "spec.commonMetadata.annotations."}) {
    if (route.starts_with(map)) return true;
  }
  return false;
}

// Does an effective text, or the line that it comes from, still use the variable? One that stands
// behind `$$` is no use.
bool StillUses(std::string_view text, const build::Origin& origin, const std::string& name) {
  const std::string use = "${" + name;
  size_t at = text.find(use);
  while (at != std::string_view::npos && !BeginsWithUse(text.substr(at), use))
    at = text.find(use, at + 1);
  if (at == std::string_view::npos) return false;
  if (!origin || !origin.file->text) return true;
  const std::string_view file = origin.file->text->content();
  return Slice(file, origin.range).find("${") == std::string_view::npos ||
         !UsesIn(file, origin.range, name).empty();
}

bool HoldsVariables(std::string_view route) {
  return route == "data" || route == "stringData" || route == "spec.postBuild.substitute";
}

class Comparison {
 public:
  Comparison(const Fleet& before, const Fleet& after, const RenameTrial& trial)
      : before_(before), after_(after), trial_(trial) {
    for (build::Effect effect : trial.objects) {
      const Object& object = before.ObjectOf(effect);
      renamed_.insert(KeyOf(before.BuildOf(effect), object.id, object.id.name));
    }
  }

  std::string Run() {
    std::multimap<std::string, const FluxBuild*> builds;
    for (const build::FluxBuildPtr& build : after_.builds())
      builds.emplace(TitleOf(*build, build->name), build.get());
    for (size_t i = 0; i < before_.builds().size(); ++i) {
      const FluxBuild& build = *before_.builds()[i];
      has_variable_ = trial_.builds.contains(static_cast<uint32_t>(i));
      auto found = builds.find(TitleOf(build, NewNameOf(build)));
      if (found == builds.end()) return Others(build);
      const FluxBuild& renamed = *found->second;
      builds.erase(found);
      if (CompareProblems(build, renamed) && CompareObjects(build, renamed)) continue;
      return wrong_;
    }
    return builds.empty() ? lost_ : Others(*builds.begin()->second);
  }

 private:
  bool Refuse(std::string why) {
    if (wrong_.empty()) wrong_ = std::move(why);
    return false;
  }

  static std::string NameOf(const FluxBuild& build) {
    return build.flux ? fmt::format("Kustomization \"{}\"", build.Title()) : build.Title();
  }

  static std::string Others(const FluxBuild& build) {
    return NameOf(build) + " would not have the same objects";
  }

  static std::string TitleOf(const FluxBuild& build, std::string_view name) {
    return fmt::format("{} {} {} {}", build.flux, build.cluster, build.namespace_, name);
  }

  static std::string KeyOf(const FluxBuild& build, const ObjectId& id, std::string_view name) {
    return fmt::format("{} {} {} {} {}", build.cluster, id.group, id.kind, id.EffectiveNamespace(),
                       name);
  }

  bool IsRenamed(const FluxBuild& build, const ObjectId& id) const {
    return renamed_.contains(KeyOf(build, id, id.name));
  }

  // A Kustomization's build is called like the Kustomization, whoever applies that.
  std::string_view NewNameOf(const FluxBuild& build) const {
    if (!build.flux || build.name != trial_.from || !build.origin) return build.name;
    for (build::Effect effect : trial_.objects) {
      const build::Origin& origin = before_.ObjectOf(effect).origin;
      if (origin && origin.range == build.origin.range &&
          origin.file->path == build.origin.file->path)
        return trial_.to;
    }
    return build.name;
  }

  bool CompareProblems(const FluxBuild& before, const FluxBuild& after) {
    std::multiset<std::pair<build::ProblemKind, std::string>> was;
    for (const build::Problem& problem : before.problems) was.emplace(problem.kind, problem.path);
    for (const build::Problem& problem : after.problems) {
      auto same = was.find({problem.kind, problem.path});
      if (same == was.end()) {
        return Refuse(fmt::format("{} would {}: {}", NameOf(before),
                                  problem.fatal ? "fail" : "not be the same", problem.message));
      }
      was.erase(same);
    }
    return true;
  }

  bool CompareObjects(const FluxBuild& before, const FluxBuild& after) {
    std::multimap<std::string, uint32_t> objects;
    for (uint32_t i = 0; i < after.objects.size(); ++i) {
      const ObjectId& id = after.objects[i].id;
      if (after.objects[i].root) objects.emplace(KeyOf(after, id, id.name), i);
    }
    for (uint32_t i = 0; i < before.objects.size(); ++i) {
      const Object& object = before.objects[i];
      if (!object.root) continue;
      const bool renamed = IsRenamed(before, object.id);
      auto found = objects.find(KeyOf(after, object.id, renamed ? trial_.to : object.id.name));
      // A variable that is filled in later is in names as it is written.
      if (found == objects.end() && !trial_.builds.empty())
        found = objects.find(KeyOf(after, object.id, WithNewUses(object.id.name)));
      if (found == objects.end()) return Refuse(WhyGone(before, object, renamed, after));
      const uint32_t index = found->second;
      objects.erase(found);
      if (!CompareObject(before, i, renamed, after, index)) return false;
    }
    return objects.empty() || Refuse(Others(before));
  }

  std::string WithNewUses(std::string_view text) const {
    std::vector<TextEdit> edits;
    for (ByteRange use : UsesIn(text, {0, static_cast<uint32_t>(text.size())}, trial_.from))
      edits.push_back({use, trial_.to});
    return ApplyEdits(text, edits);
  }

  // Nothing is called as the object should be: what has become of it?
  std::string WhyGone(const FluxBuild& before, const Object& object, bool renamed,
                      const FluxBuild& after) const {
    const std::string what = Describe(object.id);
    if (object.needs_hash) return what + ": the hash in its name would change";
    for (const Object& other : after.objects) {
      if (!other.root || other.id.kind != object.id.kind || other.id.group != object.id.group)
        continue;
      const bool same_namespace = other.id.EffectiveNamespace() == object.id.EffectiveNamespace();
      if (!renamed && same_namespace && object.id.name == trial_.from && other.id.name == trial_.to)
        return what + " would be renamed as well";
      if (!same_namespace && object.id.namespace_ == trial_.from &&
          other.id.namespace_ == trial_.to)
        return what + ": metadata.namespace would change as well";
    }
    return Others(before);
  }

  bool CompareObject(const FluxBuild& before, uint32_t index, bool renamed, const FluxBuild& after,
                     uint32_t after_index) {
    const Object& object = before.objects[index];
    object_ = &object;
    is_renamed_ = renamed;
    // What opts out of substitution has texts, and no uses.
    is_filled_in_ = has_variable_ && !build::IsSubstitutionDisabled(object.root);
    names_.clear();
    const std::span<const ObjectReference> was = build::ReferencesOf(before, index);
    const std::span<const ObjectReference> is = build::ReferencesOf(after, after_index);
    for (const ObjectReference& reference : was) {
      for (build::Effect effect : trial_.objects) {
        const ObjectId& id = before_.ObjectOf(effect).id;
        if (id.kind == reference.kind && id.name == reference.name &&
            id.EffectiveNamespace() == reference.namespace_)
          names_.insert(reference.name_value);
      }
    }
    if (!Same(object.root, after.objects[after_index].root, "")) {
      return Refuse(fmt::format("{}: {} would {}", Describe(object.id), changed_,
                                trial_.builds.empty() ? "change as well" : "not be the same"));
    }
    for (size_t i = 0; i < std::min(was.size(), is.size()); ++i) {
      if (Leads(before_, before, was[i]) && !Leads(after_, after, is[i]) && lost_.empty()) {
        lost_ = fmt::format("{} would name something that is not there: {} \"{}\"",
                            Describe(object.id), is[i].kind, is[i].name);
      }
    }
    return true;
  }

  static bool Leads(const Fleet& fleet, const FluxBuild& build, const ObjectReference& reference) {
    return fleet.FindEffect(build.cluster, reference.kind, reference.namespace_, reference.name)
        .has_value();
  }

  // Patches of a Flux Kustomization are judged by what its build makes of them, and so are the
  // values of its variables.
  bool IsJudgedElsewhere(std::string_view route) const {
    return build::IsFluxKustomization(object_->id) &&
           (route == "spec.patches" ||
            (trial_.builds.empty() && route.starts_with("spec.postBuild.substitute.")));
  }

  bool Same(const Value* before, const Value* after, const std::string& route) {
    if (IsJudgedElsewhere(route)) return true;
    if (before->IsScalar() && after->IsScalar()) {
      return SameScalar(before, after, route) || Changed(route);
    }
    if (before->type != after->type || before->size != after->size) return Changed(route);
    for (uint32_t i = 0; i < before->size; ++i) {
      if (before->IsList()) {
        if (!Same(before->items[i], after->items[i], fmt::format("{}[{}]", route, i))) return false;
        continue;
      }
      const build::Pair& pair = before->pairs[i];
      const std::string below =
          route.empty() ? std::string(pair.key) : fmt::format("{}.{}", route, pair.key);
      const Value* value = build::Find(after, pair.key);
      if (!value && pair.key == trial_.from && !trial_.builds.empty() && HoldsVariables(route))
        value = build::Find(after, trial_.to);
      if (!value || (is_filled_in_ && StillUses(pair.key, {}, trial_.from))) return Changed(below);
      if (!Same(pair.value, value, below)) return false;
    }
    return true;
  }

  bool SameScalar(const Value* before, const Value* after, const std::string& route) const {
    if (is_filled_in_ && StillUses(after->str(), after->origin, trial_.from)) return false;
    if (before->str() == after->str()) return before->type == after->type;
    if (!trial_.builds.empty())
      return IsRenamedUse(before->str(), after->str(), trial_.from, trial_.to);
    if (before->str() != trial_.from || after->str() != trial_.to) return false;
    return (is_renamed_ && route == "metadata.name") || names_.contains(before) ||
           IsMetadata(route);
  }

  bool Changed(const std::string& route) {
    if (changed_.empty()) changed_ = route;
    return false;
  }

  const Fleet& before_;
  const Fleet& after_;
  const RenameTrial& trial_;
  std::set<std::string> renamed_;  // keys of the objects
  std::string wrong_;
  std::string changed_;
  std::string lost_;  // told last: what else changes may be the cause
  // Of the build and the object that are compared.
  bool has_variable_ = false;
  bool is_filled_in_ = false;  // and the object is one that Flux fills it into
  bool is_renamed_ = false;
  const Object* object_ = nullptr;
  std::set<const Value*> names_;  // in references to what is renamed
};

}  // namespace

std::string TryRename(const Snapshot& snapshot, const Fleet& fleet,
                      const std::vector<FileEdit>& edits, const RenameTrial& trial,
                      const FileSystem* disk) {
  Workspace workspace(snapshot);
  for (const FileEdit& edit : edits) {
    const SourceFilePtr before = snapshot.Find(edit.path);
    Source source;
    source.path = edit.path;
    source.file_class = before->file_class;
    source.text = std::make_shared<Text>(ApplyEdits(before->text->content(), edit.edits));
    workspace.Install(ParseSource(std::move(source), before.get()));
  }
  const build::FleetPtr after = build::FleetBuilder(disk).Build(workspace.snapshot());
  return Comparison(fleet, *after, trial).Run();
}

}  // namespace fluxls
