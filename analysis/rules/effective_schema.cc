#include "analysis/rules/effective_schema.h"

#include <algorithm>
#include <map>
#include <optional>

#include "analysis/build/load.h"
#include "analysis/rules/build_problems.h"
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

std::vector<EffectiveItem> EffectiveItems(const RuleContext& context,
                                          const EffectiveObject& effective,
                                          std::initializer_list<std::string_view> route) {
  std::vector<EffectiveItem> out;
  Node list = effective.object->root;
  for (std::string_view key : route) list = list.Find(key);
  if (!list.IsSequence()) return out;
  for (const Node item : list) out.push_back({item.Resolve(), {}});
  for (const build::Value* value : effective.values) {
    for (std::string_view key : route) value = value ? build::Find(value, key) : nullptr;
    const auto items = build::ItemsOf(value);
    std::map<ByteRange, const build::Value*> by_place;
    for (const build::Value* item : items) {
      if (item->origin && item->origin.file->path == context.file().path)
        by_place.emplace(item->origin.range, item);
    }
    for (size_t i = 0; i < out.size(); ++i) {
      // What nobody builds is as it is written, and has no origin.
      const auto found = by_place.find(out[i].node.range());
      const bool as_written = effective.builds.empty() && i < items.size();
      out[i].values.push_back(as_written                ? items[i]
                              : found == by_place.end() ? nullptr
                                                        : found->second);
    }
  }
  return out;
}

std::optional<std::string> WhereFaulty(const RuleContext& context, const EffectiveObject& effective,
                                       const std::vector<const build::Value*>& values,
                                       const std::function<bool(const build::Value*)>& is_faulty) {
  std::optional<size_t> first;
  size_t count = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i] || !is_faulty(values[i])) continue;
    if (!first) first = i;
    ++count;
  }
  if (!first) return std::nullopt;
  if (count == values.size() || effective.builds.empty()) return "";
  return " in " + DescribeBuild(context, effective.builds[*first]);
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
