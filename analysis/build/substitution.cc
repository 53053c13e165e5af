#include "analysis/build/substitution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "analysis/build/generators.h"
#include "analysis/build/load.h"
#include "analysis/build/open_value.h"
#include "analysis/build/print.h"
#include "analysis/build/scalar_type.h"
#include "analysis/text/unicode.h"

namespace fluxls::build {
namespace {

bool HasDollar(const Value* value) {
  if (value->IsScalar()) return value->str().find('$') != std::string_view::npos;
  if (value->IsMap()) {
    return std::any_of(value->Pairs().begin(), value->Pairs().end(), [](const Pair& pair) {
      return pair.key.find('$') != std::string_view::npos || HasDollar(pair.value);
    });
  }
  return std::any_of(value->Items().begin(), value->Items().end(), HasDollar);
}

void FindSites(const Value* value, uint32_t object, std::vector<VariableSite>& sites) {
  if (value->IsScalar()) {
    if (value->origin && value->str().find("${") != std::string_view::npos)
      sites.push_back({value->origin, object});
    return;
  }
  for (const Pair& pair : value->Pairs()) FindSites(pair.value, object, sites);
  for (const Value* item : value->Items()) FindSites(item, object, sites);
}

std::string WithoutLineEnds(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != '\n') out += c;
  }
  return out;
}

bool IsEncrypted(std::string_view text) {
  return text.starts_with("ENC[");
}

class VariableReader {
 public:
  VariableReader(Variables& out, std::string_view own_namespace, const FindObject& find)
      : out_(out), namespace_(own_namespace), find_(find) {}

  void FromObject(const Value* reference) {
    const std::string_view kind = Text(reference, "kind");
    const Value* object = find_(kind, namespace_, Text(reference, "name"));
    if (!object) {
      // Made by bootstrap, by an operator, by hand: it may hold anything. An optional one as well.
      out_.complete = false;
      return;
    }
    const bool secret = kind == "Secret";
    Add(build::Find(object, "data"), HiddenIn(object, "data"), secret);
    if (secret) Add(build::Find(object, "stringData"), HiddenIn(object, "stringData"), false);
  }

  // `hidden_by`: see HiddenIn.
  void Add(const Value* map, const std::string& hidden_by, bool base64) {
    if (!map) return;
    for (const Pair& pair : map->Pairs()) {
      DefinedVariable variable;
      variable.origin = {OwnFile(pair.value->origin.file), pair.value->origin.range};
      variable.secret = hidden_by.empty() ? std::string(HiddenBy(*pair.value)) : hidden_by;
      const std::string_view text = pair.value->str();
      // A value with a variable of its own is what another build makes of it.
      if (IsEncrypted(text) || text.find("${") != std::string_view::npos) {
        variable.known = false;
      } else if (base64) {
        std::optional<std::string> decoded = FromBase64(text);
        variable.known = decoded.has_value();
        if (decoded) variable.value = WithoutLineEnds(*decoded);
      } else {
        variable.value = WithoutLineEnds(text);
      }
      out_.defined[std::string(pair.key)] = std::move(variable);
    }
  }

 private:
  // The values of one source stand in one file, or in few.
  const OriginFile* OwnFile(const OriginFile* file) {
    if (!file || file == foreign_) return file ? own_ : nullptr;
    foreign_ = file;
    own_ = out_.files.emplace_back(std::make_shared<const OriginFile>(*file)).get();
    return own_;
  }

  Variables& out_;
  std::string_view namespace_;
  const FindObject& find_;
  const OriginFile* foreign_ = nullptr;  // the last one that was asked for,
  const OriginFile* own_ = nullptr;      // and what stands for it
};

// Replaces variables in texts, and knows whether the last one got anything that is hidden.
class Substituter {
 public:
  explicit Substituter(const Variables& variables) : variables_(variables) {}

  Substituted Run(std::string_view text) {
    secret_ = {};
    return Substitute(
        text, [this](std::string_view name) { return Look(name); }, variables_.strict);
  }
  // Where that comes from; "" when all of the last text may be shown.
  std::string_view secret() const { return secret_; }

 private:
  VariableValue Look(std::string_view name) {
    auto found = variables_.defined.find(name);
    if (found == variables_.defined.end()) {
      return {variables_.complete ? VariableValue::State::kUnset : VariableValue::State::kUnknown,
              ""};
    }
    if (!found->second.known) return {VariableValue::State::kUnknown, ""};
    if (secret_.empty()) secret_ = found->second.secret;
    return {VariableValue::State::kSet, found->second.value};
  }

  const Variables& variables_;
  std::string_view secret_;
};

// Gives the values of a tree that was read from printed text the origins of the tree it was printed
// from.
class OriginMatcher {
 public:
  // `secret`: of the text as a whole.
  OriginMatcher(Arena& arena, Substituter& substituter)
      : arena_(arena), substituter_(substituter), secret_(arena.Copy(substituter.secret())) {}

  const Value* Match(const Value* fresh, const Value* old) {
    if (SameContent(fresh, old)) return old;
    const Value* out = fresh;
    Value& own = Own(arena_, out);
    own.origin = old->origin;
    own.edits = old->edits;
    if (fresh->IsMap() && old->IsMap()) {
      for (uint32_t i = 0; i < own.size; ++i) {
        if (const Value* before = build::Find(old, own.pairs[i].key)) {
          own.pairs[i].value = Match(own.pairs[i].value, before);
        } else if (!secret_.empty()) {
          // The key may be what is hidden.
          NoteSubstitution(own, *old, secret_);
        }
      }
    } else if (fresh->IsList() && old->IsList()) {
      for (uint32_t i = 0; i < std::min(own.size, old->size); ++i)
        own.items[i] = Match(own.items[i], old->items[i]);
    } else {
      NoteSubstitution(own, *old, SecretOf(*fresh, *old));
    }
    return out;
  }

 private:
  void NoteSubstitution(Value& own, const Value& old, std::string_view secret) {
    own.edits =
        arena_.NewEdit({EditKind::kSubstitution, old.origin, old.origin, own.edits, secret});
  }

  // What hides a value: its own variables, where these alone made it what it is.
  std::string_view SecretOf(const Value& fresh, const Value& old) {
    if (secret_.empty() || !fresh.IsScalar() || !old.IsScalar()) return secret_;
    if (substituter_.Run(old.str()).text != fresh.str()) return secret_;
    return arena_.Copy(substituter_.secret());
  }

  Arena& arena_;
  Substituter& substituter_;
  std::string_view secret_;
};

// May a text stand in a plain scalar, at the place where another plain one stood?
bool IsSafePlain(std::string_view text) {
  if (text.empty()) return true;
  auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '/' || c == '.';
  };
  if (!is_word(text.front()) && text.front() != '$') return false;
  if (text.back() == ' ' || text.back() == ':') return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_word(c) || std::string_view("-@%+=,;()$~^").find(c) != std::string_view::npos) continue;
    if (c == ' ' && text[i + 1] != '#') continue;
    if (c == ':' && text[i + 1] != ' ') continue;
    return false;
  }
  return true;
}

// Replaces variables scalar by scalar, where that gives what printing, replacing and reading the
// whole object gives; most values are plain words. Says no where it would not be sure.
class ScalarSubstituter {
 public:
  ScalarSubstituter(Arena& arena, Substituter& substituter)
      : arena_(arena), substituter_(substituter) {}

  std::optional<SubstitutionError> error;

  bool Run(const Value*& slot) {
    if (slot->IsScalar()) return Scalar(slot);
    for (uint32_t i = 0; i < slot->size; ++i) {
      if (slot->IsMap() && slot->pairs[i].key.find('$') != std::string_view::npos) return false;
      const Value* child = slot->IsMap() ? slot->pairs[i].value : slot->items[i];
      const Value* before = child;
      if (!Run(child)) return false;
      if (child == before) continue;
      Value& own = Own(arena_, slot);
      (own.IsMap() ? own.pairs[i].value : own.items[i]) = child;
    }
    return true;
  }

 private:
  enum class Style : uint8_t { kPlain, kSingle, kDouble, kLiteral };

  // How the printer writes the string.
  static Style StyleOf(std::string_view text) {
    if (text.find('\n') != std::string_view::npos) return Style::kLiteral;
    if (NeedsQuotes(text)) return Style::kDouble;
    if (IsSafePlain(text)) return Style::kPlain;
    Arena scratch;
    Value* map = scratch.New(Type::kMap);
    Set(scratch, *map, "k", scratch.ScalarView(Type::kString, text, {}, {}));
    const std::string printed = PrintYaml(map);
    switch (printed[3]) {
      case '\'':
        return Style::kSingle;
      case '"':
        return Style::kDouble;
      default:
        return Style::kPlain;
    }
  }

  bool Scalar(const Value*& slot) {
    const std::string_view text = slot->str();
    if (slot->type != Type::kString || text.find('$') == std::string_view::npos) return true;
    Substituted fresh = substituter_.Run(text);
    if (fresh.error) {
      error = fresh.error;
      return true;
    }
    if (fresh.text == text) return true;
    Type type = Type::kString;
    switch (StyleOf(text)) {
      case Style::kPlain:
        // What stays of an expression that nobody knows is text like any other.
        if (!IsSafePlain(fresh.unknown ? WithoutBraces(fresh.text) : fresh.text)) return false;
        type = PlainType(fresh.text);
        break;
      case Style::kSingle:
        if (text.find('\'') != std::string_view::npos ||
            fresh.text.find('\'') != std::string::npos) {
          return false;
        }
        break;
      case Style::kDouble:
        if (text.find_first_of("\"\\") != std::string_view::npos ||
            fresh.text.find_first_of("\"\\") != std::string::npos) {
          return false;
        }
        break;
      case Style::kLiteral:
        if (!IsSafeLiteral(text) || !IsSafeLiteral(fresh.text)) return false;
        break;
    }
    Value* value = arena_.Scalar(type, fresh.text, slot->origin, slot->style);
    Replace(arena_, slot, value, EditKind::kSubstitution, slot->origin, substituter_.secret());
    return true;
  }

  static std::string WithoutBraces(std::string text) {
    for (char& c : text) {
      if (c == '{' || c == '}') c = '_';
    }
    return text;
  }

  // No line that a block scalar would read differently.
  static bool IsSafeLiteral(std::string_view text) {
    return !text.starts_with(' ') && !text.starts_with('\n') &&
           text.find_first_of("\r\t\x85") == std::string_view::npos &&
           text.find(" \n") == std::string_view::npos && !text.ends_with("\n\n") &&
           !FirstInvalidUtf8(text) && text.find("\xe2\x80") == std::string_view::npos;
  }

  Arena& arena_;
  Substituter& substituter_;
};

// Prints the object, replaces, and reads it again, as Flux does it. Returns what is wrong.
std::string SubstituteWhole(Arena& arena, Substituter& substituter, Object& object,
                            bool& not_yaml) {
  Substituted text = substituter.Run(PrintYaml(object.root));
  if (text.error) return text.error->message;
  auto yaml = std::make_shared<yaml::File>(yaml::Parse(text.text));
  std::optional<LoadError> refused;
  const yaml::Document& document = yaml->documents.front();
  arena.Keep(yaml);
  const Value* root = Load(arena, document.root(), {}, &refused);
  if (document.HasErrors() || refused || !root || !root->IsMap()) {
    not_yaml = true;
    // What is wrong with it would be told in its own words.
    if (!substituter.secret().empty()) {
      return fmt::format("what the substitution makes is not YAML, with a value from {} in it",
                         substituter.secret());
    }
    return fmt::format("what the substitution makes is not YAML: {}",
                       document.HasErrors() ? document.errors().front().message
                       : refused            ? refused->message
                                            : "no mapping");
  }
  object.root = OriginMatcher(arena, substituter).Match(root, object.root);
  return "";
}

}  // namespace

Variables ReadVariables(const Value* kustomization, std::string_view namespace_,
                        FluxRelease release, const FindObject& find) {
  Variables out;
  const Value* post_build = build::Find(kustomization, {"spec", "postBuild"});
  if (!post_build) return out;
  VariableReader reader(out, namespace_, find);
  for (const Value* reference : ItemsOf(build::Find(post_build, "substituteFrom")))
    reader.FromObject(reference);
  reader.Add(build::Find(post_build, "substitute"), HiddenIn(kustomization, "spec"), false);
  // Without a single variable Flux does nothing at all, unless it is told to.
  out.always = Text(post_build, "substituteStrategy") == "Always";
  out.active = !out.defined.empty() || !out.complete || out.always;
  out.strict = release >= FluxRelease{2, 9};
  return out;
}

bool IsSubstitutionDisabled(const Value* root) {
  const Value* metadata = build::Find(root, "metadata");
  for (std::string_view map : {"labels", "annotations"}) {
    if (Text(build::Find(metadata, map), "kustomize.toolkit.fluxcd.io/substitute") == "disabled")
      return true;
  }
  return false;
}

void SubstituteObjects(Arena& arena, const Variables& variables, Objects& objects,
                       std::vector<VariableSite>& sites, std::vector<Problem>& problems) {
  if (!variables.active) return;
  Substituter substituter(variables);
  for (Object& object : objects) {
    if (!HasDollar(object.root) || IsSubstitutionDisabled(object.root)) continue;
    FindSites(object.root, static_cast<uint32_t>(&object - objects.data()), sites);
    ScalarSubstituter scalars(arena, substituter);
    const Value* root = object.root;
    std::string wrong;
    ProblemKind kind = ProblemKind::kSubstitution;
    if (scalars.Run(root)) {
      if (scalars.error) {
        wrong = scalars.error->message;
      } else {
        object.root = root;
      }
    } else {
      bool not_yaml = false;
      wrong = SubstituteWhole(arena, substituter, object, not_yaml);
      if (not_yaml) kind = ProblemKind::kBadObject;
    }
    if (wrong.empty()) continue;
    problems.push_back({kind,
                        true,
                        object.origin ? object.origin.file->path : "",
                        object.origin.range,
                        fmt::format("{}: {}", Describe(object.id), wrong),
                        {}});
  }
}

}  // namespace fluxls::build
