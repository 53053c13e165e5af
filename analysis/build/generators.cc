#include "analysis/build/generators.h"

#include <fmt/format.h>
// sha2.h of libmd needs these before it.
#include <stdint.h>
#include <sys/types.h>

#include <sha2.h>

#include <algorithm>
#include <array>
#include <map>

#include "analysis/build/print.h"
#include "analysis/text/unicode.h"
#include "analysis/workspace/file_system.h"

namespace fluxls::build {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
// Lines of base64 in `data`, as kustomize breaks them.
constexpr size_t kBase64Line = 70;

struct Entry {
  std::string value;
  Origin origin;
};

bool IsKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  });
}

bool IsVariableName(std::string_view key) {
  return IsKey(key) && !(key[0] >= '0' && key[0] <= '9');
}

// "'a'" and "\"a\"" without their quotes.
std::string_view WithoutQuotes(std::string_view text) {
  if (text.size() > 1 && text.front() == text.back() && (text[0] == '"' || text[0] == '\'')) {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

class Generator {
 public:
  Generator(const Context& context, const Value* entry, const LoadBytes& load)
      : context_(context), entry_(entry), load_(load) {}

  // Env files, then literals, then files, as kustomize reads them.
  bool Collect() {
    if (const Value* env = Field(entry_, "env")) FromEnv(*env);
    for (const Value* env : FieldItems(entry_, "envs")) FromEnv(*env);
    for (const Value* literal : FieldItems(entry_, "literals")) FromLiteral(*literal);
    for (const Value* file : FieldItems(entry_, "files")) FromFile(*file);
    return ok_;
  }

  const std::map<std::string, Entry>& entries() const { return entries_; }

 private:
  void Fail(Origin where, std::string message) {
    ok_ = false;
    context_.Fail(ProblemKind::kGenerator, where, std::move(message));
  }

  void Add(std::string_view key, std::string_view value, Origin origin) {
    if (!IsKey(key)) {
      return Fail(origin, fmt::format("\"{}\" is no key: letters, digits, '-', '_' and '.' are "
                                      "allowed",
                                      key));
    }
    if (!entries_.emplace(std::string(key), Entry{std::string(value), origin}).second) {
      Fail(origin, fmt::format("key \"{}\" is written twice", key));
    }
  }

  void FromLiteral(const Value& literal) {
    const std::string_view text = literal.str();
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return Fail(literal.origin, fmt::format("a literal is written key=value, not \"{}\"", text));
    }
    Add(text.substr(0, equals), WithoutQuotes(text.substr(equals + 1)), literal.origin);
  }

  void FromFile(const Value& file) {
    const std::string_view text = file.str();
    const size_t equals = text.find('=');
    std::string_view key = BaseName(text);
    std::string_view path = text;
    if (equals != std::string_view::npos) {
      key = text.substr(0, equals);
      path = text.substr(equals + 1);
      if (key.empty() || path.empty() || path.find('=') != std::string_view::npos) {
        return Fail(file.origin,
                    fmt::format("a file is written path or key=path, not \"{}\"", text));
      }
    }
    if (auto bytes = load_(file, path)) {
      Add(key, *bytes, file.origin);
    } else {
      ok_ = false;
    }
  }

  void FromEnv(const Value& env) {
    auto bytes = load_(env, env.str());
    if (!bytes) {
      ok_ = false;
      return;
    }
    std::string_view text = *bytes;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    while (!text.empty()) {
      const size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      const size_t begin = line.find_first_not_of(" \t\r\v\f");
      if (begin == std::string_view::npos || line[begin] == '#') continue;
      line.remove_prefix(begin);
      const size_t equals = line.find('=');
      const std::string_view key = line.substr(0, equals);
      if (!IsVariableName(key)) {
        return Fail(env.origin,
                    fmt::format("\"{}\" in {} is no name of a variable", key, env.str()));
      }
      Add(key, equals == std::string_view::npos ? std::string_view() : line.substr(equals + 1),
          env.origin);
    }
  }

  const Context& context_;
  const Value* entry_;
  const LoadBytes& load_;
  std::map<std::string, Entry> entries_;
  bool ok_ = true;
};

// Base64 in lines, for `data` of Secrets and `binaryData`.
std::string Base64Lines(std::string_view bytes) {
  const std::string encoded = Base64(bytes);
  if (encoded.size() < kBase64Line) return encoded;
  std::string out;
  for (size_t i = 0; i < encoded.size(); i += kBase64Line) {
    out += encoded.substr(i, kBase64Line);
    out += '\n';
  }
  return out;
}

Behavior BehaviorOf(std::string_view text) {
  if (text == "merge") return Behavior::kMerge;
  if (text == "replace") return Behavior::kReplace;
  return Behavior::kCreate;
}

// Sets string entries of metadata.labels or metadata.annotations.
void SetOptionMap(const Context& context, Value& metadata, std::string_view field,
                  const Value* pairs) {
  if (!pairs || pairs->Pairs().empty()) return;
  const Value** slot = Slot(metadata, field);
  if (!slot) {
    Set(context.arena, metadata, field, context.arena.New(Type::kMap));
    slot = Slot(metadata, field);
  }
  Value& map = Own(context.arena, *slot);
  for (const Pair& pair : pairs->Pairs()) {
    Set(context.arena, map, pair.key,
        context.arena.ScalarView(Type::kString, pair.value->str(), pair.value->origin,
                                 yaml::ScalarStyle::kPlain));
  }
}

// `own` on top of `base`, key by key; null when both are empty. Merged values are texts.
const Value* MergedMaps(Arena& arena, const Value* base, const Value* own) {
  if (own && own->Pairs().empty()) own = nullptr;
  if (!base || base->Pairs().empty()) return own;
  Value* merged = ShallowCopy(arena, *base);
  for (const Pair& pair : base->Pairs()) {
    if (pair.value->type == Type::kString) continue;
    Set(arena, *merged, pair.key,
        arena.ScalarView(Type::kString, pair.value->IsNull() ? "" : pair.value->str(),
                         pair.value->origin, yaml::ScalarStyle::kPlain));
  }
  if (!own) return merged;
  for (const Pair& pair : own->Pairs()) {
    const Value* old = Find(merged, pair.key);
    Value* fresh = ShallowCopy(arena, *pair.value);
    if (old) {
      fresh->edits =
          arena.NewEdit({EditKind::kGenerator, pair.value->origin, old->origin, old->edits});
    }
    Set(arena, *merged, pair.key, fresh);
  }
  return merged;
}

void SetOrErase(Arena& arena, const Value*& map, std::string_view key, const Value* value) {
  Value& own = Own(arena, map);
  if (value) {
    Set(arena, own, key, value);
  } else {
    Erase(own, key);
  }
}

}  // namespace

std::string Base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0);
    }
    for (size_t j = 0; j < 4; ++j) {
      out += i + j <= bytes.size() ? kBase64[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return out;
}

std::optional<std::string> FromBase64(std::string_view text) {
  std::string out;
  uint32_t group = 0;
  int bits = 0;
  for (char c : text) {
    if (c == '\n' || c == '\r' || c == '=') continue;
    const size_t digit = kBase64.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(group >> bits & 0xff);
    }
  }
  return out;
}

std::optional<Object> Generate(const Context& context, const Value* entry, const Value* shared,
                               bool secret, std::string_view file, const LoadBytes& load) {
  if (!entry->IsMap()) {
    context.Fail(ProblemKind::kGenerator, entry->origin, "a generator is a mapping");
    return std::nullopt;
  }
  const Setting name = FieldSetting(entry, "name");
  if (!name) {
    context.Fail(ProblemKind::kGenerator, entry->origin, "a generator needs a name");
    return std::nullopt;
  }
  Generator generator(context, entry, load);
  if (!generator.Collect()) return std::nullopt;

  Arena& arena = context.arena;
  Value* root = arena.New(Type::kMap, entry->origin);
  Set(arena, *root, "apiVersion", arena.String("v1"));
  Set(arena, *root, "kind", arena.String(secret ? "Secret" : "ConfigMap"));
  Value* metadata = arena.New(Type::kMap, entry->origin);
  Set(arena, *root, "metadata", metadata);
  Set(arena, *metadata, "name", arena.String(name.text, name.origin));
  if (const Setting ns = FieldSetting(entry, "namespace"))
    Set(arena, *metadata, "namespace", arena.String(ns.text, ns.origin));
  if (secret) {
    const Setting type = FieldSetting(entry, "type");
    Set(arena, *root, "type", arena.String(type ? type.text : "Opaque", type.origin));
  }

  // Even a secret without keys has data.
  Value* data = secret ? arena.New(Type::kMap, entry->origin) : nullptr;
  Value* binary = nullptr;
  for (const auto& [key, value] : generator.entries()) {
    const bool encoded = secret || FirstInvalidUtf8(value.value).has_value();
    Value*& map = !secret && encoded ? binary : data;
    if (!map) map = arena.New(Type::kMap, entry->origin);
    const std::string text = encoded ? Base64Lines(value.value) : value.value;
    Set(arena, *map, arena.Copy(key), arena.String(text, value.origin));
  }
  if (data) Set(arena, *root, "data", data);
  if (binary) Set(arena, *root, "binaryData", binary);

  const Value* options = Field(entry, "options");
  for (const Value* from : {shared, options}) {
    SetOptionMap(context, *metadata, "labels", Field(from, "labels"));
    SetOptionMap(context, *metadata, "annotations", Field(from, "annotations"));
  }
  auto either = [&](std::string_view field) {
    return FieldIsTrue(options, field) || FieldIsTrue(shared, field);
  };
  if (either("immutable")) Set(arena, *root, "immutable", arena.Scalar(Type::kBool, "true"));

  Object object;
  object.root = root;
  object.behavior = BehaviorOf(FieldText(entry, "behavior"));
  object.needs_hash = !either("disableNameSuffixHash");
  object.origin = entry->origin;
  object.generator = {file, secret ? "SecretGenerator" : "ConfigMapGenerator", "", ""};
  object.Refresh();
  return object;
}

void Absorb(const Context& context, Objects& objects, Object generated) {
  Arena& arena = context.arena;
  std::vector<Object*> matches;
  for (Object& object : objects) {
    if (object.IsCalled(generated.id)) matches.push_back(&object);
  }
  if (matches.empty()) {
    if (generated.behavior != Behavior::kCreate) {
      return context.FailAbsent(
          ProblemKind::kGenerator, generated.origin,
          fmt::format("there is no {} to merge with or to replace", Describe(generated.id)));
    }
    objects.push_back(std::move(generated));
    return;
  }
  if (matches.size() > 1) {
    return context.Fail(ProblemKind::kGenerator, generated.origin,
                        fmt::format("several objects are called {}", Describe(generated.id)));
  }
  Object& old = *matches[0];
  if (generated.behavior == Behavior::kCreate) {
    return context.Fail(ProblemKind::kGenerator, generated.origin,
                        fmt::format("{} is there already; set behavior to merge or replace",
                                    Describe(generated.id)));
  }
  const Value* old_metadata = Find(old.root, "metadata");
  const Value* metadata = Find(generated.root, "metadata");
  for (std::string_view field : {"labels", "annotations"}) {
    SetOrErase(arena, metadata, field,
               MergedMaps(arena, Find(old_metadata, field), Find(metadata, field)));
  }
  SetOrErase(arena, metadata, "name", Find(old_metadata, "name"));
  SetOrErase(arena, metadata, "namespace", Find(old_metadata, "namespace"));
  Set(arena, Own(arena, generated.root), "metadata", metadata);
  if (generated.behavior == Behavior::kMerge) {
    for (std::string_view field : {"data", "binaryData"}) {
      const Value* merged = MergedMaps(arena, Find(old.root, field), Find(generated.root, field));
      SetOrErase(arena, generated.root, field, merged);
    }
    generated.generator = old.generator;
    generated.origin = old.origin;
  }
  generated.needs_hash = generated.needs_hash && old.needs_hash;
  generated.previous = std::move(old.previous);
  generated.prefixes = std::move(old.prefixes);
  generated.suffixes = std::move(old.suffixes);
  generated.variables = std::move(old.variables);
  generated.steps = std::move(old.steps);
  generated.Refresh();
  old = std::move(generated);
}

std::string ContentHash(const Value* root) {
  Arena arena;
  Value* hashed = arena.New(Type::kMap);
  auto text = [&](const Value* value) -> const Value* { return value ? value : arena.String(""); };
  const std::string_view kind = Text(root, "kind");
  const Value* subject = root;
  if (kind == "ConfigMap" || kind == "Secret") {
    Set(arena, *hashed, "kind", arena.String(kind));
    // kustomize means to hash the name as well, but never finds it.
    Set(arena, *hashed, "name", arena.String(""));
    Set(arena, *hashed, "data", text(Find(root, "data")));
    if (kind == "Secret") Set(arena, *hashed, "type", text(Find(root, "type")));
    const std::string_view more = kind == "Secret" ? "stringData" : "binaryData";
    if (const Value* map = Find(root, more); map && map->IsMap()) Set(arena, *hashed, more, map);
    subject = hashed;
  }
  const std::string json = PrintJson(subject);
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex{};
  SHA256Data(reinterpret_cast<const uint8_t*>(json.data()), json.size(), hex.data());
  std::string hash(hex.data(), 10);
  // Characters that could spell words are others.
  for (char& c : hash) {
    switch (c) {
      case '0':
        c = 'g';
        break;
      case '1':
        c = 'h';
        break;
      case '3':
        c = 'k';
        break;
      case 'a':
        c = 'm';
        break;
      case 'e':
        c = 't';
        break;
      default:
        break;
    }
  }
  return hash;
}

void AddHashes(const Context& context, Objects& objects) {
  for (Object& object : objects) {
    if (!object.needs_hash) continue;
    const std::string hash = ContentHash(object.root);
    object.StorePrevious();
    UpdateChild(context.arena, object.root, "metadata", [&](const Value*& metadata) {
      UpdateChild(context.arena, metadata, "name", [&](const Value*& name) {
        const std::string text = fmt::format("{}-{}", name->str(), hash);
        SetText(context.arena, context.arena.Copy(text), EditKind::kHash, object.origin)(name);
      });
    });
    object.Refresh();
  }
}

}  // namespace fluxls::build
