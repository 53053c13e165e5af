// The outline of a file, written as an indented list.
#include "analysis/features/symbols.h"

#include <doctest/doctest.h>

namespace fluxls {
namespace {

const char* Letter(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::kFluxObject:
      return "F ";
    case SymbolKind::kObject:
      return "O ";
    case SymbolKind::kMapping:
      return "{} ";
    case SymbolKind::kSequence:
      return "[] ";
    case SymbolKind::kScalar:
      break;
  }
  return "";
}

// Checks as well what the protocol demands of every symbol.
void Print(const std::vector<Symbol>& symbols, std::string_view text, ByteRange around, int depth,
           std::string& out) {
  for (const Symbol& symbol : symbols) {
    CAPTURE(symbol.name);
    CHECK(symbol.name.find_first_not_of(" \t\n") != std::string::npos);
    CHECK(around.begin <= symbol.range.begin);
    CHECK(symbol.range.end <= around.end);
    CHECK(symbol.range.begin <= symbol.selection.begin);
    CHECK(symbol.selection.begin <= symbol.selection.end);
    CHECK(symbol.selection.end <= symbol.range.end);
    out += std::string(static_cast<size_t>(depth) * 2, ' ') + Letter(symbol.kind) + symbol.name;
    if (!symbol.detail.empty()) out += " = " + symbol.detail;
    out += " @" + std::string(Slice(text, symbol.selection)) + "\n";
    Print(symbol.children, text, symbol.range, depth + 1, out);
  }
}

std::string Outline(const std::string& text, const std::string& path = "/ws/apps/file.yaml") {
  std::string out;
  Print(DocumentSymbols(path, yaml::Parse(text)), text, {0, static_cast<uint32_t>(text.size())}, 0,
        out);
  return out;
}

TEST_CASE("a HelmRelease: its chart, where that comes from, and its values") {
  CHECK_EQ(Outline("apiVersion: helm.toolkit.fluxcd.io/v2\n"
                   "kind: HelmRelease\n"
                   "metadata:\n"
                   "  name: podinfo\n"
                   "  namespace: apps\n"
                   "spec:\n"
                   "  interval: 10m\n"
                   "  chart:\n"
                   "    spec:\n"
                   "      chart: podinfo\n"
                   "      version: 6.x\n"
                   "      sourceRef:\n"
                   "        kind: HelmRepository\n"
                   "        name: podinfo\n"
                   "  dependsOn:\n"
                   "    - name: redis\n"
                   "      namespace: db\n"
                   "  values:\n"
                   "    replicaCount: 2\n"
                   "    ui:\n"
                   "      color: blue\n"),
           "F HelmRelease/podinfo = apps @podinfo\n"
           "  chart = podinfo @chart\n"
           "  version = 6.x @version\n"
           "  {} sourceRef = HelmRepository/podinfo @sourceRef\n"
           "    kind = HelmRepository @kind\n"
           "    name = podinfo @name\n"
           "  [] dependsOn @dependsOn\n"
           "    {} db/redis @name\n"
           "  {} values @values\n"
           "    replicaCount = 2 @replicaCount\n"
           "    {} ui @ui\n");
}

TEST_CASE("a Flux Kustomization: its path, dependencies and variables") {
  CHECK_EQ(Outline("apiVersion: kustomize.toolkit.fluxcd.io/v1\n"
                   "kind: Kustomization\n"
                   "metadata: {name: apps, namespace: flux-system}\n"
                   "spec:\n"
                   "  dependsOn: [{name: infra}]\n"
                   "  path: ./apps\n"
                   "  patches:\n"
                   "    - target: {kind: Deployment, name: web}\n"
                   "      patch: |\n"
                   "        - op: remove\n"
                   "          path: /spec/replicas\n"
                   "    - patch: |\n"
                   "        kind: Service\n"
                   "        metadata:\n"
                   "          name: web\n"
                   "  postBuild:\n"
                   "    substitute:\n"
                   "      cluster: ${name}\n"
                   "    substituteFrom:\n"
                   "      - kind: ConfigMap\n"
                   "        name: vars\n"),
           "F Kustomization/apps = flux-system @apps\n"
           "  [] dependsOn @dependsOn\n"
           "    {} infra @name\n"
           "  path = ./apps @path\n"
           "  [] patches @patches\n"
           "    {} Deployment/web @target\n"
           "    {} Service/web @patch\n"
           "  {} substitute @substitute\n"
           "    cluster = ${name} @cluster\n"
           "  [] substituteFrom @substituteFrom\n"
           "    {} ConfigMap/vars @kind\n");
}

TEST_CASE("a kustomization file: its lists and their entries") {
  const std::string text =
      "resources:\n"
      "  - ../base\n"
      "  - release.yaml\n"
      "patches:\n"
      "  - path: patch.yaml\n"
      "images:\n"
      "  - name: nginx\n"
      "    newTag: 1.2.3\n"
      "patchesStrategicMerge:\n"
      "  - |\n"
      "    kind: Deployment\n"
      "    metadata: {name: web}\n";
  const std::string outline =
      "  [] resources @resources\n"
      "    ../base @../base\n"
      "    release.yaml @release.yaml\n"
      "  [] patches @patches\n"
      "    {} patch.yaml @path\n"
      "  [] images @images\n"
      "    {} nginx @name\n"
      "  [] patchesStrategicMerge @patchesStrategicMerge\n"
      "    Deployment/web @|\n"
      "    kind: Deployment\n"
      "    metadata: {name: web}\n";
  CHECK_EQ(Outline(text, "/ws/apps/prod/kustomization.yaml"),
           "O Kustomization = prod @resources\n" + outline);
  const std::string head = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";
  CHECK_EQ(Outline(head + text, "/ws/apps/any.yaml"), "O Component = apps @Component\n" + outline);
}

TEST_CASE("sources: url and ref") {
  CHECK_EQ(Outline("apiVersion: source.toolkit.fluxcd.io/v1\n"
                   "kind: GitRepository\n"
                   "metadata:\n"
                   "  name: fleet\n"
                   "spec:\n"
                   "  ref:\n"
                   "    branch: main\n"
                   "  url: https://example.com/fleet\n"),
           "F GitRepository/fleet @fleet\n"
           "  {} ref @ref\n"
           "    branch = main @branch\n"
           "  url = https://example.com/fleet @url\n");
}

TEST_CASE("a Secret shows its keys and nothing of what they hold") {
  const std::string text =
      "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  token: hunter2\n";
  CHECK_EQ(Outline(text), "O Secret/s @s\n  {} stringData @stringData\n    token @token\n");
  // Where there is no data, neither.
  CHECK_EQ(Outline("apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nother:\n  - hunter2\n"),
           "O Secret/s @s\n  {} metadata @metadata\n    name @name\n  [] other @other\n    [0] "
           "@hunter2\n");
}

TEST_CASE("kinds without a table show metadata and spec") {
  CHECK_EQ(Outline("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n"
                   "  replicas: 2\n  template:\n    spec: {}\n"),
           "O Deployment/web @web\n"
           "  {} metadata = web @metadata\n"
           "    name = web @name\n"
           "  {} spec @spec\n"
           "    replicas = 2 @replicas\n"
           "    {} template @template\n");
  // The same kind in another group has other fields.
  CHECK_EQ(Outline("apiVersion: pkg.crossplane.io/v1\nkind: Provider\nmetadata: {name: aws}\n"
                   "spec:\n  type: x\n"),
           "O Provider/aws @aws\n  {} metadata = aws @metadata\n    name = aws @name\n"
           "  {} spec @spec\n    type = x @type\n");
}

TEST_CASE("items of a List, written there or elsewhere") {
  CHECK_EQ(Outline("apiVersion: v1\nkind: List\nitems:\n"
                   "  - &a\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: one}\n"
                   "    data: {k: v}\n"
                   "  - *a\n"
                   "  - no object\n"),
           "O List @List\n"
           "  O ConfigMap/one @one\n"
           "    {} data @data\n"
           "      k = v @k\n"
           "  O ConfigMap/one @*a\n");
}

TEST_CASE("names from anchors and merges keep the selection inside the object") {
  const std::string outline = Outline(
      "apiVersion: v1\nkind: List\nitems:\n"
      "  - apiVersion: v1\n    kind: ConfigMap\n    metadata: &m {name: one}\n"
      "  - apiVersion: v1\n    kind: Secret\n    metadata: *m\n");
  CHECK(outline.find("O Secret/one @Secret\n") != std::string::npos);
}

TEST_CASE("broken files: what can be read is there") {
  CHECK_EQ(Outline("apiVersion: source.toolkit.fluxcd.io/v1\n"
                   "kind: HelmRepository\n"
                   "metadata:\n"
                   "  name: charts\n"
                   "spec:\n"
                   "  url: https://example.com\n"
                   "  interv\n"
                   "---\n"
                   "kind: HelmRelease\n"
                   "metadata:\n"
                   "  name: \"web\n"),
           "F HelmRepository/charts @charts\n"
           "  url = https://example.com @url\n"
           "F HelmRelease @HelmRelease\n"
           "  {} metadata @metadata\n"
           "    name @name\n");
}

TEST_CASE("other YAML: its top keys, and a name for each of them") {
  CHECK_EQ(Outline("replicaCount: 1\nkind: Deployment\nimage:\n  tag: x\n\"\": y\n"),
           "replicaCount = 1 @replicaCount\nkind = Deployment @kind\n{} image @image\n"
           "\"\" = y @\"\"\n");
  CHECK_EQ(Outline("- op: remove\n  path: /spec\n"), "");
  CHECK_EQ(Outline("just text\n"), "");
  CHECK_EQ(Outline(""), "");
  CHECK_EQ(Outline("# a comment\n---\n---\n"), "");
}

TEST_CASE("of long lists the first thousand entries") {
  std::string text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: long}\ndata:\n";
  for (int i = 0; i < 1500; ++i) text += "  key" + std::to_string(i) + ": x\n";
  const std::vector<Symbol> symbols = DocumentSymbols("/ws/a.yaml", yaml::Parse(text));
  REQUIRE_EQ(symbols.size(), 1);
  REQUIRE_EQ(symbols[0].children.size(), 1);
  REQUIRE_EQ(symbols[0].children[0].children.size(), 1000);
  CHECK_EQ(symbols[0].children[0].children.back().name, "key999");
}

TEST_CASE("whatever breaks off a file, its outline keeps the rules of the protocol") {
  const std::string text =
      "apiVersion: v1\nkind: List\nitems:\n  - &a {kind: A, metadata: {name: 'x y'}, p: *a}\n"
      "  - <<: *a\n    kind: B\n    metadata: &m\n      name: |\n        long\n      path: *m\n"
      "---\npatches:\n  - target: &t {target: *t}\n  - path: ${x}\n    patch: '{{ y }}'\n";
  for (size_t size = 0; size <= text.size(); ++size) {
    CAPTURE(size);
    Outline(text.substr(0, size));
    Outline(text.substr(0, size), "/ws/kustomization.yaml");
    Outline(text.substr(size));
  }
}

}  // namespace
}  // namespace fluxls
