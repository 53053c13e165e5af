#include "analysis/build/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "analysis/build/open_value.h"
#include "analysis/build/scalar_type.h"

namespace fluxls::build {
namespace {

// `spec.ports[0].port`.
const Value* ValueAt(const Value* value, std::string_view path) {
  while (value && !path.empty()) {
    if (path.front() == '[') {
      const size_t close = path.find(']');
      uint32_t index = 0;
      auto [end, error] = std::from_chars(path.data() + 1, path.data() + path.size(), index);
      if (close == std::string_view::npos || error != std::errc() || end != path.data() + close)
        return nullptr;
      value = value->IsList() && index < value->size ? value->items[index] : nullptr;
      path.remove_prefix(close + 1);
    } else {
      std::string key;
      size_t i = 0;
      for (; i < path.size() && path[i] != '.' && path[i] != '['; ++i) {
        if (path[i] == '\\' && i + 1 < path.size()) ++i;
        key += path[i];
      }
      value = Find(value, key);
      path.remove_prefix(i);
    }
    if (path.starts_with('.')) path.remove_prefix(1);
  }
  return value;
}

// The value of a variable, and what hides it; see open_value.h.
struct Source {
  const Value* value = nullptr;
  std::string secret;
};

class Expander {
 public:
  Expander(const Context& context, std::map<std::string_view, Source> values)
      : context_(context), values_(std::move(values)) {}

  std::string Set(const Value*& slot) const {
    if (slot->IsScalar()) {
      SetScalar(slot);
      return "";
    }
    for (uint32_t i = 0; i < slot->size; ++i) {
      const Value* child = slot->IsMap() ? slot->pairs[i].value : slot->items[i];
      const Value* before = child;
      if (slot->IsList() && child->type != Type::kString) return "a list of texts was expected";
      if (child->IsScalar()) SetScalar(child);
      if (child == before) continue;
      Value& own = Own(context_.arena, slot);
      (own.IsMap() ? own.pairs[i].value : own.items[i]) = child;
    }
    return "";
  }

 private:
  void SetScalar(const Value*& slot) const {
    if (slot->type != Type::kString || slot->str().find('$') == std::string_view::npos) return;
    const Value* whole = nullptr;
    std::string_view secret;
    const std::string text = Expand(slot->str(), whole, secret);
    if (!whole && text == slot->str()) return;
    Value* fresh = whole ? context_.arena.Scalar(whole->type, whole->str(), whole->origin)
                         : context_.arena.String(text, slot->origin);
    Replace(context_.arena, slot, fresh, EditKind::kVariable, whole ? whole->origin : Origin(),
            secret);
  }

  // `whole`: set when the text is one variable and nothing else, which keeps its type.
  // `secret`: of what was put in.
  std::string Expand(std::string_view text, const Value*& whole, std::string_view& secret) const {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '$' || i + 1 >= text.size()) {
        out += text[i];
        continue;
      }
      const char next = text[i + 1];
      if (next == '$') {
        out += '$';
        ++i;
        continue;
      }
      const size_t close = next == '(' ? text.find(')', i + 2) : std::string_view::npos;
      if (close == std::string_view::npos) {
        out += text[i];
        out += next;
        ++i;
        continue;
      }
      const std::string_view name = text.substr(i + 2, close - i - 2);
      auto value = values_.find(name);
      if (value == values_.end()) {
        out += text.substr(i, close + 1 - i);
      } else {
        const Value& found = *value->second.value;
        if (i == 0 && close + 1 == text.size()) whole = &found;
        if (secret.empty()) secret = value->second.secret;
        out += found.type == Type::kString ? std::string(found.str())
                                           : CanonicalScalar(found.type, found.str());
      }
      i = close;
    }
    return out;
  }

  const Context& context_;
  std::map<std::string_view, Source> values_;
};

void Add(const Context& context, const Variable& variable, std::vector<Variable>& variables) {
  const bool taken =
      std::any_of(variables.begin(), variables.end(),
                  [&variable](const Variable& other) { return other.name == variable.name; });
  if (taken) {
    return context.Fail(ProblemKind::kVariable, variable.origin,
                        fmt::format("var \"{}\" is defined twice", variable.name));
  }
  variables.push_back(variable);
}

}  // namespace

void DefineVariables(const Context& context, Objects& objects,
                     const std::vector<const Value*>& entries, std::vector<Variable>& variables) {
  for (const Value* entry : entries) {
    Variable variable;
    variable.name = FieldText(entry, "name");
    variable.field_path = FieldText(Field(entry, "fieldref"), "fieldPath");
    if (variable.field_path.empty()) variable.field_path = "metadata.name";
    variable.origin = entry->origin;
    const Value* reference = Field(entry, "objref");
    if (variable.name.empty() || !reference) {
      context.Fail(ProblemKind::kVariable, entry->origin, "a var needs name and objref");
      continue;
    }
    std::string_view group = FieldText(reference, "group");
    std::string_view version = FieldText(reference, "version");
    if (const std::string_view api = FieldText(reference, "apiVersion"); !api.empty()) {
      std::tie(group, version) = SplitApiVersion(api);
    }
    const std::string_view ns = FieldText(reference, "namespace");
    auto is_meant = [&](const ObjectId& id) {
      return id.group == group && id.version == version &&
             id.kind == FieldText(reference, "kind") && id.name == FieldText(reference, "name") &&
             (ns.empty() || id.EffectiveNamespace() == ns);
    };
    std::vector<Object*> matches;
    for (Object& object : objects) {
      if (object.IsOrWas(is_meant)) matches.push_back(&object);
    }
    if (matches.size() > 1) {
      context.Fail(ProblemKind::kVariable, entry->origin,
                   fmt::format("var \"{}\": several objects are called {}", variable.name,
                               Describe(matches[0]->id)));
      continue;
    }
    if (matches.size() == 1) matches[0]->variables.push_back(variable.name);
    Add(context, variable, variables);
  }
}

void MergeVariables(const Context& context, const std::vector<Variable>& more,
                    std::vector<Variable>& variables) {
  for (const Variable& variable : more) Add(context, variable, variables);
}

void ResolveVariables(const Context& context, Objects& objects,
                      const std::vector<Variable>& variables,
                      const std::vector<FieldSpec>& fields) {
  if (variables.empty()) return;
  std::map<std::string_view, Source> values;
  for (const Variable& variable : variables) {
    const Object* source = nullptr;
    for (const Object& object : objects) {
      if (std::find(object.variables.begin(), object.variables.end(), variable.name) !=
          object.variables.end()) {
        source = &object;
        break;
      }
    }
    if (!source) {
      context.FailAbsent(
          ProblemKind::kVariable, variable.origin,
          fmt::format("var \"{}\" reads from an object that is not here", variable.name));
      continue;
    }
    const Value* value = ValueAt(source->root, variable.field_path);
    if (!value) {
      context.Fail(ProblemKind::kVariable, variable.origin,
                   fmt::format("var \"{}\": {} has no field {}", variable.name,
                               Describe(source->id), variable.field_path));
      continue;
    }
    if (!value->IsScalar() || value->IsNull()) continue;
    const std::string_view path = variable.field_path;
    std::string secret = HiddenIn(source->root, path.substr(0, path.find_first_of(".[")));
    if (secret.empty()) secret = HiddenBy(*value);
    values[variable.name] = {value, std::move(secret)};
  }
  const Expander expander(context, std::move(values));
  for (Object& object : objects) {
    const ObjectId original = object.original();
    for (const FieldSpec& spec : fields) {
      if (!spec.Selects(original)) continue;
      std::string problem =
          ApplyField(context.arena, object.root, spec, Type::kNull,
                     [&expander](const Value*& slot) { return expander.Set(slot); });
      if (!problem.empty()) {
        context.Fail(ProblemKind::kVariable, object.origin,
                     fmt::format("{}: {}", Describe(object.id), problem));
      }
    }
    object.Refresh();
  }
}

}  // namespace fluxls::build
