#include "analysis/rules/api_judge.h"

#include <fmt/format.h>

#include "analysis/rules/support.h"

namespace fluxls {
namespace {

using catalog::Api;
using yaml::Node;

// Does `route` lead anywhere from `node`? `[]` stands for every item of a list.
bool Leads(Node node, std::string_view route) {
  while (!route.empty() && node) {
    const size_t dot = route.find('.');
    std::string_view step = route.substr(0, dot);
    route = dot == std::string_view::npos ? std::string_view() : route.substr(dot + 1);
    const bool list = step.ends_with("[]");
    if (list) step.remove_suffix(2);
    node = node.Find(step);
    if (!list) continue;
    if (!node.IsSequence()) return false;
    for (Node item : node) {
      if (Leads(item.Resolve(), route)) return true;
    }
    return false;
  }
  return bool(node);
}

// What has to be done before the version may change, in words; empty when nothing.
std::string Obstacles(const ApiSite& site, const Api& best) {
  std::vector<std::string> moves;
  for (const catalog::FieldMove* move :
       catalog::FieldMoves(site.api.group, site.kind, site.api.version, best.version)) {
    if (Leads(site.object, move->route)) {
      moves.push_back(fmt::format("{} {}", move->route, move->advice));
    }
  }
  // Sources got patterns for durations in v1beta2, and those for timeouts know no hours.
  if (site.api.group == "source.toolkit.fluxcd.io" && site.api.version == "v1beta1") {
    Node timeout = site.object.At("spec.timeout");
    if (timeout && timeout.value().find('h') != std::string_view::npos) {
      moves.emplace_back("spec.timeout may not be in hours");
    }
  }
  return fmt::format("{}", fmt::join(moves, ", "));
}

// A patch without a target finds its object by apiVersion: while such an object still has the old
// version, a rewrite here alone would make the patch miss it. A target that was rewritten selects
// objects that it did not select before.
bool ChangesWhatIsPatched(const RuleContext& context, const ApiSite& site) {
  if (site.role == ApiSite::Role::kTarget) return true;
  return site.role == ApiSite::Role::kPatch && context.snapshot().HasObjectOf(site.api, site.kind);
}

// Is it known that the cluster serves the new version, and not the old one? An assumed release
// proves nothing, unless it is so in every release; nor does one newer than the data.
bool FitsCluster(const ApiJudgement& judgement) {
  if (judgement.release.release > kNewestRelease) return false;
  if (!judgement.release.assumed) return true;
  const catalog::Release oldest = ToCatalog(kOldestRelease);
  return judgement.api && judgement.api->RemovedAt(oldest) && judgement.best->ServedAt(oldest);
}

}  // namespace

std::string ApiName(const Api& api) {
  return fmt::format("{}/{}", api.group, api.version);
}

ApiJudgement JudgeApi(const RuleContext& context, const ApiSite& site) {
  ApiJudgement judgement;
  // Fields of a kustomization file under Flux's apiVersion: the version is the smaller mistake
  // (wrong-kustomization).
  if (IsKustomizeFileUnderFluxApi(site.object)) return judgement;
  const bool known_group = catalog::IsKnownGroup(site.api.group);
  if (!known_group && !IsFluxGroup(site.api.group)) return judgement;
  judgement.release = context.snapshot().ReleaseFor(context.file().path);
  const catalog::Release release = ToCatalog(judgement.release.release);

  judgement.api = catalog::Lookup(site.api.group, site.api.version, site.kind);
  if (judgement.api) {
    judgement.best = catalog::Best(site.api.group, site.kind, release);
    if (judgement.api->RemovedAt(release)) {
      judgement.verdict = ApiVerdict::kRemoved;
    } else if (judgement.api->DeprecatedAt(release)) {
      judgement.verdict = ApiVerdict::kDeprecated;
    }
    return judgement;
  }
  // A release newer than the data may serve what the data does not have.
  if (judgement.release.release > kNewestRelease || site.kind.ends_with("List")) return judgement;
  std::vector<const Api*> versions = catalog::Versions(site.api.group, site.kind);
  if (!versions.empty()) {
    judgement.verdict = ApiVerdict::kUnknownVersion;
    judgement.best = catalog::Best(site.api.group, site.kind, release);
    if (!judgement.best) judgement.best = versions.front();
    return judgement;
  }
  std::vector<std::string_view> groups = catalog::GroupsOf(site.kind);
  if (!groups.empty()) {
    judgement.verdict = known_group ? ApiVerdict::kWrongGroup : ApiVerdict::kUnknownGroup;
    judgement.best = catalog::Best(groups.front(), site.kind, release);
    if (!judgement.best) judgement.best = catalog::Versions(groups.front(), site.kind).front();
    return judgement;
  }
  if (known_group) judgement.verdict = ApiVerdict::kUnknownKind;
  return judgement;
}

void ReportOldApi(RuleContext& context, const ApiSite& site, const ApiJudgement& judgement,
                  std::string what) {
  const Api* best = judgement.best;
  std::string obstacle;
  if (best) {
    what += fmt::format("; use {}", ApiName(*best));
    obstacle = Obstacles(site, *best);
    if (!obstacle.empty()) what += fmt::format(" (before that: {})", obstacle);
  }
  if (judgement.release.assumed && obstacle.empty()) {
    what += fmt::format(" (no Flux release found in the repository, so {} is assumed)",
                        judgement.release.release.ToString());
  }
  Finding& finding =
      context.ReportAt(site.range, std::move(what),
                       judgement.release.assumed ? Confidence::kMedium : Confidence::kHigh);
  if (site.IsLoose()) finding.severity = std::max(finding.severity, Severity::kWarning);
  if (!best || !obstacle.empty()) return;
  const bool safe =
      !site.object.IsDamaged() && !ChangesWhatIsPatched(context, site) && FitsCluster(judgement);
  context.AddFix(finding, fmt::format("Change to {}", ApiName(*best)),
                 RewriteVersion(site, best->group, best->version), safe);
}

}  // namespace fluxls
