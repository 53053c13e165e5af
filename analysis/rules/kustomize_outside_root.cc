#include <fmt/format.h>

#include <vector>

#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a file (not a directory) that a kustomization names and that lies neither in its directory nor below it.

## Why it matters

Flux allows it. `kustomize build` on the command line refuses it (`security; file … is not in or below …`) unless it is told
`--load-restrictor LoadRestrictionsNone`; so do tools that build the directory in CI.

## When it is silent

* Directories: a base may lie anywhere.
* Files that are not there.

## Fix

None: give the file's directory a kustomization file and list that.

## References

* <https://kubectl.docs.kubernetes.io/faq/kustomize/#security-file-foo-is-not-in-or-below-bar>
)";

constexpr Example kExamples[] = {
    {.title = "A file of the directory next door",
     .bad = R"(%! apps/web/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../shared/settings.yaml
#   ^^^^^^^^^^^^^^^^^^^^^^^ "../shared/settings.yaml" lies outside of this directory: Flux reads it, plain kustomize build does not
%! apps/shared/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
)",
     .good = R"(%! apps/web/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../shared
%! apps/shared/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - settings.yaml
%! apps/shared/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
)"},
};

using yaml::Node;

class Checker {
 public:
  explicit Checker(RuleContext& context)
      : context_(context), directory_(DirectoryName(context.file().path)) {}

  void Run(Node root) {
    for (std::string_view field : {"resources", "crds", "configurations", "patchesStrategicMerge",
                                   "generators", "transformers", "validators"}) {
      List(root.Find(field));
    }
    for (std::string_view field : {"patches", "patchesJson6902", "replacements"}) {
      for (Node item : Items(root.Find(field))) Entry(item.Resolve().Find("path"));
    }
    for (std::string_view field : {"configMapGenerator", "secretGenerator"}) {
      for (Node item : Items(root.Find(field))) {
        const Node generator = item.Resolve();
        List(generator.Find("files"), /*keyed=*/true);
        List(generator.Find("envs"));
        Entry(generator.Find("env"));
      }
    }
    Entry(root.Find("openapi").Find("path"));
  }

 private:
  static std::vector<Node> Items(Node list) {
    if (!list.IsSequence()) return {};
    std::vector<Node> items;
    for (Node item : list) items.push_back(item);
    return items;
  }

  void List(Node list, bool keyed = false) {
    for (Node item : Items(list)) Entry(item, keyed);
  }

  void Entry(Node node, bool keyed = false) {
    if (!node.IsScalar() || node.IsBlockScalar()) return;
    std::string_view entry = node.value();
    if (const size_t equals = entry.find('='); keyed && equals != std::string_view::npos)
      entry.remove_prefix(equals + 1);
    if (entry.empty() || entry.find('\n') != std::string_view::npos) return;
    const std::string path = JoinPath(directory_, entry);
    if (IsInside(path, directory_) || context_.snapshot().Stat(path) != PathKind::kFile) return;
    context_.Report(node, Part::kValue,
                    fmt::format("\"{}\" lies outside of this directory: Flux reads it, plain "
                                "kustomize build does not",
                                entry));
  }

  RuleContext& context_;
  std::string directory_;
};

void Check(RuleContext& context) {
  if (const yaml::Document* document = KustomizationDocument(context))
    Checker(context).Run(document->root());
}

}  // namespace

extern const Rule kKustomizeOutsideRoot;
const Rule kKustomizeOutsideRoot{
    .id = "kustomize-outside-root",
    .severity = Severity::kInfo,
    .summary = "A kustomization lists a file outside of its directory.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
