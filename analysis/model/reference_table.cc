#include "analysis/model/reference_table.h"

#include <algorithm>
#include <iterator>

namespace fluxls {
namespace {

constexpr std::string_view kKustomize = "kustomize.toolkit.fluxcd.io";
constexpr std::string_view kHelm = "helm.toolkit.fluxcd.io";
constexpr std::string_view kSource = "source.toolkit.fluxcd.io";
constexpr std::string_view kExtensions = "source.extensions.fluxcd.io";
constexpr std::string_view kNotification = "notification.toolkit.fluxcd.io";
constexpr std::string_view kImage = "image.toolkit.fluxcd.io";
constexpr std::string_view kOperator = "fluxcd.controlplane.io";

constexpr NamespaceRule kOwn = NamespaceRule::kOwn;
constexpr NamespaceRule kDefaultOwn = NamespaceRule::kDefaultOwn;
constexpr NamespaceRule kAsWritten = NamespaceRule::kAsWritten;
constexpr NamespaceRule kOfSource = NamespaceRule::kOfSource;

constexpr ReferenceField Secret(std::string_view group, std::string_view kind,
                                std::string_view route) {
  return {group, kind, route, "Secret", "", kOwn, false};
}
constexpr ReferenceField Account(std::string_view group, std::string_view kind,
                                 std::string_view route) {
  return {group, kind, route, "ServiceAccount", "", kOwn, true};
}

constexpr ReferenceField kFields[] = {
    {kKustomize, "Kustomization", "spec.sourceRef", "", "", kDefaultOwn},
    {kKustomize, "Kustomization", "spec.dependsOn[]", "Kustomization", "", kDefaultOwn},
    Account(kKustomize, "Kustomization", "spec.serviceAccountName"),
    Secret(kKustomize, "Kustomization", "spec.kubeConfig.secretRef"),
    {kKustomize, "Kustomization", "spec.kubeConfig.configMapRef", "ConfigMap", "", kOwn},
    Secret(kKustomize, "Kustomization", "spec.decryption.secretRef"),
    Account(kKustomize, "Kustomization", "spec.decryption.serviceAccountName"),
    {kKustomize, "Kustomization", "spec.postBuild.substituteFrom[]", "", "", kOwn},
    {kKustomize, "Kustomization", "spec.healthChecks[]", "", "", kAsWritten},

    {kHelm, "HelmRelease", "spec.chart.spec.sourceRef", "", "", kDefaultOwn},
    {kHelm, "HelmRelease", "spec.chart.spec.verify.secretRef", "Secret", "", kOfSource},
    {kHelm, "HelmRelease", "spec.chartRef", "", "", kDefaultOwn},
    {kHelm, "HelmRelease", "spec.dependsOn[]", "HelmRelease", "", kDefaultOwn},
    {kHelm, "HelmRelease", "spec.valuesFrom[]", "", "", kOwn},
    Account(kHelm, "HelmRelease", "spec.serviceAccountName"),
    Secret(kHelm, "HelmRelease", "spec.kubeConfig.secretRef"),
    {kHelm, "HelmRelease", "spec.kubeConfig.configMapRef", "ConfigMap", "", kOwn},

    Secret(kSource, "GitRepository", "spec.secretRef"),
    Secret(kSource, "GitRepository", "spec.proxySecretRef"),
    Secret(kSource, "GitRepository", "spec.verify.secretRef"),
    Account(kSource, "GitRepository", "spec.serviceAccountName"),
    {kSource, "GitRepository", "spec.include[].repository", "GitRepository", "", kOwn},

    Secret(kSource, "OCIRepository", "spec.secretRef"),
    Secret(kSource, "OCIRepository", "spec.certSecretRef"),
    Secret(kSource, "OCIRepository", "spec.proxySecretRef"),
    Secret(kSource, "OCIRepository", "spec.verify.secretRef"),
    Secret(kSource, "OCIRepository", "spec.verify.trustedRootSecretRef"),
    Account(kSource, "OCIRepository", "spec.serviceAccountName"),

    Secret(kSource, "HelmRepository", "spec.secretRef"),
    Secret(kSource, "HelmRepository", "spec.certSecretRef"),

    {kSource, "HelmChart", "spec.sourceRef", "", "", kOwn},
    Secret(kSource, "HelmChart", "spec.verify.secretRef"),

    Secret(kSource, "Bucket", "spec.secretRef"),
    Secret(kSource, "Bucket", "spec.certSecretRef"),
    Secret(kSource, "Bucket", "spec.proxySecretRef"),
    Secret(kSource, "Bucket", "spec.sts.secretRef"),
    Secret(kSource, "Bucket", "spec.sts.certSecretRef"),
    Account(kSource, "Bucket", "spec.serviceAccountName"),

    {kSource, "ExternalArtifact", "spec.sourceRef", "", "", kDefaultOwn},

    {kExtensions, "ArtifactGenerator", "spec.sources[]", "", "", kDefaultOwn},

    {kNotification, "Alert", "spec.providerRef", "Provider", "", kOwn},
    {kNotification, "Alert", "spec.eventSources[]", "", "", kDefaultOwn},
    Secret(kNotification, "Provider", "spec.secretRef"),
    Secret(kNotification, "Provider", "spec.certSecretRef"),
    Secret(kNotification, "Provider", "spec.proxySecretRef"),
    Account(kNotification, "Provider", "spec.serviceAccountName"),
    {kNotification, "Receiver", "spec.resources[]", "", "", kDefaultOwn},
    Secret(kNotification, "Receiver", "spec.secretRef"),

    Secret(kImage, "ImageRepository", "spec.secretRef"),
    Secret(kImage, "ImageRepository", "spec.certSecretRef"),
    Secret(kImage, "ImageRepository", "spec.proxySecretRef"),
    Account(kImage, "ImageRepository", "spec.serviceAccountName"),
    {kImage, "ImagePolicy", "spec.imageRepositoryRef", "ImageRepository", "", kDefaultOwn},
    {kImage, "ImageUpdateAutomation", "spec.sourceRef", "", "GitRepository", kDefaultOwn},
    Secret(kImage, "ImageUpdateAutomation", "spec.git.commit.signingKey.secretRef"),

    {kOperator, "FluxInstance", "spec.sync.pullSecret", "Secret", "", kOwn, true},
    {kOperator, "ResourceSet", "spec.inputsFrom[]", "ResourceSetInputProvider", "", kOwn},
    {kOperator, "ResourceSet", "spec.dependsOn[]", "", "", kDefaultOwn},
    Account(kOperator, "ResourceSet", "spec.serviceAccountName"),
    Secret(kOperator, "ResourceSetInputProvider", "spec.secretRef"),
    Secret(kOperator, "ResourceSetInputProvider", "spec.certSecretRef"),
    Account(kOperator, "ResourceSetInputProvider", "spec.serviceAccountName"),
};

}  // namespace

std::span<const ReferenceField> ReferenceFields() {
  return kFields;
}

std::span<const ReferenceField> ReferenceFieldsOf(std::string_view group, std::string_view kind) {
  const auto is_of = [group, kind](const ReferenceField& field) {
    return field.kind == kind && field.group == group;
  };
  const ReferenceField* first = std::find_if(std::begin(kFields), std::end(kFields), is_of);
  const ReferenceField* last = std::find_if_not(first, std::end(kFields), is_of);
  return {first, last};
}

}  // namespace fluxls
