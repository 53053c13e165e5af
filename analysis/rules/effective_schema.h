// What the builds make of the objects of a file, beside the schema that they must fit: for rules
// about what is absent.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/fleet.h"
#include "analysis/rules/rule.h"
#include "analysis/workspace/schema_choice.h"

namespace fluxls {

struct EffectiveObject {
  const RuleContext::Object* object = nullptr;
  const schema::Choice* choice = nullptr;
  // The document as kustomize reads it; read when asked for.
  std::function<const build::Value*()> written;
  // What it becomes, by the build; what is written, where nobody builds it.
  std::vector<const build::Value*> values;
  std::vector<uint32_t> builds;  // in the fleet, in the order of `values`; none: nobody builds it
  // How bad an absence is: an error where Flux applies it for certain.
  Severity severity = Severity::kWarning;
};

// Calls `visit` for each object that has a schema. Left out: what is encrypted or has syntax
// errors, and documents that builds read but that become no object (patches). The values live as
// long as the call.
void VisitEffectiveObjects(const RuleContext& context,
                           const std::function<void(const EffectiveObject&)>& visit);

// An item of a list in an object, and what the builds make of it: one value for each of
// `EffectiveObject::values`, null where a build has put something else in its place.
struct EffectiveItem {
  yaml::Node node;  // aliases are followed
  std::vector<const build::Value*> values;
};
// The written items of the list at the end of `route` (keys only: `{"spec", "resources"}`).
std::vector<EffectiveItem> EffectiveItems(const RuleContext& context,
                                          const EffectiveObject& effective,
                                          std::initializer_list<std::string_view> route);

// Where a fault is that `is_faulty` finds in the values: "" when all builds have it, " in …" with
// the first one when only some do, nothing when none does.
std::optional<std::string> WhereFaulty(const RuleContext& context, const EffectiveObject& effective,
                                       const std::vector<const build::Value*>& values,
                                       const std::function<bool(const build::Value*)>& is_faulty);

// The node of `root` at the end of the steps, or the last one on the way that is there.
yaml::Node NearestNode(yaml::Node root, const std::vector<yaml::PathStep>& steps);

}  // namespace fluxls
