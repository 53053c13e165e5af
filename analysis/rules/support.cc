#include "analysis/rules/support.h"

#include <algorithm>
#include <array>

namespace fluxls {
namespace {

using yaml::Node;

// Fields that stand at the top of a kustomization file and nowhere else.
constexpr std::string_view kKustomizeFields[] = {
    "resources",
    "bases",
    "patchesStrategicMerge",
    "patchesJson6902",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "commonLabels",
    "commonAnnotations",
    "replacements",
    "configurations",
    "crds",
    "vars",
    "helmCharts",
    "transformers",
    "generators",
};
// Fields of a kustomization file that Flux objects have as well, one level down: without the right
// indentation they stand at the top. They count where there is no `metadata`, which a Flux object
// would have.
constexpr std::string_view kSharedFields[] = {
    "components", "patches", "namespace", "namePrefix",
    "nameSuffix", "labels",  "images",    "replicas",
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
  const bool shared = !root.Find("metadata");
  for (Node value : root) {
    const std::string_view key = value.key().value();
    if (std::ranges::find(kKustomizeFields, key) != std::end(kKustomizeFields) ||
        (shared && std::ranges::find(kSharedFields, key) != std::end(kSharedFields))) {
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
