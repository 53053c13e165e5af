#include <fmt/format.h>

#include <algorithm>

#include "analysis/rules/file_moves.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"
#include "schemas/catalog.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Two kinds are called `Kustomization`. `kustomize.toolkit.fluxcd.io` is Flux's object: it lives in the cluster and
names a path. `kustomize.config.k8s.io` is the file `kustomization.yaml` in that path: it lists what belongs together.
The rule reports

* fields of one under the apiVersion of the other;
* a Flux Kustomization in a file named `kustomization.yaml`, `kustomization.yml` or `Kustomization`;
* a `kustomization.yaml` that is listed as a file under `resources`, where its directory belongs.

## Why it matters

kustomize takes every file of those three names for its own and fails on a Flux Kustomization in it; Flux refuses an
object without `spec`; and a kustomization file that is loaded as a resource has no `metadata.name`, so the build fails.

## When it is silent

* A Flux Kustomization in `kustomization.yaml` that some other kustomization lists as a file: that works.
* A second document of `kustomization.yaml`: kustomize reads the first one only.
* Values that hold a template.
* A kustomization file without `apiVersion` and `kind`, which is legal.

## Fix

Switches the apiVersion where the fields prove which of the two is meant; puts the directory in the place of its
kustomization file; calls the file of a Flux Kustomization after it, and changes the entries that lead there.

## References

* <https://fluxcd.io/flux/faq/#are-there-two-kustomization-types>
* <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>
)";

constexpr Example kExamples[] = {
    {.title = "A list of resources under Flux's apiVersion",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ "resources" is a field of a kustomization file, which is kustomize.config.k8s.io/v1beta1; this is the apiVersion of Flux's Kustomization
kind: Kustomization
resources:
  - namespace.yaml
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: apps
)",
     .good = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: apps
)"},
    {.title = "A Flux Kustomization under kustomize's apiVersion",
     .bad = R"(%! clusters/production/apps.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ "spec" is a field of Flux's Kustomization, which is kustomize.toolkit.fluxcd.io/v1; this is the apiVersion of a kustomization file
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
)",
     .good = R"(%! clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
)"},
    {.title = "A Flux Kustomization in a file that kustomize takes for its own",
     .bad = R"(%! clusters/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - production # all of it
%! clusters/production/kustomization.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a Flux Kustomization in a file named kustomization.yaml, which kustomize takes for its own and fails on; give the file another name
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
)",
     .good = R"(%! clusters/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - production/apps.yaml # all of it
%! clusters/production/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
)"},
    {.title = "A kustomization file listed as a resource",
     .bad = R"(%! apps/production/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../base/podinfo/kustomization.yaml
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ kustomize cannot load a kustomization file as a resource; list its directory, "../base/podinfo"
%! apps/base/podinfo/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: web
resources:
  - namespace.yaml
%! apps/base/podinfo/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
)",
     .good = R"(%! apps/production/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../base/podinfo
%! apps/base/podinfo/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: web
resources:
  - namespace.yaml
%! apps/base/podinfo/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
)"},
};

using yaml::Document;
using yaml::Node;

void ReportSwappedApi(RuleContext& context, const RuleContext::Object& object, Node field,
                      std::string_view here, std::string_view there, const std::string& wanted) {
  Node api = object.root.Find("apiVersion");
  Finding& finding = context.Report(
      api, Part::kValue,
      fmt::format("\"{}\" is a field of {}, which is {}; this is the apiVersion of {}",
                  field.key().value(), there, wanted, here));
  context.AddFix(finding, fmt::format("Change to {}", wanted),
                 yaml::SetScalar(*object.document, api, wanted), !object.root.IsDamaged());
}

// Does some kustomization list this file by its own name? Then kustomize loads it as a resource.
bool IsListedAsFile(const RuleContext& context) {
  return !context.snapshot().KustomizationsListing(context.file().path).empty();
}

// The first document that holds something is the one that kustomize reads.
bool IsFirstDocument(const RuleContext& context, const Document& document) {
  for (const Document& other : context.documents()) {
    if (other.base() == document.base()) return true;
    if (other.root()) return false;
  }
  return false;
}

// Both kinds in one object: fields that cannot be the other's, beside its own.
void ReportMixed(RuleContext& context, const RuleContext::Object& object) {
  Node spec = object.root.Find("spec");
  if (object.api.group == kKustomizeGroup && spec.IsMapping() && spec.Find("sourceRef")) {
    context.Report(object.root.FindOwn("spec"), Part::kKey,
                   "\"spec\" is a field of Flux's Kustomization; a kustomization file has none");
  }
  if (object.api.group != kFluxKustomizeGroup || !spec) return;
  for (std::string_view field : {"resources", "bases", "configMapGenerator", "secretGenerator"}) {
    if (Node value = object.root.FindOwn(field)) {
      context.Report(value, Part::kKey,
                     fmt::format("\"{}\" is a field of a kustomization file; Flux's Kustomization "
                                 "has none",
                                 field));
    }
  }
}

// Is this a name that a file may have everywhere?
bool IsFileName(std::string_view name) {
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

// The file is called after its object, and whoever names the file or its directory follows.
void AddRename(const RuleContext& context, Finding& finding, const RuleContext::Object& object) {
  const std::string& path = context.file().path;
  if (!IsFileName(object.name)) return;
  const std::string name = std::string(object.name) + ".yaml";
  const FileRename rename{path, JoinPath(DirectoryName(path), name)};
  if (context.snapshot().Stat(rename.to) != PathKind::kMissing) return;
  Fix fix;
  fix.title = fmt::format("Rename the file to {}", name);
  fix.preferred = true;
  fix.edits = EditsForMoves(context.snapshot(), context.fleet(), {{rename}});
  fix.renames.push_back(rename);
  finding.fixes.push_back(std::move(fix));
}

void CheckObjects(RuleContext& context) {
  const catalog::Release release =
      ToCatalog(context.snapshot().ReleaseFor(context.file().path).release);
  const std::string_view file_name = BaseName(context.file().path);
  for (const RuleContext::Object& object : context.objects()) {
    if (object.kind != "Kustomization") continue;
    if (IsKustomizeFileUnderFluxApi(object.root)) {
      // A missing spec may only be one that is being typed.
      if (object.root.IsDamaged()) continue;
      ReportSwappedApi(context, object, FindKustomizeField(object.root), "Flux's Kustomization",
                       "a kustomization file", fmt::format("{}/v1beta1", kKustomizeGroup));
    } else if (IsFluxKustomizationUnderKustomizeApi(object.root)) {
      const catalog::Api* best = catalog::Best(kFluxKustomizeGroup, "Kustomization", release);
      ReportSwappedApi(context, object, object.root.FindOwn("spec"), "a kustomization file",
                       "Flux's Kustomization",
                       fmt::format("{}/{}", kFluxKustomizeGroup, best ? best->version : "v1"));
    } else if (object.api.group == kFluxKustomizeGroup && IsKustomizationFileName(file_name) &&
               object.root.Find("spec") && IsFirstDocument(context, *object.document) &&
               !IsListedAsFile(context)) {
      Finding& finding =
          context.Report(object.root.Find("apiVersion"), Part::kValue,
                         fmt::format("a Flux Kustomization in a file named {}, which kustomize "
                                     "takes for its own and fails on; give the file another name",
                                     file_name));
      AddRename(context, finding, object);
    } else {
      ReportMixed(context, object);
    }
  }
}

// A kustomization file by all we know of it: entries of its own, and no object that kustomize could
// load.
bool IsKustomizationFile(const Snapshot& snapshot, const std::string& path) {
  if (!IsKustomizationFileName(BaseName(path))) return false;
  SourceFilePtr file = snapshot.Find(path);
  return file && file->facts.kustomization && file->facts.kustomization->leads &&
         file->facts.resources.empty();
}

void CheckEntries(RuleContext& context) {
  if (!context.file().facts.kustomization) return;
  const std::string directory(DirectoryName(context.file().path));
  for (const Document& document : context.documents()) {
    Node resources = document.root().Find("resources");
    if (!resources.IsSequence()) continue;
    for (Node item : resources) {
      Node entry = item.Resolve();
      if (!entry.IsScalar() || HasTemplate(entry.value())) continue;
      const std::string path = JoinPath(directory, entry.value());
      if (!IsKustomizationFile(context.snapshot(), path)) continue;
      if (path == context.file().path) {
        Finding& finding =
            context.Report(entry, Part::kValue, "the kustomization file lists itself");
        context.AddFix(finding, "Remove the entry", yaml::RemoveItem(document, item), false);
        continue;
      }
      std::string_view better = DirectoryName(entry.value());
      Finding& finding = context.Report(
          entry, Part::kValue,
          fmt::format("kustomize cannot load a kustomization file as a resource; list its "
                      "directory, \"{}\"",
                      better));
      context.AddFix(finding, fmt::format("Change to \"{}\"", better),
                     yaml::SetScalar(document, entry, better), false);
    }
  }
}

void Check(RuleContext& context) {
  CheckObjects(context);
  CheckEntries(context);
}

}  // namespace

extern const Rule kWrongKustomization;
const Rule kWrongKustomization{
    .id = "wrong-kustomization",
    .severity = Severity::kError,
    .summary = "Flux's Kustomization and kustomize's kustomization.yaml are mixed up.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
