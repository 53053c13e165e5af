// What Flux makes of one Flux Kustomization: kustomize's build of its path with what `spec` adds,
// then the substitution of variables.
//
// Facts: fluxcd/pkg kustomize (generator, variable substitution), kustomize-controller 1.9.
// Thread contract: one thread at a time while building; a FluxBuild is immutable once returned.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "analysis/build/builder.h"
#include "analysis/build/envsubst.h"
#include "analysis/build/flux_sources.h"
#include "analysis/build/makers.h"
#include "analysis/build/references.h"
#include "analysis/model/flux_release.h"

namespace fluxls::build {

// A variable of a postBuild, and where its value is written.
struct DefinedVariable {
  bool known = true;  // false: set, but nobody here can say to what (encrypted)
  std::string value;
  Origin origin;
  std::string secret;  // where it comes from, when not everybody may see it; see open_value.h
};

struct Variables {
  bool active = false;  // Flux substitutes at all
  bool strict = false;
  // Every source of variables is at hand: a name that is not in `defined` is not defined.
  bool complete = true;
  bool always = false;  // substituteStrategy Always: without any variable, too
  // That Flux substitutes does not hang on sources that are not at hand.
  bool IsCertain() const { return active && (always || complete || !defined.empty()); }
  std::map<std::string, DefinedVariable, std::less<>> defined;
  // What the origins point to. Variables outlive the builds that they come from.
  std::vector<std::shared_ptr<const OriginFile>> files;
};

// A scalar with `${…}` that Flux replaces: where it is written, and the object that it got into.
struct VariableSite {
  Origin origin;
  uint32_t object = 0;  // index in FluxBuild::objects
};

// Hashes of an object that every fleet asks for again.
struct ObjectHashes {
  uint64_t identity = 0;    // of its ObjectId
  uint64_t signature = 0;   // of all that builds have made of it
  uint64_t name = 0;        // of cluster, kind, namespace and name; see HashOfName
  uint64_t short_name = 0;  // of kind and name; see HashOfShortName
  bool shared = false;      // Flux merges it with what is there, or leaves it alone
};
uint64_t HashOfName(std::string_view cluster, std::string_view kind, std::string_view namespace_,
                    std::string_view name);
// Whatever the cluster and the namespace.
uint64_t HashOfShortName(std::string_view kind, std::string_view name);

struct FluxBuild;
using FluxBuildPtr = std::shared_ptr<const FluxBuild>;

struct FluxBuild {
  std::string cluster;  // path of the cluster's directory in the repository; "" for plain kustomize
  std::string name;     // of the Kustomization; the directory for plain kustomize
  std::string namespace_;
  bool flux = true;  // false: a directory with a kustomization that no Flux Kustomization builds
  const Value* kustomization = nullptr;        // the effective Flux Kustomization
  Origin origin;                               // where it is written
  std::string source_ignore;                   // `spec.ignore` of its source
  std::string directory;                       // that is built; "" when it is not known
  Objects objects;                             // what is applied
  std::vector<ObjectHashes> hashes;            // of `objects`, in their order
  std::vector<ObjectReference> references;     // of `objects`, in their order
  std::vector<MadeBy> made;                    // what controllers make of `objects`
  std::set<std::string_view> kinds;            // of `objects`
  std::set<std::string_view> flux_namespaces;  // that Flux objects among them live in
  std::vector<uint32_t> open_objects;          // indices; see Fleet::open_objects
  std::set<std::string_view> locked_down;      // controllers that they lock down; see Fleet
  std::vector<uint32_t> kustomizations;        // indices of Flux Kustomizations in `objects`
  std::vector<uint32_t> variable_sources;      // indices of ConfigMaps and Secrets in `objects`
  std::vector<Problem> problems;
  std::vector<Unknown> unknowns;
  Variables variables;
  std::vector<VariableSite> variable_sites;
  uint64_t sites_hash = 0;  // of their texts
  FluxRelease release;
  AccumulationPtr accumulation;  // null when there is no directory
  std::shared_ptr<Arena> arena;
  std::shared_ptr<const void> keep;  // what `kustomization` and `origin` belong to
  // False: its entry may well be applied, and changed, by somebody whom this repository does not
  // show.
  bool certain = true;
  FluxBuildPtr parent;  // whose build applies this Kustomization; null for an entry
  // An entry that is where its cluster starts: it applies itself, or Flux Operator makes it.
  bool rooted = false;
  bool failed = false;

  // "flux-system/apps", or the directory.
  std::string Title() const;
};

// Finds an object that a build can refer to by name: what the cluster applies.
using FindObject = std::function<const Value*(std::string_view kind, std::string_view namespace_,
                                              std::string_view name)>;

struct FluxRequest {
  std::string cluster;
  const Value* kustomization = nullptr;  // effective
  Origin origin;
  FluxBuildPtr parent;               // whose build applies it; null for an entry
  std::shared_ptr<const void> keep;  // what the values of the Kustomization belong to
  bool certain = true;
  FluxRelease release;
  bool rooted = false;  // see FluxBuild
};

// `previous`: the build of the same Kustomization before; it is taken over when nothing has
// changed.
FluxBuildPtr BuildFlux(Builder& builder, const Sources& sources, const FluxRequest& request,
                       const FindObject& find, const FluxBuildPtr& previous);

// A directory that kustomize alone builds.
FluxBuildPtr BuildPlain(Builder& builder, const std::string& directory,
                        const FluxBuildPtr& previous);

// The references of one of its objects, in their order; they point into the build.
std::span<const ObjectReference> ReferencesOf(const FluxBuild& build, uint32_t object);

// Are the objects of the build applied to another cluster than the one whose Flux reads them?
bool IsRemote(const FluxBuild& build);

// Is this a Flux Kustomization (not kustomize's own)?
bool IsFluxKustomization(const ObjectId& id);

}  // namespace fluxls::build
