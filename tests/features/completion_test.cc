// What is proposed where. The last `|` is the cursor.
#include "analysis/features/completion.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "schemas/embedded.h"
#include "schemas/schema_text.h"

namespace fluxls {
namespace {

struct Proposed {
  std::string text;  // the document without the cursor
  CompletionList list;

  std::vector<std::string> Labels(size_t count = 100) const {
    std::vector<std::string> out;
    for (size_t i = 0; i < list.items.size() && i < count; ++i) out.push_back(list.items[i].label);
    return out;
  }
  bool Has(std::string_view label) const { return Find(label) != nullptr; }
  const CompletionItem* Find(std::string_view label) const {
    const auto found =
        std::find_if(list.items.begin(), list.items.end(),
                     [&](const CompletionItem& item) { return item.label == label; });
    return found == list.items.end() ? nullptr : &*found;
  }
  // The document after an item was taken.
  std::string After(std::string_view label) const {
    const CompletionItem* item = Find(label);
    if (!item) return "not proposed";
    std::vector<TextEdit> edits = item->more;
    edits.push_back({list.replace, item->text});
    return ApplyEdits(text, edits);
  }
};

Proposed At(std::string text, const std::string& path = "/ws/file.yaml", bool snippets = false,
            const Snapshot& snapshot = Workspace().snapshot()) {
  const size_t cursor = text.rfind('|');
  REQUIRE(cursor != std::string::npos);
  text.erase(cursor, 1);
  const yaml::File file = yaml::Parse(text);
  Proposed out{text, Complete(snapshot, path, text, file, static_cast<uint32_t>(cursor),
                              {.snippets = snippets})};
  return out;
}

const std::string kRelease =
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\nspec:\n";

TEST_CASE("an empty file: whole objects, and the fields every object has") {
  const Proposed found = At("|");
  CHECK(found.Labels(3) == std::vector<std::string>{"apiVersion", "kind", "metadata"});
  CHECK(found.Has("HelmRelease"));
  CHECK(found.After("OCIRepository") ==
        "apiVersion: source.toolkit.fluxcd.io/v1\n"
        "kind: OCIRepository\n"
        "metadata:\n"
        "  name: my-name\n"
        "  namespace: flux-system\n"
        "spec:\n"
        "  interval: 10m\n"
        "  url: \n");
}

TEST_CASE("every kind of the catalogue can be written whole") {
  size_t kinds = 0;
  const Proposed in_file = At("|");
  const Proposed in_kustomization = At("|", "/ws/kustomization.yaml");
  for (const schema::DataFile& file : schema::DataFiles()) {
    schema::KindSchema schema;
    schema::ReadSchema(file.text, schema);
    const std::string api = schema.group + "/" + schema.version;
    // Old versions are not proposed.
    const catalog::Api* row = catalog::Lookup(schema.group, schema.version, schema.kind);
    // Nor what nobody writes.
    if ((row && (row->removed || row->deprecated)) || schema.kind == "FluxReport") continue;
    const bool kustomize = schema.group == "kustomize.config.k8s.io";
    const Proposed& found = kustomize ? in_kustomization : in_file;
    const auto item = std::find_if(
        found.list.items.begin(), found.list.items.end(), [&](const CompletionItem& candidate) {
          return candidate.label == schema.kind && candidate.detail == api;
        });
    CAPTURE(file.name);
    REQUIRE(item != found.list.items.end());
    CHECK(item->text.find("kind: " + schema.kind) != std::string::npos);
    // The fields of its spec are proposed, the required ones first.
    const Proposed fields =
        At("apiVersion: " + api + "\nkind: " + schema.kind + (kustomize ? "\n|" : "\nspec:\n  |"),
           kustomize ? "/ws/kustomization.yaml" : "/ws/file.yaml");
    CHECK_FALSE(fields.list.items.empty());
    bool optional_seen = false;
    for (const CompletionItem& field : fields.list.items) {
      const bool required = field.detail.ends_with("required");
      CHECK_FALSE((required && optional_seen));
      optional_seen = optional_seen || !required;
    }
    ++kinds;
  }
  CHECK(kinds >= 20);
}

TEST_CASE("fields: required ones first, what is there left out") {
  const Proposed found = At(kRelease + "  |\n  chartRef:\n    kind: OCIRepository\n    name: x\n");
  CHECK(found.Labels(1) == std::vector<std::string>{"interval"});
  CHECK_FALSE(found.Has("chartRef"));
  CHECK(found.After("install") == kRelease +
                                      "  install:\n    \n  chartRef:\n    kind: "
                                      "OCIRepository\n    name: x\n");
}

TEST_CASE("fields in the middle of a word, in front of a colon, and behind a dash") {
  CHECK(At(kRelease + "  int|").After("interval") == kRelease + "  interval: 10m");
  CHECK(At(kRelease + "  int|er: 5m\n").After("interval") == kRelease + "  interval: 5m\n");
  CHECK(At(kRelease + "  dependsOn:\n    - |").After("name") ==
        kRelease + "  dependsOn:\n    - name: ");
  CHECK(At(kRelease + "  dependsOn:\n    - name: a\n      |").Has("namespace"));
  CHECK_FALSE(At(kRelease + "  dependsOn:\n    - name: a\n      |").Has("name"));
}

TEST_CASE("fields of a list without a dash, between quotes, and of a kind without apiVersion") {
  CHECK(At(kRelease + "  valuesFrom:\n    |").After("kind") ==
        kRelease + "  valuesFrom:\n    - kind: Secret");
  CHECK(At(kRelease + "  chart:\n    spec:\n      valuesFiles:\n        |").list.items.empty());
  CHECK(At(kRelease + "  \"int|\"").After("interval") == kRelease + "  \"interval\"");
  CHECK(At("kind: HelmRelease\nspec:\n  |").Has("chartRef"));
  CHECK(At("apiVersion: |\nkind:\n").After("helm.toolkit.fluxcd.io/v2") ==
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind:\n");
  CHECK(At("apiVersion:\nkind: HelmRel|").After("HelmRelease") ==
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease");
}

TEST_CASE("fields in brackets") {
  const Proposed found = At(kRelease + "  chartRef: {kind: OCIRepository, |}\n");
  CHECK(found.Has("name"));
  CHECK_FALSE(found.Has("kind"));
  CHECK(found.After("name") == kRelease + "  chartRef: {kind: OCIRepository, name: }\n");
}

TEST_CASE("fields in a text that is broken elsewhere") {
  CHECK(At(kRelease + "  interval: \"5m\n  inst|").Has("install"));
  CHECK(At("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart: {\n---\n" +
           kRelease + "  inst|")
            .Has("install"));
}

TEST_CASE("values: enums, booleans, defaults, durations with the usual one first") {
  CHECK(At(kRelease + "  upgrade:\n    crds: |").Labels() ==
        std::vector<std::string>{"Skip", "Create", "CreateReplace"});
  CHECK(At(kRelease + "  suspend: |").Labels() == std::vector<std::string>{"true", "false"});
  CHECK(At(kRelease + "  suspend:|").After("true") == kRelease + "  suspend: true");
  CHECK(At(kRelease + "  interval: |").Labels(1) == std::vector<std::string>{"1h"});
  const Proposed timeout =
      At("apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nspec:\n  timeout: |");
  CHECK(timeout.Has("60m"));
  CHECK_FALSE(timeout.Has("1h"));
  CHECK(At(kRelease + "  chart:\n    spec:\n      reconcileStrategy: Ch|").Labels(1) ==
        std::vector<std::string>{"ChartVersion"});
}

TEST_CASE("an apiVersion brings its kind, a kind its apiVersion") {
  CHECK(At("apiVersion: helm|").After("helm.toolkit.fluxcd.io/v2") ==
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease");
  CHECK(At("apiVersion: |\nkind: Receiver\n").Labels() ==
        std::vector<std::string>{"notification.toolkit.fluxcd.io/v1"});
  CHECK(At("kind: HelmRel|").After("HelmRelease") ==
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease");
  CHECK(At("apiVersion: v1\nkind: Helm|\n").After("HelmRelease") ==
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n");
  CHECK(At("apiVersion: apps/v1\nkind: |").Labels(1)[0] != "HelmRelease");
  CHECK(At("apiVersion: apps/v1\nkind: |").Has("Deployment"));
}

TEST_CASE("old versions are not proposed, and which are old says the cluster's release") {
  CHECK_FALSE(At("apiVersion: |").Has("helm.toolkit.fluxcd.io/v2beta2"));
  Workspace workspace;
  Settings settings;
  settings.flux_release = ParseFluxRelease("2.5");
  workspace.SetSettings(settings);
  const Proposed found =
      At("apiVersion: |\nkind: OCIRepository\n", "/ws/file.yaml", false, workspace.snapshot());
  CHECK(found.Labels() == std::vector<std::string>{"source.toolkit.fluxcd.io/v1beta2"});
  CHECK_FALSE(At(kRelease + "  commonMeta|", "/ws/file.yaml", false, workspace.snapshot())
                  .Has("commonMetadata"));
}

TEST_CASE("a kustomization file, with and without its first lines") {
  CHECK(At("|", "/ws/kustomization.yaml").Has("resources"));
  CHECK(At("resources:\n  - a.yaml\n|", "/ws/kustomization.yaml").Has("patches"));
  CHECK(At("patches:\n  - |", "/ws/kustomization.yaml").Has("target"));
}

TEST_CASE("metadata, and the annotations that Flux reads") {
  CHECK(At("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  |").Has("namespace"));
  CHECK(At("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    kust|")
            .Has("kustomize.toolkit.fluxcd.io/prune"));
}

TEST_CASE("nothing in comments, block scalars and on document markers") {
  CHECK(At(kRelease + "  # int|").list.items.empty());
  CHECK(At(kRelease + "  interval: >\n    |").list.items.empty());
  CHECK(At("---|\n").list.items.empty());
}

const std::string kPatched =
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches:\n  - patch: |\n"
    "      apiVersion: helm.toolkit.fluxcd.io/v2\n      kind: HelmRelease\n      metadata:\n"
    "        name: web\n      spec:\n";

TEST_CASE("a patch that is text completes like an object") {
  const Proposed found = At(kPatched + "        ch|\n  - path: x.yaml\n", "/ws/kustomization.yaml");
  CHECK(found.After("chartRef") ==
        kPatched +
            "        chartRef:\n          kind: OCIRepository\n          name: \n  - path: "
            "x.yaml\n");
  CHECK(At(kPatched + "        |", "/ws/kustomization.yaml").Has("interval"));
  CHECK(At(kPatched + "        upgrade:\n          crds: |", "/ws/kustomization.yaml").Labels() ==
        std::vector<std::string>{"Skip", "Create", "CreateReplace"});
  // Other texts are nobody's business.
  CHECK(At("apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    sp|").list.items.empty());
}

TEST_CASE("the CRDs of the workspace complete as well") {
  Workspace workspace;
  Source source;
  source.path = "/ws/crd.yaml";
  source.text = std::make_shared<const Text>(
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n"
      "  name: widgets.example.com\nspec:\n  group: example.com\n  names: {kind: Widget, plural: "
      "widgets}\n  versions:\n    - name: v1\n      served: true\n      schema:\n"
      "        openAPIV3Schema:\n          type: object\n          properties:\n"
      "            spec: {type: object, properties: {colour: {type: string, enum: [red]}}}\n");
  workspace.Install(ParseSource(std::move(source)));
  const Proposed found = At("apiVersion: example.com/v1\nkind: Widget\nspec:\n  |", "/ws/file.yaml",
                            false, workspace.snapshot());
  CHECK(found.Labels() == std::vector<std::string>{"colour"});
}

}  // namespace
}  // namespace fluxls
