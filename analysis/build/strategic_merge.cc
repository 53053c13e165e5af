#include "analysis/build/strategic_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace fluxls::build {
namespace {

constexpr std::string_view kDirective = "$patch";

enum class Directive : uint8_t { kMerge, kReplace, kDelete };

std::string_view KindName(const Value* value) {
  return value->IsMap() ? "a mapping" : value->IsList() ? "a list" : "a scalar";
}

bool IsMissing(const Value* value) {
  return !value || value->IsNull();
}

class Merger {
 public:
  explicit Merger(Arena& arena) : arena_(arena) {}

  std::string problem;

  // What `target` and `patch` make together; either may be null. Null: nothing is left.
  const Value* Merge(const Value* target, const Value* patch, const MergeSchema& schema) {
    const Value* leading = IsMissing(target) ? patch : target;
    if (IsMissing(leading)) return MergeNothing(target, patch);
    for (const Value* other : {target, patch}) {
      if (IsMissing(other)) continue;
      const bool fits = leading->IsMap()    ? other->IsMap()
                        : leading->IsList() ? other->IsList()
                                            : other->IsScalar();
      if (!fits) {
        Fail(fmt::format("the patch has {} where the object has {}", KindName(patch),
                         KindName(target)));
        return target;
      }
    }
    if (leading->IsMap()) return MergeMaps(target, patch, schema);
    if (leading->IsList()) {
      return schema.merged() ? MergeLists(target, patch, schema) : Override(target, patch);
    }
    return Override(target, patch);
  }

 private:
  void Fail(std::string text) {
    if (problem.empty()) problem = std::move(text);
  }

  // A null that is written out stays; one that is only a missing value goes.
  static const Value* MergeNothing(const Value* target, const Value* patch) {
    if (!patch && target && target->size > 0) return target;
    return nullptr;
  }

  // The patch's value, with the way it came noted.
  const Value* Take(const Value* target, const Value* patch) {
    if (!target || target == patch) return patch;
    if (patch->IsScalar()) {
      if (target->type == patch->type && target->str() == patch->str()) return target;
      Value* fresh = arena_.ScalarView(patch->type, patch->str(), patch->origin, patch->style);
      fresh->edits =
          arena_.NewEdit({EditKind::kPatch, patch->origin, target->origin, target->edits});
      return fresh;
    }
    const Value* copy = patch;
    Value& own = Own(arena_, copy);
    own.edits = arena_.NewEdit({EditKind::kPatch, patch->origin, target->origin, target->edits});
    return &own;
  }

  const Value* Override(const Value* target, const Value* patch) {
    if (!patch) return target;
    if (patch->IsNull()) return nullptr;
    return Take(target, patch);
  }

  Directive DirectiveOf(const Value* map) {
    const Value* directive = Find(map, kDirective);
    if (!directive) return Directive::kMerge;
    const std::string_view text = directive->str();
    if (text == "delete") return Directive::kDelete;
    if (text == "replace") return Directive::kReplace;
    if (text != "merge") {
      Fail(fmt::format("$patch is delete, replace or merge, not \"{}\"", text));
    }
    return Directive::kMerge;
  }

  // A directive for a whole list is an item that holds nothing else.
  Directive ListDirectiveOf(const Value* list) {
    for (const Value* item : list->Items()) {
      if (item->IsMap() && item->size == 1 && item->pairs[0].key == kDirective)
        return DirectiveOf(item);
    }
    return Directive::kMerge;
  }

  const Value* WithoutDirective(const Value* value) {
    if (value->IsMap() && Find(value, kDirective)) Erase(Own(arena_, value), kDirective);
    if (value->IsList()) {
      for (uint32_t i = value->size; i-- > 0;) {
        const Value* item = value->items[i];
        if (item->IsMap() && item->size == 1 && item->pairs[0].key == kDirective)
          RemoveAt(Own(arena_, value), i);
      }
    }
    return value;
  }

  const Value* MergeMaps(const Value* target, const Value* patch, const MergeSchema& schema) {
    if (IsMissing(target)) {
      if (DirectiveOf(patch) == Directive::kDelete) return nullptr;
      return Added(patch, schema);
    }
    if (!patch) return Kept(target, schema);
    if (patch->IsNull()) return nullptr;
    switch (DirectiveOf(patch)) {
      case Directive::kDelete:
        return nullptr;
      case Directive::kReplace:
        return Take(target, Added(patch, schema));
      case Directive::kMerge:
        break;
    }
    const Value* merged = target;
    for (const Pair& pair : target->Pairs()) {
      if (!Find(patch, pair.key)) KeepChild(merged, pair, schema);
    }
    for (const Pair& pair : patch->Pairs()) {
      if (pair.key == kDirective) continue;
      const Value* old = Find(merged, pair.key);
      const Value* fresh = Merge(old, pair.value, schema.Field(pair.key));
      if (fresh == old) continue;
      Value& own = Own(arena_, merged);
      if (fresh) {
        Set(arena_, own, pair.key, fresh);
      } else if (Erase(own, pair.key)) {
        Note(arena_, own, EditKind::kRemoved, pair.value->origin, old->origin);
      }
    }
    return merged;
  }

  // What a patch does not touch, but walks over: keys without a value are lost on the way.
  const Value* Kept(const Value* target, const MergeSchema& schema) {
    if (target->IsMap()) {
      const Value* kept = target;
      for (const Pair& pair : target->Pairs()) KeepChild(kept, pair, schema);
      return kept;
    }
    if (!target->IsList() || !schema.merged()) return target;
    const Value* kept = target;
    const MergeSchema items = schema.Items();
    for (uint32_t i = 0; i < target->size; ++i) {
      const Value* item = Kept(target->items[i], items);
      if (item != target->items[i]) Own(arena_, kept).items[i] = item;
    }
    return kept;
  }

  void KeepChild(const Value*& map, const Pair& pair, const MergeSchema& schema) {
    if (pair.value->IsScalar()) {
      if (pair.value->IsNull() && pair.value->size == 0) Erase(Own(arena_, map), pair.key);
      return;
    }
    const Value* kept = Kept(pair.value, schema.Field(pair.key));
    if (kept != pair.value) Set(arena_, Own(arena_, map), pair.key, kept);
  }

  // A part of the patch that the object does not have: nulls and directives in it go.
  const Value* Added(const Value* patch, const MergeSchema& schema) {
    const Value* added = WithoutDirective(patch);
    if (added->IsMap()) {
      const std::vector<Pair> pairs(added->Pairs().begin(), added->Pairs().end());
      for (const Pair& pair : pairs) {
        const bool gone = pair.value->IsNull() ||
                          (pair.value->IsMap() && DirectiveOf(pair.value) == Directive::kDelete);
        const Value* fresh = gone ? nullptr : Added(pair.value, schema.Field(pair.key));
        if (fresh == pair.value) continue;
        if (fresh) {
          Set(arena_, Own(arena_, added), pair.key, fresh);
        } else {
          Erase(Own(arena_, added), pair.key);
        }
      }
    } else if (added->IsList() && schema.merged()) {
      const MergeSchema items = schema.Items();
      for (uint32_t i = added->size; i-- > 0;) {
        const Value* item = added->items[i];
        if (item->IsMap() && DirectiveOf(item) == Directive::kDelete) {
          RemoveAt(Own(arena_, added), i);
          continue;
        }
        const Value* fresh = Added(item, items);
        if (fresh != item) Own(arena_, added).items[i] = fresh;
      }
    }
    return added;
  }

  const Value* MergeLists(const Value* target, const Value* patch, const MergeSchema& schema) {
    if (IsMissing(target)) return Added(patch, schema);
    if (!patch) return Kept(target, schema);
    if (patch->IsNull()) return nullptr;
    switch (ListDirectiveOf(patch)) {
      case Directive::kDelete:
        return nullptr;
      case Directive::kReplace:
        return Take(target, WithoutDirective(patch));
      case Directive::kMerge:
        break;
    }
    return schema.keys().empty() ? MergeScalars(target, patch) : MergeByKeys(target, patch, schema);
  }

  const Value* MergeScalars(const Value* target, const Value* patch) {
    Value* merged = arena_.New(Type::kList, target->origin);
    merged->edits = target->edits;
    for (const Value* list : {patch, target}) {
      for (const Value* item : list->Items()) {
        const bool seen =
            std::any_of(merged->Items().begin(), merged->Items().end(),
                        [item](const Value* other) { return other->str() == item->str(); });
        if (!seen) Append(arena_, *merged, item);
      }
    }
    return merged;
  }

  using Keys = std::vector<std::pair<std::string_view, std::string_view>>;

  // The keys that the item has, with their values; of the first key at least.
  static Keys KeysOf(const Value* item, const std::vector<std::string_view>& names) {
    Keys keys;
    for (std::string_view name : names) {
      const std::string_view value = Text(item, name);
      if (!value.empty()) keys.emplace_back(name, value);
    }
    return keys;
  }

  static bool Has(const Value* item, const Keys& keys) {
    return std::all_of(keys.begin(), keys.end(),
                       [item](const auto& key) { return Text(item, key.first) == key.second; });
  }

  static const Value* FindItem(const Value* list, const Keys& keys) {
    for (const Value* item : list->Items()) {
      if (Has(item, keys)) return item;
    }
    return nullptr;
  }

  const Value* MergeByKeys(const Value* target, const Value* patch, const MergeSchema& schema) {
    std::vector<Keys> order;
    for (const Value* list : {patch, target}) {
      for (const Value* item : list->Items()) {
        Keys keys = KeysOf(item, schema.keys());
        if (keys.empty()) continue;
        if (std::find(order.begin(), order.end(), keys) == order.end())
          order.push_back(std::move(keys));
      }
    }
    const MergeSchema items = schema.Items();
    Value* merged = arena_.New(Type::kList, target->origin);
    merged->edits = target->edits;
    for (const Keys& keys : order) {
      const Value* old = FindItem(target, keys);
      const Value* change = FindItem(patch, keys);
      const Value* fresh = Merge(old, change, items);
      if (IsMissing(fresh) || (fresh->IsMap() && fresh->size == 0)) {
        if (old && change) {
          Note(arena_, *merged, EditKind::kRemoved, change->origin, old->origin);
        }
        continue;
      }
      auto same = std::find_if(merged->items, merged->items + merged->size,
                               [&keys](const Value* item) { return Has(item, keys); });
      if (same != merged->items + merged->size) {
        *same = fresh;
      } else {
        Append(arena_, *merged, fresh);
      }
    }
    // Items without any of the keys stand for themselves.
    for (const Value* item : target->Items()) {
      if (KeysOf(item, schema.keys()).empty()) Append(arena_, *merged, item);
    }
    if (SameItems(merged, target)) return target;
    return merged;
  }

  static bool SameItems(const Value* a, const Value* b) {
    return std::equal(a->Items().begin(), a->Items().end(), b->Items().begin(), b->Items().end());
  }

  Arena& arena_;
};

}  // namespace

std::string MergePatch(Arena& arena, const Value*& target, const Value* patch,
                       const MergeSchema& schema) {
  Merger merger(arena);
  target = merger.Merge(target, patch, schema);
  return std::move(merger.problem);
}

}  // namespace fluxls::build
