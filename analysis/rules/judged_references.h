// The references that a file writes down, and what they lead to in each build that has them.
#pragma once

#include <string>
#include <vector>

#include "analysis/build/resolve.h"
#include "analysis/build/unbuilt.h"
#include "analysis/rules/rule.h"

namespace fluxls {

struct ReferenceOutcome {
  // Of whose cluster it is asked; null for an object of which nobody knows who applies it.
  const build::FluxBuild* build = nullptr;
  const build::Object* referrer = nullptr;
  const build::ObjectReference* reference = nullptr;
  build::Resolution resolution;
};

struct JudgedReference {
  ByteRange range;  // of the name, as it is written
  // Not empty; one for each build that has it, in their order.
  std::vector<ReferenceOutcome> outcomes;
};

struct JudgedReferences {
  std::vector<JudgedReference> list;
  build::Unbuilt unbuilt;  // what some of them point into
};

// In order of place; found out once a context. None without a fleet.
const std::vector<JudgedReference>& ReferencesOf(const RuleContext& context);

// The outcomes with this standing.
std::vector<const ReferenceOutcome*> OutcomesWith(const JudgedReference& reference,
                                                  build::Standing standing);

// Points at the objects that a resolution found instead.
void RelateTargets(const build::Fleet& fleet, const build::Resolution& resolution,
                   Finding& finding);

// ` in cluster "clusters/staging"` when only some builds of the reference have these outcomes;
// "" when all have.
std::string InClusters(const JudgedReference& reference,
                       const std::vector<const ReferenceOutcome*>& outcomes);

// Names of the kind in the referrer's cluster and namespace that are nearly the one looked for:
// the only one that is nearest, or "".
std::string NearName(const build::Fleet& fleet, const ReferenceOutcome& outcome);

}  // namespace fluxls
