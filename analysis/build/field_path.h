// Fields that kustomize's transformers change, and how they are reached.
//
// Thread contract: pure functions; they change trees of the arena they are given.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/object.h"
#include "analysis/build/value.h"

namespace fluxls::build {

// See catalog::FieldSpec; this one may come from a `configurations` file.
struct FieldSpec {
  std::string group;
  std::string version;
  std::string kind;
  std::vector<std::string> path;
  bool create = false;

  bool Selects(const ObjectId& id) const {
    return (group.empty() || group == id.group) && (version.empty() || version == id.version) &&
           (kind.empty() || kind == id.kind);
  }
  bool operator==(const FieldSpec& other) const = default;
};

// `a/b\/c/d[]` → a, b/c, d[].
std::vector<std::string> SplitFieldPath(std::string_view path);

// Changes what `slot` holds, in place or by putting something else there. Says what is wrong, or
// nothing.
using SetField = std::function<std::string(const Value*& slot)>;

// Calls `set` for each place that `spec.path` leads to in the tree. Missing steps are made when the
// spec says so and `create` is a scalar or map type (kString, kMap); kNull: never. Copies only what
// changes. Returns what is wrong with the tree ("" when nothing).
std::string ApplyField(Arena& arena, const Value*& root, const FieldSpec& spec, Type create,
                       const SetField& set);

// Changes the child at `key` of a map: `f` gets a slot with the child or null. What it leaves there
// takes the child's place (null: nothing is set).
template <typename F>
void UpdateChild(Arena& arena, const Value*& slot, std::string_view key, F&& f) {
  const Value* child = Find(slot, key);
  const Value* before = child;
  f(child);
  if (child != before && child) Set(arena, Own(arena, slot), key, child);
}

// A setter that writes a string in place of the scalar that is there. Quotes stay as they are;
// `typed`: plain text keeps the meaning it has in YAML instead of becoming a string.
SetField SetText(Arena& arena, std::string_view text, EditKind kind, Origin by, bool typed = false);

// Adds or overwrites string entries of the map in `slot`, made when it is null.
std::string SetEntries(Arena& arena, const Value*& slot, const std::vector<Pair>& entries,
                       EditKind kind);

}  // namespace fluxls::build
