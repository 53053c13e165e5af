#include "analysis/model/image_policy_marker.h"

#include <fmt/format.h>

#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports comments that are meant as a marker of image automation, and that Flux does not read as one: single quotes, a slash for the colon,
text around the JSON, a suffix other than `:tag`, `:name` and `:digest`, a marker beside a mapping.

## Why it matters

Flux skips them without a word: the image is never updated.

## When it is silent

* Comments that only speak of markers, and lines that are commented out.
* Files with a syntax error, which Flux skips.
* Markers with variables or templates.

## Fix

Writes the marker as Flux reads it, where it is certain what was meant. Text beside it goes to a comment line of its own.

## References

* <https://fluxcd.io/flux/guides/image-update/#configure-image-update-for-custom-resources>
)";

constexpr Example kExamples[] = {
    {.title = "A slash for the colon",
     .bad = R"(apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
images:
  - name: podinfo
    newTag: 6.9.1 # {"$imagepolicy": "flux-system/podinfo:tag"}
#                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Flux ignores this marker: "flux-system/podinfo:tag" has a slash where a colon is expected
)",
     .good = R"(apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
images:
  - name: podinfo
    newTag: 6.9.1 # {"$imagepolicy": "flux-system:podinfo:tag"}
)"},
    {.title = "Single quotes",
     .bad = R"(apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
images:
  - name: podinfo
    newTag: 6.9.1 # {'$imagepolicy': 'flux-system:podinfo:tag'}
#                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Flux ignores this marker: single quotes, and JSON has double quotes
)",
     .good = R"(apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
images:
  - name: podinfo
    newTag: 6.9.1 # {"$imagepolicy": "flux-system:podinfo:tag"}
)"},
    {.title = "Text behind the marker",
     .bad = R"(apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
images:
  - name: podinfo
    newTag: 6.9.1 # {"$imagepolicy": "flux-system:podinfo:tag"} stable only
#                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Flux ignores this marker: "stable only" stands beside it, and the comment must hold nothing else
)",
     .good = R"(apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
images:
  - name: podinfo
    # stable only
    newTag: 6.9.1 # {"$imagepolicy": "flux-system:podinfo:tag"}
)"},
};

std::string WhatIsWrong(const ImagePolicyMarker& marker, std::string_view text) {
  const std::string value = fmt::format("\"{}\"", Shown(Slice(text, marker.value)));
  constexpr std::string_view kForm = R"({"$imagepolicy": "namespace:name"})";
  switch (marker.fault) {
    case MarkerFault::kNone:
      break;
    case MarkerFault::kSingleQuotes:
      return "single quotes, and JSON has double quotes";
    case MarkerFault::kNotJson:
      return fmt::format("it is no JSON; {} is expected", kForm);
    case MarkerFault::kKey:
      return R"(the key must be "$imagepolicy")";
    case MarkerFault::kText:
      return fmt::format("\"{}\" stands beside it, and the comment must hold nothing else",
                         Shown(marker.text));
    case MarkerFault::kSlash:
      return value + " has a slash where a colon is expected";
    case MarkerFault::kNoNamespace:
      return value + " has no namespace; namespace:name is expected";
    case MarkerFault::kName:
      return value + " is not namespace:name, or that with :tag, :name or :digest";
    case MarkerFault::kUnknownSuffix:
      return fmt::format("\"{}\" is none of tag, name and digest", Shown(marker.suffix));
    case MarkerFault::kNoScalar:
      return "it stands beside a mapping; it belongs behind the value that is to be set";
  }
  return "";
}

// The comment anew; text beside it moves to the line above, where that is a line of YAML's own.
std::vector<TextEdit> Rewrite(std::string_view text, const ImagePolicyMarker& marker) {
  std::vector<TextEdit> edits{{marker.comment, marker.repaired}};
  if (marker.text.empty()) return edits;
  const uint32_t line = LineBegin(text, marker.comment.begin);
  // Not into a value of several lines, and not in front of a byte order mark.
  if (!marker.scalar || marker.scalar.range().begin < line || marker.scalar.IsBlockScalar() ||
      line == 0)
    return {};
  const uint32_t first =
      std::min(static_cast<uint32_t>(text.find_first_not_of(' ', line)), marker.comment.begin);
  std::string above(text.substr(line, first - line));
  above += marker.text.starts_with('#') ? "" : "# ";
  above += marker.text;
  above += PreferredLineEnd(text);
  edits.insert(edits.begin(), {{line, line}, above});
  return edits;
}

void Check(RuleContext& context) {
  if (context.file().file_class != FileClass::kYaml) return;
  const std::string_view text = context.file().text->content();
  for (const yaml::Document& document : context.documents()) {
    for (const ImagePolicyMarker& marker : ReadImagePolicyMarkers(document)) {
      if (marker.fault == MarkerFault::kNone || HasTemplate(Slice(text, marker.comment))) continue;
      Finding& finding = context.ReportAt(
          marker.comment, fmt::format("Flux ignores this marker: {}", WhatIsWrong(marker, text)));
      if (!marker.repaired.empty())
        context.AddFix(finding, "Write " + marker.repaired.substr(2), Rewrite(text, marker), false);
    }
  }
}

}  // namespace

extern const Rule kImagePolicyMarker;
const Rule kImagePolicyMarker{
    .id = "image-policy-marker",
    .severity = Severity::kError,
    .summary = "A comment is meant as a marker of image automation, and Flux does not read it.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
