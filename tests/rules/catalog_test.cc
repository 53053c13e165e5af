// The catalogue against the served versions of every release, written down release by release as
// their CRDs list them
// (`!` = the CRD marks the version as deprecated), and against the life of every apiVersion.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "schemas/catalog.h"
#include "schemas/nearest.h"

namespace fluxls::catalog {
namespace {

struct Cell {
  std::string_view release;
  std::string_view kind;
  std::string_view versions;
};

constexpr Cell kCells[] = {
    // clang-format off
    // Flux 0.24.1
    {"0.24", "GitRepository", "v1beta1"},
    {"0.24", "OCIRepository", ""},
    {"0.24", "HelmRepository", "v1beta1"},
    {"0.24", "HelmChart", "v1beta1"},
    {"0.24", "Bucket", "v1beta1"},
    {"0.24", "Kustomization", "v1beta2 v1beta1"},
    {"0.24", "HelmRelease", "v2beta1"},
    {"0.24", "Receiver", "v1beta1"},
    {"0.24", "Alert", "v1beta1"},
    {"0.24", "Provider", "v1beta1"},
    {"0.24", "ImageRepository", "v1beta1 v1alpha1 v1alpha2"},
    {"0.24", "ImagePolicy", "v1beta1 v1alpha1 v1alpha2"},
    {"0.24", "ImageUpdateAutomation", "v1beta1 v1alpha1 v1alpha2"},
    // Flux 0.25.3
    {"0.25", "GitRepository", "v1beta1"},
    {"0.25", "OCIRepository", ""},
    {"0.25", "HelmRepository", "v1beta1"},
    {"0.25", "HelmChart", "v1beta1"},
    {"0.25", "Bucket", "v1beta1"},
    {"0.25", "Kustomization", "v1beta2 v1beta1"},
    {"0.25", "HelmRelease", "v2beta1"},
    {"0.25", "Receiver", "v1beta1"},
    {"0.25", "Alert", "v1beta1"},
    {"0.25", "Provider", "v1beta1"},
    {"0.25", "ImageRepository", "v1beta1 v1alpha1 v1alpha2"},
    {"0.25", "ImagePolicy", "v1beta1 v1alpha1 v1alpha2"},
    {"0.25", "ImageUpdateAutomation", "v1beta1 v1alpha1 v1alpha2"},
    // Flux 0.29.5
    {"0.29", "GitRepository", "v1beta2 v1beta1"},
    {"0.29", "OCIRepository", ""},
    {"0.29", "HelmRepository", "v1beta2 v1beta1"},
    {"0.29", "HelmChart", "v1beta2 v1beta1"},
    {"0.29", "Bucket", "v1beta2 v1beta1"},
    {"0.29", "Kustomization", "v1beta2 v1beta1"},
    {"0.29", "HelmRelease", "v2beta1"},
    {"0.29", "Receiver", "v1beta1"},
    {"0.29", "Alert", "v1beta1"},
    {"0.29", "Provider", "v1beta1"},
    {"0.29", "ImageRepository", "v1beta1 v1alpha1 v1alpha2"},
    {"0.29", "ImagePolicy", "v1beta1 v1alpha1 v1alpha2"},
    {"0.29", "ImageUpdateAutomation", "v1beta1 v1alpha1 v1alpha2"},
    // Flux 0.31.5
    {"0.31", "GitRepository", "v1beta2 v1beta1"},
    {"0.31", "OCIRepository", ""},
    {"0.31", "HelmRepository", "v1beta2 v1beta1"},
    {"0.31", "HelmChart", "v1beta2 v1beta1"},
    {"0.31", "Bucket", "v1beta2 v1beta1"},
    {"0.31", "Kustomization", "v1beta2 v1beta1"},
    {"0.31", "HelmRelease", "v2beta1"},
    {"0.31", "Receiver", "v1beta1"},
    {"0.31", "Alert", "v1beta1"},
    {"0.31", "Provider", "v1beta1"},
    {"0.31", "ImageRepository", "v1beta1 v1alpha1 v1alpha2"},
    {"0.31", "ImagePolicy", "v1beta1 v1alpha1 v1alpha2"},
    {"0.31", "ImageUpdateAutomation", "v1beta1 v1alpha1 v1alpha2"},
    // Flux 0.33.0
    {"0.33", "GitRepository", "v1beta2 v1beta1"},
    {"0.33", "OCIRepository", "v1beta2"},
    {"0.33", "HelmRepository", "v1beta2 v1beta1"},
    {"0.33", "HelmChart", "v1beta2 v1beta1"},
    {"0.33", "Bucket", "v1beta2 v1beta1"},
    {"0.33", "Kustomization", "v1beta2 v1beta1"},
    {"0.33", "HelmRelease", "v2beta1"},
    {"0.33", "Receiver", "v1beta1"},
    {"0.33", "Alert", "v1beta1"},
    {"0.33", "Provider", "v1beta1"},
    {"0.33", "ImageRepository", "v1beta1 v1alpha1 v1alpha2"},
    {"0.33", "ImagePolicy", "v1beta1 v1alpha1 v1alpha2"},
    {"0.33", "ImageUpdateAutomation", "v1beta1 v1alpha1 v1alpha2"},
    // Flux 0.36.0
    {"0.36", "GitRepository", "v1beta2 v1beta1"},
    {"0.36", "OCIRepository", "v1beta2"},
    {"0.36", "HelmRepository", "v1beta2 v1beta1"},
    {"0.36", "HelmChart", "v1beta2 v1beta1"},
    {"0.36", "Bucket", "v1beta2 v1beta1"},
    {"0.36", "Kustomization", "v1beta2 v1beta1"},
    {"0.36", "HelmRelease", "v2beta1"},
    {"0.36", "Receiver", "v1beta1"},
    {"0.36", "Alert", "v1beta1"},
    {"0.36", "Provider", "v1beta1"},
    {"0.36", "ImageRepository", "v1beta1 v1alpha1 v1alpha2"},
    {"0.36", "ImagePolicy", "v1beta1 v1alpha1 v1alpha2"},
    {"0.36", "ImageUpdateAutomation", "v1beta1 v1alpha1 v1alpha2"},
    // Flux 0.41.2
    {"0.41", "GitRepository", "v1beta2 v1beta1"},
    {"0.41", "OCIRepository", "v1beta2"},
    {"0.41", "HelmRepository", "v1beta2 v1beta1"},
    {"0.41", "HelmChart", "v1beta2 v1beta1"},
    {"0.41", "Bucket", "v1beta2 v1beta1"},
    {"0.41", "Kustomization", "v1beta2 v1beta1"},
    {"0.41", "HelmRelease", "v2beta1"},
    {"0.41", "Receiver", "v1beta2 v1beta1"},
    {"0.41", "Alert", "v1beta2 v1beta1"},
    {"0.41", "Provider", "v1beta2 v1beta1"},
    {"0.41", "ImageRepository", "v1beta2 v1beta1"},
    {"0.41", "ImagePolicy", "v1beta2 v1beta1"},
    {"0.41", "ImageUpdateAutomation", "v1beta1"},
    // Flux 2.0
    {"2.0", "GitRepository", "v1 v1beta1! v1beta2!"},
    {"2.0", "OCIRepository", "v1beta2"},
    {"2.0", "HelmRepository", "v1beta2 v1beta1"},
    {"2.0", "HelmChart", "v1beta2 v1beta1"},
    {"2.0", "Bucket", "v1beta2 v1beta1"},
    {"2.0", "ExternalArtifact", ""},
    {"2.0", "ArtifactGenerator", ""},
    {"2.0", "Kustomization", "v1 v1beta1! v1beta2!"},
    {"2.0", "HelmRelease", "v2beta1"},
    {"2.0", "Receiver", "v1 v1beta1! v1beta2!"},
    {"2.0", "Alert", "v1beta2 v1beta1"},
    {"2.0", "Provider", "v1beta2 v1beta1"},
    {"2.0", "ImageRepository", "v1beta2 v1beta1"},
    {"2.0", "ImagePolicy", "v1beta2 v1beta1"},
    {"2.0", "ImageUpdateAutomation", "v1beta1"},
    // Flux 2.1
    {"2.1", "GitRepository", "v1 v1beta1! v1beta2!"},
    {"2.1", "OCIRepository", "v1beta2"},
    {"2.1", "HelmRepository", "v1beta2 v1beta1"},
    {"2.1", "HelmChart", "v1beta2 v1beta1"},
    {"2.1", "Bucket", "v1beta2 v1beta1"},
    {"2.1", "ExternalArtifact", ""},
    {"2.1", "ArtifactGenerator", ""},
    {"2.1", "Kustomization", "v1 v1beta1! v1beta2!"},
    {"2.1", "HelmRelease", "v2beta1"},
    {"2.1", "Receiver", "v1 v1beta1! v1beta2!"},
    {"2.1", "Alert", "v1beta2 v1beta1"},
    {"2.1", "Provider", "v1beta2 v1beta1"},
    {"2.1", "ImageRepository", "v1beta2 v1beta1"},
    {"2.1", "ImagePolicy", "v1beta2 v1beta1"},
    {"2.1", "ImageUpdateAutomation", "v1beta1"},
    // Flux 2.2
    {"2.2", "GitRepository", "v1 v1beta1! v1beta2!"},
    {"2.2", "OCIRepository", "v1beta2"},
    {"2.2", "HelmRepository", "v1beta2 v1beta1"},
    {"2.2", "HelmChart", "v1beta2 v1beta1"},
    {"2.2", "Bucket", "v1beta2 v1beta1"},
    {"2.2", "ExternalArtifact", ""},
    {"2.2", "ArtifactGenerator", ""},
    {"2.2", "Kustomization", "v1 v1beta1! v1beta2!"},
    {"2.2", "HelmRelease", "v2beta2 v2beta1!"},
    {"2.2", "Receiver", "v1 v1beta1! v1beta2!"},
    {"2.2", "Alert", "v1beta3 v1beta1! v1beta2!"},
    {"2.2", "Provider", "v1beta3 v1beta1! v1beta2!"},
    {"2.2", "ImageRepository", "v1beta2 v1beta1"},
    {"2.2", "ImagePolicy", "v1beta2 v1beta1"},
    {"2.2", "ImageUpdateAutomation", "v1beta1"},
    // Flux 2.3
    {"2.3", "GitRepository", "v1 v1beta1! v1beta2!"},
    {"2.3", "OCIRepository", "v1beta2"},
    {"2.3", "HelmRepository", "v1 v1beta1! v1beta2!"},
    {"2.3", "HelmChart", "v1 v1beta1! v1beta2!"},
    {"2.3", "Bucket", "v1beta2 v1beta1!"},
    {"2.3", "ExternalArtifact", ""},
    {"2.3", "ArtifactGenerator", ""},
    {"2.3", "Kustomization", "v1 v1beta1! v1beta2!"},
    {"2.3", "HelmRelease", "v2 v2beta1! v2beta2!"},
    {"2.3", "Receiver", "v1 v1beta1! v1beta2!"},
    {"2.3", "Alert", "v1beta3 v1beta1! v1beta2!"},
    {"2.3", "Provider", "v1beta3 v1beta1! v1beta2!"},
    {"2.3", "ImageRepository", "v1beta2 v1beta1"},
    {"2.3", "ImagePolicy", "v1beta2 v1beta1"},
    {"2.3", "ImageUpdateAutomation", "v1beta2 v1beta1!"},
    // Flux 2.4
    {"2.4", "GitRepository", "v1 v1beta1! v1beta2!"},
    {"2.4", "OCIRepository", "v1beta2"},
    {"2.4", "HelmRepository", "v1 v1beta1! v1beta2!"},
    {"2.4", "HelmChart", "v1 v1beta1! v1beta2!"},
    {"2.4", "Bucket", "v1 v1beta1! v1beta2!"},
    {"2.4", "ExternalArtifact", ""},
    {"2.4", "ArtifactGenerator", ""},
    {"2.4", "Kustomization", "v1 v1beta1! v1beta2!"},
    {"2.4", "HelmRelease", "v2 v2beta1! v2beta2!"},
    {"2.4", "Receiver", "v1 v1beta1! v1beta2!"},
    {"2.4", "Alert", "v1beta3 v1beta1! v1beta2!"},
    {"2.4", "Provider", "v1beta3 v1beta1! v1beta2!"},
    {"2.4", "ImageRepository", "v1beta2 v1beta1"},
    {"2.4", "ImagePolicy", "v1beta2 v1beta1"},
    {"2.4", "ImageUpdateAutomation", "v1beta2 v1beta1!"},
    // Flux 2.5
    {"2.5", "GitRepository", "v1 v1beta1! v1beta2!"},
    {"2.5", "OCIRepository", "v1beta2"},
    {"2.5", "HelmRepository", "v1 v1beta1! v1beta2!"},
    {"2.5", "HelmChart", "v1 v1beta1! v1beta2!"},
    {"2.5", "Bucket", "v1 v1beta1! v1beta2!"},
    {"2.5", "ExternalArtifact", ""},
    {"2.5", "ArtifactGenerator", ""},
    {"2.5", "Kustomization", "v1 v1beta1! v1beta2!"},
    {"2.5", "HelmRelease", "v2 v2beta1! v2beta2!"},
    {"2.5", "Receiver", "v1 v1beta1! v1beta2!"},
    {"2.5", "Alert", "v1beta3 v1beta1! v1beta2!"},
    {"2.5", "Provider", "v1beta3 v1beta1! v1beta2!"},
    {"2.5", "ImageRepository", "v1beta2 v1beta1"},
    {"2.5", "ImagePolicy", "v1beta2 v1beta1"},
    {"2.5", "ImageUpdateAutomation", "v1beta2 v1beta1!"},
    // Flux 2.6
    {"2.6", "GitRepository", "v1 v1beta1! v1beta2!"},
    {"2.6", "OCIRepository", "v1 v1beta2!"},
    {"2.6", "HelmRepository", "v1 v1beta1! v1beta2!"},
    {"2.6", "HelmChart", "v1 v1beta1! v1beta2!"},
    {"2.6", "Bucket", "v1 v1beta1! v1beta2!"},
    {"2.6", "ExternalArtifact", ""},
    {"2.6", "ArtifactGenerator", ""},
    {"2.6", "Kustomization", "v1 v1beta1! v1beta2!"},
    {"2.6", "HelmRelease", "v2 v2beta1! v2beta2!"},
    {"2.6", "Receiver", "v1 v1beta1! v1beta2!"},
    {"2.6", "Alert", "v1beta3 v1beta1! v1beta2!"},
    {"2.6", "Provider", "v1beta3 v1beta1! v1beta2!"},
    {"2.6", "ImageRepository", "v1beta2 v1beta1"},
    {"2.6", "ImagePolicy", "v1beta2 v1beta1"},
    {"2.6", "ImageUpdateAutomation", "v1beta2 v1beta1!"},
    // Flux 2.7
    {"2.7", "GitRepository", "v1 v1beta2!"},
    {"2.7", "OCIRepository", "v1 v1beta2!"},
    {"2.7", "HelmRepository", "v1 v1beta2!"},
    {"2.7", "HelmChart", "v1 v1beta2!"},
    {"2.7", "Bucket", "v1 v1beta2!"},
    {"2.7", "ExternalArtifact", "v1"},
    {"2.7", "ArtifactGenerator", "v1beta1"},
    {"2.7", "Kustomization", "v1 v1beta2!"},
    {"2.7", "HelmRelease", "v2 v2beta2!"},
    {"2.7", "Receiver", "v1 v1beta2!"},
    {"2.7", "Alert", "v1beta3 v1beta2!"},
    {"2.7", "Provider", "v1beta3 v1beta2!"},
    {"2.7", "ImageRepository", "v1 v1beta2!"},
    {"2.7", "ImagePolicy", "v1 v1beta2!"},
    {"2.7", "ImageUpdateAutomation", "v1 v1beta2!"},
    // Flux 2.8
    {"2.8", "GitRepository", "v1"},
    {"2.8", "OCIRepository", "v1"},
    {"2.8", "HelmRepository", "v1"},
    {"2.8", "HelmChart", "v1"},
    {"2.8", "Bucket", "v1"},
    {"2.8", "ExternalArtifact", "v1"},
    {"2.8", "ArtifactGenerator", "v1beta1"},
    {"2.8", "Kustomization", "v1"},
    {"2.8", "HelmRelease", "v2"},
    {"2.8", "Receiver", "v1 v1beta2!"},
    {"2.8", "Alert", "v1beta3 v1beta2!"},
    {"2.8", "Provider", "v1beta3 v1beta2!"},
    {"2.8", "ImageRepository", "v1 v1beta2!"},
    {"2.8", "ImagePolicy", "v1 v1beta2!"},
    {"2.8", "ImageUpdateAutomation", "v1 v1beta2!"},
    // Flux 2.9
    {"2.9", "GitRepository", "v1"},
    {"2.9", "OCIRepository", "v1"},
    {"2.9", "HelmRepository", "v1"},
    {"2.9", "HelmChart", "v1"},
    {"2.9", "Bucket", "v1"},
    {"2.9", "ExternalArtifact", "v1"},
    {"2.9", "ArtifactGenerator", "v1beta1"},
    {"2.9", "Kustomization", "v1"},
    {"2.9", "HelmRelease", "v2"},
    {"2.9", "Receiver", "v1"},
    {"2.9", "Alert", "v1beta3"},
    {"2.9", "Provider", "v1beta3"},
    {"2.9", "ImageRepository", "v1"},
    {"2.9", "ImagePolicy", "v1"},
    {"2.9", "ImageUpdateAutomation", "v1"},
    // clang-format on
};

// Life of each apiVersion: kinds, first release, deprecated from, gone from, replacement.
struct Life {
  std::string_view api;
  std::string_view kinds;
  std::string_view introduced;
  std::string_view deprecated;
  std::string_view removed;
  std::string_view replacement;
};

constexpr Life kLives[] = {
    // clang-format off
    {"source.toolkit.fluxcd.io/v1", "GitRepository", "2.0", "", "", ""},
    {"source.toolkit.fluxcd.io/v1", "HelmRepository HelmChart", "2.3", "", "", ""},
    {"source.toolkit.fluxcd.io/v1", "Bucket", "2.4", "", "", ""},
    {"source.toolkit.fluxcd.io/v1", "OCIRepository", "2.6", "", "", ""},
    {"source.toolkit.fluxcd.io/v1", "ExternalArtifact", "2.7", "", "", ""},
    {"source.toolkit.fluxcd.io/v1beta2", "GitRepository", "0.28", "2.0", "2.8", "v1"},
    {"source.toolkit.fluxcd.io/v1beta2", "HelmRepository HelmChart", "0.28", "2.3", "2.8", "v1"},
    {"source.toolkit.fluxcd.io/v1beta2", "Bucket", "0.28", "2.4", "2.8", "v1"},
    {"source.toolkit.fluxcd.io/v1beta2", "OCIRepository", "0.32", "2.6", "2.8", "v1"},
    {"source.toolkit.fluxcd.io/v1beta1", "GitRepository", "0.0", "2.0", "2.7", "v1"},
    {"source.toolkit.fluxcd.io/v1beta1", "Bucket HelmRepository HelmChart", "0.0", "2.3", "2.7", "v1"},
    {"source.extensions.fluxcd.io/v1beta1", "ArtifactGenerator", "2.7", "", "", ""},
    {"kustomize.toolkit.fluxcd.io/v1", "Kustomization", "2.0", "", "", ""},
    {"kustomize.toolkit.fluxcd.io/v1beta2", "Kustomization", "0.18", "2.0", "2.8", "v1"},
    {"kustomize.toolkit.fluxcd.io/v1beta1", "Kustomization", "0.0", "2.0", "2.7", "v1"},
    {"helm.toolkit.fluxcd.io/v2", "HelmRelease", "2.3", "", "", ""},
    {"helm.toolkit.fluxcd.io/v2beta2", "HelmRelease", "2.2", "2.3", "2.8", "v2"},
    {"helm.toolkit.fluxcd.io/v2beta1", "HelmRelease", "0.0", "2.2", "2.7", "v2"},
    {"notification.toolkit.fluxcd.io/v1", "Receiver", "2.0", "", "", ""},
    {"notification.toolkit.fluxcd.io/v1beta3", "Alert Provider", "2.2", "", "", ""},
    {"notification.toolkit.fluxcd.io/v1beta2", "Receiver", "0.38", "2.0", "2.9", "v1"},
    {"notification.toolkit.fluxcd.io/v1beta2", "Alert Provider", "0.38", "2.2", "2.9", "v1beta3"},
    {"notification.toolkit.fluxcd.io/v1beta1", "Receiver", "0.0", "2.0", "2.7", "v1"},
    {"notification.toolkit.fluxcd.io/v1beta1", "Alert Provider", "0.0", "2.2", "2.7", "v1beta3"},
    {"image.toolkit.fluxcd.io/v1", "ImageRepository ImagePolicy ImageUpdateAutomation", "2.7", "", "", ""},
    {"image.toolkit.fluxcd.io/v1beta2", "ImageRepository ImagePolicy", "0.40", "2.7", "2.9", "v1"},
    {"image.toolkit.fluxcd.io/v1beta2", "ImageUpdateAutomation", "2.3", "2.7", "2.9", "v1"},
    {"image.toolkit.fluxcd.io/v1beta1", "ImageRepository ImagePolicy", "0.0", "", "2.7", "v1"},
    {"image.toolkit.fluxcd.io/v1beta1", "ImageUpdateAutomation", "0.0", "2.3", "2.7", "v1"},
    {"image.toolkit.fluxcd.io/v1alpha1", "ImageRepository ImagePolicy ImageUpdateAutomation", "0.0", "", "0.37", "v1"},
    {"image.toolkit.fluxcd.io/v1alpha2", "ImageRepository ImagePolicy ImageUpdateAutomation", "0.0", "", "0.37", "v1"},
    {"fluxcd.controlplane.io/v1", "FluxInstance FluxReport ResourceSet ResourceSetInputProvider", "0.0", "", "", ""},
    // clang-format on
};

std::vector<std::string> Words(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::optional<Release> ToRelease(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const size_t dot = text.find('.');
  Release release;
  std::from_chars(text.data(), text.data() + dot, release.major);
  std::from_chars(text.data() + dot + 1, text.data() + text.size(), release.minor);
  return release;
}

TEST_CASE("every release serves what its CRDs say") {
  for (const Cell& cell : kCells) {
    CAPTURE(cell.release);
    CAPTURE(cell.kind);
    const Release release = *ToRelease(cell.release);
    const std::vector<std::string_view> groups = GroupsOf(cell.kind);
    REQUIRE_EQ(groups.size(), 1);
    std::set<std::string> found;
    for (const Api* api : ServedVersions(groups.front(), cell.kind, release)) {
      found.insert(std::string(api->version) + (api->DeprecatedAt(release) ? "!" : ""));
    }
    const std::vector<std::string> words = Words(cell.versions);
    CHECK_EQ(fmt::format("{}", fmt::join(found, " ")),
             fmt::format("{}", fmt::join(std::set<std::string>(words.begin(), words.end()), " ")));
    // The version to write is served and not deprecated.
    if (const Api* best = Best(groups.front(), cell.kind, release)) {
      CHECK_FALSE(best->DeprecatedAt(release));
    } else {
      CHECK(words.empty());
    }
  }
}

TEST_CASE("every apiVersion has the life that its history gives it") {
  size_t rows = 0;
  for (const Life& life : kLives) {
    CAPTURE(life.api);
    const size_t slash = life.api.find('/');
    for (const std::string& kind : Words(life.kinds)) {
      CAPTURE(kind);
      const std::string_view group = life.api.substr(0, slash);
      const Api* api = Lookup(group, life.api.substr(slash + 1), kind);
      REQUIRE(api);
      ++rows;
      CHECK(api->introduced == *ToRelease(life.introduced));
      CHECK(api->deprecated == ToRelease(life.deprecated));
      CHECK(api->removed == ToRelease(life.removed));
      const Api* best = Best(group, kind, kNewest);
      REQUIRE(best);
      CHECK_EQ(best->version, life.replacement.empty() ? api->version : life.replacement);
    }
  }
  // Nothing but the alpha versions of the first months is in the data and not in this table.
  const auto others = std::ranges::count_if(AllApis(), [](const Api& api) {
    return api.group != "image.toolkit.fluxcd.io" &&
           (api.version == "v1alpha1" || api.version == "v2alpha1");
  });
  CHECK_EQ(rows + static_cast<size_t>(others), AllApis().size());
}

TEST_CASE("what never existed is not found") {
  CHECK_EQ(Lookup("notification.toolkit.fluxcd.io", "v1beta3", "Receiver"), nullptr);
  CHECK_EQ(Lookup("notification.toolkit.fluxcd.io", "v1", "Alert"), nullptr);
  CHECK_EQ(Lookup("source.toolkit.fluxcd.io", "v1beta1", "ArtifactGenerator"), nullptr);
  CHECK_EQ(Lookup("source.toolkit.fluxcd.io", "v1beta1", "OCIRepository"), nullptr);
  CHECK_EQ(Lookup("helm.toolkit.fluxcd.io", "v1", "HelmRelease"), nullptr);
  CHECK_FALSE(IsKnownGroup("kustomize.config.k8s.io"));
  CHECK(IsKnownGroup("fluxcd.controlplane.io"));
}

TEST_CASE("versions order by stability") {
  const std::string_view ordered[] = {"nonsense", "v1alpha1", "v1alpha2", "v1beta1",
                                      "v1beta2",  "v1",       "v2beta1",  "v2"};
  for (size_t i = 0; i + 1 < std::size(ordered); ++i) {
    CHECK(CompareVersions(ordered[i], ordered[i + 1]) < 0);
  }
  CHECK(CompareVersions("v1", "v1") == 0);
  for (std::string_view odd : {"", "v", "v1beta", "v1gamma1", "1beta1", "v1beta1x"}) {
    CAPTURE(odd);
    CHECK(CompareVersions(odd, "v1alpha1") < 0);
  }
}

TEST_CASE("field moves lie between two versions") {
  CHECK_EQ(FieldMoves("kustomize.toolkit.fluxcd.io", "Kustomization", "v1beta2", "v1").size(), 3);
  CHECK_EQ(FieldMoves("kustomize.toolkit.fluxcd.io", "Kustomization", "v1beta1", "v1beta2").size(),
           0);
  CHECK_EQ(FieldMoves("helm.toolkit.fluxcd.io", "HelmRelease", "v2beta1", "v2beta2").size(), 0);
  CHECK_EQ(FieldMoves("helm.toolkit.fluxcd.io", "HelmRelease", "v2beta1", "v2").size(), 3);
  CHECK_EQ(FieldMoves("image.toolkit.fluxcd.io", "ImageUpdateAutomation", "v1alpha1", "v1").size(),
           3);
  CHECK_EQ(FieldMoves("image.toolkit.fluxcd.io", "ImageUpdateAutomation", "v1beta1", "v1").size(),
           0);
  for (const FieldMove& move : AllFieldMoves()) {
    CAPTURE(move.route);
    CHECK(Lookup(move.group, move.gone_in, move.kind));
  }
}

TEST_CASE("edit distance") {
  CHECK_EQ(EditDistance("", "", 3), 0);
  CHECK_EQ(EditDistance("abc", "abc", 3), 0);
  CHECK_EQ(EditDistance("abc", "", 3), 3);
  CHECK_EQ(EditDistance("abc", "acb", 3), 1);
  CHECK_EQ(EditDistance("recylarr", "recyclarr", 3), 1);
  CHECK_EQ(EditDistance("kitten", "sitting", 3), 3);
  CHECK_EQ(EditDistance("kitten", "sitting", 2), 3);
}

TEST_CASE("nearest names") {
  const std::vector<std::string> names = {"podinfo", "recyclarr", "redis"};
  CHECK_EQ(Nearest("recylarr", names), "recyclarr");
  CHECK_EQ(Nearest("PodInfo", names), "podinfo");
  CHECK_EQ(Nearest("nothing-like-it", names), std::nullopt);
  CHECK_EQ(Nearest("x", names), std::nullopt);
}

}  // namespace
}  // namespace fluxls::catalog
