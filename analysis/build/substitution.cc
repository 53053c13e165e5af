#include "analysis/build/substitution.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/build/generators.h"
#include "analysis/build/load.h"
#include "analysis/build/print.h"

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
    Add(build::Find(object, "data"), secret);
    if (secret) Add(build::Find(object, "stringData"), false);
  }

  void FromMap(const Value* map) { Add(map, false); }

 private:
  void Add(const Value* map, bool base64) {
    if (!map) return;
    for (const Pair& pair : map->Pairs()) {
      DefinedVariable variable;
      variable.origin = pair.value->origin;
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

  Variables& out_;
  std::string_view namespace_;
  const FindObject& find_;
};

// Gives the values of a tree that was read from printed text the origins of the tree it was printed
// from.
class OriginMatcher {
 public:
  explicit OriginMatcher(Arena& arena) : arena_(arena) {}

  const Value* Match(const Value* fresh, const Value* old) {
    if (SameContent(fresh, old)) return old;
    const Value* out = fresh;
    Value& own = Own(arena_, out);
    own.origin = old->origin;
    own.edits = old->edits;
    if (fresh->IsMap() && old->IsMap()) {
      for (uint32_t i = 0; i < own.size; ++i) {
        if (const Value* before = build::Find(old, own.pairs[i].key))
          own.pairs[i].value = Match(own.pairs[i].value, before);
      }
    } else if (fresh->IsList() && old->IsList()) {
      for (uint32_t i = 0; i < std::min(own.size, old->size); ++i)
        own.items[i] = Match(own.items[i], old->items[i]);
    } else {
      own.edits =
          arena_.NewEdit({EditKind::kSubstitution, old->origin, old->origin, old->edits});
    }
    return out;
  }

 private:
  Arena& arena_;
};

}  // namespace

Variables ReadVariables(const Value* spec, std::string_view namespace_, FluxRelease release,
                        const FindObject& find) {
  Variables out;
  const Value* post_build = build::Find(spec, "postBuild");
  if (!post_build) return out;
  VariableReader reader(out, namespace_, find);
  if (const Value* from = build::Find(post_build, "substituteFrom")) {
    for (const Value* reference : from->Items()) reader.FromObject(reference);
  }
  reader.FromMap(build::Find(post_build, "substitute"));
  // Without a single variable Flux does nothing at all, unless it is told to.
  out.active = !out.defined.empty() || !out.complete ||
               Text(post_build, "substituteStrategy") == "Always";
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
                       std::vector<Problem>& problems) {
  if (!variables.active) return;
  const LookupVariable lookup = [&variables](std::string_view name) -> VariableValue {
    auto found = variables.defined.find(name);
    if (found == variables.defined.end()) {
      return {variables.complete ? VariableValue::State::kUnset : VariableValue::State::kUnknown,
              ""};
    }
    if (!found->second.known) return {VariableValue::State::kUnknown, ""};
    return {VariableValue::State::kSet, found->second.value};
  };
  for (Object& object : objects) {
    if (!HasDollar(object.root) || IsSubstitutionDisabled(object.root)) continue;
    Substituted text = Substitute(PrintYaml(object.root), lookup, variables.strict);
    auto fail = [&](const std::string& what) {
      problems.push_back({ProblemKind::kSubstitution,
                          true,
                          object.origin ? object.origin.file->path : "",
                          object.origin.range,
                          fmt::format("{}: {}", Describe(object.id), what),
                          {}});
    };
    if (text.error) {
      fail(text.error->message);
      continue;
    }
    auto yaml = std::make_shared<yaml::File>(yaml::Parse(text.text));
    std::optional<LoadError> refused;
    const yaml::Document& document = yaml->documents.front();
    arena.Keep(yaml);
    const Value* root = Load(arena, document.root(), {}, &refused);
    if (document.HasErrors() || refused || !root || !root->IsMap()) {
      fail(fmt::format("what the substitution makes is not YAML: {}",
                       document.HasErrors() ? document.errors().front().message
                       : refused            ? refused->message
                                            : "no mapping"));
      continue;
    }
    object.root = OriginMatcher(arena).Match(root, object.root);
  }
}

}  // namespace fluxls::build
