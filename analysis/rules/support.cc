#include "analysis/rules/support.h"

#include <algorithm>
#include <array>

namespace fluxls {
namespace {

using yaml::Node;

// Fields that stand at the top of a kustomization file and nowhere at the top of a Kubernetes
// object.
constexpr std::string_view kKustomizeFields[] = {
    "resources",
    "bases",
    "components",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "namePrefix",
    "nameSuffix",
    "commonLabels",
    "commonAnnotations",
    "labels",
    "images",
    "replicas",
    "replacements",
    "configurations",
    "crds",
    "namespace",
    "vars",
    "helmCharts",
    "transformers",
    "generators",
};

// Fields of a Flux Kustomization's spec, each of which proves what the object is.
constexpr std::string_view kFluxFields[] = {"sourceRef", "interval",  "prune",           "path",
                                            "dependsOn", "postBuild", "targetNamespace", "wait"};

}  // namespace

bool HasTemplate(std::string_view text) {
  for (std::string_view mark : {"${", "{{", "{%", "$("}) {
    if (text.find(mark) != std::string_view::npos) return true;
  }
  const size_t open = text.find("<<");
  return open != std::string_view::npos && text.find(">>", open) != std::string_view::npos;
}

catalog::Release ToCatalog(FluxRelease release) {
  return std::min(catalog::Release{release.major, release.minor}, catalog::kNewest);
}

Node FindKustomizeField(Node root) {
  if (!root.IsMapping()) return {};
  for (Node value : root) {
    if (std::ranges::find(kKustomizeFields, value.key().value()) != std::end(kKustomizeFields)) {
      return value;
    }
  }
  return {};
}

bool IsKustomizeFileUnderFluxApi(Node root) {
  return root.Find("kind").value() == "Kustomization" &&
         ApiVersion::Parse(root.Find("apiVersion").value()).group == kFluxKustomizeGroup &&
         !root.Find("spec") && FindKustomizeField(root);
}

bool IsFluxKustomizationUnderKustomizeApi(Node root) {
  if (root.Find("kind").value() != "Kustomization" ||
      ApiVersion::Parse(root.Find("apiVersion").value()).group != kKustomizeGroup) {
    return false;
  }
  Node spec = root.Find("spec");
  return spec.IsMapping() && !FindKustomizeField(root) &&
         std::ranges::any_of(kFluxFields,
                             [&](std::string_view field) { return bool(spec.Find(field)); });
}

bool IsGeneratedFile(const SourceFile& file) {
  return BaseName(file.path) == "gotk-components.yaml";
}

bool TouchesDamage(const yaml::Document& document, ByteRange range) {
  for (ByteRange damaged : document.damaged()) {
    if (damaged.begin <= range.end && range.begin <= damaged.end) return true;
  }
  return false;
}

}  // namespace fluxls
