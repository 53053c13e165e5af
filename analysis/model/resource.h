// What a file exports to the rest of the workspace: the objects it defines, what they refer to,
// what its kustomization lists. Plain data that owns its strings, so that it outlives the tree it
// was read from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/model/flux_release.h"
#include "analysis/text/text.h"
#include "analysis/yaml/tree.h"

namespace fluxls {

// "source.toolkit.fluxcd.io/v1" → group and version; "v1" → group "".
struct ApiVersion {
  std::string group;
  std::string version;
  static ApiVersion Parse(std::string_view text);
  std::string ToString() const;
  auto operator<=>(const ApiVersion&) const = default;
};

struct ResourceId {
  ApiVersion api;
  std::string kind;
  std::string namespace_;  // "" when the document does not say
  std::string name;
  auto operator<=>(const ResourceId&) const = default;
};

// One Kubernetes object as written in one document (or one item of a List).
struct Resource {
  ResourceId id;
  uint32_t document = 0;  // index in the file
  bool operator==(const Resource&) const = default;
};

// A field of one object that names another (facts/flux/semantics §1).
struct Reference {
  uint32_t resource = 0;  // index in FileFacts::resources
  std::string route;      // of the referring field, "spec.sourceRef"
  std::string kind;
  std::string namespace_;  // after the field's default rule; "" when the referrer has none either
  std::string name;
  bool operator==(const Reference&) const = default;
};

// One entry of a kustomization's resources, components, bases, patches[].path,
// configMapGenerator[].files ...
struct KustomizeEntry {
  std::string field;  // "resources", "components", "patches", ...
  std::string value;  // as written
  bool operator==(const KustomizeEntry&) const = default;
};

struct KustomizationFacts {
  bool component = false;
  // The file's first document is this kustomization: under kustomize's apiVersion or none, and
  // without syntax errors.
  bool leads = false;
  std::vector<KustomizeEntry> entries;
  bool operator==(const KustomizationFacts&) const = default;
};

// A place that says which Flux release runs.
struct ReleaseEvidence {
  FluxRelease release;
  enum class Source : uint8_t {
    kGotkComponents,
    kFluxInstance,
    kManifestsOci,
    kManifestsGit
  } source = Source::kGotkComponents;
  bool operator==(const ReleaseEvidence&) const = default;
};

// A CustomResourceDefinition: what it defines, and a hash of its text.
struct CrdFacts {
  std::string group;
  std::string kind;
  size_t content = 0;
  bool operator==(const CrdFacts&) const = default;
};

struct FileFacts {
  std::vector<Resource> resources;
  std::vector<Reference> references;
  std::optional<KustomizationFacts> kustomization;
  std::optional<ReleaseEvidence> release;
  // Kinds that patches in this file change, ordered, each once; "*" for every kind. See
  // patched_kinds.h.
  std::vector<std::string> patched_kinds;
  std::vector<CrdFacts> crds;
  bool operator==(const FileFacts&) const = default;
};

inline constexpr std::string_view kKustomizeGroup = "kustomize.config.k8s.io";
inline constexpr std::string_view kFluxKustomizeGroup = "kustomize.toolkit.fluxcd.io";

// The names that kustomize looks for, the first one first.
inline constexpr std::string_view kKustomizationFileNames[] = {
    "kustomization.yaml", "kustomization.yml", "Kustomization"};
bool IsKustomizationFileName(std::string_view base_name);
// Groups under toolkit.fluxcd.io, source.extensions.fluxcd.io and fluxcd.controlplane.io.
bool IsFluxGroup(std::string_view group);

// A DNS label: what a namespace may be called (RFC 1123).
bool IsNamespaceName(std::string_view text);
// DNS labels with dots between: what most objects may be called.
bool IsObjectName(std::string_view text);

// Reads the facts out of a parsed file.
FileFacts ExtractFacts(std::string_view path, std::string_view text, const yaml::File& file);

}  // namespace fluxls
