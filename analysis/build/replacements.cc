#include "analysis/build/replacements.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "analysis/build/open_value.h"
#include "analysis/build/print.h"
#include "analysis/build/scalar_type.h"
#include "analysis/build/selector.h"

namespace fluxls::build {
namespace {

std::optional<uint32_t> ParseNumber(std::string_view step) {
  uint32_t number = 0;
  auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), number);
  if (step.empty() || error != std::errc() || end != step.data() + step.size()) return std::nullopt;
  return number;
}

// `[name=app]` → name, app; `[=x]` selects scalars.
struct ItemSelector {
  std::string_view key;
  std::string_view value;
};
std::optional<ItemSelector> ParseItemSelector(std::string_view step) {
  if (!step.starts_with('[') || !step.ends_with(']')) return std::nullopt;
  step = step.substr(1, step.size() - 2);
  const size_t equals = step.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  return ItemSelector{step.substr(0, equals), step.substr(equals + 1)};
}

bool ItemMatches(const Value* item, const ItemSelector& selector) {
  const std::string_view text = selector.key.empty() ? item->str() : Text(item, selector.key);
  if (text == selector.value) return true;
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 pattern(re2::StringPiece(selector.value.data(), selector.value.size()), options);
  return pattern.ok() && (selector.key.empty() || Find(item, selector.key)) &&
         re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

// The one value at a path, for reading.
const Value* Lookup(const Value* value, const std::vector<std::string>& path) {
  for (const std::string& step : path) {
    if (!value) return nullptr;
    if (value->IsMap()) {
      value = Find(value, step);
    } else if (value->IsList()) {
      if (std::optional<uint32_t> index = ParseNumber(step)) {
        value = *index < value->size ? value->items[*index] : nullptr;
      } else if (step == "-") {
        value = value->size > 0 ? value->items[value->size - 1] : nullptr;
      } else if (std::optional<ItemSelector> selector = ParseItemSelector(step)) {
        const Value* found = nullptr;
        for (const Value* item : value->Items()) {
          const std::string_view text =
              selector->key.empty() ? item->str() : Text(item, selector->key);
          if (text == selector->value) {
            found = item;
            break;
          }
        }
        value = found;
      } else {
        return nullptr;
      }
    } else {
      return nullptr;
    }
  }
  return value;
}

// What is written, and what hides it; see open_value.h.
struct Source {
  const Value* value = nullptr;
  std::string secret;
};

struct TargetOptions {
  std::string_view delimiter;
  int64_t index = 0;
  bool create = false;
};

int64_t NumberField(const Value* map, std::string_view name) {
  const std::string_view text = FieldText(map, name);
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::vector<std::string> Split(std::string_view text, std::string_view delimiter) {
  std::vector<std::string> parts;
  while (true) {
    const size_t at = text.find(delimiter);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + delimiter.size());
  }
}

// Writes the source's value to the places that a path leads to.
class Writer {
 public:
  Writer(Arena& arena, const Source& source, const TargetOptions& options, Origin by)
      : arena_(arena), source_(source), value_(source.value), options_(options), by_(by) {}

  std::string problem;
  size_t written = 0;

  void At(const Value*& slot, const std::vector<std::string>& path, size_t step) {
    if (step == path.size()) return Write(slot);
    const std::string& name = path[step];
    if (slot->IsNull() && options_.create) {
      const bool list = ParseNumber(name) || ParseItemSelector(name);
      slot = arena_.New(list ? Type::kList : Type::kMap, slot->origin);
    }
    if (slot->IsList()) return InList(slot, path, step);
    if (slot->IsMap()) return InMap(slot, path, step);
    if (slot->type == Type::kString) InText(slot, path, step);
  }

 private:
  void InMap(const Value*& slot, const std::vector<std::string>& path, size_t step) {
    if (path[step] == "*") {
      for (uint32_t i = 0; i < slot->size; ++i) {
        const Value* child = slot->pairs[i].value;
        const Value* before = child;
        At(child, path, step + 1);
        if (child != before) Own(arena_, slot).pairs[i].value = child;
      }
      return;
    }
    const std::string_view key = arena_.Copy(path[step]);
    UpdateChild(arena_, slot, key, [&](const Value*& child) {
      if (!child) {
        if (!options_.create) return;
        child = arena_.New(Type::kNull);
      }
      At(child, path, step + 1);
    });
  }

  void ItemAt(const Value*& slot, uint32_t index, const std::vector<std::string>& path,
              size_t step) {
    const Value* item = slot->items[index];
    const Value* before = item;
    At(item, path, step);
    if (item != before) Own(arena_, slot).items[index] = item;
  }

  void InList(const Value*& slot, const std::vector<std::string>& path, size_t step) {
    const std::string& name = path[step];
    if (name == "*") {
      for (uint32_t i = 0; i < slot->size; ++i) ItemAt(slot, i, path, step + 1);
      return;
    }
    if (std::optional<uint32_t> index = ParseNumber(name)) {
      if (*index == slot->size && options_.create) {
        Append(arena_, Own(arena_, slot), arena_.New(Type::kNull));
      }
      if (*index >= slot->size) {
        problem = fmt::format("index {} is given, but the list has {} items", *index, slot->size);
        return;
      }
      return ItemAt(slot, *index, path, step + 1);
    }
    std::optional<ItemSelector> selector = ParseItemSelector(name);
    if (!selector) return;
    bool found = false;
    for (uint32_t i = 0; i < slot->size; ++i) {
      if (!ItemMatches(slot->items[i], *selector)) continue;
      found = true;
      ItemAt(slot, i, path, step + 1);
    }
    if (found || !options_.create) return;
    Value* item = nullptr;
    if (selector->key.empty()) {
      item = arena_.String(selector->value);
    } else {
      item = arena_.New(Type::kMap);
      Set(arena_, *item, arena_.Copy(selector->key), arena_.String(selector->value));
    }
    Append(arena_, Own(arena_, slot), item);
    ItemAt(slot, slot->size - 1, path, step + 1);
  }

  // The rest of the path leads into a text that holds JSON or YAML.
  void InText(const Value*& slot, const std::vector<std::string>& path, size_t step) {
    const std::string_view text = slot->str();
    const size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return;
    const yaml::File file = yaml::Parse(text);
    if (file.documents.empty() || file.documents[0].HasErrors()) return;
    Arena inner;
    const Value* root = Load(inner, file.documents[0].root(), {});
    if (!root || root->IsScalar()) return;
    const size_t before = written;
    // Delimiters count for whole texts only.
    const TargetOptions whole{"", 0, options_.create};
    Writer writer(inner, source_, whole, by_);
    writer.At(root, path, step);
    if (writer.written == 0) return;
    written = before + writer.written;
    const bool json = text[first] == '{' || text[first] == '[';
    std::string out;
    if (json) {
      const bool pretty =
          text.find('\n') != std::string_view::npos && text.find("  ") != std::string_view::npos;
      out = pretty ? PrintPrettyJson(root) : PrintJson(root);
    } else {
      out = PrintYaml(root, /*sorted=*/false);
      while (out.ends_with('\n')) out.pop_back();
    }
    Value* fresh = arena_.Scalar(Type::kString, out, slot->origin, slot->style);
    Replace(arena_, slot, fresh, EditKind::kReplacement, by_, source_.secret);
  }

  void Write(const Value*& slot) {
    if (!options_.delimiter.empty() && !slot->IsScalar()) {
      problem = "a delimiter can only be used with scalars";
      return;
    }
    ++written;
    if (!value_->IsScalar() || !slot->IsScalar()) {
      Value* fresh = DeepCopy(value_);
      Replace(arena_, slot, fresh, EditKind::kReplacement, by_, source_.secret);
      return;
    }
    std::string text(value_->str());
    if (!options_.delimiter.empty()) {
      std::vector<std::string> parts = Split(slot->str(), options_.delimiter);
      if (options_.index < 0) {
        parts.insert(parts.begin(), text);
      } else if (options_.index >= static_cast<int64_t>(parts.size())) {
        parts.push_back(text);
      } else {
        parts[static_cast<size_t>(options_.index)] = text;
      }
      text = fmt::format("{}", fmt::join(parts, options_.delimiter));
    }
    // Only the text is copied: what was a string stays one, and what was a number must be one.
    const bool string = slot->type == Type::kString;
    const Type type = string ? Type::kString : PlainType(text);
    const bool fits = string || slot->IsNull() || type == slot->type ||
                      (slot->type == Type::kFloat && type == Type::kInt);
    if (!fits) {
      problem = source_.secret.empty()
                    ? fmt::format("\"{}\" cannot take the place of {}", text, slot->str())
                    : fmt::format("the value from {} cannot take the place of {}", source_.secret,
                                  OpenText(*slot));
      return;
    }
    Value* fresh = arena_.Scalar(type, text, value_->origin, slot->style);
    Replace(arena_, slot, fresh, EditKind::kReplacement, by_, source_.secret);
  }

  // Of a value that may belong to this arena already: two objects must not share what either of
  // them may change.
  Value* DeepCopy(const Value* value) {
    Value* copy = ShallowCopy(arena_, *value);
    for (uint32_t i = 0; i < copy->size; ++i) {
      if (copy->IsMap()) copy->pairs[i].value = DeepCopy(copy->pairs[i].value);
      if (copy->IsList()) copy->items[i] = DeepCopy(copy->items[i]);
    }
    return copy;
  }

  Arena& arena_;
  const Source& source_;
  const Value* value_;
  const TargetOptions& options_;
  Origin by_;
};

class Replacer {
 public:
  Replacer(const Context& context, Objects& objects) : context_(context), objects_(objects) {}

  void Run(const Value* replacement) {
    const Value* source = Field(replacement, "source");
    const Value* literal = Field(replacement, "sourceValue");
    const Value* targets = Field(replacement, "targets");
    if ((!source && !literal) || !targets || targets->Items().empty()) {
      return Fail(replacement, "a replacement needs a source and at least one target");
    }
    if (source && literal) {
      return Fail(replacement, "a replacement has either source or sourceValue, not both");
    }
    const Source read = literal ? Source{context_.arena.Scalar(PlainType(literal->str()),
                                                               literal->str(), literal->origin),
                                         ""}
                                : ReadSource(source);
    if (!read.value) return;
    for (const Value* target : targets->Items()) ApplyTo(target, read);
  }

 private:
  void Fail(const Value* where, std::string message) {
    context_.Fail(ProblemKind::kReplacement, where->origin, std::move(message));
  }

  static bool IsSelected(const Object& object, const Value* source) {
    return object.IsOrWas([source](const ObjectId& id) {
      auto fits = [source](std::string_view field, std::string_view value) {
        const std::string_view wanted = FieldText(source, field);
        return wanted.empty() || wanted == value;
      };
      const std::string_view ns = FieldText(source, "namespace");
      return fits("group", id.group) && fits("version", id.version) && fits("kind", id.kind) &&
             fits("name", id.name) && (ns.empty() || id.EffectiveNamespace() == ns);
    });
  }

  static std::string Wanted(const Value* source) {
    const std::string out = DescribeFields(source, {"kind", "name", "namespace"});
    return out.empty() ? "anything" : out;
  }

  Source ReadSource(const Value* source) {
    const Object* found = nullptr;
    for (const Object& object : objects_) {
      if (!IsSelected(object, source)) continue;
      if (found) {
        Fail(source, fmt::format("several objects are the source ({})", Wanted(source)));
        return {};
      }
      found = &object;
    }
    if (!found) {
      context_.FailAbsent(ProblemKind::kReplacement, source->origin,
                          fmt::format("nothing is the source ({})", Wanted(source)));
      return {};
    }
    std::string_view path = FieldText(source, "fieldPath");
    if (path.empty()) path = "metadata.name";
    const Value* value = Lookup(found->root, SplitDotPath(path));
    if (IsEmpty(value)) {
      Fail(source, fmt::format("{} has no field {}", Describe(found->id), path));
      return {};
    }
    std::string secret = HiddenIn(found->root, path.substr(0, path.find('.')));
    if (secret.empty()) secret = HiddenBy(*value);
    const Value* options = Field(source, "options");
    const std::string_view delimiter = FieldText(options, "delimiter");
    if (delimiter.empty()) return {value, std::move(secret)};
    if (!value->IsScalar()) {
      Fail(source, "a delimiter can only be used with scalars");
      return {};
    }
    const std::vector<std::string> parts = Split(value->str(), delimiter);
    const int64_t index = NumberField(options, "index");
    if (index < 0 || index >= static_cast<int64_t>(parts.size())) {
      Fail(source, secret.empty() ? fmt::format("\"{}\" has no part {}", value->str(), index)
                                  : fmt::format("the value from {} has no part {}", secret, index));
      return {};
    }
    return {context_.arena.Scalar(value->type, parts[static_cast<size_t>(index)], value->origin,
                                  value->style),
            std::move(secret)};
  }

  void ApplyTo(const Value* target, const Source& source) {
    const Value* select = Field(target, "select");
    if (!select) return Fail(target, "a target of a replacement needs `select`");
    std::string wrong;
    std::optional<Selector> selector = Selector::Read(select, wrong);
    std::vector<Selector> rejects;
    for (const Value* reject : FieldItems(target, "reject")) {
      if (std::optional<Selector> read = Selector::Read(reject, wrong)) rejects.push_back(*read);
    }
    if (!wrong.empty()) return Fail(target, wrong);
    bool any = false;
    for (Object& object : objects_) {
      if (!selector->MatchesLabels(object) || !selector->MatchesAnyId(object)) continue;
      const bool rejected =
          std::any_of(rejects.begin(), rejects.end(), [&object](const Selector& reject) {
            return (reject.names_ids() && reject.MatchesAnyId(object)) ||
                   (reject.names_labels() && reject.MatchesLabels(object));
          });
      if (rejected) continue;
      any = true;
      Write(object, target, source);
    }
    context_.NoteTarget(select->origin, any, Wanted(select));
  }

  void Write(Object& object, const Value* target, const Source& source) {
    const Value* options = Field(target, "options");
    TargetOptions read;
    read.delimiter = FieldText(options, "delimiter");
    read.index = NumberField(options, "index");
    read.create = FieldIsTrue(options, "create");
    std::vector<std::pair<std::string_view, const Value*>> paths;
    for (const Value* path : FieldItems(target, "fieldPaths"))
      paths.emplace_back(path->str(), path);
    if (paths.empty()) paths.emplace_back("metadata.name", target);
    for (const auto& [path, where] : paths) {
      Writer writer(context_.arena, source, read, where->origin);
      writer.At(object.root, SplitDotPath(path), 0);
      if (!writer.problem.empty()) {
        Fail(where, fmt::format("{}: {}", Describe(object.id), writer.problem));
      } else if (writer.written == 0) {
        Fail(where, fmt::format("{} has no field {}", Describe(object.id), path));
      }
    }
    object.Refresh();
  }

  const Context& context_;
  Objects& objects_;
};

}  // namespace

std::vector<std::string> SplitDotPath(std::string_view path) {
  std::vector<std::string> steps(1);
  int depth = 0;
  for (size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '\\' && i + 1 < path.size() && path[i + 1] == '.') {
      steps.back() += path[++i];
    } else if (c == '.' && depth == 0) {
      steps.emplace_back();
    } else {
      if (c == '[') ++depth;
      if (c == ']' && depth > 0) --depth;
      steps.back() += c;
    }
  }
  // `[a.b/c]` without a condition is a name with dots.
  for (std::string& step : steps) {
    if (step.size() > 2 && step.front() == '[' && step.back() == ']' &&
        step.find('=') == std::string::npos) {
      step = step.substr(1, step.size() - 2);
    }
  }
  std::erase(steps, "");
  return steps;
}

void ApplyReplacement(const Context& context, Objects& objects, const Value* entry,
                      const PatchLoader& load) {
  const Value* path = Field(entry, "path");
  if (!path) return Replacer(context, objects).Run(entry);
  if (Field(entry, "source") || Field(entry, "targets")) {
    return context.Fail(ProblemKind::kReplacement, entry->origin,
                        "a replacement is either a path or written here, not both");
  }
  LoadedFilePtr file = load.path(*path);
  if (!file) return;
  context.arena.Keep(file->arena);
  for (const LoadedDocument& document : file->documents) {
    if (!document.root) continue;
    if (document.root->IsList()) {
      for (const Value* item : document.root->Items()) Replacer(context, objects).Run(item);
    } else if (document.root->IsMap()) {
      Replacer(context, objects).Run(document.root);
    }
  }
}

}  // namespace fluxls::build
