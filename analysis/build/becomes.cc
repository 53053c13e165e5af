#include "analysis/build/becomes.h"

#include <algorithm>

#include "analysis/build/open_value.h"

namespace fluxls::build {
namespace {

bool IsAt(const Origin& origin, const std::string& path, ByteRange range) {
  return origin && origin.range == range && origin.file->path == path;
}

struct Changed {
  const Value* value = nullptr;
  const Edit* edit = nullptr;  // that took the text away
};

// The value that stood at the place once, or the collection that it was removed from.
Changed FindChanged(const Value* value, const std::string& path, ByteRange range) {
  for (const Edit* edit = value->edits; edit; edit = edit->earlier) {
    if (IsAt(edit->was, path, range)) return {value, edit};
  }
  for (const Pair& pair : value->Pairs()) {
    if (Changed found = FindChanged(pair.value, path, range); found.value) return found;
  }
  for (const Value* item : value->Items()) {
    if (Changed found = FindChanged(item, path, range); found.value) return found;
  }
  return {};
}

}  // namespace

std::vector<Becomes> FindBecomes(const Fleet& fleet, const std::string& path, ByteRange range) {
  std::vector<Becomes> out;
  for (Effect effect : fleet.EffectsOf(path)) {
    const Object& object = fleet.ObjectOf(effect);
    if (range.begin < object.origin.range.begin || range.end > object.origin.range.end) continue;
    Arena arena;
    const Changed changed = FindChanged(OpenTree(arena, object.root), path, range);
    if (!changed.value) continue;
    Becomes becomes;
    becomes.removed = changed.edit->kind == EditKind::kRemoved;
    const Edit* last = becomes.removed ? changed.edit : changed.value->edits;
    if (!becomes.removed) {
      becomes.text = changed.value->str();
      becomes.collection = !changed.value->IsScalar();
    }
    becomes.kind = last->kind;
    becomes.by = last->by;
    auto same = std::find_if(out.begin(), out.end(), [&becomes](const Becomes& other) {
      return other.text == becomes.text && other.removed == becomes.removed &&
             other.kind == becomes.kind && other.by.range == becomes.by.range &&
             bool(other.by) == bool(becomes.by) &&
             (!other.by || other.by.file->path == becomes.by.file->path);
    });
    if (same == out.end()) same = out.insert(out.end(), std::move(becomes));
    if (same->builds.empty() || same->builds.back() != effect.build)
      same->builds.push_back(effect.build);
  }
  return out;
}

}  // namespace fluxls::build
