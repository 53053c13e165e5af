#include "schemas/merge_keys.h"

#include <algorithm>
#include <iterator>

namespace fluxls::catalog {
namespace {

using enum MergeType;

struct KindRow {
  std::string_view group;  // divided by blanks; "-" is the core group
  std::string_view kinds;
  MergeType type;
};

constexpr KindRow kKinds[] = {
    {"apps", "Deployment StatefulSet DaemonSet ReplicaSet", kWorkload},
    {"-", "ReplicationController", kWorkload},
    {"batch", "Job", kWorkload},
    {"batch", "CronJob", kCronJob},
    {"-", "Pod", kPod},
    {"-", "PodTemplate", kPodTemplateObject},
    {"-", "Service", kService},
    {"-", "ServiceAccount", kServiceAccount},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
     kWebhooks},
};

// Groups of Kubernetes itself and their versions in that release; objects of others are custom
// resources, as are those of versions that came later or were gone by then.
struct GroupRow {
  std::string_view group;
  std::string_view versions;
};
constexpr GroupRow kGroups[] = {
    {"-", "v1"},
    {"admissionregistration.k8s.io", "v1 v1beta1"},
    {"apiextensions.k8s.io", "v1 v1beta1"},
    {"apiregistration.k8s.io", "v1 v1beta1"},
    {"apps", "v1"},
    {"authentication.k8s.io", "v1 v1beta1"},
    {"authorization.k8s.io", "v1 v1beta1"},
    {"autoscaling", "v1 v2beta1 v2beta2"},
    {"batch", "v1 v1beta1"},
    {"certificates.k8s.io", "v1 v1beta1"},
    {"coordination.k8s.io", "v1 v1beta1"},
    {"discovery.k8s.io", "v1 v1beta1"},
    {"events.k8s.io", "v1 v1beta1"},
    {"extensions", "v1beta1"},
    {"flowcontrol.apiserver.k8s.io", "v1beta1"},
    {"networking.k8s.io", "v1 v1beta1"},
    {"node.k8s.io", "v1 v1beta1"},
    {"policy", "v1 v1beta1"},
    {"rbac.authorization.k8s.io", "v1 v1beta1"},
    {"scheduling.k8s.io", "v1 v1beta1"},
    {"storage.k8s.io", "v1 v1beta1"},
};

struct FieldRow {
  MergeType owner;
  std::string_view field;
  MergeField value;
};

constexpr FieldRow kFields[] = {
    {kObjectMeta, "finalizers", {kLeaf, true, ""}},
    {kObjectMeta, "ownerReferences", {kLeaf, true, "uid"}},
    {kWorkload, "spec", {kWorkloadSpec}},
    {kWorkloadSpec, "template", {kPodTemplate}},
    {kPodTemplateObject, "template", {kPodTemplate}},
    {kPodTemplate, "metadata", {kObjectMeta}},
    {kPodTemplate, "spec", {kPodSpec}},
    {kPod, "spec", {kPodSpec}},
    {kPodSpec, "containers", {kContainer, true, "name"}},
    {kPodSpec, "initContainers", {kContainer, true, "name"}},
    {kPodSpec, "ephemeralContainers", {kContainer, true, "name"}},
    {kPodSpec, "volumes", {kLeaf, true, "name"}},
    {kPodSpec, "imagePullSecrets", {kLeaf, true, "name"}},
    {kPodSpec, "hostAliases", {kLeaf, true, "ip"}},
    {kPodSpec, "topologySpreadConstraints", {kLeaf, true, "topologyKey,whenUnsatisfiable"}},
    {kContainer, "ports", {kLeaf, true, "containerPort,protocol"}},
    {kContainer, "env", {kLeaf, true, "name"}},
    {kContainer, "volumeMounts", {kLeaf, true, "mountPath"}},
    {kContainer, "volumeDevices", {kLeaf, true, "devicePath"}},
    {kCronJob, "spec", {kCronJobSpec}},
    {kCronJobSpec, "jobTemplate", {kWorkload}},
    {kService, "spec", {kServiceSpec}},
    {kServiceSpec, "ports", {kLeaf, true, "port,protocol"}},
    {kServiceAccount, "secrets", {kLeaf, true, "name"}},
    {kWebhooks, "webhooks", {kLeaf, true, "name"}},
};

bool HasWord(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const size_t end = list.find(' ');
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  }
  return false;
}

bool IsObject(MergeType type) {
  return type == kObject || type == kWorkload || type == kPod || type == kPodTemplateObject ||
         type == kCronJob || type == kService || type == kServiceAccount || type == kWebhooks;
}

}  // namespace

MergeType MergeTypeOf(std::string_view group, std::string_view version, std::string_view kind) {
  if (group.empty()) group = "-";
  const bool known = std::any_of(std::begin(kGroups), std::end(kGroups), [&](const GroupRow& row) {
    return row.group == group && HasWord(row.versions, version);
  });
  if (!known) return kNone;
  for (const KindRow& row : kKinds) {
    if (HasWord(row.group, group) && HasWord(row.kinds, kind)) return row.type;
  }
  return kObject;
}

MergeField MergeFieldOf(MergeType type, std::string_view field) {
  if (type == kNone || type == kLeaf) return {};
  for (const FieldRow& row : kFields) {
    if (row.owner == type && row.field == field) return row.value;
  }
  // CronJob's jobTemplate is a workload with metadata as well.
  if (field == "metadata" && IsObject(type)) return {kObjectMeta};
  return {};
}

}  // namespace fluxls::catalog
