// Markers of image automation, in comments behind values.
#include "tests/features/proposed.h"

namespace fluxls::test {
namespace {

std::string Policy(std::string_view name, std::string_view image, std::string_view rest = "") {
  return Object("image.toolkit.fluxcd.io/v1", "ImageRepository", name, "flux-system",
                fmt::format("spec:\n  image: {}\n  interval: 1h\n", image)) +
         "---\n" +
         Object("image.toolkit.fluxcd.io/v1", "ImagePolicy", name, "flux-system",
                fmt::format("spec:\n  imageRepositoryRef:\n    name: {}\n{}", name, rest)) +
         "---\n";
}

Files WithImages() {
  return {
      {"clusters/one/flux-system/gotk-sync.yaml",
       Source("GitRepository", "flux-system", "flux-system") + "---\n" +
           Kustomization("flux-system", "./clusters/one")},
      {"clusters/one/apps.yaml", Kustomization("apps", "./apps")},
      {"clusters/one/images.yaml",
       Policy("api", "example.com/api", "  digestReflectionPolicy: IfNotPresent\n") +
           Policy("web", "example.com/web")},
      {"apps/web.yaml", Object("v1", "ConfigMap", "web", "web")},
  };
}

const std::string kPath = "apps/pod.yaml";
const std::string kPod =
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n";

std::string Marker(std::string_view what) {
  return fmt::format("{{\"$imagepolicy\": \"flux-system:{}\"}}", what);
}

TEST_CASE("a marker behind an image: the policy of the image first, the whole image first") {
  const Repository repository(WithImages());
  const std::string head = kPod + "    - name: web\n      image: example.com/web:1.0.0 #";
  const Proposed found = At(repository, kPath, head + " |\n");
  CHECK(found.Labels() == Labels{Marker("web"), Marker("api"), Marker("web:tag"), Marker("api:tag"),
                                 Marker("web:name"), Marker("api:name"), Marker("api:digest")});
  CHECK(found.Detail(Marker("web")) == "example.com/web");
  CHECK(found.After(Marker("web")) == head + " " + Marker("web") + "\n");
  // Right behind the #, and what has been begun.
  CHECK(At(repository, kPath, head + "|\n").After(Marker("api")) ==
        head + " " + Marker("api") + "\n");
  CHECK(At(repository, kPath, head + " {\"$im|\n").After(Marker("web")) ==
        head + " " + Marker("web") + "\n");
  CHECK(At(repository, kPath, head + " $imagep|\n").After(Marker("web")) ==
        head + " " + Marker("web") + "\n");
  CHECK(At(repository, kPath, head + " {|}\n").After(Marker("web")) ==
        head + " " + Marker("web") + "\n");
}

TEST_CASE("the form that fits the field comes first") {
  const Repository repository(WithImages());
  const std::string head =
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n"
      "  - name: web\n    newName: example.com/api # ";
  const std::string path = "apps/kustomization.yaml";
  CHECK(At(repository, path, head + "|\n").Labels().front() == Marker("api:name"));
  CHECK(At(repository, path, head + "\n    newTag: 1.0.0 # |\n").Labels().front() ==
        Marker("api:tag"));
  CHECK(At(repository, path, head + "\n    newTag: \"1.0\" # |\n").Labels().front() ==
        Marker("api:tag"));
  const Proposed digest = At(repository, path, head + "\n    digest: sha256:abc # |\n");
  CHECK(digest.Labels().front() == Marker("api:digest"));
  CHECK(digest.Detail(Marker("web:digest")) == "needs digestReflectionPolicy in the ImagePolicy");
  const std::string values = "image:\n  name: example.com/web # |\n  tag: 1.0.0\n";
  CHECK(At(repository, kPath, values).Labels().front() == Marker("web:name"));
  // Items of lists have no key, but may look like an image.
  CHECK(At(repository, kPath, "args:\n  - example.com/web:1 # |\n").Labels().front() ==
        Marker("web"));
}

TEST_CASE("within a marker: policies and suffixes") {
  const Repository repository(WithImages());
  const std::string head = kPod + "    - image: example.com/web:1 # {\"$imagepolicy\": \"";
  const Proposed found = At(repository, kPath, head + "flux-system:we|\"}\n");
  CHECK(found.Labels().front() == "flux-system:web");
  CHECK(found.After("flux-system:api:tag") == head + "flux-system:api:tag\"}\n");
  CHECK(At(repository, kPath, head + "flux-system:web:|\"}\n").Labels().front() ==
        "flux-system:web:tag");
  CHECK(At(repository, kPath, head + "|\n").After("flux-system:web") ==
        head + "flux-system:web\"}\n");
  // Any scalar, where somebody has begun one.
  CHECK(At(repository, kPath, "replicas: 1 # {\"$imagepolicy\": \"|\"}\n").Labels().front() ==
        "flux-system:api");
}

TEST_CASE("other comments are left alone") {
  const Repository repository(WithImages());
  for (const std::string text :
       {"# |\n", "    - name: web # |\n",
        "    - name: web # |\n      command: x\n    - image: a/b:1 # keep |\n",
        "    - image: a/b:1 # {\"other\": \"|\"}\n", "    - ports: 1 # |\n",
        "    - image: a/b:1 # {\"$imagepolicy\": \"x:y\"} |\n", "    - image: # |\n"}) {
    CAPTURE(text);
    CHECK(At(repository, kPath, kPod + text).Labels().empty());
  }
  CHECK(At(repository, kPath, kPod + "    - image: a/b:1 # |\n", false).Labels().empty());
  Files files = WithImages();
  files.erase(files.begin() + 2);
  CHECK(At(Repository(files), kPath, kPod + "    - image: a/b:1 # |\n").Labels().empty());
}

TEST_CASE("policies that an automation of this file uses go before others") {
  Files files = WithImages();
  files.push_back(
      {"clusters/one/team.yaml",
       Object("image.toolkit.fluxcd.io/v1", "ImagePolicy", "aside", "team",
              "spec:\n  imageRepositoryRef:\n    name: aside\n") +
           "---\n" +
           Object("image.toolkit.fluxcd.io/v1", "ImageUpdateAutomation", "fleet", "flux-system",
                  "spec:\n  interval: 1h\n  sourceRef:\n    kind: GitRepository\n"
                  "    name: flux-system\n  update:\n    path: ./apps\n")});
  files.push_back(
      {"clusters/one/first.yaml", Object("image.toolkit.fluxcd.io/v1", "ImagePolicy", "a", "a",
                                         "spec:\n  imageRepositoryRef:\n    name: a\n")});
  const Repository repository(files);
  const Proposed found = At(repository, kPath, kPod + "    - image: other/x:1 # |\n");
  REQUIRE(found.Labels().size() > 4);
  CHECK(found.Labels()[0] == Marker("api"));
  CHECK(found.Labels()[1] == Marker("web"));
  CHECK(found.Labels()[2] == "{\"$imagepolicy\": \"a:a\"}");
}

}  // namespace
}  // namespace fluxls::test
