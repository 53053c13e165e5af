// Files that are made to be hard: the rules answer, and soon.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "tests/rules/fixture.h"

namespace fluxls::test {
namespace {

// Findings of one rule in one file, within a time that only runaway work exceeds (sanitizers
// included).
std::vector<Finding> Check(std::string path, std::string text, std::string_view rule,
                           std::string_view flux = "2.9") {
  Settings settings;
  settings.flux_release = ParseFluxRelease(flux);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Finding> findings = CheckAll(Load({{std::move(path), std::move(text)}}, settings));
  CHECK_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  std::erase_if(findings, [&](const Finding& finding) { return finding.rule != rule; });
  return findings;
}

TEST_CASE("a List that holds itself") {
  CHECK(Check("a.yaml", "--- &a\napiVersion: v1\nkind: List\nitems:\n  - *a\n", "yaml-syntax")
            .empty());
  CHECK(Check("b.yaml",
              "apiVersion: v1\nkind: List\nitems:\n- &a\n  apiVersion: v1\n  kind: List\n"
              "  items: [*a, *a]\n",
              "yaml-syntax")
            .empty());
}

TEST_CASE("an item that a List holds many times is one object") {
  std::string text =
      "apiVersion: v1\nkind: List\nitems:\n- &a\n  apiVersion: helm.toolkit.fluxcd.io/v2beta1\n"
      "  kind: HelmRelease\n";
  for (int i = 0; i < 5000; ++i) text += "- *a\n";
  CHECK_EQ(Check("a.yaml", text, "removed-api-version").size(), 1);
}

TEST_CASE("equal documents of one file are each judged") {
  const std::string document =
      "---\napiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: HelmRelease\nmetadata: {name: a}\n";
  CHECK_EQ(Check("a.yaml", document + document + document, "removed-api-version").size(), 3);
}

TEST_CASE("lists of aliases of lists") {
  std::string text =
      "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata: {name: a}\nspec:\n"
      "  anchors:\n  - &l0 {apiVersion: helm.toolkit.fluxcd.io/v2beta1, kind: HelmRelease}\n";
  for (int level = 1; level <= 4; ++level) {
    text += fmt::format(
        "  - &l{} {{apiVersion: fluxcd.controlplane.io/v1, kind: ResourceSet, spec: {{resources: [",
        level);
    for (int i = 0; i < 200; ++i) text += fmt::format("{}*l{}", i == 0 ? "" : ",", level - 1);
    text += "]}}\n";
  }
  text += "  resources: [*l3, *l2, *l0]\n";
  CHECK_EQ(Check("a.yaml", text, "removed-api-version").size(), 1);
}

TEST_CASE("one patch behind many aliases is read once") {
  std::string text = "resources: []\npatches:\n- patch: &p |\n";
  text += "    apiVersion: helm.toolkit.fluxcd.io/v2beta1\n    kind: HelmRelease\n    spec:\n";
  for (int i = 0; i < 2000; ++i) text += fmt::format("      key{}: value\n", i);
  for (int i = 0; i < 2000; ++i) text += "- patch: *p\n";
  text += "# fluxcd.io\n";
  CHECK_EQ(Check("kustomization.yaml", text, "removed-api-version").size(), 1);
}

TEST_CASE("a file of duplicate keys") {
  std::string text = "a: 0\n";
  for (int i = 0; i < 20000; ++i) text += fmt::format("a: {}\n", i);
  CHECK_EQ(Check("a.yaml", text, "duplicate-key").size(), 100);
}

TEST_CASE("a kustomization of missing entries") {
  std::string text = "resources:\n";
  for (int i = 0; i < 5000; ++i) text += fmt::format("- missing-{}.yaml\n", i);
  const std::vector<Finding> findings =
      Check("kustomization.yaml", text, "kustomize-missing-entry");
  CHECK_EQ(findings.size(), 500);
  CHECK_FALSE(findings.front().fixes.empty());
}

TEST_CASE("a release newer than the data") {
  const std::string old = "apiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: HelmRelease\n";
  const std::vector<Finding> findings = Check("a.yaml", old, "removed-api-version", "2.10");
  REQUIRE_EQ(findings.size(), 1);
  CHECK(findings[0].message.starts_with(
      "helm.toolkit.fluxcd.io/v2beta1 HelmRelease is not served by Flux 2.10"));
  // Whether it still serves what we would write is not known.
  REQUIRE_EQ(findings[0].fixes.size(), 1);
  CHECK_FALSE(findings[0].fixes[0].safe);
  const std::string unknown = "apiVersion: helm.toolkit.fluxcd.io/v3\nkind: HelmRelease\n";
  CHECK(Check("a.yaml", unknown, "unknown-api-version", "2.10").empty());
}

TEST_CASE("objects of Flux Operator in a file that names no other group of Flux") {
  const std::string text = "apiVersion: fluxcd.controlplane.io/v1beta1\nkind: FluxInstance\n";
  CHECK_EQ(Check("a.yaml", text, "unknown-api-version").size(), 1);
}

}  // namespace
}  // namespace fluxls::test
