// Fields that a newer version of a kind does not have any more.
#include "schemas/catalog.h"

namespace fluxls::catalog {
namespace {

constexpr std::string_view kSource = "source.toolkit.fluxcd.io";
constexpr std::string_view kKustomize = "kustomize.toolkit.fluxcd.io";
constexpr std::string_view kHelm = "helm.toolkit.fluxcd.io";
constexpr std::string_view kImage = "image.toolkit.fluxcd.io";

constexpr FieldMove kMoves[] = {
    {kKustomize, "Kustomization", "v1", "spec.validation", "must go"},
    {kKustomize, "Kustomization", "v1", "spec.patchesStrategicMerge", "goes to spec.patches"},
    {kKustomize, "Kustomization", "v1", "spec.patchesJson6902", "goes to spec.patches"},
    {kSource, "GitRepository", "v1", "spec.gitImplementation", "must go"},
    {kSource, "GitRepository", "v1", "spec.accessFrom", "must go"},
    {kSource, "Bucket", "v1", "spec.accessFrom", "must go"},
    {kSource, "HelmChart", "v1", "spec.accessFrom", "must go"},
    {kSource, "HelmChart", "v1", "spec.valuesFile", "goes to spec.valuesFiles"},
    {kHelm, "HelmRelease", "v2", "spec.chart.spec.valuesFile", "goes to valuesFiles"},
    {kHelm, "HelmRelease", "v2", "spec.postRenderers[].kustomize.patchesStrategicMerge",
     "goes to patches"},
    {kHelm, "HelmRelease", "v2", "spec.postRenderers[].kustomize.patchesJson6902",
     "goes to patches"},
    {kImage, "ImageUpdateAutomation", "v1alpha2", "spec.checkout",
     "goes to spec.sourceRef and spec.git.checkout"},
    {kImage, "ImageUpdateAutomation", "v1alpha2", "spec.commit", "goes to spec.git.commit"},
    {kImage, "ImageUpdateAutomation", "v1alpha2", "spec.push", "goes to spec.git.push"},
};

}  // namespace

std::span<const FieldMove> AllFieldMoves() {
  return kMoves;
}

}  // namespace fluxls::catalog
