#include "schemas/merge_keys.h"

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
    {"apps extensions", "Deployment StatefulSet DaemonSet ReplicaSet", kWorkload},
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

// Groups of Kubernetes itself; objects of others are custom resources.
constexpr std::string_view kBuiltinGroups =
    "- apps extensions batch autoscaling policy networking.k8s.io rbac.authorization.k8s.io "
    "storage.k8s.io scheduling.k8s.io admissionregistration.k8s.io apiextensions.k8s.io "
    "apiregistration.k8s.io certificates.k8s.io coordination.k8s.io discovery.k8s.io events.k8s.io "
    "flowcontrol.apiserver.k8s.io node.k8s.io authentication.k8s.io authorization.k8s.io";

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

MergeType MergeTypeOf(std::string_view group, std::string_view kind) {
  if (group.empty()) group = "-";
  for (const KindRow& row : kKinds) {
    if (HasWord(row.group, group) && HasWord(row.kinds, kind)) return row.type;
  }
  return HasWord(kBuiltinGroups, group) ? kObject : kNone;
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
