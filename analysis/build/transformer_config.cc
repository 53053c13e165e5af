#include "analysis/build/transformer_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "analysis/build/kustomization_file.h"
#include "schemas/kustomize_fields.h"

namespace fluxls::build {
namespace {

FieldSpec FromCatalog(const catalog::FieldSpec& spec) {
  return {std::string(spec.group), std::string(spec.version), std::string(spec.kind),
          SplitFieldPath(spec.path), spec.create};
}

std::vector<FieldSpec> FromCatalog(std::span<const catalog::FieldSpec> specs) {
  std::vector<FieldSpec> out;
  for (const catalog::FieldSpec& spec : specs) out.push_back(FromCatalog(spec));
  return out;
}

TransformerConfig MakeDefault() {
  TransformerConfig config;
  config.name_prefix = config.name_suffix = FromCatalog(catalog::NamePrefixFields());
  config.namespace_ = FromCatalog(catalog::NamespaceFields());
  config.common_labels = FromCatalog(catalog::CommonLabelFields());
  config.template_labels = FromCatalog(catalog::TemplateLabelFields());
  config.common_annotations = FromCatalog(catalog::CommonAnnotationFields());
  config.images = FromCatalog(catalog::ImageFields());
  config.replicas = FromCatalog(catalog::ReplicaFields());
  config.variables = FromCatalog(catalog::VariableFields());
  for (const catalog::NameReference& reference : catalog::NameReferences()) {
    NameReference copy;
    copy.target = {std::string(reference.group),
                   std::string(reference.version),
                   std::string(reference.kind),
                   {},
                   false};
    copy.referrers = FromCatalog(reference.referrers);
    config.name_references.push_back(std::move(copy));
  }
  return config;
}

// Does `selector` select everything that `spec` selects?
bool SelectsAllOf(const FieldSpec& selector, const FieldSpec& spec) {
  return (selector.group.empty() || selector.group == spec.group) &&
         (selector.version.empty() || selector.version == spec.version) &&
         (selector.kind.empty() || selector.kind == spec.kind);
}

void MergeReference(std::vector<NameReference>& list, const NameReference& reference,
                    std::string* problem) {
  auto same = std::find_if(list.begin(), list.end(), [&](const NameReference& other) {
    return other.target == reference.target;
  });
  if (same == list.end()) {
    list.push_back(reference);
  } else {
    MergeSpecs(same->referrers, reference.referrers, problem);
  }
}

// Walks the definitions of a `crds` file from one type down.
class CrdReader {
 public:
  CrdReader(const Value* root, TransformerConfig& config) : root_(root), config_(config) {}

  void ReadType(std::string_view type, std::string_view kind, std::vector<std::string> path) {
    // Types may hold each other.
    if (path.size() > 16) return;
    const Value* properties = Field(Field(Find(root_, type), "Schema"), "properties");
    if (!properties) return;
    for (const Pair& property : properties->Pairs()) {
      std::vector<std::string> at = path;
      at.emplace_back(property.key);
      ReadProperty(property.value, kind, at);
    }
  }

 private:
  void ReadProperty(const Value* property, std::string_view kind, std::vector<std::string>& at) {
    const FieldSpec spec{"", "", std::string(kind), at, false};
    FieldSpec created = spec;
    created.create = true;
    if (Find(property, "x-kubernetes-annotation")) config_.common_annotations.push_back(spec);
    if (Find(property, "x-kubernetes-label-selector")) config_.common_labels.push_back(spec);
    if (Find(property, "x-kubernetes-identity")) config_.name_prefix.push_back(spec);
    const std::string_view target = Text(property, "x-kubernetes-object-ref-kind");
    if (!target.empty() && Find(property, "x-kubernetes-object-ref-api-version")) {
      NameReference reference;
      reference.target.version = Text(property, "x-kubernetes-object-ref-api-version");
      reference.target.kind = target;
      FieldSpec name = spec;
      const std::string_view key = Text(property, "x-kubernetes-object-ref-name-key");
      name.path.emplace_back(key.empty() ? "name" : key);
      reference.referrers.push_back(std::move(name));
      MergeReference(config_.name_references, reference, nullptr);
    }
    // What items of lists refer to is not looked at, and names stand for themselves.
    const std::string_view reference = Text(property, "$ref");
    if (!reference.empty()) ReadType(reference, kind, at);
  }

  const Value* root_;
  TransformerConfig& config_;
};

FieldSpec ReadFieldSpec(const Value* entry) {
  FieldSpec spec;
  spec.group = FieldText(entry, "group");
  spec.version = FieldText(entry, "version");
  spec.kind = FieldText(entry, "kind");
  spec.path = SplitFieldPath(FieldText(entry, "path"));
  spec.create = FieldIsTrue(entry, "create");
  return spec;
}

// Adds `spec`, unless it selects all that a spec of the list with the same path selects: then the
// narrower one stands alone, as kustomize has it. Says what is wrong when the two disagree whether
// to create the field.
std::string MergeSpec(std::vector<FieldSpec>& list, const FieldSpec& spec) {
  for (const FieldSpec& other : list) {
    if (other.path != spec.path || !SelectsAllOf(spec, other)) continue;
    if (other.create == spec.create) return "";
    return fmt::format("field specs for \"{}\" disagree about `create`", fmt::join(spec.path, "/"));
  }
  list.push_back(spec);
  return "";
}

}  // namespace

void MergeSpecs(std::vector<FieldSpec>& base, const std::vector<FieldSpec>& more,
                std::string* problem) {
  for (const FieldSpec& spec : more) {
    std::string wrong = MergeSpec(base, spec);
    if (problem && problem->empty()) *problem = std::move(wrong);
  }
}

std::vector<FieldSpec> ReadFieldSpecs(const Value* list) {
  std::vector<FieldSpec> out;
  for (const Value* entry : ItemsOf(list)) out.push_back(ReadFieldSpec(entry));
  return out;
}

const TransformerConfigPtr& DefaultTransformerConfig() {
  static const TransformerConfigPtr kDefault =
      std::make_shared<const TransformerConfig>(MakeDefault());
  return kDefault;
}

TransformerConfigPtr MergeConfigs(const TransformerConfigPtr& base,
                                  const TransformerConfigPtr& more, std::string* problem) {
  if (base == more || !more) return base;
  if (!base) return more;
  TransformerConfig merged = *base;
  MergeSpecs(merged.name_prefix, more->name_prefix, problem);
  MergeSpecs(merged.name_suffix, more->name_suffix, problem);
  MergeSpecs(merged.namespace_, more->namespace_, problem);
  MergeSpecs(merged.common_labels, more->common_labels, problem);
  MergeSpecs(merged.labels, more->labels, problem);
  MergeSpecs(merged.template_labels, more->template_labels, problem);
  MergeSpecs(merged.common_annotations, more->common_annotations, problem);
  MergeSpecs(merged.images, more->images, problem);
  MergeSpecs(merged.replicas, more->replicas, problem);
  MergeSpecs(merged.variables, more->variables, problem);
  for (const NameReference& reference : more->name_references) {
    MergeReference(merged.name_references, reference, problem);
  }
  return std::make_shared<const TransformerConfig>(std::move(merged));
}

TransformerConfigPtr WithDefaults(const std::vector<TransformerConfig>& configurations,
                                  std::string* problem) {
  TransformerConfigPtr config;
  for (const TransformerConfig& more : configurations) {
    config = MergeConfigs(config, std::make_shared<const TransformerConfig>(more), problem);
  }
  return MergeConfigs(config, DefaultTransformerConfig(), problem);
}

TransformerConfig ReadConfiguration(const Value* root) {
  TransformerConfig config;
  config.name_prefix = ReadFieldSpecs(Field(root, "namePrefix"));
  config.name_suffix = ReadFieldSpecs(Field(root, "nameSuffix"));
  config.namespace_ = ReadFieldSpecs(Field(root, "namespace"));
  config.common_labels = ReadFieldSpecs(Field(root, "commonLabels"));
  config.labels = ReadFieldSpecs(Field(root, "labels"));
  config.template_labels = ReadFieldSpecs(Field(root, "templateLabels"));
  config.common_annotations = ReadFieldSpecs(Field(root, "commonAnnotations"));
  config.images = ReadFieldSpecs(Field(root, "images"));
  config.replicas = ReadFieldSpecs(Field(root, "replicas"));
  config.variables = ReadFieldSpecs(Field(root, "varReference"));
  if (const Value* references = Field(root, "nameReference")) {
    for (const Value* entry : references->Items()) {
      NameReference reference;
      reference.target = ReadFieldSpec(entry);
      reference.target.path.clear();
      reference.target.create = false;
      reference.referrers = ReadFieldSpecs(Field(entry, "fieldSpecs"));
      config.name_references.push_back(std::move(reference));
    }
  }
  return config;
}

TransformerConfig ReadCrdDefinitions(const Value* root) {
  TransformerConfig config;
  if (!root) return config;
  for (const Pair& type : root->Pairs()) {
    // Only what is an object of its own.
    const Value* properties = Field(Field(type.value, "Schema"), "properties");
    if (!Find(properties, "kind") || !Find(properties, "apiVersion") ||
        !Find(properties, "metadata")) {
      continue;
    }
    const size_t dot = type.key.rfind('.');
    const std::string_view kind =
        dot == std::string_view::npos ? type.key : type.key.substr(dot + 1);
    CrdReader(root, config).ReadType(type.key, kind, {});
  }
  return config;
}

}  // namespace fluxls::build
