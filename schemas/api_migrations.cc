// Fields that a newer version of a kind does not have any more.
#include "schemas/catalog.h"

namespace fluxls::catalog {
namespace {

constexpr std::string_view kSource = "source.toolkit.fluxcd.io";
constexpr std::string_view kKustomize = "kustomize.toolkit.fluxcd.io";
constexpr std::string_view kHelm = "helm.toolkit.fluxcd.io";
constexpr std::string_view kNotification = "notification.toolkit.fluxcd.io";
constexpr std::string_view kImage = "image.toolkit.fluxcd.io";

constexpr FieldMove kMoves[] = {
    {kKustomize, "Kustomization", "v1", "spec.validation", "must go"},
    {kKustomize, "Kustomization", "v1", "spec.patchesStrategicMerge", "goes to spec.patches",
     MoveKind::kStrategicMerge},
    {kKustomize, "Kustomization", "v1", "spec.patchesJson6902", "goes to spec.patches",
     MoveKind::kJsonPatch},
    {kSource, "GitRepository", "v1", "spec.gitImplementation", "must go"},
    {kSource, "GitRepository", "v1", "spec.accessFrom", "must go"},
    {kSource, "GitRepository", "v1beta2", "spec.timeout", "may not be in hours",
     MoveKind::kTimeout},
    {kSource, "Bucket", "v1", "spec.accessFrom", "must go"},
    {kSource, "Bucket", "v1beta2", "spec.timeout", "may not be in hours", MoveKind::kTimeout},
    {kSource, "HelmRepository", "v1beta2", "spec.timeout", "may not be in hours",
     MoveKind::kTimeout},
    {kSource, "HelmChart", "v1", "spec.accessFrom", "must go"},
    {kSource, "HelmChart", "v1", "spec.valuesFile", "goes to spec.valuesFiles",
     MoveKind::kValuesFile},
    {kHelm, "HelmRelease", "v2", "spec.chart.spec.valuesFile", "goes to valuesFiles",
     MoveKind::kValuesFile},
    {kHelm, "HelmRelease", "v2", "spec.postRenderers[].kustomize.patchesStrategicMerge",
     "goes to patches", MoveKind::kStrategicMerge},
    {kHelm, "HelmRelease", "v2", "spec.postRenderers[].kustomize.patchesJson6902",
     "goes to patches", MoveKind::kJsonPatch},
    {kNotification, "Alert", "v1beta3", "spec.summary", "goes to spec.eventMetadata",
     MoveKind::kSummary},
    {kImage, "ImageUpdateAutomation", "v1alpha2", "spec.checkout",
     "goes to spec.sourceRef and spec.git.checkout", MoveKind::kByHand},
    {kImage, "ImageUpdateAutomation", "v1alpha2", "spec.commit", "goes to spec.git.commit",
     MoveKind::kByHand},
    {kImage, "ImageUpdateAutomation", "v1alpha2", "spec.push", "goes to spec.git.push",
     MoveKind::kByHand},
};

}  // namespace

std::span<const FieldMove> AllFieldMoves() {
  return kMoves;
}

}  // namespace fluxls::catalog
