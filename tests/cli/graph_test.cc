// `graph` and `tree` from the outside.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/json_schema.h"
#include "tests/cli/sandbox.h"

namespace fluxls::testing {
namespace {

using Json = nlohmann::json;

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string KustomizationYaml(const std::string& name, const std::string& more = "") {
  return "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: " +
         name + "\n  namespace: flux-system\nspec:\n  interval: 10m\n  path: ./" + name +
         "\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n" + more +
         "---\n";
}

void WriteFleet(const Sandbox& box) {
  box.Write(".git/HEAD", "ref: refs/heads/main\n");
  box.Write("clusters/production/all.yaml",
            KustomizationYaml("base") + KustomizationYaml("apps", "  dependsOn: [{name: base}]\n"));
  box.Write("clusters/staging/all.yaml", KustomizationYaml("base"));
  box.Write("apps/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n");
  box.Write("base/source.yaml",
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n"
            "  name: charts\n  namespace: web\nspec:\n  url: https://example.com\n");
}

}  // namespace

TEST_CASE("graph prints the clusters, one of them, or those of a folder") {
  Sandbox box;
  WriteFleet(box);
  RunResult run = box.Run({"graph"});
  CHECK_EQ(run.err, "");
  CHECK_EQ(run.code, 0);
  CHECK(Has(run.out, "cluster clusters/production: Kustomizations 2, HelmReleases 0, sources 2\n"));
  CHECK(Has(run.out,
            "  level 1\n    Kustomization flux-system/apps  "
            "clusters/production/all.yaml:14\n      depends on flux-system/base\n"));
  CHECK(Has(run.out, "cluster clusters/staging:"));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"graph", "--cluster", "staging"},
        {"graph", ".", "--cluster", "clusters/staging/"},
        {"graph", "clusters/staging"}}) {
    run = box.Run(arguments);
    CHECK_EQ(run.code, 0);
    CHECK(run.out.starts_with("cluster clusters/staging:"));
    CHECK_FALSE(Has(run.out, "production"));
  }
}

TEST_CASE("a cluster that does not exist is answered with those that do") {
  Sandbox box;
  WriteFleet(box);
  RunResult run = box.Run({"graph", "--cluster", "prod"});
  CHECK_EQ(run.code, 2);
  CHECK_EQ(run.out, "");
  CHECK_EQ(run.err,
           "fluxcd-ls: there is no cluster \"prod\"; the clusters are: clusters/production, "
           "clusters/staging\n");
  CHECK_EQ(box.Run({"graph", "--format", "png"}).code, 2);
  CHECK_EQ(box.Run({"graph", "nowhere"}).code, 2);
  run = box.Run({"graph", "apps", "--format", "json"});
  CHECK_EQ(run.code, 0);
  CHECK(Has(run.err, "no Flux Kustomization is written there"));
  CHECK(Json::parse(run.out)["clusters"].empty());
}

TEST_CASE("graph in all formats") {
  Sandbox box;
  WriteFleet(box);
  const Json json = Json::parse(box.Run({"graph", "--format", "json"}).out);
  std::ifstream schema(FLUXLS_SOURCE_DIR "/docs/graph.schema.json");
  CHECK(ValidateJson(Json::parse(schema), json) == std::vector<std::string>());
  CHECK_EQ(json["version"], 1);
  CHECK_EQ(json["clusters"].size(), 2);
  CHECK_EQ(json["clusters"][0]["nodes"][0]["id"], "Kustomization/flux-system/apps");
  CHECK_EQ(json["clusters"][0]["nodes"][0]["line"], 14);
  CHECK_EQ(json["clusters"][0]["nodes"][0]["path"], "clusters/production/all.yaml");
  CHECK(box.Run({"graph", "--format", "dot"}).out.starts_with("digraph flux {\n"));
  CHECK(box.Run({"graph", "--format", "mermaid"}).out.starts_with("flowchart LR\n"));
  CHECK(Has(box.Run({"graph", "--format", "svg", "--layout", "levels"}).out, "<svg xmlns="));
  RunResult run = box.Run({"graph", "--format", "html"});
  CHECK_EQ(run.code, 0);
  CHECK(run.out.starts_with("<!DOCTYPE html>"));
  CHECK(Has(run.out, "id=\"n0\""));
}

TEST_CASE("tree prints what a Kustomization applies") {
  Sandbox box;
  WriteFleet(box);
  RunResult run = box.Run({"tree", "apps"});
  CHECK_EQ(run.err, "");
  CHECK_EQ(run.code, 0);
  CHECK_EQ(run.out, "Kustomization/flux-system/apps\n└── Namespace/web\n");
  CHECK_EQ(box.Run({"tree", "apps", "--compact"}).out, "Kustomization/flux-system/apps\n");
  run = box.Run({"tree", "flux-system/base", ".", "--cluster", "staging", "--format", "json"});
  CHECK_EQ(run.code, 0);
  CHECK_EQ(Json::parse(run.out)["tree"]["children"][0]["kind"], "HelmRepository");
}

TEST_CASE("tree says what it found when that is not one") {
  Sandbox box;
  WriteFleet(box);
  RunResult run = box.Run({"tree", "base"});
  CHECK_EQ(run.code, 2);
  CHECK_EQ(run.err,
           "fluxcd-ls: several Flux Kustomizations are called \"base\": flux-system/base in "
           "cluster clusters/production, flux-system/base in cluster clusters/staging\n");
  run = box.Run({"tree", "nothing"});
  CHECK_EQ(run.code, 2);
  CHECK(Has(run.err, "there is no Flux Kustomization \"nothing\""));
  box.Write("apps/kustomization.yaml", "resources: [gone.yaml]\n");
  run = box.Run({"tree", "apps"});
  CHECK_EQ(run.code, 1);
  CHECK(Has(run.out, "Kustomization/flux-system/apps [fails]\n"));
}

}  // namespace fluxls::testing
