#include "analysis/rules/judged_references.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "schemas/nearest.h"

namespace fluxls {

namespace {

// Of a cluster that starts elsewhere little is known; whether the name is anywhere is.
void AskAnywhere(const Snapshot& snapshot, const build::Fleet& fleet, ReferenceOutcome& outcome) {
  const build::Standing standing = outcome.resolution.standing;
  const bool open = standing == build::Standing::kUnknown || standing == build::Standing::kMissing;
  if (!open || !outcome.build || fleet.IsRooted(outcome.build->cluster)) return;
  build::Resolution anywhere = build::ResolveAnywhere(snapshot, fleet, *outcome.reference);
  if (anywhere.standing != build::Standing::kMissing) return;
  outcome.resolution = std::move(anywhere);
  outcome.build = nullptr;
}

}  // namespace

const std::vector<JudgedReference>& ReferencesOf(const RuleContext& context) {
  auto& memo = context.memo().references;
  if (memo) return memo->list;
  auto judged = std::make_shared<JudgedReferences>();
  memo = judged;
  const build::Fleet* fleet = context.fleet();
  // What is parked refers to what was there once.
  if (!fleet || context.snapshot().IsParked(context.file().path)) return memo->list;
  const Snapshot& snapshot = context.snapshot();
  std::map<ByteRange, std::vector<ReferenceOutcome>> places;
  for (build::ReferenceSite site : fleet->ReferencesIn(context.file().path)) {
    const build::FluxBuild& build = *fleet->builds()[site.build];
    const build::ObjectReference& reference = fleet->ReferenceAt(site);
    ReferenceOutcome outcome{&build, &build.objects[reference.object], &reference, {}};
    if (!build.flux || !build.certain) {
      outcome.build = nullptr;
      outcome.resolution = build::ResolveAnywhere(snapshot, *fleet, reference);
    } else {
      outcome.resolution = build::Resolve(snapshot, *fleet, site);
      AskAnywhere(snapshot, *fleet, outcome);
    }
    places[reference.name_value->origin.range].push_back(std::move(outcome));
  }
  judged->unbuilt = build::FindUnbuilt(*fleet, context.file());
  for (const build::ObjectReference& reference : judged->unbuilt.references) {
    const build::Object& referrer = judged->unbuilt.objects[reference.object];
    const std::optional<uint32_t> build = judged->unbuilt.builds[reference.object];
    ReferenceOutcome outcome{nullptr, &referrer, &reference, {}};
    // Of a file by itself nothing is known around it.
    if (!build && snapshot.RootOf(context.file().path).empty()) continue;
    if (build) {
      outcome.build = fleet->builds()[*build].get();
      outcome.resolution = build::Resolve(snapshot, *fleet, *outcome.build, referrer, reference);
      AskAnywhere(snapshot, *fleet, outcome);
    } else {
      outcome.resolution = build::ResolveAnywhere(snapshot, *fleet, reference);
    }
    places[reference.name_value->origin.range].push_back(std::move(outcome));
  }
  for (auto& [range, outcomes] : places) judged->list.push_back({range, std::move(outcomes)});
  return memo->list;
}

std::vector<const ReferenceOutcome*> OutcomesWith(const JudgedReference& reference,
                                                  build::Standing standing) {
  std::vector<const ReferenceOutcome*> out;
  for (const ReferenceOutcome& outcome : reference.outcomes) {
    if (outcome.resolution.standing == standing) out.push_back(&outcome);
  }
  return out;
}

void RelateTargets(const build::Fleet& fleet, const build::Resolution& resolution,
                   Finding& finding) {
  for (build::Effect effect : resolution.targets) {
    const build::Object& object = fleet.ObjectOf(effect);
    if (object.origin)
      finding.related.push_back(
          {object.origin.file->path, object.origin.range, Describe(object.id)});
  }
}

std::string InClusters(const JudgedReference& reference,
                       const std::vector<const ReferenceOutcome*>& outcomes) {
  if (outcomes.size() == reference.outcomes.size()) return "";
  std::set<std::string> clusters;
  for (const ReferenceOutcome* outcome : outcomes)
    if (outcome->build) clusters.insert(outcome->build->cluster);
  if (clusters.empty()) return "";
  std::string out = clusters.size() == 1 ? " in cluster " : " in clusters ";
  for (const std::string& cluster : clusters)
    out += fmt::format("{}\"{}\"", cluster == *clusters.begin() ? "" : ", ", cluster);
  return out;
}

std::string NearName(const build::Fleet& fleet, const ReferenceOutcome& outcome) {
  const build::ObjectReference& reference = *outcome.reference;
  // A short name has few letters to be wrong in.
  const size_t most = reference.name.size() < 5 ? 1 : reference.name.size() < 12 ? 2 : 3;
  size_t best = most + 1;
  std::set<std::string_view> names;
  for (const build::FluxBuildPtr& build : fleet.builds()) {
    if (outcome.build && (!build->flux || build->cluster != outcome.build->cluster)) continue;
    for (const build::Object& object : build->objects) {
      const build::ObjectId& id = object.id;
      if (id.kind != reference.kind) continue;
      if (outcome.build && id.EffectiveNamespace() != reference.namespace_) continue;
      // One does not mean oneself.
      const bool self =
          id.name == outcome.referrer->id.name && id.kind == outcome.referrer->id.kind;
      if (self) continue;
      const size_t distance = EditDistance(id.name, reference.name, most);
      if (distance > best || distance > most) continue;
      if (distance < best) names.clear();
      best = distance;
      names.insert(id.name);
    }
  }
  return names.size() == 1 ? std::string(*names.begin()) : "";
}

}  // namespace fluxls
