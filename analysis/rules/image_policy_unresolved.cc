#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/build/fleet.h"
#include "analysis/model/image_policy_marker.h"
#include "analysis/rules/example_cluster.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "schemas/nearest.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports markers of image automation that nothing acts on:

* no cluster of the repository applies the ImagePolicy that the marker names;
* the policy lives in a namespace in which its cluster has no ImageUpdateAutomation. An automation uses the policies of its own
  namespace only;
* the file lies outside of `spec.update.path` of the automations in that namespace.

## Why it matters

Flux skips such a marker without a word: the image is never updated.

## When it is silent

* Repositories without any ImagePolicy, or without any ImageUpdateAutomation.
* Clusters that apply what is not known here: other sources, remote bases, ResourceSets. Builds that fail, where they may hold what is
  missing.
* Markers and policies with variables in their names.

## Fix

Writes the nearest policy, or the namespace of the only policy of that name.

## References

* <https://fluxcd.io/flux/components/image/imageupdateautomations/>
)";

constexpr Example kExamples[] = {
    {.title = "A slip of the pen",
     .bad = FLUXLS_EXAMPLE_CLUSTER R"(%! clusters/production/images.yaml
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata:
  name: podinfo
  namespace: flux-system
spec:
  imageRepositoryRef:
    name: podinfo
  policy:
    semver:
      range: 6.x
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata:
  name: fleet
  namespace: flux-system
spec:
  interval: 1h
  sourceRef:
    kind: GitRepository
    name: flux-system
  git:
    commit:
      author:
        email: flux@example.com
  update:
    path: ./apps
    strategy: Setters
%! apps/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: podinfo
  namespace: web
spec:
  template:
    spec:
      containers:
        - name: podinfo
          image: podinfo:6.9.1 # {"$imagepolicy": "flux-system:podnfo"}
#                                                              ^^^^^^ ImagePolicy "podnfo" in namespace "flux-system" is not applied by any cluster; did you mean "podinfo"?
)",
     .good = FLUXLS_EXAMPLE_CLUSTER R"(%! clusters/production/images.yaml
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata:
  name: podinfo
  namespace: flux-system
spec:
  imageRepositoryRef:
    name: podinfo
  policy:
    semver:
      range: 6.x
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata:
  name: fleet
  namespace: flux-system
spec:
  interval: 1h
  sourceRef:
    kind: GitRepository
    name: flux-system
  git:
    commit:
      author:
        email: flux@example.com
  update:
    path: ./apps
    strategy: Setters
%! apps/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: podinfo
  namespace: web
spec:
  template:
    spec:
      containers:
        - name: podinfo
          image: podinfo:6.9.1 # {"$imagepolicy": "flux-system:podinfo"}
)"},
};

using build::ImageAutomationEntry;
using build::ImageAutomations;
using build::ImagePolicyEntry;

bool LiesBelow(std::string_view path, std::string_view directory) {
  return directory.empty() ||
         (path.starts_with(directory) && path.substr(directory.size()).starts_with('/'));
}

void ReportMissing(RuleContext& context, const ImageAutomations& images,
                   const ImagePolicyMarker& marker) {
  // What a failing build would apply is written somewhere, perhaps under another namespace.
  if (images.has_failures &&
      !context.snapshot().Resources("ImagePolicy", "", marker.name).empty()) {
    return;
  }
  std::set<std::string> namespaces;  // of policies of that name
  std::set<std::string> names;       // of policies in that namespace
  for (const ImagePolicyEntry& policy : images.policies) {
    if (policy.name == marker.name) namespaces.emplace(policy.namespace_);
    if (policy.namespace_ == marker.namespace_) names.emplace(policy.name);
  }
  std::string message =
      fmt::format("ImagePolicy \"{}\" in namespace \"{}\" is not applied by any cluster",
                  Shown(marker.name), Shown(marker.namespace_));
  if (namespaces.size() == 1) {
    message += fmt::format("; there is one in namespace \"{}\"", *namespaces.begin());
    Finding& finding = context.ReportAt(marker.namespace_range, std::move(message));
    context.AddFix(finding, fmt::format("Change to \"{}\"", *namespaces.begin()),
                   std::vector<TextEdit>{{marker.namespace_range, *namespaces.begin()}}, false);
    return;
  }
  const std::vector<std::string> candidates(names.begin(), names.end());
  const std::optional<std::string> near = Nearest(marker.name, candidates);
  if (near) message += fmt::format("; did you mean \"{}\"?", *near);
  Finding& finding = context.ReportAt(marker.name_range, std::move(message),
                                      near ? Confidence::kHigh : Confidence::kMedium);
  if (near) {
    context.AddFix(finding, fmt::format("Change to \"{}\"", *near),
                   std::vector<TextEdit>{{marker.name_range, *near}}, false);
  }
}

void CheckMarker(RuleContext& context, const ImageAutomations& images,
                 const ImagePolicyMarker& marker) {
  std::set<std::string_view> clusters;  // that apply the policy
  for (const ImagePolicyEntry& policy : images.policies) {
    if (policy.namespace_ == marker.namespace_ && policy.name == marker.name)
      clusters.insert(policy.cluster);
  }
  if (clusters.empty()) return ReportMissing(context, images, marker);
  // A failing build may hold the automation.
  if (images.has_failures) return;
  const ImageAutomationEntry* elsewhere = nullptr;  // in another namespace
  const ImageAutomationEntry* outside = nullptr;    // in this one, for other files
  for (const ImageAutomationEntry& automation : images.automations) {
    if (!clusters.contains(automation.cluster)) continue;
    if (automation.namespace_ != marker.namespace_) {
      elsewhere = &automation;
    } else if (!automation.directory || LiesBelow(context.file().path, *automation.directory)) {
      return;
    } else {
      outside = &automation;
    }
  }
  if (outside) {
    Finding& finding = context.ReportAt(
        marker.value, fmt::format("this file lies outside of spec.update.path \"{}\" of "
                                  "ImageUpdateAutomation \"{}\" in namespace \"{}\"",
                                  outside->path, outside->name, outside->namespace_));
    finding.confidence = Confidence::kMedium;
  } else if (elsewhere) {
    context.ReportAt(
        marker.namespace_range,
        fmt::format("namespace \"{}\" has no ImageUpdateAutomation; that of namespace \"{}\" uses "
                    "only its own policies",
                    marker.namespace_, elsewhere->namespace_));
  }
}

bool HasTemplates(const ImageAutomations& images) {
  return std::ranges::any_of(images.policies, [](const ImagePolicyEntry& policy) {
    return HasTemplate(policy.name) || HasTemplate(policy.namespace_);
  });
}

void Check(RuleContext& context) {
  const build::Fleet* fleet = context.fleet();
  if (!fleet || context.file().file_class != FileClass::kYaml) return;
  const std::string_view text = context.file().text->content();
  if (text.find("imagepolicy") == std::string_view::npos) return;
  const ImageAutomations& images =
      fleet->ImagesOf(fleet->RootOf(context.snapshot(), context.file().path));
  if (images.policies.empty() || images.automations.empty() || images.has_unknowns) return;
  if (HasTemplates(images)) return;
  for (const yaml::Document& document : context.documents()) {
    for (const ImagePolicyMarker& marker : ReadImagePolicyMarkers(document)) {
      if (marker.fault == MarkerFault::kNone && !HasTemplate(Slice(text, marker.comment)))
        CheckMarker(context, images, marker);
    }
  }
}

}  // namespace

extern const Rule kImagePolicyUnresolved;
const Rule kImagePolicyUnresolved{
    .id = "image-policy-unresolved",
    .severity = Severity::kError,
    .summary = "No ImagePolicy or ImageUpdateAutomation acts on a marker.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
