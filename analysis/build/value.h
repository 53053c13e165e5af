// Values with provenance: what a build makes of the documents it reads, and which line did it.
//
// A tree of values lives in an Arena. Trees share what they have in common: a build that changes an
// object of another build copies the way from the root to the change and points at the rest. Every
// value knows the file and the bytes it was written in, and the edits that made it what it is.
//
// Thread contract: an arena and its values belong to the thread that fills it; once the build is
// done nothing is changed any more and everybody may read. A value is valid while its arena lives.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/text/text.h"
#include "analysis/yaml/tree.h"

namespace fluxls::build {

// What a scalar is after YAML's rules for plain text, or how a collection is made.
enum class Type : uint8_t { kNull, kBool, kInt, kFloat, kString, kMap, kList };

// A file that values were written in. Lives as long as the arena that holds the values.
struct OriginFile {
  std::string path;
  TextPtr text;  // of the whole file; null when it is not at hand
};

// Where something was written. Without a file: nowhere, the build made it up.
struct Origin {
  const OriginFile* file = nullptr;
  ByteRange range;  // in the file
  explicit operator bool() const { return file != nullptr; }
  bool operator==(const Origin& other) const = default;
};

enum class EditKind : uint8_t {
  kPatch,
  kNamespace,
  kNamePrefix,
  kNameSuffix,
  kLabel,
  kAnnotation,
  kImage,
  kReplicas,
  kReplacement,
  kVariable,       // $(VAR) of kustomize's vars
  kNameReference,  // the object that it names has another name now
  kHash,           // the content hash behind a generated name
  kGenerator,      // merge or replace of a generator
  kSubstitution,   // ${VAR} of Flux's postBuild
  kRemoved,        // on a collection: something in it was removed
};
std::string_view EditName(EditKind kind);  // "patch", "namespace", …

// One change of a value. Newest first.
struct Edit {
  EditKind kind = EditKind::kPatch;
  Origin by;   // the line that asked for it
  Origin was;  // the value that was there before; none when it is new
  const Edit* earlier = nullptr;
  // What the change put in comes from where not everybody may look: `Secret "db"`; see
  // open_value.h.
  std::string_view secret = {};
};

struct Pair;

struct Value {
  Type type = Type::kNull;
  yaml::ScalarStyle style = yaml::ScalarStyle::kPlain;  // of a scalar, as it was written
  uint32_t owner = 0;                                   // id of the arena that may change it
  uint32_t size = 0;                                    // bytes, pairs or items
  uint32_t capacity = 0;                                // of the array; collections only
  union {
    const char* text = nullptr;  // scalars: as written, without quotes
    Pair* pairs;                 // kMap
    const Value** items;         // kList
  };
  Origin origin;
  const Edit* edits = nullptr;

  bool IsMap() const { return type == Type::kMap; }
  bool IsList() const { return type == Type::kList; }
  bool IsNull() const { return type == Type::kNull; }
  bool IsScalar() const { return type < Type::kMap; }
  // Text of a scalar; "" for collections.
  std::string_view str() const { return IsScalar() ? std::string_view(text, size) : ""; }
  std::span<const Pair> Pairs() const;
  std::span<const Value* const> Items() const;
};

struct Pair {
  std::string_view key;
  const Value* value = nullptr;
};

inline std::span<const Pair> Value::Pairs() const {
  return IsMap() ? std::span<const Pair>(pairs, size) : std::span<const Pair>();
}
inline std::span<const Value* const> Value::Items() const {
  return IsList() ? std::span<const Value* const>(items, size) : std::span<const Value* const>();
}

class Arena {
 public:
  explicit Arena(size_t first_bytes = 1024);
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  uint32_t id() const { return id_; }
  // Keeps something alive that values of this arena point into.
  void Keep(std::shared_ptr<const void> what) { kept_.push_back(std::move(what)); }

  Value* New(Type type, Origin origin = {});
  Value* Scalar(Type type, std::string_view text, Origin origin = {},
                yaml::ScalarStyle style = yaml::ScalarStyle::kPlain);
  Value* String(std::string_view text, Origin origin = {}) {
    return Scalar(Type::kString, text, origin);
  }
  // Like String, for text that outlives the arena or is kept by it.
  Value* ScalarView(Type type, std::string_view text, Origin origin, yaml::ScalarStyle style);
  std::string_view Copy(std::string_view text);
  const OriginFile* File(std::string_view path, TextPtr text = nullptr);
  const Edit* NewEdit(const Edit& edit);
  void* Allocate(size_t bytes, size_t align) { return memory_.allocate(bytes, align); }

 private:
  uint32_t id_;
  std::pmr::monotonic_buffer_resource memory_;
  std::vector<std::shared_ptr<const void>> kept_;
  std::vector<std::unique_ptr<OriginFile>> files_;
};

// The value in `slot`, to be changed: itself when it is the arena's own, else a shallow copy that
// takes its place.
Value& Own(Arena& arena, const Value*& slot);

// A copy of one value that shares its children.
Value* ShallowCopy(Arena& arena, const Value& value);

// Items of a list; none of null or anything else.
inline std::span<const Value* const> ItemsOf(const Value* list) {
  return list ? list->Items() : std::span<const Value* const>();
}

// --- Maps. Keys are unique and keep their order. ---------------------------------------------
const Value* Find(const Value* map, std::string_view key);
// Along a route of keys: `{"metadata", "labels"}`.
const Value* Find(const Value* value, std::initializer_list<std::string_view> route);
// Calls `visit` with each value that `route` leads to: names joined by dots, `[]` behind one stands
// for all items of the list ("spec.dependsOn[].name"). The empty route leads to the value itself.
template <typename F>
void VisitRoute(const Value* value, std::string_view route, F&& visit) {
  while (value && !route.empty()) {
    const size_t dot = route.find('.');
    std::string_view step = route.substr(0, dot);
    route = dot == std::string_view::npos ? std::string_view() : route.substr(dot + 1);
    const bool list = step.ends_with("[]");
    if (list) step.remove_suffix(2);
    value = Find(value, step);
    if (!list) continue;
    for (const Value* item : ItemsOf(value)) VisitRoute(item, route, visit);
    return;
  }
  if (value) visit(value);
}
// Text of the scalar at `key`; "" when there is none.
std::string_view Text(const Value* map, std::string_view key);
// The slot of `key` in a map that the arena owns; null when it is not there.
const Value** Slot(Value& map, std::string_view key);
// Sets or adds. `key` must outlive the arena (or be kept by it).
void Set(Arena& arena, Value& map, std::string_view key, const Value* value);
// Adds a key that is not there yet.
void Append(Arena& arena, Value& map, std::string_view key, const Value* value);
bool Erase(Value& map, std::string_view key);

// --- Lists. -----------------------------------------------------------------------------------
void Append(Arena& arena, Value& list, const Value* item);
void Insert(Arena& arena, Value& list, uint32_t at, const Value* item);
void RemoveAt(Value& list, uint32_t at);

// Puts `fresh`, a value that the arena owns, in place of `slot`, and notes who did it. `secret`:
// see Edit.
void Replace(Arena& arena, const Value*& slot, Value* fresh, EditKind kind, Origin by,
             std::string_view secret = {});
// Notes on a value the arena owns that `by` changed it; `was`: what stood there before.
void Note(Arena& arena, Value& value, EditKind kind, Origin by, Origin was);

// Where a value that not everybody may see has something from; "" for others.
std::string_view HiddenBy(const Value& value);

// Makes strings of the scalars in a map, as they are written.
void MakeTexts(Arena& arena, const Value*& map);

// Same types, texts and order of lists; the order of keys, origins and styles do not count.
bool SameContent(const Value* a, const Value* b);

// The same, written at the same places and as open to people.
bool SameTree(const Value* a, const Value* b);

// Equal for trees that say the same and that the same kinds of edits have made so, wherever it is
// written.
uint64_t HashOfTree(const Value* value);

// Is one of the scalars in a tree this text?
bool HoldsText(const Value* value, std::string_view text);

// The first list in a tree that has an item without a value; kustomize refuses those.
const Value* FindEmptyItem(const Value* value);

// True for null, and for maps and lists with nothing in them.
bool IsEmpty(const Value* value);

}  // namespace fluxls::build
