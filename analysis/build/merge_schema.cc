#include "analysis/build/merge_schema.h"

namespace fluxls::build {
namespace {

std::vector<std::string_view> SplitKeys(std::string_view keys) {
  std::vector<std::string_view> out;
  while (!keys.empty()) {
    const size_t comma = keys.find(',');
    out.push_back(keys.substr(0, comma));
    keys.remove_prefix(comma == std::string_view::npos ? keys.size() : comma + 1);
  }
  return out;
}

// Follows `$ref`s; references may go round in circles.
const Value* Resolve(const Value* openapi, const Value* schema) {
  for (int i = 0; schema && i < 16; ++i) {
    std::string_view reference = Text(schema, "$ref");
    if (reference.empty()) return schema;
    constexpr std::string_view kStart = "#/definitions/";
    if (!reference.starts_with(kStart)) return nullptr;
    schema = Find(Find(openapi, "definitions"), reference.substr(kStart.size()));
  }
  return schema;
}

bool IsKind(const Value* definition, const ObjectId& id) {
  for (const Value* kind : ItemsOf(Find(definition, "x-kubernetes-group-version-kind"))) {
    if (Text(kind, "group") == id.group && Text(kind, "version") == id.version &&
        Text(kind, "kind") == id.kind) {
      return true;
    }
  }
  return false;
}

}  // namespace

MergeSchema MergeSchema::Of(const ObjectId& id, const Value* openapi) {
  MergeSchema out;
  if (!openapi) {
    out.type_ = catalog::MergeTypeOf(id.group, id.version, id.kind);
    return out;
  }
  if (const Value* definitions = Find(openapi, "definitions")) {
    for (const Pair& definition : definitions->Pairs()) {
      if (IsKind(definition.value, id)) return Custom(openapi, definition.value);
    }
  }
  return out;
}

MergeSchema MergeSchema::Custom(const Value* openapi, const Value* schema) {
  MergeSchema out;
  out.openapi_ = openapi;
  out.schema_ = Resolve(openapi, schema);
  const std::string_view strategy = Text(schema, "x-kubernetes-patch-strategy");
  out.merged_ =
      strategy == "merge" || strategy.starts_with("merge,") || strategy.ends_with(",merge");
  if (const Value* keys = Find(schema, "x-kubernetes-list-map-keys"); keys && out.merged_) {
    for (const Value* key : keys->Items()) out.keys_.push_back(key->str());
  } else if (std::string_view key = Text(schema, "x-kubernetes-patch-merge-key"); !key.empty()) {
    out.keys_.push_back(key);
  }
  return out;
}

MergeSchema MergeSchema::Field(std::string_view name) const {
  if (openapi_) {
    const Value* field = Find(Find(schema_, "properties"), name);
    if (!field) field = Find(schema_, "additionalProperties");
    return field ? Custom(openapi_, field) : MergeSchema();
  }
  const catalog::MergeField field = catalog::MergeFieldOf(type_, name);
  MergeSchema out;
  out.type_ = field.type;
  out.merged_ = field.merged;
  out.keys_ = SplitKeys(field.keys);
  return out;
}

MergeSchema MergeSchema::Items() const {
  if (openapi_) {
    const Value* items = Find(schema_, "items");
    return items ? Custom(openapi_, items) : MergeSchema();
  }
  MergeSchema out;
  out.type_ = type_;
  return out;
}

}  // namespace fluxls::build
