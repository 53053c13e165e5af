// Which fields kustomize's transformers touch: its own list, and what `configurations` and `crds`
// files add to it.
//
// Thread contract: plain data; the default one is made once and shared.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/build/field_path.h"

namespace fluxls::build {

// The objects that the target selects are named by fields of others.
struct NameReference {
  FieldSpec target;  // without a path
  std::vector<FieldSpec> referrers;
};

struct TransformerConfig {
  std::vector<FieldSpec> name_prefix;
  std::vector<FieldSpec> name_suffix;
  std::vector<FieldSpec> namespace_;
  std::vector<FieldSpec> common_labels;
  std::vector<FieldSpec> labels;  // on top of metadata, for entries of `labels`; none by default
  std::vector<FieldSpec> template_labels;
  std::vector<FieldSpec> common_annotations;
  std::vector<FieldSpec> images;
  std::vector<FieldSpec> replicas;
  std::vector<FieldSpec> variables;
  std::vector<NameReference> name_references;
};
using TransformerConfigPtr = std::shared_ptr<const TransformerConfig>;

const TransformerConfigPtr& DefaultTransformerConfig();

// `base` with everything of `more`; null is a configuration of nothing. `problem`, if not null,
// gets what does not fit together.
TransformerConfigPtr MergeConfigs(const TransformerConfigPtr& base,
                                  const TransformerConfigPtr& more, std::string* problem);

// What the `configurations` of a kustomization make together with kustomize's own list.
TransformerConfigPtr WithDefaults(const std::vector<TransformerConfig>& configurations,
                                  std::string* problem);

// Reads a `configurations` file.
TransformerConfig ReadConfiguration(const Value* root);
// Reads a `crds` file: OpenAPI definitions with kustomize's extensions.
TransformerConfig ReadCrdDefinitions(const Value* root);
// A list of field specs; null is an empty one.
std::vector<FieldSpec> ReadFieldSpecs(const Value* list);
// Adds specs to a list, those left out that select all that a spec of the list with the same path
// selects: the narrower one stands alone, as kustomize has it. `problem`, if not null, gets the
// first two that disagree whether to create the field.
void MergeSpecs(std::vector<FieldSpec>& base, const std::vector<FieldSpec>& more,
                std::string* problem);

}  // namespace fluxls::build
