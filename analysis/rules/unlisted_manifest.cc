#include <fmt/format.h>

#include <algorithm>

#include "analysis/build/fleet.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports, at `resources` of a kustomization file, the manifests in its directory that neither it nor any other kustomization lists, and
that no build reads in another way.

## Why it matters

A file that nobody lists is not applied. Most of the time it was forgotten; when it was not, a comment that names it says so to the next
one who looks.

## When it is silent

* Files that a comment of the kustomization file names (`# - old.yaml`).
* Files without a Kubernetes object, and files that a patch, generator or replacement reads.
* Kustomization files that no Flux Kustomization builds, where the repository has some.

## Fix

Adds the file to `resources`.

## References

* <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/>
)";

constexpr Example kExamples[] = {
    {.title = "A forgotten file",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
#^^^^^^^^ "settings.yaml" is not listed here, and nowhere else
  - namespace.yaml
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
)",
     .good = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
  - settings.yaml
%! apps/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
%! apps/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  color: green
)"},
};

bool IsNamed(const RuleContext& context, std::string_view name) {
  const std::string& text = context.file().text->content();
  for (const yaml::Document& document : context.documents()) {
    for (ByteRange comment : document.comments()) {
      if (Slice(text, comment).find(name) != std::string_view::npos) return true;
    }
  }
  return false;
}

// Nothing but whole objects: what has no name is a patch, or was never meant for kustomize.
bool HoldsObjects(const SourceFile& file) {
  const std::vector<Resource>& resources = file.facts.resources;
  return file.file_class == FileClass::kYaml && !file.facts.kustomization && !resources.empty() &&
         std::all_of(resources.begin(), resources.end(),
                     [](const Resource& resource) { return !resource.id.name.empty(); });
}

// Would the build still work? Not with a file that is no YAML, or with an object that there is
// already.
bool CanBeListed(const Snapshot& snapshot, const SourceFile& file) {
  for (const yaml::Document& document : file.yaml.documents) {
    if (document.HasErrors()) return false;
  }
  return std::all_of(file.facts.resources.begin(), file.facts.resources.end(),
                     [&](const Resource& resource) {
                       return snapshot.Resources(resource.id.kind, "", resource.id.name).size() < 2;
                     });
}

// A repository that Flux reads: what none of its Kustomizations builds is nobody's.
bool IsRun(const build::Fleet& fleet, const std::string& path) {
  const std::vector<uint32_t>& runners = fleet.BuildsRunning(path);
  const auto is_flux = [&](uint32_t build) { return fleet.builds()[build]->flux; };
  if (std::any_of(runners.begin(), runners.end(), is_flux)) return true;
  const bool flux = std::any_of(fleet.builds().begin(), fleet.builds().end(),
                                [](const build::FluxBuildPtr& build) { return build->flux; });
  return !flux && !runners.empty();
}

void Check(RuleContext& context) {
  const yaml::Document* document = KustomizationDocument(context);
  const build::Fleet* fleet = context.fleet();
  if (!document || !fleet || !IsRun(*fleet, context.file().path)) return;
  const yaml::Node list = document->root().FindOwn("resources");
  if (!list.IsSequence()) return;
  const Snapshot& snapshot = context.snapshot();
  const std::string directory(DirectoryName(context.file().path));
  for (const std::string& name : snapshot.Names(directory)) {
    const std::string path = JoinPath(directory, name);
    const SourceFilePtr file = snapshot.Find(path);
    if (!file || !HoldsObjects(*file) || IsNamed(context, name)) continue;
    if (!snapshot.KustomizationsListing(path).empty() || !fleet->BuildsReading(path).empty())
      continue;
    Finding& finding = context.Report(
        list, Part::kKey, fmt::format("\"{}\" is not listed here, and nowhere else", name));
    if (!CanBeListed(snapshot, *file)) continue;
    context.AddFix(finding, fmt::format("Add \"{}\" to resources", name),
                   yaml::AppendItem(*document, list, yaml::Value::String(name)), false);
  }
}

}  // namespace

extern const Rule kUnlistedManifest;
const Rule kUnlistedManifest{
    .id = "unlisted-manifest",
    .severity = Severity::kHint,
    .house = true,
    .summary = "A manifest lies beside a kustomization file that does not list it.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
