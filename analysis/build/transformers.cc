#include "analysis/build/transformers.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <unordered_map>

#include "analysis/build/print.h"

namespace fluxls::build {
namespace {

const FieldSpec kMetadataNamespace{"", "", "", {"metadata", "namespace"}, true};
const std::vector<std::string> kMetadataName{"metadata", "name"};
const FieldSpec kMetadataLabels{"", "", "", {"metadata", "labels"}, true};

bool IsRoleBinding(const ObjectId& id) {
  return id.kind == "RoleBinding" || id.kind == "ClusterRoleBinding";
}

void Apply(const Context& context, Object& object, const FieldSpec& spec, Type create,
           const SetField& set, Origin by) {
  std::string problem = ApplyField(context.arena, object.root, spec, create, set);
  if (!problem.empty()) {
    context.Fail(ProblemKind::kTransformer, by,
                 fmt::format("{}: {}", Describe(object.id), problem));
  }
}

// Gives the subjects that `mode` means the namespace.
void SetSubjects(const Context& context, Object& object, Setting name, Subjects mode,
                 const SetField& set) {
  if (mode == Subjects::kNone) return;
  UpdateChild(context.arena, object.root, "subjects", [&](const Value*& subjects) {
    if (!subjects || !subjects->IsList()) return;
    for (uint32_t i = 0; i < subjects->size; ++i) {
      const Value* subject = subjects->items[i];
      const bool meant = mode == Subjects::kNamedDefault
                             ? Text(subject, "name") == "default"
                             : Text(subject, "kind") == "ServiceAccount";
      if (!meant) continue;
      const Value* before = subject;
      UpdateChild(context.arena, subject, "namespace", [&](const Value*& namespace_) {
        if (!namespace_) namespace_ = context.arena.New(Type::kNull);
        std::string problem = set(namespace_);
        if (!problem.empty()) context.Fail(ProblemKind::kTransformer, name.origin, problem);
      });
      if (subject != before) Own(context.arena, subjects).items[i] = subject;
    }
  });
}

// Two objects that the namespace has made one.
void CheckConflicts(const Context& context, const Objects& objects, Setting name) {
  std::unordered_map<std::string, const Object*> seen;
  for (const Object& object : objects) {
    auto [other, fresh] = seen.emplace(object.id.Key(), &object);
    if (fresh) continue;
    Problem problem;
    problem.kind = ProblemKind::kDuplicateObject;
    problem.path = name.origin ? name.origin.file->path : "";
    problem.range = name.origin.range;
    problem.message = fmt::format("namespace \"{}\" makes two objects the same: {}", name.text,
                                  Describe(object.id));
    for (const Object* one : {other->second, &object}) {
      if (one->origin)
        problem.related.push_back({one->origin.file->path, one->origin.range, Describe(one->id)});
    }
    context.problems.push_back(std::move(problem));
    return;
  }
}

bool IsSkippedForNames(const ObjectId& id) {
  return id.kind == "CustomResourceDefinition" || id.kind == "Namespace" ||
         (id.kind == "APIService" && id.group == "apiregistration.k8s.io");
}

void ChangeNames(const Context& context, Objects& objects, Setting affix,
                 const std::vector<FieldSpec>& fields, bool prefix) {
  if (!affix) return;
  for (Object& object : objects) {
    const ObjectId original = object.original();
    if (IsSkippedForNames(original)) continue;
    for (const FieldSpec& spec : fields) {
      if (!spec.Selects(original)) continue;
      if (spec.path.size() == 2 && spec.path[0] == "metadata" && spec.path[1] == "name") {
        (prefix ? object.prefixes : object.suffixes).push_back(affix.text);
        object.StorePrevious();
      }
      Apply(
          context, object, spec, Type::kNull,
          [&](const Value*& slot) -> std::string {
            const std::string name = prefix ? std::string(affix.text) + std::string(slot->str())
                                            : std::string(slot->str()) + std::string(affix.text);
            return SetText(context.arena, context.arena.Copy(name),
                           prefix ? EditKind::kNamePrefix : EditKind::kNameSuffix, affix.origin,
                           true)(slot);
          },
          affix.origin);
      object.Refresh();
    }
  }
}

struct Image {
  std::string_view name;
  std::string_view tag;
  std::string_view digest;
};

// `host:5000/org/app:v1@sha256:…` in its parts. A colon before the first slash belongs to the host.
Image SplitImage(std::string_view text) {
  Image image{text, "", ""};
  size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0) slash = 0;
  const size_t at = text.find('@', slash);
  const size_t colon = text.find(':', slash);
  const size_t end_of_tag = std::min(at, text.size());
  if (at != std::string_view::npos) image.digest = text.substr(at + 1);
  if (colon != std::string_view::npos && colon < end_of_tag) {
    image.tag = text.substr(colon + 1, end_of_tag - colon - 1);
    image.name = text.substr(0, colon);
  } else {
    image.name = text.substr(0, end_of_tag);
  }
  return image;
}

class ImageSetter {
 public:
  ImageSetter(const Context& context, const Value* entry)
      : context_(context),
        new_name_(FieldText(entry, "newName")),
        new_tag_(FieldText(entry, "newTag")),
        suffix_(FieldText(entry, "tagSuffix")),
        digest_(FieldText(entry, "digest")),
        by_(entry->origin),
        pattern_("^" + std::string(FieldText(entry, "name")) +
                     "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$",
                 Quiet()) {}

  bool ok() const { return pattern_.ok(); }

  std::string Set(const Value*& slot) const {
    if (!slot->IsScalar()) return "an image was expected, not a mapping or a list";
    const std::string_view text = slot->str();
    if (!re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern_)) return "";
    Image image = SplitImage(text);
    std::string tag(image.tag);
    std::string_view digest = image.digest;
    if (!new_tag_.empty() || !digest_.empty()) {
      tag = new_tag_;
      digest = digest_;
    } else if (!suffix_.empty()) {
      tag += suffix_;
      digest = "";
    }
    std::string out(new_name_.empty() ? image.name : new_name_);
    if (!tag.empty()) out += ":" + tag;
    if (!digest.empty()) out += "@" + std::string(digest);
    return SetText(context_.arena, context_.arena.Copy(out), EditKind::kImage, by_, true)(slot);
  }

  // `containers` and `initContainers` at any depth.
  void SetInContainers(const Value*& slot) const {
    if (slot->IsList()) {
      for (uint32_t i = 0; i < slot->size; ++i) {
        const Value* item = slot->items[i];
        const Value* before = item;
        SetInContainers(item);
        if (item != before) Own(context_.arena, slot).items[i] = item;
      }
      return;
    }
    for (uint32_t i = 0; slot->IsMap() && i < slot->size; ++i) {
      const Value* child = slot->pairs[i].value;
      if (child->IsScalar()) continue;
      const Value* before = child;
      const std::string_view key = slot->pairs[i].key;
      SetInContainers(child);
      if (child->IsList() && (key == "containers" || key == "initContainers")) SetInItems(child);
      if (child != before) Own(context_.arena, slot).pairs[i].value = child;
    }
  }

 private:
  static re2::RE2::Options Quiet() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    return options;
  }

  void SetInItems(const Value*& list) const {
    for (uint32_t i = 0; i < list->size; ++i) {
      const Value* item = list->items[i];
      const Value* before = item;
      UpdateChild(context_.arena, item, "image", [this](const Value*& image) {
        if (image && image->IsScalar() && !image->IsNull()) Set(image);
      });
      if (item != before) Own(context_.arena, list).items[i] = item;
    }
  }

  const Context& context_;
  std::string_view new_name_;
  std::string_view new_tag_;
  std::string_view suffix_;
  std::string_view digest_;
  Origin by_;
  re2::RE2 pattern_;
};

}  // namespace

void Context::Fail(ProblemKind kind, Origin where, std::string message) const {
  problems.push_back(
      {kind, true, where ? where.file->path : "", where.range, std::move(message), {}});
}

void Context::FailAbsent(ProblemKind kind, Origin where, std::string message) const {
  Fail(kind, where, std::move(message));
  problems.back().absence = true;
}

void Context::NoteTarget(Origin target, bool selects, std::string_view wanted) const {
  if (selects) {
    if (hits && target) hits->push_back(target);
    return;
  }
  FailAbsent(ProblemKind::kPatchTarget, target,
             fmt::format("this target selects nothing ({})", wanted));
  problems.back().fatal = false;
}

void SetNamespace(const Context& context, Objects& objects, Setting name,
                  const std::vector<FieldSpec>& fields, NamespaceOptions options) {
  if (!name) return;
  const SetField set = [&](const Value*& slot) -> std::string {
    if (options.unset_only && !slot->str().empty()) return "";
    return SetText(context.arena, name.text, EditKind::kNamespace, name.origin)(slot);
  };
  for (Object& object : objects) {
    object.StorePrevious();
    if (!object.id.cluster_scoped) {
      Apply(context, object, kMetadataNamespace, Type::kString, set, name.origin);
    }
    const bool binding = IsRoleBinding(object.id);
    if (binding) SetSubjects(context, object, name, options.subjects, set);
    for (const FieldSpec& spec : fields) {
      if (spec.path == kMetadataNamespace.path) continue;
      // Only the Namespace of Kubernetes itself is called what its content is in.
      if (spec.path == kMetadataName && Text(object.root, "apiVersion") != "v1") continue;
      if (binding && IsRoleBinding({.kind = spec.kind}) && spec.path.size() == 1 &&
          spec.path[0] == "subjects") {
        continue;
      }
      if (spec.Selects(object.id)) Apply(context, object, spec, Type::kString, set, name.origin);
    }
    object.Refresh();
  }
  CheckConflicts(context, objects, name);
}

void AddPrefix(const Context& context, Objects& objects, Setting prefix,
               const std::vector<FieldSpec>& fields) {
  ChangeNames(context, objects, prefix, fields, true);
}
void AddSuffix(const Context& context, Objects& objects, Setting suffix,
               const std::vector<FieldSpec>& fields) {
  ChangeNames(context, objects, suffix, fields, false);
}

void SetMetadata(const Context& context, Objects& objects, const Value* pairs,
                 const std::vector<FieldSpec>& fields, EditKind kind) {
  if (!pairs || pairs->Pairs().empty()) return;
  const std::vector<Pair> entries(pairs->Pairs().begin(), pairs->Pairs().end());
  const SetField set = [&](const Value*& slot) {
    return SetEntries(context.arena, slot, entries, kind);
  };
  for (Object& object : objects) {
    for (const FieldSpec& spec : fields) {
      if (spec.Selects(object.id)) Apply(context, object, spec, Type::kMap, set, pairs->origin);
    }
  }
}

void SetLabels(const Context& context, Objects& objects, const Value* entry,
               const TransformerConfig& config) {
  std::vector<FieldSpec> fields = ReadFieldSpecs(Field(entry, "fields"));
  std::string problem;
  auto merge = [&](const std::vector<FieldSpec>& more) { MergeSpecs(fields, more, &problem); };
  if (FieldIsTrue(entry, "includeSelectors")) {
    merge(config.common_labels);
  } else {
    if (FieldIsTrue(entry, "includeTemplates")) merge(config.template_labels);
    merge({kMetadataLabels});
  }
  merge(config.labels);
  if (!problem.empty()) context.Fail(ProblemKind::kTransformer, entry->origin, problem);
  SetMetadata(context, objects, Field(entry, "pairs"), fields, EditKind::kLabel);
}

void SetImage(const Context& context, Objects& objects, const Value* entry,
              const std::vector<FieldSpec>& fields) {
  const ImageSetter setter(context, entry);
  if (!setter.ok()) {
    return context.Fail(ProblemKind::kTransformer, entry->origin,
                        fmt::format("\"{}\" is no image name", FieldText(entry, "name")));
  }
  for (Object& object : objects) {
    if (object.id.kind == "CustomResourceDefinition") continue;
    setter.SetInContainers(object.root);
    for (const FieldSpec& spec : fields) {
      if (!spec.Selects(object.id)) continue;
      Apply(
          context, object, spec, Type::kNull,
          [&setter](const Value*& slot) { return slot->IsNull() ? "" : setter.Set(slot); },
          entry->origin);
    }
  }
}

void SetReplicas(const Context& context, Objects& objects, const Value* entry,
                 const std::vector<FieldSpec>& fields) {
  const std::string_view name = FieldText(entry, "name");
  const Value* count = Field(entry, "count");
  const std::string_view text = count ? count->str() : "0";
  bool found = false;
  for (Object& object : objects) {
    for (const FieldSpec& spec : fields) {
      auto matches = [&](const ObjectId& id) { return id.name == name && spec.Selects(id); };
      if (!object.IsOrWas(matches)) continue;
      found = true;
      if (!spec.Selects(object.id)) continue;
      Apply(
          context, object, spec, Type::kString,
          [&](const Value*& slot) -> std::string {
            if (!slot->IsScalar()) return "a number was expected";
            if (slot->str() == text && slot->type == Type::kInt) return "";
            Value* fresh = context.arena.Scalar(Type::kInt, text, count ? count->origin : Origin());
            Replace(context.arena, slot, fresh, EditKind::kReplicas, entry->origin);
            return "";
          },
          entry->origin);
    }
  }
  if (!found) {
    context.Fail(ProblemKind::kTransformer, entry->origin,
                 fmt::format("replicas: there is no workload \"{}\"", name));
  }
}

}  // namespace fluxls::build
