// The one list of rules, in the order of the catalogue. Explicit, because a static library drops
// objects that only register themselves.
#include <algorithm>

#include "analysis/rules/rule.h"

namespace fluxls {

extern const Rule kYamlSyntax;
extern const Rule kDuplicateKey;
extern const Rule kUnknownField;
extern const Rule kMissingField;
extern const Rule kInvalidType;
extern const Rule kInvalidValue;
extern const Rule kInvalidCombination;
extern const Rule kInvalidMetadata;
extern const Rule kFieldNeedsNewerFlux;
extern const Rule kRemovedApiVersion;
extern const Rule kDeprecatedApiVersion;
extern const Rule kUnknownApiVersion;
extern const Rule kFluxV1Manifest;
extern const Rule kWrongKustomization;
extern const Rule kUnresolvedReference;
extern const Rule kWrongReferenceNamespace;
extern const Rule kReferenceNotApplied;
extern const Rule kDependencyCycle;
extern const Rule kMissingDependency;
extern const Rule kCrossNamespaceReference;
extern const Rule kPathNotFound;
extern const Rule kOverlappingPaths;
extern const Rule kDuplicateResource;
extern const Rule kKustomizeMissingEntry;
extern const Rule kKustomizeDuplicateEntry;
extern const Rule kKustomizeCycle;
extern const Rule kKustomizeComponent;
extern const Rule kKustomizeDeprecatedField;
extern const Rule kKustomizePatchTarget;
extern const Rule kKustomizeGeneratedName;
extern const Rule kKustomizeUnsupported;
extern const Rule kKustomizeOutsideRoot;
extern const Rule kKustomizeBuild;
extern const Rule kUnlistedManifest;
extern const Rule kUndefinedVariable;
extern const Rule kInvalidSubstitution;
extern const Rule kSubstitutionOperator;
extern const Rule kInvalidVariableName;
extern const Rule kSubstitutionRetypes;
extern const Rule kPreferOverlays;
extern const Rule kHealthCheckReference;
extern const Rule kHelmreleaseRemediation;
extern const Rule kReceiverReference;
extern const Rule kPlaintextSecret;
extern const Rule kImagePolicyMarker;
extern const Rule kImagePolicyUnresolved;

namespace {

const Rule* const kAllRules[] = {
    &kYamlSyntax,
    &kDuplicateKey,
    &kUnknownField,
    &kMissingField,
    &kInvalidType,
    &kInvalidValue,
    &kInvalidCombination,
    &kInvalidMetadata,
    &kFieldNeedsNewerFlux,
    &kRemovedApiVersion,
    &kDeprecatedApiVersion,
    &kUnknownApiVersion,
    &kFluxV1Manifest,
    &kWrongKustomization,
    &kUnresolvedReference,
    &kWrongReferenceNamespace,
    &kReferenceNotApplied,
    &kDependencyCycle,
    &kMissingDependency,
    &kCrossNamespaceReference,
    &kPathNotFound,
    &kOverlappingPaths,
    &kDuplicateResource,
    &kKustomizeMissingEntry,
    &kKustomizeDuplicateEntry,
    &kKustomizeCycle,
    &kKustomizeComponent,
    &kKustomizeDeprecatedField,
    &kKustomizePatchTarget,
    &kKustomizeGeneratedName,
    &kKustomizeUnsupported,
    &kKustomizeOutsideRoot,
    &kKustomizeBuild,
    &kUnlistedManifest,
    &kUndefinedVariable,
    &kInvalidSubstitution,
    &kSubstitutionOperator,
    &kInvalidVariableName,
    &kSubstitutionRetypes,
    &kPreferOverlays,
    &kHealthCheckReference,
    &kHelmreleaseRemediation,
    &kReceiverReference,
    &kPlaintextSecret,
    &kImagePolicyMarker,
    &kImagePolicyUnresolved,
};

// What a profile makes of a rule's own severity; nothing for "off".
std::optional<Severity> InProfile(const Rule& rule, Profile profile) {
  switch (profile) {
    case Profile::kMinimal:
      if (rule.severity != Severity::kError) return std::nullopt;
      break;
    case Profile::kRecommended:
      break;
    case Profile::kStrict:
      return std::min(rule.severity, Severity::kWarning);
    case Profile::kHouse:
      if (rule.house) return std::min(rule.severity, Severity::kWarning);
      break;
  }
  return rule.severity;
}

}  // namespace

std::span<const Rule* const> AllRules() {
  return kAllRules;
}

const Rule* FindRule(std::string_view id) {
  for (const Rule* rule : kAllRules) {
    if (rule->id == id) return rule;
  }
  return nullptr;
}

std::optional<Severity> SeverityOf(const Rule& rule, const Settings& settings) {
  auto own = settings.rules.find(std::string(rule.id));
  return own != settings.rules.end() ? own->second : InProfile(rule, settings.profile);
}

}  // namespace fluxls
