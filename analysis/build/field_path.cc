#include "analysis/build/field_path.h"

#include <fmt/format.h>

#include <span>

#include "analysis/build/scalar_type.h"

namespace fluxls::build {
namespace {

class Walk {
 public:
  Walk(Arena& arena, const FieldSpec& spec, Type create, const SetField& set)
      : arena_(arena), spec_(spec), create_(create), set_(set) {}

  std::string At(const Value*& slot, size_t step) {
    if (step == spec_.path.size()) return set_(slot);
    if (slot->IsNull()) return "";
    if (slot->IsList()) return InList(slot, step);
    if (slot->IsMap()) return InMap(slot, step);
    return fmt::format("{} leads through \"{}\", which is neither a mapping nor a list", Route(),
                       slot->str());
  }

 private:
  std::string Route() const { return fmt::format("{}", fmt::join(spec_.path, ".")); }

  std::string InList(const Value*& slot, size_t step) {
    for (uint32_t i = 0; i < slot->size; ++i) {
      const Value* item = slot->items[i];
      const Value* before = item;
      std::string problem = At(item, step);
      if (item != before) Own(arena_, slot).items[i] = item;
      if (!problem.empty()) return problem;
    }
    return "";
  }

  std::string InMap(const Value*& slot, size_t step) {
    std::string_view name = spec_.path[step];
    const bool is_list = name.ends_with("[]");
    if (is_list) name.remove_suffix(2);
    const bool last = step + 1 == spec_.path.size();
    const bool create = spec_.create && create_ != Type::kNull && !is_list;
    std::string problem;
    // A key that is made must outlive the spec.
    if (create && !Find(slot, name)) name = arena_.Copy(name);
    UpdateChild(arena_, slot, name, [&](const Value*& child) {
      if (!child || child->IsNull()) {
        if (!create) {
          // A list that is null has no items; whatever else is null at the end can be set.
          if (child && last && !is_list) problem = set_(child);
          return;
        }
        Value* made =
            last && create_ == Type::kString ? arena_.New(Type::kNull) : arena_.New(Type::kMap);
        if (child) made->origin = child->origin;
        child = made;
      }
      problem = At(child, step + 1);
    });
    return problem;
  }

  Arena& arena_;
  const FieldSpec& spec_;
  Type create_;
  const SetField& set_;
};

}  // namespace

std::vector<std::string> SplitFieldPath(std::string_view path) {
  std::vector<std::string> steps(1);
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\' && i + 1 < path.size() && path[i + 1] == '/') {
      steps.back() += '/';
      ++i;
    } else if (path[i] == '/') {
      steps.emplace_back();
    } else {
      steps.back() += path[i];
    }
  }
  return steps;
}

std::string ApplyField(Arena& arena, const Value*& root, const FieldSpec& spec, Type create,
                       const SetField& set) {
  return Walk(arena, spec, create, set).At(root, 0);
}

SetField SetText(Arena& arena, std::string_view text, EditKind kind, Origin by, bool typed) {
  return [&arena, text, kind, by, typed](const Value*& slot) -> std::string {
    if (!slot->IsScalar()) return "a scalar was expected, not a mapping or a list";
    if (slot->str() == text && !slot->IsNull() && (typed || slot->type == Type::kString)) return "";
    const bool quoted = slot->style != yaml::ScalarStyle::kPlain;
    const Type type = typed && !quoted ? PlainType(text) : Type::kString;
    Value* fresh = arena.Scalar(type, text, by, slot->style);
    if (slot->origin || slot->edits) {
      Replace(arena, slot, fresh, kind, by);
    } else {
      Note(arena, *fresh, kind, by, {});
      slot = fresh;
    }
    return "";
  };
}

std::string SetEntries(Arena& arena, const Value*& slot, const std::vector<Pair>& entries,
                       EditKind kind) {
  if (slot->IsScalar() && !slot->IsNull()) return "a mapping was expected, not a scalar";
  if (slot->IsList()) return "a mapping was expected, not a list";
  if (slot->IsNull()) slot = arena.New(Type::kMap, slot->origin);
  for (const Pair& entry : entries) {
    const Value* old = Find(slot, entry.key);
    if (old && old->type == Type::kString && old->str() == entry.value->str()) continue;
    Value* fresh = arena.Scalar(Type::kString, entry.value->str(), entry.value->origin,
                                old ? old->style : yaml::ScalarStyle::kPlain);
    Value& map = Own(arena, slot);
    if (old) {
      Replace(arena, *Slot(map, entry.key), fresh, kind, entry.value->origin);
    } else {
      Note(arena, *fresh, kind, entry.value->origin, {});
      Set(arena, map, entry.key, fresh);
    }
  }
  return "";
}

}  // namespace fluxls::build
