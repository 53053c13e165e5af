// A kustomization file as kustomize reads it.
//
// Keys count without regard to case, as kustomize has it. The trees are kept as values, so that
// every line keeps its place.
//
// Thread contract: plain data.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/object.h"
#include "analysis/build/value.h"

namespace fluxls::build {

// The value of a field of kustomize's own files; null when it is absent or null.
const Value* Field(const Value* map, std::string_view name);
std::string_view FieldText(const Value* map, std::string_view name);
bool FieldIsTrue(const Value* map, std::string_view name);
// The items of a list field; none when it is absent or something else.
std::span<const Value* const> FieldItems(const Value* map, std::string_view name);

// One value that a file asks for, with its place: a namespace, a prefix, a path.
struct Setting {
  std::string_view text;
  Origin origin;
  explicit operator bool() const { return !text.empty(); }
};
Setting FieldSetting(const Value* map, std::string_view name);
// `kind "Deployment", name "web"`: those of the fields that are not empty.
std::string DescribeFields(const Value* map, std::initializer_list<std::string_view> names);

// A kustomization, ready to be built. What Flux adds to the one at its `spec.path` is in the same
// lists, behind what the file says, and keeps its place in the Flux Kustomization.
struct Kustomization {
  std::string path;  // of the file; of the directory for one that Flux generates
  std::string directory;
  Origin origin;  // the file as a whole
  bool component = false;
  const Value* root = nullptr;  // null for a generated one

  std::vector<const Value*> resources;  // scalars; `bases` included
  std::vector<const Value*> components;
  std::vector<const Value*> patches_strategic;
  std::vector<const Value*> patches;
  std::vector<const Value*> patches_json;
  std::vector<const Value*> images;
  std::vector<const Value*> replicas;
  std::vector<const Value*> replacements;
  std::vector<const Value*> vars;
  std::vector<const Value*> config_maps;
  std::vector<const Value*> secrets;
  std::vector<const Value*> generators;
  std::vector<const Value*> transformers;
  std::vector<const Value*> validators;
  std::vector<const Value*> configurations;
  std::vector<const Value*> crds;
  std::vector<const Value*> labels;
  const Value* common_labels = nullptr;
  const Value* common_annotations = nullptr;
  const Value* generator_options = nullptr;
  const Value* openapi = nullptr;
  const Value* sort_options = nullptr;
  const Value* helm = nullptr;  // the first field that asks for Helm
  Setting namespace_;
  Setting name_prefix;
  Setting name_suffix;
  std::vector<std::string_view> build_metadata;

  bool Has(std::string_view build_metadata_option) const;
};

// Reads `root`, the first document of a kustomization file. Problems are appended; a fatal one
// means that kustomize refuses the file. `strict`: unknown fields are among them (they are not for
// the file at a Flux Kustomization's `spec.path`, which Flux reads itself).
Kustomization ReadKustomizationFile(const std::string& path, const Value* root, bool strict,
                                    std::vector<Problem>& problems);

}  // namespace fluxls::build
