#include "analysis/schema/crd.h"

#include <algorithm>

namespace fluxls::schema {
namespace {

// Generated schemas nest a dozen levels; a bomb stops here.
constexpr int kMaxDepth = 64;
// Aliases can make a small file a very large schema.
constexpr size_t kMaxFields = 50'000;

std::string JsonText(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// A default value: a scalar as it is written, a collection as JSON.
std::string ValueText(yaml::Node node, bool inside = false) {
  std::string out;
  if (node.IsMapping()) {
    for (const yaml::Node value : node) {
      out +=
          (out.empty() ? "" : ",") + JsonText(value.key().value()) + ":" + ValueText(value, true);
    }
    return "{" + out + "}";
  }
  if (node.IsSequence()) {
    for (const yaml::Node item : node) out += (out.empty() ? "" : ",") + ValueText(item, true);
    return "[" + out + "]";
  }
  if (node.IsNull()) return "null";
  const std::string_view text = node.value();
  const bool plain = node.style() == yaml::ScalarStyle::kPlain &&
                     (text == "true" || text == "false" ||
                      text.find_first_not_of("0123456789.-") == std::string_view::npos);
  return inside && !plain ? JsonText(text) : std::string(text);
}

// One line of the description: what hover shows.
std::string HelpText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == ' ') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += c;
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

bool IsTrue(yaml::Node node) {
  return node.value() == "true";
}

std::string_view TypeName(yaml::Node schema) {
  if (IsTrue(schema.Find("x-kubernetes-int-or-string"))) return "int-or-string";
  const yaml::Node type = schema.Find("type");
  std::string_view name = type.value();
  // JSON schemas write `["string", "null"]`.
  if (type.IsSequence()) {
    for (const yaml::Node item : type) {
      if (item.value() == "null" || item.IsNull()) continue;
      if (!name.empty()) return "any";
      name = item.value();
    }
  }
  return name.empty() ? "any" : name == "array" ? "list" : name;
}

constexpr std::pair<std::string_view, FactKind> kValueFacts[] = {
    {"pattern", FactKind::kPattern},
    {"minLength", FactKind::kMinLength},
    {"maxLength", FactKind::kMaxLength},
    {"minItems", FactKind::kMinItems},
    {"maxItems", FactKind::kMaxItems},
    {"minProperties", FactKind::kMinProperties},
    {"maxProperties", FactKind::kMaxProperties},
    {"minimum", FactKind::kMinimum},
    {"maximum", FactKind::kMaximum},
    {"format", FactKind::kFormat},
};

// What a value may hold that this reader does not follow.
bool IsOpen(yaml::Node schema, SchemaForm form) {
  if (IsTrue(schema.Find("x-kubernetes-preserve-unknown-fields")) ||
      IsTrue(schema.Find("x-kubernetes-embedded-resource")) ||
      IsTrue(schema.Find("additionalProperties")))
    return true;
  for (const std::string_view keyword : {"allOf", "anyOf", "oneOf", "$ref"}) {
    if (form == SchemaForm::kJson && schema.Find(keyword)) return true;
  }
  return form == SchemaForm::kJson && schema.Find("properties") &&
         schema.Find("additionalProperties").value() != "false";
}

void ReadFacts(yaml::Node schema, Field& field, SchemaForm form) {
  field.facts.push_back({FactKind::kType, std::string(TypeName(schema)), {}});
  for (const yaml::Node value : schema.Find("enum")) {
    field.facts.push_back({FactKind::kEnum, std::string(value.Resolve().value()), {}});
  }
  for (const auto& [keyword, kind] : kValueFacts) {
    if (const yaml::Node value = schema.Find(keyword)) {
      field.facts.push_back({kind, std::string(value.value()), {}});
    }
  }
  if (const yaml::Node value = schema.Find("default")) {
    field.facts.push_back({FactKind::kDefault, ValueText(value), {}});
  }
  if (IsTrue(schema.Find("nullable"))) field.facts.push_back({FactKind::kNullable, "", {}});
  if (IsOpen(schema, form)) field.facts.push_back({FactKind::kOpen, "", {}});
  for (const yaml::Node rule : schema.Find("x-kubernetes-validations")) {
    const std::string expression(rule.Resolve().Find("rule").value());
    if (expression.empty()) continue;
    std::string message = HelpText(rule.Resolve().Find("message").value());
    field.rules.push_back({expression, std::move(message), {}});
  }
}

// Returns false when there is more than anybody means.
bool ReadInto(yaml::Node schema, Field& field, SchemaForm form, size_t& left, int depth) {
  if (depth >= kMaxDepth || left == 0) return false;
  --left;
  field.help = HelpText(schema.Find("description").value());
  ReadFacts(schema, field, form);
  for (yaml::Node property : schema.Find("properties")) {
    Field& child = field.fields.emplace_back();
    child.name = property.key().value();
    if (!ReadInto(property.Resolve(), child, form, left, depth + 1)) return false;
  }
  for (const yaml::Node name : schema.Find("required")) {
    for (Field& child : field.fields) {
      if (child.name == name.Resolve().value())
        child.facts.push_back({FactKind::kRequired, "", {}});
    }
  }
  for (const auto& [keyword, name] :
       {std::pair<std::string_view, std::string_view>{"items", kItems},
        {"additionalProperties", kValues}}) {
    const yaml::Node below = schema.Find(keyword);
    if (!below.IsMapping()) continue;
    Field& child = field.fields.emplace_back();
    child.name = name;
    if (!ReadInto(below, child, form, left, depth + 1)) return false;
  }
  return true;
}

}  // namespace

std::optional<Field> ReadOpenApi(yaml::Node schema, SchemaForm form) {
  Field root;
  size_t left = kMaxFields;
  if (!ReadInto(schema, root, form, left, 0)) return std::nullopt;
  const bool open = IsOpen(schema, form);
  root.facts.clear();
  if (open) root.facts.push_back({FactKind::kOpen, "", {}});
  std::erase_if(root.fields, [](const Field& field) {
    return field.name == "apiVersion" || field.name == "kind" || field.name == "metadata" ||
           field.name == "status";
  });
  return root;
}

std::vector<KindSchema> ReadCrd(yaml::Node crd) {
  std::vector<KindSchema> out;
  if (crd.Find("kind").value() != "CustomResourceDefinition") return out;
  const yaml::Node spec = crd.Find("spec");
  const std::string_view group = spec.Find("group").value();
  const std::string_view kind = spec.At("names.kind").value();
  if (group.empty() || kind.empty() || group.find("{{") != std::string_view::npos) return out;
  for (const yaml::Node entry : spec.Find("versions")) {
    const yaml::Node version = entry.Resolve();
    yaml::Node schema = version.At("schema.openAPIV3Schema");
    // apiextensions.k8s.io/v1beta1 has one schema for all versions.
    if (!schema) schema = spec.At("validation.openAPIV3Schema");
    if (!schema.IsMapping() || version.Find("served").value() == "false") continue;
    std::optional<Field> root = ReadOpenApi(schema, SchemaForm::kCrd);
    if (!root) continue;
    out.push_back({std::string(group), std::string(version.Find("name").value()), std::string(kind),
                   std::move(*root)});
  }
  return out;
}

const KindSchema* LazyCrds::Find(std::string_view group, std::string_view version,
                                 std::string_view kind) const {
  const std::vector<KindSchema>* schemas = schemas_.load();
  if (!schemas) {
    auto fresh = std::make_unique<std::vector<KindSchema>>();
    for (const yaml::Document& document : file_.documents) {
      for (KindSchema& schema : ReadCrd(document.root())) fresh->push_back(std::move(schema));
    }
    if (schemas_.compare_exchange_strong(schemas, fresh.get())) schemas = fresh.release();
  }
  const auto found = std::find_if(schemas->begin(), schemas->end(), [&](const KindSchema& schema) {
    return schema.kind == kind && schema.version == version && schema.group == group;
  });
  return found == schemas->end() ? nullptr : &*found;
}

}  // namespace fluxls::schema
