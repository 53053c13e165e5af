#include "analysis/build/json_patch.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <vector>

namespace fluxls::build {
namespace {

using Pointer = std::vector<std::string>;

// `/metadata/labels/a~1b` → metadata, labels, a/b. The pointer to the whole document is empty.
std::optional<Pointer> ParsePointer(std::string_view text) {
  Pointer steps;
  if (text.empty()) return steps;
  if (text.front() != '/') return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '/') {
      steps.emplace_back();
    } else if (c == '~' && i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1')) {
      steps.back() += text[++i] == '0' ? '~' : '/';
    } else {
      steps.back() += c;
    }
  }
  return steps;
}

// An index of a list; when it is negative, counted back from `from_end`.
std::optional<uint32_t> ParseIndex(std::string_view step, uint32_t size, uint32_t from_end) {
  int64_t index = 0;
  auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (step.empty() || error != std::errc() || end != step.data() + step.size()) return std::nullopt;
  if (index < 0) index += from_end;
  if (index < 0 || index > size) return std::nullopt;
  return static_cast<uint32_t>(index);
}
std::optional<uint32_t> ParseIndex(std::string_view step, uint32_t size) {
  return ParseIndex(step, size, size);
}

class Patcher {
 public:
  Patcher(Arena& arena, const Value*& root) : arena_(arena), root_(root) {}

  std::string Apply(const Value* operation) {
    const std::string_view op = Text(operation, "op");
    const Value* path_value = Find(operation, "path");
    if (op.empty() || !path_value || !path_value->IsScalar())
      return "an operation of a JSON patch needs `op` and `path`";
    const std::string_view path = path_value->str();
    std::optional<Pointer> to = ParsePointer(path);
    if (!to) return fmt::format("path \"{}\" does not begin with a slash", path);
    by_ = operation->origin;
    const Value* value = Find(operation, "value");
    if (op == "add") return Add(*to, ValueOf(value), path);
    if (op == "replace") return ReplaceAt(*to, ValueOf(value), path);
    if (op == "remove") return Remove(*to, path);
    if (op == "test") {
      const Value* there = Get(*to);
      const Value* wanted = ValueOf(value);
      const bool same = there ? SameContent(there, wanted) : wanted->IsNull();
      return same ? "" : fmt::format("test of \"{}\" failed: the value there is another", path);
    }
    if (op == "move" || op == "copy") {
      const std::string_view from_text = Text(operation, "from");
      std::optional<Pointer> from = ParsePointer(from_text);
      const Value* moved = from ? Get(*from) : nullptr;
      if (!moved) return fmt::format("there is no \"{}\" to {}", from_text, op);
      if (op == "move") {
        std::string problem = Remove(*from, from_text);
        if (!problem.empty()) return problem;
      }
      return Add(*to, moved, path);
    }
    return fmt::format("\"{}\" is no operation of a JSON patch", op);
  }

 private:
  const Value* ValueOf(const Value* value) { return value ? value : arena_.New(Type::kNull, by_); }

  const Value* Get(const Pointer& pointer) const {
    const Value* at = root_;
    for (const std::string& step : pointer) {
      if (!at) return nullptr;
      if (at->IsMap()) {
        at = Find(at, step);
      } else if (at->IsList()) {
        std::optional<uint32_t> index = ParseIndex(step, at->size);
        if (!index || *index >= at->size) return nullptr;
        at = at->items[*index];
      } else {
        return nullptr;
      }
    }
    return at;
  }

  // The collection that holds the last step, to be changed; null when the way there is missing.
  Value* Parent(const Pointer& pointer) {
    const Value** slot = &root_;
    for (size_t i = 0; i + 1 < pointer.size(); ++i) {
      Value& own = Own(arena_, *slot);
      if (own.IsMap()) {
        slot = Slot(own, pointer[i]);
        if (!slot) return nullptr;
      } else if (own.IsList()) {
        std::optional<uint32_t> index = ParseIndex(pointer[i], own.size);
        if (!index || *index >= own.size) return nullptr;
        slot = &own.items[*index];
      } else {
        return nullptr;
      }
    }
    if (!*slot || (!(*slot)->IsMap() && !(*slot)->IsList())) return nullptr;
    return &Own(arena_, *slot);
  }

  std::string Missing(std::string_view path) const {
    return fmt::format("there is no \"{}\" in the object", path);
  }
  std::string NoWay(std::string_view path) const {
    return fmt::format("\"{}\" cannot be added: what should hold it is not there", path);
  }

  // A copy that remembers what it took the place of.
  const Value* Marked(const Value* value, const Value* old) {
    Value* own = ShallowCopy(arena_, *value);
    own->edits = arena_.NewEdit(
        {EditKind::kPatch, by_, old ? old->origin : Origin(), old ? old->edits : nullptr});
    return own;
  }

  std::string Add(const Pointer& to, const Value* value, std::string_view path) {
    if (to.empty()) {
      root_ = value;
      return "";
    }
    Value* parent = Parent(to);
    if (!parent) return NoWay(path);
    const std::string& last = to.back();
    if (parent->IsMap()) {
      const Value* fresh = Marked(value, Find(parent, last));
      Set(arena_, *parent, arena_.Copy(last), fresh);
      return "";
    }
    if (last == "-") {
      Append(arena_, *parent, Marked(value, nullptr));
      return "";
    }
    // -1 is the place behind the last item.
    std::optional<uint32_t> index = ParseIndex(last, parent->size, parent->size + 1);
    if (!index) return fmt::format("\"{}\": the list has {} items", path, parent->size);
    Insert(arena_, *parent, *index, Marked(value, nullptr));
    return "";
  }

  std::string ReplaceAt(const Pointer& to, const Value* value, std::string_view path) {
    if (to.empty()) {
      root_ = value;
      return "";
    }
    const Value* old = Get(to);
    Value* parent = Parent(to);
    // The library that kustomize uses takes this for `add` in a mapping.
    if (!old && parent && parent->IsMap()) return Add(to, value, path);
    if (!old) return Missing(path);
    const Value* fresh = Marked(value, old);
    if (parent->IsMap()) {
      *Slot(*parent, to.back()) = fresh;
    } else {
      parent->items[*ParseIndex(to.back(), parent->size)] = fresh;
    }
    return "";
  }

  std::string Remove(const Pointer& to, std::string_view path) {
    const Value* old = Get(to);
    if (!old || to.empty()) return Missing(path);
    Value* parent = Parent(to);
    if (parent->IsMap()) {
      Erase(*parent, to.back());
    } else {
      RemoveAt(*parent, *ParseIndex(to.back(), parent->size));
    }
    Note(arena_, *parent, EditKind::kRemoved, by_, old->origin);
    return "";
  }

  Arena& arena_;
  const Value*& root_;
  Origin by_;
};

}  // namespace

JsonPatchError ApplyJsonPatch(Arena& arena, const Value*& root, const Value* operations) {
  Patcher patcher(arena, root);
  for (const Value* operation : operations->Items()) {
    std::string problem = patcher.Apply(operation);
    if (!problem.empty()) return {std::move(problem), operation->origin};
  }
  return {};
}

}  // namespace fluxls::build
