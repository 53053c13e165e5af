// What the catalogue says about one place that names an API, and the rewrite that mends it.
#pragma once

#include <string>
#include <vector>

#include "analysis/rules/api_sites.h"
#include "schemas/catalog.h"

namespace fluxls {

enum class ApiVerdict : uint8_t {
  kFine,  // served, or nothing that we know of
  kDeprecated,
  kRemoved,
  kUnknownVersion,  // the kind exists in the group, this version never did
  kWrongGroup,      // the kind exists in another group of Flux
  kUnknownKind,     // the group exists, no kind of this name anywhere
  kUnknownGroup,    // no such group, but the kind is one of Flux
};

struct ApiJudgement {
  ApiVerdict verdict = ApiVerdict::kFine;
  const catalog::Api* api = nullptr;   // the row of what is written, where there is one
  const catalog::Api* best = nullptr;  // what to write; null when nothing fits
  ReleaseAnswer release;
};

// The judgement of a site for the release that this file's cluster runs.
ApiJudgement JudgeApi(const RuleContext& context, const ApiSite& site);

// "source.toolkit.fluxcd.io/v1"
std::string ApiName(const catalog::Api& api);

// Shared by removed- and deprecated-api-version: reports `site` with the rewrite as its fix. The
// message is `what` followed by the version to use, the fields that must move first, and how the
// release is known.
void ReportOldApi(RuleContext& context, const ApiSite& site, const ApiJudgement& judgement,
                  std::string what);

}  // namespace fluxls
