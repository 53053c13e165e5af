// What kustomize knows about the fields of Kubernetes objects without being told: which ones its
// transformers change, and which ones name other objects.
//
// Facts: kustomize 5.8.1, api/internal/konfig/builtinpluginconsts.
// Plain data; every view points into static data. Safe from any thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace fluxls::catalog {

// A field of the objects that group, version and kind select ("" selects all). Steps of `path` are
// divided by `/`; `\/` is a slash in a name; lists are entered on the way, `[]` says that there
// must be one.
struct FieldSpec {
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  std::string_view path;
  bool create = false;  // made where it is missing
};

// Objects of a kind, and the fields of others that hold their names.
struct NameReference {
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  std::vector<FieldSpec> referrers;
};

std::span<const FieldSpec> NamePrefixFields();
std::span<const FieldSpec> CommonLabelFields();    // selectors included
std::span<const FieldSpec> TemplateLabelFields();  // metadata and pod templates
std::span<const FieldSpec> CommonAnnotationFields();
std::span<const FieldSpec> NamespaceFields();
std::span<const FieldSpec> ImageFields();
std::span<const FieldSpec> ReplicaFields();
std::span<const FieldSpec> VariableFields();
const std::vector<NameReference>& NameReferences();

// Kinds that certainly live in no namespace, as far as kustomize knows. Custom resources are never
// among them.
bool IsClusterScoped(std::string_view group, std::string_view version, std::string_view kind);

}  // namespace fluxls::catalog
