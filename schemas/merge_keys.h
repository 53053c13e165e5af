// Which lists of Kubernetes objects a strategic merge patch merges, and by which keys.
//
// Facts: the extensions x-kubernetes-patch-strategy, x-kubernetes-patch-merge-key and
// x-kubernetes-list-map-keys of Kubernetes' OpenAPI, of the release that kustomize 5.8.1 carries.
// Everything that is not here is replaced as a whole, as are the lists of custom resources.
//
// Plain data and questions to it. Safe from any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace fluxls::catalog {

// Parts of the Kubernetes API that hold mergeable lists, directly or deeper.
enum class MergeType : uint8_t {
  kNone,
  kObject,  // any object: metadata
  kObjectMeta,
  kWorkload,           // Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job
  kWorkloadSpec,       // its spec
  kPodTemplateObject,  // the kind PodTemplate
  kPodTemplate,        // template of a workload
  kPod,
  kPodSpec,
  kContainer,
  kCronJob,
  kCronJobSpec,
  kService,
  kServiceSpec,
  kServiceAccount,
  kWebhooks,  // MutatingWebhookConfiguration, ValidatingWebhookConfiguration
  kLeaf,      // an item without mergeable lists
};

struct MergeField {
  MergeType type = MergeType::kNone;  // of the value, or of a list's items
  bool merged = false;                // a list that is merged
  std::string_view keys;              // divided by commas; "" with `merged`: a list of scalars
};

// The type of an object. kObject for kinds of Kubernetes without lists of their own that merge,
// kNone for custom resources.
MergeType MergeTypeOf(std::string_view group, std::string_view version, std::string_view kind);
MergeField MergeFieldOf(MergeType type, std::string_view field);

}  // namespace fluxls::catalog
