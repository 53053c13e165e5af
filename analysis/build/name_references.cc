#include "analysis/build/name_references.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>

namespace fluxls::build {
namespace {

using Candidates = std::vector<const Object*>;

// Do two lists end alike, as far as the shorter one goes? An empty one is like an empty one only.
bool SameEnding(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  if (a.empty() != b.empty()) return false;
  const size_t count = std::min(a.size(), b.size());
  return std::equal(a.end() - static_cast<std::ptrdiff_t>(count), a.end(),
                    b.end() - static_cast<std::ptrdiff_t>(count));
}

bool SameContext(const Object& a, const Object& b, bool allow_empty) {
  auto alike = [allow_empty](const auto& x, const auto& y) {
    return (allow_empty && (x.empty() || y.empty())) || SameEnding(x, y);
  };
  return alike(a.prefixes, b.prefixes) && alike(a.suffixes, b.suffixes);
}

class Fixer {
 public:
  Fixer(const Context& context, Objects& objects) : context_(context), objects_(objects) {
    // Only what has been called something else can have left a stale name behind.
    for (const Object& object : objects) {
      std::set<std::string_view> names;
      for (const ObjectId& id : object.previous) names.insert(id.name);
      for (std::string_view name : names) by_old_name_[name].push_back(&object);
    }
  }

  bool Needed() const { return !by_old_name_.empty(); }

  void Fix(Object& referrer, const FieldSpec& field, const FieldSpec& target) {
    referrer_ = &referrer;
    target_ = &target;
    role_reference_ = field.path.size() >= 2 && field.path[field.path.size() - 2] == "roleRef" &&
                      field.path.back() == "name";
    FieldSpec anywhere = field;
    anywhere.create = false;
    std::string problem = ApplyField(context_.arena, referrer.root, anywhere, Type::kNull,
                                     [this](const Value*& slot) { return Set(slot); });
    if (!problem.empty()) {
      context_.Fail(ProblemKind::kNameReference, referrer.origin,
                    fmt::format("{}: {}", Describe(referrer.id), problem));
    }
  }

 private:
  std::string Set(const Value*& slot) {
    if (slot->IsNull()) return "";
    if (slot->IsScalar()) return SetName(slot);
    if (slot->IsMap()) return SetMap(slot);
    for (uint32_t i = 0; i < slot->size; ++i) {
      const Value* item = slot->items[i];
      const Value* before = item;
      std::string problem = item->IsMap() ? SetMap(item) : item->IsScalar() ? SetName(item) : "";
      if (item != before) Own(context_.arena, slot).items[i] = item;
      if (!problem.empty()) return problem;
    }
    return "";
  }

  std::string SetName(const Value*& slot) {
    std::string problem;
    const Object* found = Choose(slot->str(), Named(slot->str()), false, problem);
    if (!found || found->id.name == slot->str()) return problem;
    return Write(slot, found->id.name, *found);
  }

  // A mapping with `name` and perhaps `namespace`: both are taken over.
  std::string SetMap(const Value*& slot) {
    const Value* name = Find(slot, "name");
    if (!name || !name->IsScalar()) return "a name was expected in this mapping";
    Candidates candidates = Named(name->str());
    if (const Value* ns = Find(slot, "namespace")) candidates = InNamespace(candidates, ns->str());
    std::string problem;
    const Object* found = Choose(name->str(), candidates, true, problem);
    if (!found) return problem;
    const std::string_view new_namespace = found->id.namespace_;
    if (found->id.name == name->str() && new_namespace.empty()) return "";
    UpdateChild(context_.arena, slot, "name", [&](const Value*& child) {
      if (child->str() != found->id.name) Write(child, found->id.name, *found);
    });
    if (new_namespace.empty()) return "";
    UpdateChild(context_.arena, slot, "namespace", [&](const Value*& child) {
      if (child && child->str() == new_namespace) return;
      if (!child) child = context_.arena.New(Type::kNull);
      Write(child, new_namespace, *found);
    });
    return "";
  }

  std::string Write(const Value*& slot, std::string_view text, const Object& found) {
    return SetText(context_.arena, text, EditKind::kNameReference, found.origin)(slot);
  }

  Candidates Named(std::string_view name) const {
    auto found = by_old_name_.find(name);
    return found == by_old_name_.end() ? Candidates() : found->second;
  }

  // By the original namespace when any object of the build was there, else by the current one.
  Candidates InNamespace(const Candidates& candidates, std::string_view ns) {
    if (original_namespaces_.empty()) {
      for (const Object& object : objects_) {
        original_namespaces_.insert(object.original().EffectiveNamespace());
      }
    }
    const bool original = original_namespaces_.contains(ns);
    Candidates out;
    for (const Object* object : candidates) {
      const ObjectId& id = original ? object->original() : object->id;
      if (id.EffectiveNamespace() == ns) out.push_back(object);
    }
    return out;
  }

  bool IsVisible(const Object& object) const {
    if (referrer_->id.cluster_scoped || object.id.cluster_scoped) return true;
    if (object.id.kind == "ServiceAccount" && IsBindingTo(object)) return true;
    return referrer_->id.EffectiveNamespace() == object.id.EffectiveNamespace();
  }

  // A RoleBinding may name the service accounts of other namespaces.
  bool IsBindingTo(const Object& account) const {
    if (referrer_->id.kind != "RoleBinding") return false;
    const auto subjects = ItemsOf(Find(referrer_->root, "subjects"));
    return std::any_of(subjects.begin(), subjects.end(), [&account](const Value* subject) {
      return Text(subject, "kind") == "ServiceAccount" &&
             Text(subject, "namespace") == account.id.namespace_;
    });
  }

  bool IsWantedKind(const Object& object) const {
    return std::any_of(object.previous.begin(), object.previous.end(),
                       [this](const ObjectId& id) { return target_->Selects(id); });
  }

  bool FitsRole(const Object& object) const {
    const Value* role = Find(referrer_->root, "roleRef");
    const Value* group = Find(role, "apiGroup");
    const Value* kind = Find(role, "kind");
    if (!group || !kind) return true;
    return std::any_of(object.previous.begin(), object.previous.end(), [&](const ObjectId& id) {
      return (group->str().empty() || id.group == group->str()) &&
             (kind->str().empty() || id.kind == kind->str());
    });
  }

  const Object* Choose(std::string_view name, Candidates candidates, bool with_namespace,
                       std::string& problem) const {
    std::erase_if(candidates, [this](const Object* object) {
      return !IsWantedKind(*object) || (role_reference_ && !FitsRole(*object)) ||
             !IsVisible(*object);
    });
    for (bool allow_empty : {true, false}) {
      if (candidates.size() == 1) return candidates[0];
      std::erase_if(candidates, [&](const Object* object) {
        return !SameContext(*object, *referrer_, allow_empty);
      });
    }
    if (candidates.empty()) return nullptr;
    const bool identical =
        std::all_of(candidates.begin(), candidates.end(), [&](const Object* object) {
          return object->id.name == candidates[0]->id.name &&
                 (!with_namespace || object->id.namespace_ == candidates[0]->id.namespace_);
        });
    if (identical) return candidates[0];
    problem = fmt::format("\"{}\" could be {} or {}", name, Describe(candidates[0]->id),
                          Describe(candidates[1]->id));
    return nullptr;
  }

  const Context& context_;
  Objects& objects_;
  std::unordered_map<std::string_view, Candidates> by_old_name_;
  std::set<std::string_view> original_namespaces_;
  Object* referrer_ = nullptr;
  const FieldSpec* target_ = nullptr;
  bool role_reference_ = false;
};

// kustomize looks at the namespaces of service accounts that role bindings name, and stops at one
// that is empty.
void CheckBlankNamespaces(const Context& context, const Objects& objects) {
  for (const Object& object : objects) {
    if (object.id.kind != "RoleBinding") continue;
    for (const Value* subject : ItemsOf(Find(object.root, "subjects"))) {
      const Value* ns = Find(subject, "namespace");
      if (Text(subject, "kind") != "ServiceAccount" || !ns || ns->type == Type::kString) continue;
      context.Fail(ProblemKind::kBadObject, ns->origin ? ns->origin : object.origin,
                   fmt::format("{}: the namespace of this subject is blank", Describe(object.id)));
    }
  }
}

}  // namespace

void FixNameReferences(const Context& context, Objects& objects, const TransformerConfig& config) {
  CheckBlankNamespaces(context, objects);
  Fixer fixer(context, objects);
  if (!fixer.Needed()) return;
  // Which references a kind can hold; most kinds hold none.
  struct Field {
    const FieldSpec* field;
    const FieldSpec* target;
  };
  std::unordered_map<std::string_view, std::vector<Field>> by_kind;
  for (const NameReference& reference : config.name_references) {
    for (const FieldSpec& field : reference.referrers) {
      by_kind[field.kind].push_back({&field, &reference.target});
    }
  }
  for (Object& object : objects) {
    const ObjectId original = object.original();
    for (std::string_view kind : {original.kind, std::string_view()}) {
      auto fields = by_kind.find(kind);
      if (fields == by_kind.end()) continue;
      for (const Field& field : fields->second) {
        if (field.field->Selects(original)) fixer.Fix(object, *field.field, *field.target);
      }
    }
    object.Refresh();
  }
}

}  // namespace fluxls::build
