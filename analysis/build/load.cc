#include "analysis/build/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "analysis/build/scalar_type.h"

namespace fluxls::build {
namespace {

using yaml::Node;
using yaml::ScalarStyle;

// Aliases can write a tree of exponential size in a few lines.
constexpr size_t kMaxAliasedNodes = 200'000;
constexpr size_t kMaxDepth = 600;
// With more keys than this a map is not searched key by key.
constexpr size_t kLargeMap = 64;

class Loader {
 public:
  Loader(Arena& arena, const LoadOptions& options, std::optional<LoadError>* error)
      : arena_(arena), options_(options), error_(error) {}

  const Value* Read(Node node) {
    if (node.IsAlias()) return ReadAlias(node);
    if (in_alias_ > 0 && ++aliased_ > kMaxAliasedNodes) {
      Refuse(node, "aliases make this document too large");
      return arena_.New(Type::kNull, At(node));
    }
    if (++depth_ > kMaxDepth) {
      --depth_;
      Refuse(node, "nested too deeply");
      return arena_.New(Type::kNull, At(node));
    }
    const Value* value = ReadPlainNode(node);
    --depth_;
    return value;
  }

 private:
  Origin At(Node node) const {
    if (!options_.file) return {};
    ByteRange range = node.range();
    if (options_.to_file) range = MapRange(range);
    return {options_.file, range};
  }

  // Begin and end each have their own line.
  ByteRange MapRange(ByteRange range) const {
    std::optional<ByteRange> begin = options_.to_file->Map({range.begin, range.begin});
    std::optional<ByteRange> end = options_.to_file->Map({range.end, range.end});
    if (!begin || !end) return options_.whole;
    return {begin->begin, std::max(begin->begin, end->begin)};
  }

  void Refuse(Node node, std::string message) {
    if (error_ && !*error_) *error_ = LoadError{At(node).range, std::move(message)};
  }

  const Value* ReadPlainNode(Node node) {
    switch (node.kind()) {
      case yaml::NodeKind::kMapping:
        return ReadMap(node);
      case yaml::NodeKind::kSequence: {
        Value* list = arena_.New(Type::kList, At(node));
        for (Node item : node) Append(arena_, *list, Read(item));
        return list;
      }
      case yaml::NodeKind::kNull:
        if (node.tag() == "!!str") return arena_.ScalarView(Type::kString, "", At(node), {});
        // A null that is written out has a text; a missing value has none.
        return arena_.ScalarView(Type::kNull, node.range().empty() ? "" : "null", At(node), {});
      default:
        return arena_.ScalarView(ScalarType(node), node.value(), At(node), node.style());
    }
  }

  static Type ScalarType(Node node) {
    const std::string_view tag = node.tag();
    if (tag == "!!str" || tag == "!") return Type::kString;
    if (node.style() != ScalarStyle::kPlain && tag.empty()) return Type::kString;
    const Type plain = PlainType(node.value());
    if (tag == "!!float" && plain == Type::kInt) return Type::kFloat;
    if (tag == "!!binary") return Type::kString;
    return plain;
  }

  const Value* ReadAlias(Node alias) {
    Node target = alias.Resolve();
    if (!target || std::find(open_.begin(), open_.end(), target.id()) != open_.end()) {
      Refuse(alias, target ? fmt::format("alias *{} stands inside of what it names", alias.value())
                           : fmt::format("alias *{} names nothing", alias.value()));
      return arena_.New(Type::kNull, At(alias));
    }
    open_.push_back(target.id());
    ++in_alias_;
    const Value* value = Read(target);
    --in_alias_;
    open_.pop_back();
    return value;
  }

  const Value* ReadMap(Node node) {
    Value* map = arena_.New(Type::kMap, At(node));
    if (in_alias_ == 0) open_.push_back(node.id());
    Node merge;
    std::unordered_set<std::string_view> names;  // of a large map
    for (Node value : node) {
      Node key = value.key().Resolve();
      if (key.value() == "<<" && !key.IsQuoted()) {
        merge = value;
        continue;
      }
      const std::string_view name = key.value();
      if (map->size == kLargeMap && names.empty()) {
        for (const Pair& pair : map->Pairs()) names.insert(pair.key);
      }
      const bool twice = names.empty() ? Find(map, name) != nullptr : !names.insert(name).second;
      if (twice) {
        Refuse(value.key(), fmt::format("key \"{}\" stands twice", name));
        Set(arena_, *map, name, Read(value));
      } else {
        Append(arena_, *map, name, Read(value));
      }
    }
    if (in_alias_ == 0) open_.pop_back();
    if (merge) Merge(*map, merge);
    return map;
  }

  // Keys written in the map win over merged ones, earlier merged ones over later ones.
  void Merge(Value& map, Node merge) {
    const Value* source = Read(merge);
    if (source->IsMap()) {
      MergeOne(map, source);
    } else {
      for (const Value* item : source->Items()) MergeOne(map, item);
    }
  }
  void MergeOne(Value& map, const Value* source) {
    for (const Pair& pair : source->Pairs()) {
      if (!Find(&map, pair.key)) Set(arena_, map, pair.key, pair.value);
    }
  }

  Arena& arena_;
  const LoadOptions& options_;
  std::optional<LoadError>* error_;
  std::vector<yaml::NodeId> open_;  // what is being read, against aliases that hold themselves
  size_t in_alias_ = 0;
  size_t aliased_ = 0;
  size_t depth_ = 0;
};

}  // namespace

const Value* Load(Arena& arena, Node root, const LoadOptions& options,
                  std::optional<LoadError>* error) {
  if (!root) return nullptr;
  return Loader(arena, options, error).Read(root);
}

}  // namespace fluxls::build
