#include "analysis/features/place.h"

#include <algorithm>

namespace fluxls {

using yaml::Node;

Place FindPlace(const Snapshot& snapshot, const std::string& path, const yaml::File& file,
                uint32_t document) {
  Place place;
  if (document < file.documents.size()) place.root = file.documents[document].root();
  place.api = ApiVersion::Parse(place.root.Find("apiVersion").value());
  place.kind = place.root.Find("kind").value();
  // A kustomization needs neither to be one.
  if (place.api.version.empty() && IsKustomizationFileName(BaseName(path)))
    place.api = {std::string(kKustomizeGroup), place.kind == "Component" ? "v1alpha1" : "v1beta1"};
  if (place.kind.empty() && place.api.group == kKustomizeGroup) place.kind = "Kustomization";
  // A kind that only Flux has says enough.
  if (place.api.version.empty() && !place.kind.empty() && !place.root.FindOwn("apiVersion")) {
    const std::vector<std::string_view> groups = catalog::GroupsOf(place.kind);
    const catalog::Release release = ToCatalog(snapshot.ReleaseFor(path).release);
    const catalog::Api* best =
        groups.size() == 1 ? catalog::Best(groups[0], place.kind, release) : nullptr;
    if (best) place.api = {std::string(best->group), std::string(best->version)};
  }
  if (!place.kind.empty() && !place.api.version.empty())
    place.choice = schema::Choose(snapshot, path, place.api, place.kind);
  return place;
}

const schema::Field* FindField(const Place& place, const std::vector<yaml::PathStep>& steps) {
  return schema::FieldAt(place.choice, steps);
}

std::vector<yaml::PathStep> StepsTo(Node node) {
  std::vector<yaml::PathStep> steps;
  if (node.IsKey()) {
    // The mapping, then the key.
    steps.push_back({std::string(node.value()), -1});
    node = node.parent();
  }
  while (node && node.parent()) {
    const Node parent = node.parent();
    if (const Node key = node.key()) {
      steps.push_back({std::string(key.value()), -1});
    } else {
      int32_t index = 0;
      for (const Node item : parent) {
        if (item == node) break;
        ++index;
      }
      steps.push_back({"", index});
    }
    node = parent;
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

std::string RouteOf(const std::vector<yaml::PathStep>& steps) {
  std::string out;
  for (const yaml::PathStep& step : steps) {
    if (step.IsIndex()) {
      out += "[]";
    } else {
      if (!out.empty()) out += '.';
      out += step.key;
    }
  }
  return out;
}

yaml::Node Follow(yaml::Node node, const std::vector<yaml::PathStep>& steps, size_t count) {
  for (size_t i = 0; i < count && node; ++i) {
    const yaml::PathStep& step = steps[i];
    if (!step.IsIndex()) {
      node = node.FindOwn(step.key);
    } else if (node.IsSequence() && static_cast<uint32_t>(step.index) < node.size()) {
      node = node[static_cast<uint32_t>(step.index)];
    } else {
      return {};
    }
  }
  return node;
}

}  // namespace fluxls
