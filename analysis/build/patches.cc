#include "analysis/build/patches.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "analysis/build/json_patch.h"
#include "analysis/build/selector.h"
#include "analysis/build/strategic_merge.h"

namespace fluxls::build {
namespace {

struct PatchText {
  LoadedFilePtr file;  // null when there is none; a problem has been reported
  Origin origin;       // of the entry that names it
};

bool ReportBroken(const Context& context, const LoadedFile& file, Origin entry) {
  const std::optional<LoadError> error = FirstError(file);
  if (!error) return false;
  Problem problem;
  problem.kind = ProblemKind::kSyntax;
  problem.path = file.path;
  problem.range = error->range;
  problem.message = fmt::format("this patch cannot be read: {}", error->message);
  if (entry) problem.related.push_back({entry.file->path, entry.range, "used here"});
  context.problems.push_back(std::move(problem));
  return true;
}

std::vector<const Value*> DocumentsOf(const LoadedFile& file) {
  std::vector<const Value*> out;
  for (const LoadedDocument& document : file.documents) {
    if (!IsEmpty(document.root)) out.push_back(document.root);
  }
  return out;
}

struct PatchOptions {
  bool allow_name_change = false;
  bool allow_kind_change = false;
};

// Applies a strategic merge patch to one object. Its kind, name and namespace stay, unless the
// options say otherwise.
void Merge(const Context& context, Object& object, const Value* patch, PatchOptions options,
           Origin entry) {
  const ObjectId before = object.id;
  if (options.allow_name_change || options.allow_kind_change) object.StorePrevious();
  const Value* old_metadata = Find(object.root, "metadata");
  const Value* old_name = Find(old_metadata, "name");
  const Value* old_namespace = Find(old_metadata, "namespace");
  const Value* old_kind = Find(object.root, "kind");
  const Value* old_api = Find(object.root, "apiVersion");
  std::string problem =
      MergePatch(context.arena, object.root, patch, MergeSchema::Of(object.id, context.openapi));
  if (!problem.empty()) {
    context.Fail(ProblemKind::kPatch, patch->origin ? patch->origin : entry,
                 fmt::format("the patch does not fit {}: {}", Describe(before), problem));
  }
  if (IsEmpty(object.root)) {
    object.root = nullptr;
    return;
  }
  auto restore = [&](const Value*& map, std::string_view key, const Value* old) {
    if (Find(map, key) == old) return;
    if (old) {
      Set(context.arena, Own(context.arena, map), key, old);
    } else {
      Erase(Own(context.arena, map), key);
    }
  };
  restore(object.root, "apiVersion", old_api);
  if (!options.allow_kind_change) restore(object.root, "kind", old_kind);
  const Value* metadata = Find(object.root, "metadata");
  if (metadata && metadata->IsMap()) {
    const Value* changed = metadata;
    if (!options.allow_name_change) restore(changed, "name", old_name);
    restore(changed, "namespace", old_namespace);
    if (changed != metadata)
      Set(context.arena, Own(context.arena, object.root), "metadata", changed);
  }
  object.Refresh();
}

// The nearest object of the same kind, for a patch whose name nobody has.
std::string NoTarget(const Objects& objects, const ObjectId& wanted) {
  std::string message = fmt::format("nothing is called {} here", Describe(wanted));
  for (const Object& object : objects) {
    if (object.id.kind == wanted.kind && object.id.name == wanted.name) {
      if (!object.id.SameKind(wanted)) {
        return message +
               fmt::format("; there is one of apiVersion {}", Text(object.root, "apiVersion"));
      }
      return message + fmt::format("; it is in namespace \"{}\"", object.id.EffectiveNamespace());
    }
  }
  return message;
}

// Is this the object that kustomize takes a strategic merge patch for? Whatever the target says, it
// must have a kind and a name.
bool IsPatchObject(const Context& context, const Value* patch, Origin entry) {
  const Origin where = patch->origin ? patch->origin : entry;
  if (!patch->IsMap()) {
    context.Fail(ProblemKind::kPatch, where,
                 "a patch is an object, or a list of JSON patch operations");
    return false;
  }
  const ObjectId id = IdOf(patch);
  if (id.kind.empty() || id.name.empty()) {
    context.Fail(ProblemKind::kPatch, where,
                 "a strategic merge patch needs kind and metadata.name");
    return false;
  }
  if (const Value* list = FindEmptyItem(patch)) {
    context.Fail(ProblemKind::kPatch, list->origin ? list->origin : entry,
                 "this patch has a list with an empty item");
    return false;
  }
  return true;
}

// kustomize copies the labels and annotations of a patch that has a target, as texts: a null there
// is the word "null", and removes nothing (kubernetes-sigs/kustomize#5995).
const Value* WithMetadataAsText(Arena& arena, const Value* patch) {
  UpdateChild(arena, patch, "metadata", [&arena](const Value*& metadata) {
    if (!metadata || !metadata->IsMap()) return;
    for (std::string_view field : {"labels", "annotations"}) {
      const Value* texts = Find(metadata, field);
      if (!texts) continue;
      if (IsEmpty(texts)) {
        Erase(Own(arena, metadata), field);
        continue;
      }
      MakeTexts(arena, texts);
      if (texts != Find(metadata, field)) Set(arena, Own(arena, metadata), field, texts);
    }
  });
  return patch;
}

// A patch with new names or kinds must not make two objects the same.
void CheckUnique(const Context& context, const Objects& objects, Origin entry) {
  std::unordered_set<std::string> seen;
  for (const Object& object : objects) {
    if (!object.root || seen.insert(object.id.Key()).second) continue;
    return context.Fail(
        ProblemKind::kDuplicateObject, entry,
        fmt::format("this patch makes two objects the same: {}", Describe(object.id)));
  }
}

// A patch without target: for the object of its own name.
void MergeByName(const Context& context, Objects& objects, const Value* patch, PatchOptions options,
                 Origin entry) {
  const ObjectId id = IdOf(patch);
  const Origin where = patch->origin ? patch->origin : entry;
  Object* target = nullptr;
  for (Object& object : objects) {
    if (!object.root || !object.IsCalled(id)) continue;
    if (target) {
      return context.Fail(ProblemKind::kPatch, where,
                          fmt::format("several objects are called {}", Describe(id)));
    }
    target = &object;
  }
  if (!target) return context.FailAbsent(ProblemKind::kPatch, where, NoTarget(objects, id));
  Merge(context, *target, patch, options, entry);
}

// `remember`: the old name still counts when an operation changes it.
void ApplyOperations(const Context& context, const std::vector<Object*>& selected,
                     const Value* operations, bool remember, Origin entry) {
  for (Object* object : selected) {
    if (remember) object->StorePrevious();
    JsonPatchError error = ApplyJsonPatch(context.arena, object->root, operations);
    if (!error.message.empty()) {
      context.Fail(
          ProblemKind::kPatch, error.where ? error.where : entry,
          fmt::format("the patch does not fit {}: {}", Describe(object->id), error.message));
    }
    object->Refresh();
  }
}

// The objects that `target` selects; nothing when it is malformed.
std::optional<std::vector<Object*>> Select(const Context& context, Objects& objects,
                                           const Value* target) {
  std::string problem;
  std::optional<Selector> selector = Selector::Read(target, problem);
  if (!selector) {
    context.Fail(ProblemKind::kPatch, target->origin, problem);
    return std::nullopt;
  }
  std::vector<Object*> selected;
  for (Object& object : objects) {
    if (object.root && selector->Matches(object)) selected.push_back(&object);
  }
  return selected;
}

void NoteTarget(const Context& context, const Value* target, bool selects) {
  const std::string wanted =
      selects ? std::string()
              : DescribeFields(target, {"kind", "name", "namespace", "group", "version",
                                        "labelSelector", "annotationSelector"});
  context.NoteTarget(target->origin, selects, wanted.empty() ? "it is empty" : wanted);
}

// A list of operations, or a JSON text of one.
const Value* OperationsIn(const std::vector<const Value*>& documents) {
  if (documents.size() != 1 || !documents[0]->IsList()) return nullptr;
  return documents[0];
}

void ApplyDocuments(const Context& context, Objects& objects, const LoadedFile& file,
                    const Value* target, PatchOptions options, Origin entry) {
  const std::vector<const Value*> documents = DocumentsOf(file);
  if (documents.empty()) {
    // kustomize refuses an empty `patch`, and passes over an empty file.
    return;
  }
  context.arena.Keep(file.arena);
  std::optional<std::vector<Object*>> selected;
  if (target) {
    selected = Select(context, objects, target);
    if (!selected) return;
    NoteTarget(context, target, !selected->empty());
  }
  if (const Value* operations = OperationsIn(documents)) {
    if (!target) {
      return context.Fail(ProblemKind::kPatch, entry, "a JSON patch needs a target");
    }
    return ApplyOperations(context, *selected, operations, true, entry);
  }
  for (const Value* document : documents) {
    if (!IsPatchObject(context, document, entry)) return;
  }
  if (!target) {
    for (const Value* document : documents) {
      MergeByName(context, objects, document, options, entry);
      DropDeleted(objects);
    }
    return;
  }
  if (documents.size() > 1) {
    return context.Fail(ProblemKind::kPatch, entry,
                        "a patch of several documents cannot have a target");
  }
  auto copies = std::make_shared<Arena>();
  context.arena.Keep(copies);
  const Value* patch = WithMetadataAsText(*copies, documents[0]);
  for (Object* object : *selected) Merge(context, *object, patch, options, entry);
  if (options.allow_name_change || options.allow_kind_change) CheckUnique(context, objects, entry);
}

// What `path` or `patch` of an entry holds.
PatchText TextOf(const Context& context, const Value* entry, std::string_view inline_field,
                 const PatchLoader& load) {
  const Value* path = Field(entry, "path");
  const Value* text = Field(entry, inline_field);
  if (text && text->str().find_first_not_of(" \t\r\n") == std::string_view::npos) text = nullptr;
  if (path && path->str().empty()) path = nullptr;
  if ((path == nullptr) == (text == nullptr)) {
    context.Fail(ProblemKind::kPatch, entry->origin,
                 path ? "a patch has either path or patch, not both"
                      : "a patch needs one of path and patch");
    return {};
  }
  LoadedFilePtr file = path ? load.path(*path) : load.text(*text);
  if (!file || ReportBroken(context, *file, path ? path->origin : Origin())) return {};
  return {std::move(file), path ? path->origin : text->origin};
}

// False when there is nothing in it.
bool ApplyStrategicPatch(const Context& context, Objects& objects, const Value* entry,
                         const PatchLoader& load) {
  LoadedFilePtr file = LooksInline(*entry) ? load.text(*entry) : load.path(*entry);
  if (!file || ReportBroken(context, *file, entry->origin)) return true;
  context.arena.Keep(file->arena);
  const std::vector<const Value*> documents = DocumentsOf(*file);
  for (const Value* document : documents) {
    if (document->IsList()) {
      context.Fail(ProblemKind::kPatch, document->origin ? document->origin : entry->origin,
                   "a strategic merge patch is an object; a list of JSON patch operations belongs "
                   "in patches, with a target");
      continue;
    }
    if (!IsPatchObject(context, document, entry->origin)) continue;
    MergeByName(context, objects, document, {}, entry->origin);
    DropDeleted(objects);
  }
  return !documents.empty();
}

}  // namespace

bool LooksInline(const Value& scalar) {
  const std::string_view text = scalar.str();
  return scalar.style == yaml::ScalarStyle::kLiteral ||
         scalar.style == yaml::ScalarStyle::kFolded || text.find('\n') != std::string_view::npos ||
         text.find(": ") != std::string_view::npos || text.starts_with('{') ||
         text.starts_with('[');
}

void ApplyPatch(const Context& context, Objects& objects, const Value* entry,
                const PatchLoader& load) {
  if (!entry->IsMap()) {
    return context.Fail(ProblemKind::kPatch, entry->origin,
                        "an entry of patches is a mapping with path or patch");
  }
  PatchText text = TextOf(context, entry, "patch", load);
  if (!text.file) return;
  const Value* options = Field(entry, "options");
  const PatchOptions read{FieldIsTrue(options, "allowNameChange"),
                          FieldIsTrue(options, "allowKindChange")};
  ApplyDocuments(context, objects, *text.file, Field(entry, "target"), read, text.origin);
}

void ApplyStrategicPatches(const Context& context, Objects& objects,
                           std::span<const Value* const> entries, const PatchLoader& load) {
  bool any = entries.empty();
  for (const Value* entry : entries) any |= ApplyStrategicPatch(context, objects, entry, load);
  if (any) return;
  context.Fail(ProblemKind::kPatch, entries.front()->origin,
               "there is nothing in these strategic merge patches");
}

void ApplyJson6902(const Context& context, Objects& objects, const Value* entry,
                   const PatchLoader& load) {
  const Value* target = Field(entry, "target");
  if (!target) {
    return context.Fail(ProblemKind::kPatch, entry->origin, "a JSON patch needs a target");
  }
  if (FieldText(target, "name").empty()) {
    return context.Fail(ProblemKind::kPatch, target->origin,
                        "a target of patchesJson6902 needs a name");
  }
  PatchText text = TextOf(context, entry, Field(entry, "jsonOp") ? "jsonOp" : "patch", load);
  if (!text.file) return;
  context.arena.Keep(text.file->arena);
  const Value* operations = OperationsIn(DocumentsOf(*text.file));
  if (!operations) {
    return context.Fail(ProblemKind::kPatch, text.origin, "a JSON patch is a list of operations");
  }
  std::optional<std::vector<Object*>> selected = Select(context, objects, target);
  if (!selected) return;
  NoteTarget(context, target, !selected->empty());
  ApplyOperations(context, *selected, operations, false, text.origin);
}

void DropDeleted(Objects& objects) {
  std::erase_if(objects, [](const Object& object) { return !object.root; });
}

}  // namespace fluxls::build
