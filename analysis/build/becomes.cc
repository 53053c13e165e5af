#include "analysis/build/becomes.h"

#include <algorithm>

namespace fluxls::build {
namespace {

bool IsAt(const Origin& origin, const std::string& path, ByteRange range) {
  return origin && origin.range == range && origin.file->path == path;
}

// The value that stood at the place once.
const Value* FindChanged(const Value* value, const std::string& path, ByteRange range) {
  for (const Edit* edit = value->edits; edit; edit = edit->earlier) {
    if (IsAt(edit->was, path, range)) return value;
  }
  for (const Pair& pair : value->Pairs()) {
    if (const Value* found = FindChanged(pair.value, path, range)) return found;
  }
  for (const Value* item : value->Items()) {
    if (const Value* found = FindChanged(item, path, range)) return found;
  }
  return nullptr;
}

}  // namespace

std::vector<Becomes> FindBecomes(const Fleet& fleet, const std::string& path, ByteRange range) {
  std::vector<Becomes> out;
  for (Effect effect : fleet.EffectsOf(path)) {
    const Object& object = fleet.ObjectOf(effect);
    if (range.begin < object.origin.range.begin || range.end > object.origin.range.end) continue;
    const Value* value = FindChanged(object.root, path, range);
    if (!value) continue;
    Becomes becomes;
    becomes.text = value->str();
    becomes.collection = !value->IsScalar();
    becomes.kind = value->edits->kind;
    becomes.by = value->edits->by;
    auto same = std::find_if(out.begin(), out.end(), [&becomes](const Becomes& other) {
      return other.text == becomes.text && other.kind == becomes.kind &&
             other.by.range == becomes.by.range && bool(other.by) == bool(becomes.by) &&
             (!other.by || other.by.file->path == becomes.by.file->path);
    });
    if (same == out.end()) same = out.insert(out.end(), std::move(becomes));
    if (same->builds.empty() || same->builds.back() != effect.build)
      same->builds.push_back(effect.build);
  }
  return out;
}

}  // namespace fluxls::build
