#include "analysis/build/selections.h"

#include <algorithm>

#include "analysis/build/selector.h"

namespace fluxls::build {
namespace {

struct SelectingField {
  std::string_view group;
  std::string_view kind;
  std::string_view route;
  std::string_view target;  // "" when a `kind` beside it says so: an entry that selects as "*"
};
constexpr SelectingField kFields[] = {
    {"image.toolkit.fluxcd.io", "ImageUpdateAutomation", "spec.policySelector", "ImagePolicy"},
    {"fluxcd.controlplane.io", "ResourceSet", "spec.inputsFrom[].selector",
     "ResourceSetInputProvider"},
    {"notification.toolkit.fluxcd.io", "Alert", "spec.eventSources[]", ""},
    {"notification.toolkit.fluxcd.io", "Receiver", "spec.resources[]", ""},
};

bool Matches(const Object& object, const Selection& selection, const LabelSelector& labels) {
  return object.id.kind == selection.kind &&
         object.id.EffectiveNamespace() == selection.namespace_ &&
         labels.Matches(Find(object.root, {"metadata", "labels"}));
}

}  // namespace

std::vector<Selection> FindSelections(const Object& object) {
  std::vector<Selection> out;
  for (const SelectingField& field : kFields) {
    if (object.id.kind != field.kind || object.id.group != field.group) continue;
    VisitRoute(object.root, field.route, [&](const Value* node) {
      if (!field.target.empty()) {
        out.push_back({node, field.target, object.id.EffectiveNamespace()});
        return;
      }
      if (Text(node, "name") != "*") return;
      const std::string_view ns = Text(node, "namespace");
      out.push_back({node, Text(node, "kind"), ns.empty() ? object.id.EffectiveNamespace() : ns});
    });
  }
  return out;
}

std::vector<Effect> SelectedBy(const Fleet& fleet, const FluxBuild& build,
                               const Selection& selection) {
  std::vector<Effect> out;
  const std::optional<LabelSelector> labels = LabelSelector::Read(selection.node);
  if (!labels) return out;
  for (uint32_t i = 0; i < fleet.builds().size(); ++i) {
    const FluxBuild& other = *fleet.builds()[i];
    if (!other.flux || other.cluster != build.cluster || !other.kinds.contains(selection.kind))
      continue;
    for (uint32_t j = 0; j < other.objects.size(); ++j) {
      if (Matches(other.objects[j], selection, *labels)) out.push_back({i, j});
    }
  }
  return out;
}

std::vector<Selection> SelectionsOf(const Fleet& fleet, Effect selected) {
  std::vector<Selection> out;
  const Object& object = fleet.ObjectOf(selected);
  const std::string& cluster = fleet.BuildOf(selected).cluster;
  for (const FluxBuildPtr& build : fleet.builds()) {
    const bool selects = std::any_of(
        std::begin(kFields), std::end(kFields),
        [&build](const SelectingField& field) { return build->kinds.contains(field.kind); });
    if (!build->flux || build->cluster != cluster || !selects) continue;
    for (const Object& selector : build->objects) {
      for (const Selection& selection : FindSelections(selector)) {
        const std::optional<LabelSelector> labels = LabelSelector::Read(selection.node);
        if (labels && Matches(object, selection, *labels)) out.push_back(selection);
      }
    }
  }
  return out;
}

}  // namespace fluxls::build
