// Which schema speaks for a document: CRDs of the workspace, directories of the settings, the
// catalogue.
#include "analysis/workspace/schema_choice.h"

#include <doctest/doctest.h>

#include "analysis/workspace/schema_directories.h"

namespace fluxls {
namespace {

const std::string kJson =
    R"({"type": "object", "properties": {"apiVersion": {"type": "string"}, "spec":
       {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}}}}})";

std::string Crd(const std::string& field) {
  return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
         "metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n"
         "  names: {kind: Widget, plural: widgets}\n  versions:\n    - name: v1\n      served: "
         "true\n"
         "      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, "
         "properties: {" +
         field + ": {type: string}}}}}}\n";
}

void Add(Workspace& workspace, const std::string& path, const std::string& text) {
  Source source;
  source.path = path;
  source.text = std::make_shared<const Text>(text);
  workspace.Install(ParseSource(std::move(source)));
}

bool Has(const schema::Choice& choice, std::string_view field) {
  const schema::Field* spec =
      choice ? schema::FindField(choice.schema->root, "spec", choice.release) : nullptr;
  return spec && schema::FindField(*spec, field, choice.release);
}

const ApiVersion kWidget{"example.com", "v1"};

TEST_CASE("a kind that nobody describes has no schema") {
  const Workspace workspace;
  CHECK_FALSE(schema::Choose(workspace.snapshot(), "/ws/a.yaml", kWidget, "Widget"));
}

TEST_CASE("the CRD that lies nearest counts, and is forgotten with its file") {
  Workspace workspace;
  Add(workspace, "/ws/clusters/a/crds.yaml", Crd("red"));
  Add(workspace, "/ws/clusters/b/crds.yaml", Crd("blue"));
  const auto choose = [&](const std::string& path) {
    return schema::Choose(workspace.snapshot(), path, kWidget, "Widget");
  };
  CHECK(Has(choose("/ws/clusters/a/x.yaml"), "red"));
  CHECK(Has(choose("/ws/clusters/b/x.yaml"), "blue"));
  Add(workspace, "/ws/clusters/b/crds.yaml", Crd("green"));
  CHECK(Has(choose("/ws/clusters/b/x.yaml"), "green"));
  workspace.Remove("/ws/clusters/b/crds.yaml");
  CHECK(Has(choose("/ws/clusters/b/x.yaml"), "red"));
  workspace.Remove("/ws/clusters/a/crds.yaml");
  CHECK_FALSE(choose("/ws/clusters/b/x.yaml"));
}

TEST_CASE("directories of the settings: read when asked, behind CRDs, in front of the catalogue") {
  auto files = std::make_shared<MemoryFileSystem>();
  files->Write("/schemas/example.com/widget_v1.json", kJson);
  files->Write("/schemas/example.com/broken_v1.json", "{\"type\": ");
  files->Write("/schemas/helm.toolkit.fluxcd.io/helmrelease_v2.json", kJson);
  std::vector<std::string> problems;
  Workspace workspace;
  workspace.SetSchemas(std::make_shared<SchemaDirectories>(
      files, std::vector<std::string>{"/schemas", "/none"}, problems));
  CHECK(problems == std::vector<std::string>{"no directory with schemas: /none"});
  const auto choose = [&](const ApiVersion& api, std::string_view kind) {
    return schema::Choose(workspace.snapshot(), "/ws/x.yaml", api, kind);
  };
  CHECK(Has(choose(kWidget, "Widget"), "size"));
  CHECK_FALSE(choose(kWidget, "Broken"));
  CHECK_FALSE(choose(kWidget, "Other"));
  CHECK(Has(choose({"helm.toolkit.fluxcd.io", "v2"}, "HelmRelease"), "size"));
  Add(workspace, "/ws/crds.yaml", Crd("red"));
  CHECK(Has(choose(kWidget, "Widget"), "red"));
}

TEST_CASE("an object of a version that is gone is judged by the last release that had it") {
  const Workspace workspace;
  const schema::Choice choice = schema::Choose(
      workspace.snapshot(), "/ws/x.yaml", {"helm.toolkit.fluxcd.io", "v2beta1"}, "HelmRelease");
  REQUIRE(choice);
  CHECK(choice.release == schema::Release{2, 6});
  CHECK(choice.assumed);
}

TEST_CASE("what bootstrap writes says nothing that the catalogue does not say better") {
  Workspace workspace;
  std::string crd = Crd("red");
  crd.replace(crd.find("example.com\n  names: {kind: Widget"), 34,
              "helm.toolkit.fluxcd.io\n  names: {kind: HelmRelease");
  crd.replace(crd.find("name: v1"), 8, "name: v2");
  Add(workspace, "/ws/flux-system/gotk-components.yaml", "# Flux Version: v2.6.4\n" + crd);
  const schema::Choice choice = schema::Choose(workspace.snapshot(), "/ws/x.yaml",
                                               {"helm.toolkit.fluxcd.io", "v2"}, "HelmRelease");
  CHECK(choice.schema == choice.catalogue);
  CHECK(choice.release == schema::Release{2, 6});
  CHECK_FALSE(choice.assumed);
}

}  // namespace
}  // namespace fluxls
