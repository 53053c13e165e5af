#include "analysis/build/value.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

#include "analysis/build/hash.h"

namespace fluxls::build {
namespace {

template <typename T>
T* GrowArray(Arena& arena, T* old, uint32_t size, uint32_t& capacity) {
  const uint32_t wanted = std::max<uint32_t>(4, size * 2);
  T* fresh = static_cast<T*>(arena.Allocate(sizeof(T) * wanted, alignof(T)));
  std::copy(old, old + size, fresh);
  capacity = wanted;
  return fresh;
}

}  // namespace

std::string_view EditName(EditKind kind) {
  switch (kind) {
    case EditKind::kPatch:
      return "patch";
    case EditKind::kNamespace:
      return "namespace";
    case EditKind::kNamePrefix:
      return "namePrefix";
    case EditKind::kNameSuffix:
      return "nameSuffix";
    case EditKind::kLabel:
      return "labels";
    case EditKind::kAnnotation:
      return "annotations";
    case EditKind::kImage:
      return "images";
    case EditKind::kReplicas:
      return "replicas";
    case EditKind::kReplacement:
      return "replacement";
    case EditKind::kVariable:
      return "vars";
    case EditKind::kNameReference:
      return "name reference";
    case EditKind::kHash:
      return "content hash";
    case EditKind::kGenerator:
      return "generator";
    case EditKind::kSubstitution:
      return "substitution";
    case EditKind::kRemoved:
      return "removal";
  }
  return "";
}

Arena::Arena(size_t first_bytes) : memory_(first_bytes) {
  // Ids tell arenas apart for as long as the program runs; 0 is nobody's.
  static std::atomic<uint32_t> counter{0};
  id_ = ++counter;
}

Value* Arena::New(Type type, Origin origin) {
  auto* value = new (memory_.allocate(sizeof(Value), alignof(Value))) Value;
  value->type = type;
  value->owner = id_;
  value->origin = origin;
  return value;
}

Value* Arena::ScalarView(Type type, std::string_view text, Origin origin, yaml::ScalarStyle style) {
  Value* value = New(type, origin);
  value->style = style;
  value->text = text.data();
  value->size = static_cast<uint32_t>(text.size());
  return value;
}

Value* Arena::Scalar(Type type, std::string_view text, Origin origin, yaml::ScalarStyle style) {
  return ScalarView(type, Copy(text), origin, style);
}

std::string_view Arena::Copy(std::string_view text) {
  if (text.empty()) return "";
  auto* bytes = static_cast<char*>(memory_.allocate(text.size(), 1));
  std::memcpy(bytes, text.data(), text.size());
  return {bytes, text.size()};
}

const OriginFile* Arena::File(std::string_view path, TextPtr text) {
  for (const auto& file : files_) {
    if (file->path == path) return file.get();
  }
  files_.push_back(std::make_unique<OriginFile>(OriginFile{std::string(path), std::move(text)}));
  return files_.back().get();
}

const Edit* Arena::NewEdit(const Edit& edit) {
  return new (memory_.allocate(sizeof(Edit), alignof(Edit))) Edit(edit);
}

Value& Own(Arena& arena, const Value*& slot) {
  // The only const_cast: what the arena made itself was never const.
  if (slot->owner == arena.id()) return const_cast<Value&>(*slot);
  Value* copy = ShallowCopy(arena, *slot);
  slot = copy;
  return *copy;
}

Value* ShallowCopy(Arena& arena, const Value& value) {
  Value* copy = arena.New(value.type);
  *copy = value;
  copy->owner = arena.id();
  if (value.IsMap()) {
    copy->pairs = GrowArray<Pair>(arena, value.pairs, value.size, copy->capacity);
  } else if (value.IsList()) {
    copy->items = GrowArray<const Value*>(arena, value.items, value.size, copy->capacity);
  }
  return copy;
}

const Value* Find(const Value* map, std::string_view key) {
  if (!map) return nullptr;
  for (const Pair& pair : map->Pairs()) {
    if (pair.key == key) return pair.value;
  }
  return nullptr;
}

const Value* Find(const Value* value, std::initializer_list<std::string_view> route) {
  for (std::string_view key : route) value = Find(value, key);
  return value;
}

std::string_view Text(const Value* map, std::string_view key) {
  const Value* value = Find(map, key);
  return value ? value->str() : std::string_view();
}

const Value** Slot(Value& map, std::string_view key) {
  if (!map.IsMap()) return nullptr;
  for (uint32_t i = 0; i < map.size; ++i) {
    if (map.pairs[i].key == key) return &map.pairs[i].value;
  }
  return nullptr;
}

void Set(Arena& arena, Value& map, std::string_view key, const Value* value) {
  if (const Value** slot = Slot(map, key)) {
    *slot = value;
    return;
  }
  Append(arena, map, key, value);
}

void Append(Arena& arena, Value& map, std::string_view key, const Value* value) {
  if (map.size == map.capacity) {
    map.pairs = GrowArray<Pair>(arena, map.pairs, map.size, map.capacity);
  }
  map.pairs[map.size++] = {key, value};
}

bool Erase(Value& map, std::string_view key) {
  for (uint32_t i = 0; i < map.size; ++i) {
    if (map.pairs[i].key != key) continue;
    std::copy(map.pairs + i + 1, map.pairs + map.size, map.pairs + i);
    --map.size;
    return true;
  }
  return false;
}

void Append(Arena& arena, Value& list, const Value* item) {
  Insert(arena, list, list.size, item);
}

void Insert(Arena& arena, Value& list, uint32_t at, const Value* item) {
  if (list.size == list.capacity) {
    list.items = GrowArray<const Value*>(arena, list.items, list.size, list.capacity);
  }
  std::copy_backward(list.items + at, list.items + list.size, list.items + list.size + 1);
  list.items[at] = item;
  ++list.size;
}

void RemoveAt(Value& list, uint32_t at) {
  std::copy(list.items + at + 1, list.items + list.size, list.items + at);
  --list.size;
}

void Replace(Arena& arena, const Value*& slot, Value* fresh, EditKind kind, Origin by,
             std::string_view secret) {
  fresh->edits = arena.NewEdit({kind, by, slot->origin, slot->edits, arena.Copy(secret)});
  slot = fresh;
}

std::string_view HiddenBy(const Value& value) {
  for (const Edit* edit = value.edits; edit; edit = edit->earlier) {
    if (!edit->secret.empty()) return edit->secret;
  }
  return {};
}

void Note(Arena& arena, Value& value, EditKind kind, Origin by, Origin was) {
  value.edits = arena.NewEdit({kind, by, was, value.edits});
}

void MakeTexts(Arena& arena, const Value*& map) {
  if (!map->IsMap()) return;
  for (uint32_t i = 0; i < map->size; ++i) {
    const Value* value = map->pairs[i].value;
    if (!value->IsScalar() || value->type == Type::kString) continue;
    Value* text = ShallowCopy(arena, *value);
    text->type = Type::kString;
    Own(arena, map).pairs[i].value = text;
  }
}

bool SameContent(const Value* a, const Value* b) {
  if (a == b) return true;
  if (!a || !b || a->type != b->type || a->size != b->size) return false;
  if (a->IsScalar()) return a->str() == b->str();
  if (a->IsList()) {
    return std::equal(a->Items().begin(), a->Items().end(), b->Items().begin(), SameContent);
  }
  return std::all_of(a->Pairs().begin(), a->Pairs().end(), [b](const Pair& pair) {
    const Value* other = Find(b, pair.key);
    return other && SameContent(pair.value, other);
  });
}

bool SameTree(const Value* a, const Value* b) {
  if (a == b) return true;
  if (!a || !b || a->type != b->type || a->size != b->size) return false;
  const bool same_place =
      a->origin.range == b->origin.range &&
      (a->origin.file == b->origin.file ||
       (a->origin.file && b->origin.file && a->origin.file->path == b->origin.file->path));
  if (!same_place || HiddenBy(*a) != HiddenBy(*b)) return false;
  if (a->IsScalar()) return a->str() == b->str();
  if (a->IsList()) {
    return std::equal(a->Items().begin(), a->Items().end(), b->Items().begin(), SameTree);
  }
  return std::equal(
      a->Pairs().begin(), a->Pairs().end(), b->Pairs().begin(),
      [](const Pair& x, const Pair& y) { return x.key == y.key && SameTree(x.value, y.value); });
}

uint64_t HashOfTree(const Value* value) {
  uint64_t hash = static_cast<uint64_t>(value->type);
  for (const Edit* edit = value->edits; edit; edit = edit->earlier) {
    Mix(hash, static_cast<uint64_t>(edit->kind));
    if (!edit->secret.empty()) Mix(hash, edit->secret);
  }
  if (value->IsScalar()) Mix(hash, value->str());
  for (const Value* item : value->Items()) Mix(hash, HashOfTree(item));
  for (const Pair& pair : value->Pairs()) {
    Mix(hash, pair.key);
    Mix(hash, HashOfTree(pair.value));
  }
  return hash;
}

bool HoldsText(const Value* value, std::string_view text) {
  if (value->IsScalar()) return value->str() == text;
  const auto holds = [text](const Value* child) { return HoldsText(child, text); };
  return std::any_of(value->Pairs().begin(), value->Pairs().end(),
                     [&holds](const Pair& pair) { return holds(pair.value); }) ||
         std::any_of(value->Items().begin(), value->Items().end(), holds);
}

const Value* FindEmptyItem(const Value* value) {
  for (const Value* item : value->Items()) {
    if (item->IsNull()) return value;
    if (const Value* found = FindEmptyItem(item)) return found;
  }
  for (const Pair& pair : value->Pairs()) {
    if (const Value* found = FindEmptyItem(pair.value)) return found;
  }
  return nullptr;
}

bool IsEmpty(const Value* value) {
  return !value || value->IsNull() || (!value->IsScalar() && value->size == 0);
}

}  // namespace fluxls::build
