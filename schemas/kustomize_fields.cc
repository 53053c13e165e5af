#include "schemas/kustomize_fields.h"

#include <algorithm>
#include <deque>
#include <string>

namespace fluxls::catalog {
namespace {

constexpr std::string_view kApps = "apps";
constexpr std::string_view kBatch = "batch";
constexpr std::string_view kRbac = "rbac.authorization.k8s.io";
constexpr std::string_view kNetworking = "networking.k8s.io";

// Where pods are described.
struct PodHolder {
  std::string_view kind;
  std::string_view pod_spec;
};
constexpr PodHolder kPodHolders[] = {
    {"Pod", "spec"},
    {"PodTemplate", "template/spec"},
    {"Deployment", "spec/template/spec"},
    {"ReplicaSet", "spec/template/spec"},
    {"DaemonSet", "spec/template/spec"},
    {"StatefulSet", "spec/template/spec"},
    {"Job", "spec/template/spec"},
    {"CronJob", "spec/jobTemplate/spec/template/spec"},
};
// Fields of a pod's description that name a ConfigMap or a Secret.
constexpr std::string_view kConfigMapInPod[] = {
    "volumes/configMap/name",
    "containers/env/valueFrom/configMapKeyRef/name",
    "initContainers/env/valueFrom/configMapKeyRef/name",
    "containers/envFrom/configMapRef/name",
    "initContainers/envFrom/configMapRef/name",
    "volumes/projected/sources/configMap/name",
};
constexpr std::string_view kSecretInPod[] = {
    "volumes/secret/secretName",
    "containers/env/valueFrom/secretKeyRef/name",
    "initContainers/env/valueFrom/secretKeyRef/name",
    "containers/envFrom/secretRef/name",
    "initContainers/envFrom/secretRef/name",
    "imagePullSecrets/name",
    "volumes/projected/sources/secret/name",
};
// Where $(VAR) is looked for in a pod's description.
constexpr std::string_view kVariablesInPod[] = {
    "containers/args",          "containers/command",
    "containers/env/value",     "containers/volumeMounts/mountPath",
    "initContainers/args",      "initContainers/command",
    "initContainers/env/value", "initContainers/volumeMounts/mountPath",
};
// Holders of pods whose service account, claims and priority class are followed.
constexpr PodHolder kFollowedHolders[] = {
    {"Pod", "spec"},
    {"StatefulSet", "spec/template/spec"},
    {"Deployment", "spec/template/spec"},
    {"ReplicationController", "spec/template/spec"},
    {"CronJob", "spec/jobTemplate/spec/template/spec"},
    {"Job", "spec/template/spec"},
    {"DaemonSet", "spec/template/spec"},
};

// A path that is put together; lives for ever. Only called while the one Tables is made.
std::string_view Path(std::string_view begin, std::string_view end) {
  static std::deque<std::string> paths;
  std::string path(begin);
  path += '/';
  path += end;
  return paths.emplace_back(std::move(path));
}

void AddPods(std::span<const std::string_view> fields, std::vector<FieldSpec>& out) {
  for (const PodHolder& holder : kPodHolders) {
    for (std::string_view field : fields) {
      const bool pod = holder.kind == "Pod";
      out.push_back({"", pod ? "v1" : "", holder.kind, Path(holder.pod_spec, field)});
    }
  }
}

void AddFollowed(std::string_view field, std::vector<FieldSpec>& out) {
  for (const PodHolder& holder : kFollowedHolders) {
    out.push_back({"", "", holder.kind, Path(holder.pod_spec, field)});
  }
}

std::vector<NameReference> MakeNameReferences() {
  std::vector<NameReference> out;
  for (std::string_view kind :
       {"Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"}) {
    out.push_back(
        {"", "", kind, {{"", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name"}}});
  }

  NameReference config_map{"", "v1", "ConfigMap", {}};
  AddPods(kConfigMapInPod, config_map.referrers);
  for (const FieldSpec& field : std::initializer_list<FieldSpec>{
           {"", "", "Node", "spec/configSource/configMap"},
           {"", "", "Role", "rules/resourceNames"},
           {"", "", "ClusterRole", "rules/resourceNames"},
           {"", "", "Ingress",
            "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap"}}) {
    config_map.referrers.push_back(field);
  }
  out.push_back(std::move(config_map));

  NameReference secret{"", "v1", "Secret", {}};
  AddPods(kSecretInPod, secret.referrers);
  for (const FieldSpec& field : std::initializer_list<FieldSpec>{
           {"", "", "Ingress", "spec/tls/secretName"},
           {"", "", "Ingress", "metadata/annotations/ingress.kubernetes.io\\/auth-secret"},
           {"", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret"},
           {"", "", "Ingress",
            "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret"},
           {"", "", "ServiceAccount", "imagePullSecrets/name"},
           {"", "", "StorageClass", "parameters/secretName"},
           {"", "", "StorageClass", "parameters/adminSecretName"},
           {"", "", "StorageClass", "parameters/userSecretName"},
           {"", "", "StorageClass", "parameters/secretRef"},
           {"", "", "Role", "rules/resourceNames"},
           {"", "", "ClusterRole", "rules/resourceNames"},
           {"serving.knative.dev", "v1", "Service",
            "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"},
           {"", "", "PersistentVolume", "spec/azureFile/secretName"}}) {
    secret.referrers.push_back(field);
  }
  out.push_back(std::move(secret));

  out.push_back({"",
                 "v1",
                 "Service",
                 {{kApps, "", "StatefulSet", "spec/serviceName"},
                  {"", "", "Ingress", "spec/rules/http/paths/backend/serviceName"},
                  {"", "", "Ingress", "spec/backend/serviceName"},
                  {"", "", "Ingress", "spec/rules/http/paths/backend/service/name"},
                  {"", "", "Ingress", "spec/defaultBackend/service/name"},
                  {"apiregistration.k8s.io", "", "APIService", "spec/service/name"},
                  {"admissionregistration.k8s.io", "", "ValidatingWebhookConfiguration",
                   "webhooks/clientConfig/service"},
                  {"admissionregistration.k8s.io", "", "MutatingWebhookConfiguration",
                   "webhooks/clientConfig/service"},
                  {"", "", "HTTPRoute", "spec/rules/backendRefs/name"}}});
  out.push_back({kRbac, "", "Role", {{kRbac, "", "RoleBinding", "roleRef/name"}}});
  out.push_back({kRbac,
                 "",
                 "ClusterRole",
                 {{kRbac, "", "RoleBinding", "roleRef/name"},
                  {kRbac, "", "ClusterRoleBinding", "roleRef/name"}}});

  NameReference account{
      "",
      "v1",
      "ServiceAccount",
      {{kRbac, "", "RoleBinding", "subjects"}, {kRbac, "", "ClusterRoleBinding", "subjects"}}};
  AddFollowed("serviceAccountName", account.referrers);
  out.push_back(std::move(account));

  NameReference claim{"", "v1", "PersistentVolumeClaim", {}};
  AddFollowed("volumes/persistentVolumeClaim/claimName", claim.referrers);
  out.push_back(std::move(claim));

  out.push_back({"",
                 "v1",
                 "PersistentVolume",
                 {{"", "", "PersistentVolumeClaim", "spec/volumeName"},
                  {"", "", "ClusterRole", "rules/resourceNames"}}});
  out.push_back({"storage.k8s.io",
                 "v1",
                 "StorageClass",
                 {{"", "", "PersistentVolume", "spec/storageClassName"},
                  {"", "", "PersistentVolumeClaim", "spec/storageClassName"},
                  {"", "", "StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName"}}});

  NameReference priority{"scheduling.k8s.io", "v1", "PriorityClass", {}};
  AddFollowed("priorityClassName", priority.referrers);
  out.push_back(std::move(priority));

  // kustomize's own table has the version inside of the group here, so nothing is ever selected.
  out.push_back({"networking.k8s.io/v1",
                 "v1",
                 "IngressClass",
                 {{"", "", "Ingress", "spec/ingressClassName"}}});
  out.push_back({"admissionregistration.k8s.io",
                 "",
                 "ValidatingAdmissionPolicy",
                 {{"admissionregistration.k8s.io", "", "ValidatingAdmissionPolicyBinding",
                   "spec/policyName"}}});
  return out;
}

constexpr FieldSpec kTemplateLabels[] = {
    {"", "", "", "metadata/labels", true},
    {"", "v1", "ReplicationController", "spec/template/metadata/labels", true},
    {"", "", "Deployment", "spec/template/metadata/labels", true},
    {"", "", "ReplicaSet", "spec/template/metadata/labels", true},
    {"", "", "DaemonSet", "spec/template/metadata/labels", true},
    {kApps, "", "StatefulSet", "spec/template/metadata/labels", true},
    {kApps, "", "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels", true},
    {kBatch, "", "Job", "spec/template/metadata/labels", true},
    {kBatch, "", "CronJob", "spec/jobTemplate/metadata/labels", true},
    {kBatch, "", "CronJob", "spec/jobTemplate/spec/template/metadata/labels", true},
};

constexpr FieldSpec kSelectorLabels[] = {
    {"", "v1", "Service", "spec/selector", true},
    {"", "v1", "ReplicationController", "spec/selector", true},
    {"", "", "Deployment", "spec/selector/matchLabels", true},
    {"", "", "ReplicaSet", "spec/selector/matchLabels", true},
    {"", "", "DaemonSet", "spec/selector/matchLabels", true},
    {kApps, "", "StatefulSet", "spec/selector/matchLabels", true},
    {kBatch, "", "Job", "spec/selector/matchLabels"},
    {kBatch, "", "CronJob", "spec/jobTemplate/spec/selector/matchLabels"},
    {"policy", "", "PodDisruptionBudget", "spec/selector/matchLabels"},
    {kNetworking, "", "NetworkPolicy", "spec/podSelector/matchLabels"},
    {kNetworking, "", "NetworkPolicy", "spec/ingress/from/podSelector/matchLabels"},
    {kNetworking, "", "NetworkPolicy", "spec/egress/to/podSelector/matchLabels"},
};
// Selectors in the scheduling rules of Deployments and StatefulSets, below the pod's description.
constexpr std::string_view kSchedulingSelectors[] = {
    "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/"
    "labelSelector/matchLabels",
    "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/"
    "labelSelector/matchLabels",
    "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/"
    "matchLabels",
    "topologySpreadConstraints/labelSelector/matchLabels",
};

constexpr FieldSpec kAnnotations[] = {
    {"", "", "", "metadata/annotations", true},
    {"", "v1", "ReplicationController", "spec/template/metadata/annotations", true},
    {"", "", "Deployment", "spec/template/metadata/annotations", true},
    {"", "", "ReplicaSet", "spec/template/metadata/annotations", true},
    {"", "", "DaemonSet", "spec/template/metadata/annotations", true},
    {"", "", "StatefulSet", "spec/template/metadata/annotations", true},
    {kBatch, "", "Job", "spec/template/metadata/annotations", true},
    {kBatch, "", "CronJob", "spec/jobTemplate/metadata/annotations", true},
    {kBatch, "", "CronJob", "spec/jobTemplate/spec/template/metadata/annotations", true},
};

constexpr FieldSpec kNamespaces[] = {
    {"", "", "Namespace", "metadata/name", true},
    {"apiregistration.k8s.io", "", "APIService", "spec/service/namespace", true},
    {"apiextensions.k8s.io", "", "CustomResourceDefinition",
     "spec/conversion/webhook/clientConfig/service/namespace"},
};

constexpr FieldSpec kNames[] = {{"", "", "", "metadata/name"}};

constexpr FieldSpec kImages[] = {
    {"", "", "", "spec/containers[]/image", true},
    {"", "", "", "spec/initContainers[]/image", true},
    {"", "", "", "spec/volumes[]/image/reference", true},
    {"", "", "", "spec/template/spec/containers[]/image", true},
    {"", "", "", "spec/template/spec/initContainers[]/image", true},
    {"", "", "", "spec/template/spec/volumes[]/image/reference", true},
};

constexpr FieldSpec kReplicas[] = {
    {"", "", "Deployment", "spec/replicas", true},
    {"", "", "ReplicationController", "spec/replicas", true},
    {"", "", "ReplicaSet", "spec/replicas", true},
    {"", "", "StatefulSet", "spec/replicas", true},
};

struct Scoped {
  std::string_view group;
  std::string_view versions;  // divided by blanks
  std::string_view kinds;
};
constexpr Scoped kClusterScoped[] = {
    {"admissionregistration.k8s.io", "v1 v1beta1",
     "MutatingWebhookConfiguration ValidatingWebhookConfiguration"},
    {"apiextensions.k8s.io", "v1 v1beta1", "CustomResourceDefinition"},
    {"apiregistration.k8s.io", "v1 v1beta1", "APIService"},
    {"certificates.k8s.io", "v1 v1beta1", "CertificateSigningRequest"},
    {"flowcontrol.apiserver.k8s.io", "v1beta1", "FlowSchema PriorityLevelConfiguration"},
    {kNetworking, "v1 v1beta1", "IngressClass"},
    {"node.k8s.io", "v1 v1beta1", "RuntimeClass"},
    {"policy", "v1beta1", "PodSecurityPolicy"},
    {kRbac, "v1 v1beta1", "ClusterRole ClusterRoleBinding"},
    {"scheduling.k8s.io", "v1 v1beta1", "PriorityClass"},
    {"storage.k8s.io", "v1 v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment"},
    {"", "v1", "ComponentStatus Namespace Node NodeProxyOptions PersistentVolume"},
};

bool HasWord(std::string_view list, std::string_view word) {
  for (size_t at = list.find(word); at != std::string_view::npos; at = list.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) return true;
  }
  return false;
}

std::vector<FieldSpec> MakeCommonLabels() {
  std::vector<FieldSpec> fields(std::begin(kSelectorLabels), std::end(kSelectorLabels));
  for (std::string_view kind : {"Deployment", "StatefulSet"}) {
    for (std::string_view path : kSchedulingSelectors) {
      fields.push_back({kApps, "", kind, Path("spec/template/spec", path)});
    }
  }
  fields.insert(fields.end(), std::begin(kTemplateLabels), std::end(kTemplateLabels));
  return fields;
}

std::vector<FieldSpec> MakeVariables() {
  std::vector<FieldSpec> fields;
  for (const PodHolder& holder : kPodHolders) {
    if (holder.kind == "PodTemplate") continue;
    for (std::string_view field : kVariablesInPod) {
      fields.push_back({"", "", holder.kind, Path(holder.pod_spec, field)});
    }
    // The volumes of a StatefulSet are looked for in its claims.
    fields.push_back({"", "", holder.kind,
                      holder.kind == "StatefulSet" ? "spec/volumeClaimTemplates/spec/nfs/server"
                                                   : Path(holder.pod_spec, "volumes/nfs/server")});
  }
  for (const FieldSpec& field :
       std::initializer_list<FieldSpec>{{"", "", "Ingress", "spec/rules/host"},
                                        {"", "", "Ingress", "spec/tls/hosts"},
                                        {"", "", "Ingress", "spec/tls/secretName"},
                                        {"", "", "Service", "spec/ports/port"},
                                        {"", "", "Service", "spec/ports/targetPort"},
                                        {"", "", "PersistentVolume", "spec/nfs/server"},
                                        {"", "", "", "metadata/labels"},
                                        {"", "", "", "metadata/annotations"}}) {
    fields.push_back(field);
  }
  return fields;
}

// What is put together, all at once: the first call makes it, whatever the thread.
struct Tables {
  std::vector<NameReference> name_references = MakeNameReferences();
  std::vector<FieldSpec> common_labels = MakeCommonLabels();
  std::vector<FieldSpec> variables = MakeVariables();
};

const Tables& AllTables() {
  static const Tables kTables;
  return kTables;
}

}  // namespace

std::span<const FieldSpec> NamePrefixFields() {
  return kNames;
}

std::span<const FieldSpec> CommonLabelFields() {
  return AllTables().common_labels;
}

std::span<const FieldSpec> TemplateLabelFields() {
  return kTemplateLabels;
}
std::span<const FieldSpec> CommonAnnotationFields() {
  return kAnnotations;
}
std::span<const FieldSpec> NamespaceFields() {
  return kNamespaces;
}
std::span<const FieldSpec> ImageFields() {
  return kImages;
}
std::span<const FieldSpec> ReplicaFields() {
  return kReplicas;
}

std::span<const FieldSpec> VariableFields() {
  return AllTables().variables;
}

const std::vector<NameReference>& NameReferences() {
  return AllTables().name_references;
}

bool IsClusterScoped(std::string_view group, std::string_view version, std::string_view kind) {
  return std::any_of(std::begin(kClusterScoped), std::end(kClusterScoped), [&](const Scoped& row) {
    return row.group == group && HasWord(row.versions, version) && HasWord(row.kinds, kind);
  });
}

}  // namespace fluxls::catalog
