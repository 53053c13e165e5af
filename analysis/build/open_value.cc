#include "analysis/build/open_value.h"

#include <fmt/format.h>

#include <algorithm>

namespace fluxls::build {
namespace {

constexpr std::string_view kMask = "***";

const Value* MaskOf(Arena& arena, const Value& value, std::string_view text) {
  Value* mask = arena.Scalar(Type::kString, text, value.origin);
  mask->edits = value.edits;
  return mask;
}

const Value* Open(Arena& arena, const Value* value, bool hidden) {
  if (value->IsNull()) return value;
  if (!HiddenBy(*value).empty()) return MaskOf(arena, *value, OpenText(*value));
  if (value->IsScalar()) return hidden ? MaskOf(arena, *value, kMask) : value;
  const Value* out = value;
  for (uint32_t i = 0; i < value->size; ++i) {
    const Value* child = value->IsMap() ? value->pairs[i].value : value->items[i];
    const Value* open = Open(arena, child, hidden);
    if (open == child) continue;
    Value& own = Own(arena, out);
    (own.IsMap() ? own.pairs[i].value : own.items[i]) = open;
  }
  return out;
}

}  // namespace

std::string HiddenIn(const Value* root, std::string_view field) {
  const bool data = field == "data" || field == "stringData" || field == "binaryData";
  const std::string_view kind = Text(root, "kind");
  const bool sealed = Find(root, "sops") && (data || (kind == "Kustomization" && field == "spec"));
  if (!sealed && !(data && kind == "Secret")) return "";
  return fmt::format("{} \"{}\"", kind, Text(Find(root, "metadata"), "name"));
}

std::string OpenText(const Value& value) {
  const std::string_view secret = HiddenBy(value);
  if (secret.empty()) return std::string(value.str());
  return fmt::format("{} (from {})", kMask, secret);
}

const Value* OpenTree(Arena& arena, const Value* root) {
  const Value* out = root;
  for (const Pair& pair : root->Pairs()) {
    const bool hidden = pair.key != "spec" && !HiddenIn(root, pair.key).empty();
    const Value* open = Open(arena, pair.value, hidden);
    if (open != pair.value) *Slot(Own(arena, out), pair.key) = open;
  }
  return out;
}

}  // namespace fluxls::build
