// The API catalogue: which group, version and kind each Flux release serves, and what a move from
// one version to another costs.
//
// Plain data (api_versions.cc, api_migrations.cc) and questions about it. No state, no IO; every
// view points into static data. Safe from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace fluxls::catalog {

// A release of Flux at the grain of minors. Flux 2 before its first stable release counted 0.1 …
// 0.41.
struct Release {
  int major = 0;
  int minor = 0;
  auto operator<=>(const Release&) const = default;
};

// The newest release that the data knows.
inline constexpr Release kNewest{2, 9};

// One group, version and kind that some release served.
struct Api {
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  Release introduced;                 // first release that serves it; {0, 0} for "from the start"
  std::optional<Release> deprecated;  // first release whose CRD warns about it
  std::optional<Release> removed;     // first release that does not serve it any more

  bool ServedAt(Release release) const {
    return introduced <= release && (!removed || release < *removed);
  }
  bool RemovedAt(Release release) const { return removed && *removed <= release; }
  bool DeprecatedAt(Release release) const {
    return ServedAt(release) && deprecated && *deprecated <= release;
  }
};

// All rows, grouped by kind, newest version of a kind first.
std::span<const Api> AllApis();

// The row, or null when no release ever served it.
const Api* Lookup(std::string_view group, std::string_view version, std::string_view kind);
// All versions of a kind, newest first; those that `release` serves.
std::vector<const Api*> Versions(std::string_view group, std::string_view kind);
std::vector<const Api*> ServedVersions(std::string_view group, std::string_view kind,
                                       Release release);
// What to write for this kind at `release`: the newest version served. Null when it serves none.
const Api* Best(std::string_view group, std::string_view kind, Release release);

// Is this one of the groups in the catalogue?
bool IsKnownGroup(std::string_view group);
// Kinds of a group, each once, in the order of the data.
std::vector<std::string_view> KindsOf(std::string_view group);
// Groups that have a kind of this name.
std::vector<std::string_view> GroupsOf(std::string_view kind);
// All groups, each once.
std::vector<std::string_view> Groups();

// What becomes of a field that a newer version does not have, or not in this form.
enum class MoveKind : uint8_t {
  kRemove,
  kStrategicMerge,  // a list of objects goes in front of `patches` beside it, each as text
  kJsonPatch,       // a list of targets and operations goes behind `patches` beside it
  kValuesFile,      // becomes the first of `valuesFiles`
  kSummary,         // becomes eventMetadata.summary
  kTimeout,         // hours are written in minutes
  kByHand,          // only the author knows
};

// A field that versions from `gone_in` on do not have. A version-only rewrite across that line
// would lose it.
struct FieldMove {
  std::string_view group;
  std::string_view kind;
  std::string_view gone_in;  // first version without the field
  std::string_view
      route;  // "spec.postRenderers[].kustomize.patchesJson6902"; `[]` stands for every item
  std::string_view advice;  // what to do with it, reads on behind the route: "goes to spec.patches"
  MoveKind how = MoveKind::kRemove;
};
std::span<const FieldMove> AllFieldMoves();
// Those that lie between two versions of a kind, `from` being the older one.
std::vector<const FieldMove*> FieldMoves(std::string_view group, std::string_view kind,
                                         std::string_view from, std::string_view to);

// Order of Kubernetes versions by stability: v1alpha1 < v1beta1 < v1beta2 < v1 < v2beta1 < v2.
// Texts of any other form order before all of these.
std::strong_ordering CompareVersions(std::string_view a, std::string_view b);

}  // namespace fluxls::catalog
