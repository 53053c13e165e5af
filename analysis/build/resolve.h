// What a reference leads to, as the controllers look it up: in the objects that the referrer's
// cluster applies. "Not found" is only said where nothing that is not known here could hold the
// target.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <string>
#include <vector>

#include "analysis/build/fleet.h"

namespace fluxls::build {

enum class Standing : uint8_t {
  kFound,           // an object that the cluster applies
  kMade,            // a controller makes it of an object that the cluster applies
  kOtherNamespace,  // the cluster applies one of this kind and name, elsewhere
  kOtherCluster,    // only other clusters apply it
  kNotApplied,      // it is written in the repository, but no cluster applies it
  kMissing,         // it is nowhere
  kUnknown,         // nobody here can say
};

struct Resolution {
  Standing standing = Standing::kUnknown;
  // kFound: the target; kMade: who makes it; kOtherNamespace and kOtherCluster: those others;
  // kUnknown: candidates, for navigation.
  std::vector<Effect> targets;
  // kNotApplied, and kUnknown without `targets`: where it is written.
  std::vector<ResourceLocation> written;
  // False for a kMissing with parts of the cluster that are not known, and hold it hardly.
  bool certain = true;
  std::string reason;  // kUnknown: why, in words that go behind "not known: "
};

Resolution Resolve(const Snapshot& snapshot, const Fleet& fleet, ReferenceSite site);
// The same for a reference of an object that is in none of the fleet's builds, as if it were in
// `build`.
Resolution Resolve(const Snapshot& snapshot, const Fleet& fleet, const FluxBuild& build,
                   const Object& referrer, const ObjectReference& reference);
// For an object of which nobody knows who applies it: is there anything of that kind and name in
// the repository? kFound, kMade, kUnknown or kMissing.
Resolution ResolveAnywhere(const Snapshot& snapshot, const Fleet& fleet,
                           const ObjectReference& reference);

// Kinds of which objects commonly come from outside of the repository (a Secret made by hand, by
// Terraform, by an operator).
bool IsOftenElsewhere(std::string_view kind);

// Does the text hold what is filled in later?
bool IsTemplatedName(std::string_view text);

}  // namespace fluxls::build
