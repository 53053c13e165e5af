#include "analysis/rules/api_judge.h"

#include <fmt/format.h>

#include "analysis/rules/migrate.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

using catalog::Api;

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
  Migration migration;
  if (best) {
    what += fmt::format("; use {}", ApiName(*best));
    migration = Migrate(context, site, *best);
    if (!migration.by_hand.empty()) {
      what += fmt::format(" (before that: {})", fmt::join(migration.by_hand, ", "));
    } else if (!migration.moves.empty()) {
      what += fmt::format(" ({})", fmt::join(migration.moves, ", "));
    }
  }
  if (judgement.release.assumed && migration.moves.empty()) {
    what += fmt::format(" (no Flux release found in the repository, so {} is assumed)",
                        judgement.release.release.ToString());
  }
  Finding& finding =
      context.ReportAt(site.range, std::move(what),
                       judgement.release.assumed ? Confidence::kMedium : Confidence::kHigh);
  if (site.IsLoose()) finding.severity = std::max(finding.severity, Severity::kWarning);
  if (!best || !migration.edits) return;
  // Patches elsewhere may speak of the fields that move.
  const bool patched = !migration.moves.empty() && context.snapshot().IsKindPatched(site.kind);
  const bool safe = !site.object.IsDamaged() && migration.keeps_comments && !patched &&
                    !ChangesWhatIsPatched(context, site) && FitsCluster(judgement);
  context.AddFix(finding, fmt::format("Change to {}", ApiName(*best)), migration.edits, safe);
}

}  // namespace fluxls
