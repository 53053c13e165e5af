#include "analysis/rules/effective_schema.h"

#include <algorithm>
#include <map>
#include <optional>

#include "analysis/build/load.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

using yaml::Node;

bool IsJudged(const RuleContext& context, const RuleContext::Object& object) {
  if (object.api.group == kKustomizeGroup || object.document->HasErrors()) return false;
  if (object.root.Find("sops").IsMapping() || object.root.Find("$patch")) return false;
  return !IsKustomizeFileUnderFluxApi(object.root) && !IsGeneratedFile(context.file());
}

// Builds of Flux count; those of kustomize alone where there are no others.
void AddEffects(const build::Fleet& fleet, const std::vector<build::Effect>& effects, bool flux,
                EffectiveObject& out) {
  for (const build::Effect effect : effects) {
    if (fleet.BuildOf(effect).flux != flux) continue;
    out.values.push_back(fleet.ObjectOf(effect).root);
    out.builds.push_back(effect.build);
    if (flux && fleet.BuildOf(effect).certain) out.severity = Severity::kError;
  }
}

}  // namespace

void VisitEffectiveObjects(const RuleContext& context,
                           const std::function<void(const EffectiveObject&)>& visit) {
  const build::Fleet* fleet = context.fleet();
  if (!fleet || context.file().file_class != FileClass::kYaml) return;
  const std::string& path = context.file().path;
  std::map<ByteRange, std::vector<build::Effect>> by_place;
  for (const build::Effect effect : fleet->EffectsOf(path))
    by_place[fleet->ObjectOf(effect).origin.range].push_back(effect);
  const std::vector<build::Effect> none;
  for (const RuleContext::Object& object : context.objects()) {
    if (!IsJudged(context, object)) continue;
    const schema::Choice& choice = SchemaFor(context, object.api, object.kind);
    if (!choice) continue;
    std::optional<build::Arena> arena;
    const build::Value* written = nullptr;
    EffectiveObject effective{.object = &object, .choice = &choice};
    effective.written = [&] {
      if (!arena) written = build::Load(arena.emplace(), object.root, {});
      return written;
    };
    const auto found = by_place.find(object.root.range());
    const std::vector<build::Effect>& effects = found == by_place.end() ? none : found->second;
    AddEffects(*fleet, effects, true, effective);
    const bool by_flux = !effective.values.empty();
    if (!by_flux) {
      // Where patches fill in what objects of a kind leave out, they may do so here as well.
      if (context.snapshot().IsKindPatched(object.kind)) continue;
      AddEffects(*fleet, effects, false, effective);
    }
    if (effective.values.empty()) {
      // A patch, or an object of a build that fails.
      if (!fleet->BuildsReading(path).empty()) continue;
      if (!context.snapshot().KustomizationsListing(path).empty()) continue;
      effective.values.push_back(effective.written());
    }
    visit(effective);
  }
}

Node NearestNode(Node root, const std::vector<yaml::PathStep>& steps) {
  Node node = root;
  for (const yaml::PathStep& step : steps) {
    const Node next =
        step.IsIndex() ? node[static_cast<uint32_t>(step.index)].Resolve() : node.Find(step.key);
    if (!next) return node;
    node = next;
  }
  return node;
}

}  // namespace fluxls
