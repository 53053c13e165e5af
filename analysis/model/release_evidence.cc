#include "analysis/model/release_evidence.h"

namespace fluxls {
namespace {

using Source = ReleaseEvidence::Source;

// What `${VERSION:=v2.8.5}` stands for where nothing else is set; any other text as it is.
std::string_view DefaultOf(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return text;
  for (std::string_view assign : {":=", ":-"}) {
    const size_t at = text.find(assign);
    if (at != std::string_view::npos) return text.substr(at + 2, text.size() - at - 3);
  }
  return text;
}

std::optional<ReleaseEvidence> Evidence(std::string_view version, Source source) {
  version = DefaultOf(version);
  std::optional<FluxRelease> release = ParseFluxRelease(version);
  if (!release) return std::nullopt;
  return ReleaseEvidence{*release, source};
}

// Every object that `flux install --export` writes carries the release as a label. People put the
// same `part-of` on their own objects, with versions of their own, so only the kinds that make up
// an installation count.
bool IsInstallationKind(std::string_view kind) {
  return kind == "CustomResourceDefinition" || kind == "Deployment" || kind == "Namespace";
}

}  // namespace

std::optional<ReleaseEvidence> ReleaseFromHeader(std::string_view text) {
  constexpr std::string_view kMark = "# Flux Version:";
  constexpr int kHeaderLines = 20;
  for (int line = 0; line < kHeaderLines && !text.empty(); ++line) {
    size_t end = text.find('\n');
    std::string_view current = text.substr(0, end);
    if (current.starts_with(kMark)) {
      current.remove_prefix(kMark.size());
      size_t begin = current.find_first_not_of(" \t");
      if (begin == std::string_view::npos) return std::nullopt;
      current.remove_prefix(begin);
      return Evidence(current.substr(0, current.find_first_of(" \t\r")), Source::kGotkComponents);
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::optional<ReleaseEvidence> ReleaseFromObject(yaml::Node root, const ResourceId& id) {
  if (IsInstallationKind(id.kind)) {
    yaml::Node labels = root.At("metadata.labels");
    if (labels.Find("app.kubernetes.io/part-of").value() == "flux" &&
        labels.Find("app.kubernetes.io/instance")) {
      return Evidence(labels.Find("app.kubernetes.io/version").value(), Source::kGotkComponents);
    }
  }
  if (id.kind == "FluxInstance" && id.api.group == "fluxcd.controlplane.io") {
    return Evidence(root.At("spec.distribution.version").value(), Source::kFluxInstance);
  }
  if (id.kind == "OCIRepository" && id.api.group == "source.toolkit.fluxcd.io" &&
      root.At("spec.url").value() == "oci://ghcr.io/fluxcd/flux-manifests") {
    yaml::Node tag = root.At("spec.ref.tag");
    return Evidence(tag ? tag.value() : root.At("spec.ref.semver").value(), Source::kManifestsOci);
  }
  return std::nullopt;
}

std::optional<ReleaseEvidence> ReleaseFromKustomization(const KustomizationFacts& facts) {
  for (const KustomizeEntry& entry : facts.entries) {
    if (entry.field != "resources" && entry.field != "bases") continue;
    std::string_view value = entry.value;
    // github.com/fluxcd/flux2/manifests/install?ref=v2.1.0, or with a `//` that sets the repository
    // apart.
    size_t repository = value.find("github.com/fluxcd/flux2");
    if (repository == std::string_view::npos ||
        value.find("/manifests/", repository) == std::string_view::npos) {
      continue;
    }
    size_t query = value.find('?', repository);
    if (query == std::string_view::npos) continue;
    std::string_view parameters = value.substr(query + 1);
    while (!parameters.empty()) {
      std::string_view parameter = parameters.substr(0, parameters.find('&'));
      for (std::string_view key : {"ref=", "version="}) {
        if (parameter.starts_with(key)) {
          if (auto found = Evidence(parameter.substr(key.size()), Source::kManifestsGit)) {
            return found;
          }
        }
      }
      parameters.remove_prefix(std::min(parameters.size(), parameter.size() + 1));
    }
  }
  return std::nullopt;
}

}  // namespace fluxls
