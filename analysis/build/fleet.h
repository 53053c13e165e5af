// All builds of a workspace: what Flux applies, cluster by cluster, and for every document what
// becomes of it.
//
// Entries are Flux Kustomizations that nobody else's build applies; what they apply is followed
// until nothing new comes. Directories with a kustomization that no Flux Kustomization reaches are
// built by kustomize alone.
//
// Thread contract: FleetBuilder on one thread at a time. A Fleet is immutable; share it freely.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/build/flux_build.h"
#include "analysis/build/image_automation.h"

namespace fluxls::build {

// An effective object that a document becomes.
struct Effect {
  uint32_t build = 0;   // index in Fleet::builds()
  uint32_t object = 0;  // index in its objects
  bool operator==(const Effect& other) const = default;
};

// A problem, and the builds that have it.
struct FleetProblem {
  const Problem* problem = nullptr;
  std::vector<uint32_t> builds;
};

// A reference of an object of a build.
struct ReferenceSite {
  uint32_t build = 0;      // index in Fleet::builds()
  uint32_t reference = 0;  // index in its references
  bool operator==(const ReferenceSite& other) const = default;
};

// A part of what a cluster applies that cannot be known here: objects that are not found may be in
// it.
struct Gap {
  enum class Holds : uint8_t {
    kAnything,
    // A project of somebody else, a file of a release, CRDs: no Flux object that this repository
    // would name.
    kNoFluxObjects,
    kOnlyWhatIsWritten,  // the build fails: what is missing there is written in this repository
  };
  uint32_t build = 0;  // that has it
  std::string reason;  // `GitRepository "tenant" is not this repository`
  Holds holds = Holds::kAnything;
};

// A Kustomization that does not wait for another one whose objects it uses.
struct MissingDependency {
  uint32_t build = 0;     // index in Fleet::builds(), like the next
  uint32_t provider = 0;  // that it would have to wait for
  Effect user;            // the first object that uses something: one of `build`'s, or itself
  Effect used;            // that; the CustomResourceDefinition where it is the kind of `user`
  Origin place;           // where it is used
};

// Scalars with `${…}` by their place in a file, and the objects whose builds replace what is in
// them.
using SubstitutedScalars = std::map<ByteRange, std::vector<Effect>>;

class Fleet {
 public:
  const std::vector<FluxBuildPtr>& builds() const { return builds_; }

  // What the documents of a file become, ordered by build.
  const std::vector<Effect>& EffectsOf(const std::string& path) const;
  // The same for the document whose root stands at `range`.
  std::vector<Effect> EffectsOf(const std::string& path, ByteRange range) const;
  // Builds that read a file, in whatever way.
  const std::vector<uint32_t>& BuildsReading(const std::string& path) const;
  // Builds whose kustomization files, components and bases include `path`.
  const std::vector<uint32_t>& BuildsRunning(const std::string& path) const;
  // Problems whose place is in a file, each once, in order of place.
  const std::vector<FleetProblem>& ProblemsIn(const std::string& path) const;

  // Does the target of a patch or replacement at this place select something in one of the builds?
  bool Selects(const std::string& path, ByteRange range) const;
  // Scalars of a file that Flux replaces variables in, in order of place.
  const SubstitutedScalars& SubstitutedIn(const std::string& path) const;
  // Builds that take variables from a ConfigMap or Secret of a cluster.
  const std::vector<uint32_t>& BuildsSubstitutingFrom(const std::string& cluster,
                                                      std::string_view kind,
                                                      std::string_view namespace_,
                                                      std::string_view name) const;

  // References whose names are written in a file, build by build.
  const std::vector<ReferenceSite>& ReferencesIn(const std::string& path) const;
  const ObjectReference& ReferenceAt(ReferenceSite site) const {
    return builds_[site.build]->references[site.reference];
  }
  // References of a cluster's objects to what is called so there; see HashOfName.
  std::vector<ReferenceSite> ReferencesTo(uint64_t target) const;
  // Objects that a cluster applies, whatever their namespace. With the cluster "*": of all.
  std::vector<Effect> Named(std::string_view cluster, std::string_view kind,
                            std::string_view name) const;
  // Objects of a cluster of which controllers make the object.
  std::vector<Effect> MakersOf(uint64_t target) const;
  // The same whatever the cluster and namespace.
  std::vector<Effect> MakersNamed(std::string_view kind, std::string_view name) const;
  // What is not known of a cluster.
  const std::vector<Gap>& GapsOf(const std::string& cluster) const;
  // Objects of clusters that may become or make what is not found: variables are still to fill in
  // their names, or a controller names what it makes as it likes.
  const std::vector<Effect>& open_objects() const { return open_objects_; }
  // Does a cluster run a controller ("helm-controller") with --no-cross-namespace-refs?
  bool IsLockedDown(std::string_view cluster, std::string_view controller) const {
    return locked_down_.contains({cluster, controller});
  }
  // Does the repository show where the cluster starts (a bootstrap, a FluxInstance)? What else is
  // beside an entry of any other cluster, only those know who apply it.
  bool IsRooted(const std::string& cluster) const { return rooted_.contains(cluster); }
  // Circles of dependsOn, each hop a reference to the object of the next hop.
  const std::vector<std::vector<ReferenceSite>>& cycles() const { return cycles_; }
  // Of the Kustomizations that are written in a file, in order of builds.
  const std::vector<MissingDependency>& MissingDependenciesIn(const std::string& path) const;
  // Does any Flux object of a cluster live there?
  bool UsesNamespace(std::string_view cluster, std::string_view namespace_) const {
    return namespaces_.contains({cluster, namespace_});
  }
  // Do any objects of a cluster, or of all clusters with "*", have this kind?
  bool HasKind(std::string_view cluster, std::string_view kind) const;

  // Changes when anything that is said above about a file changes: what was found out about it with
  // another fleet still holds when the signatures are the same.
  uint64_t SignatureOf(const std::string& path) const;

  const Object& ObjectOf(Effect effect) const {
    return builds_[effect.build]->objects[effect.object];
  }
  const FluxBuild& BuildOf(Effect effect) const { return *builds_[effect.build]; }

  // The object that a cluster applies, by kind, namespace and name; null when there is none.
  const Object* Find(const std::string& cluster, std::string_view kind, std::string_view namespace_,
                     std::string_view name) const;
  std::optional<Effect> FindEffect(std::string_view cluster, std::string_view kind,
                                   std::string_view namespace_, std::string_view name) const;
  // Namespaces in which a cluster applies an object of this kind and name, ordered, each once.
  // It counts in the signature of a file for the health checks without
  // namespace that stand there, and for nothing else.
  std::set<std::string_view> NamespacesOf(const std::string& cluster, std::string_view kind,
                                          std::string_view name) const;
  // What image automation of the repository at `root` (see RootOf) works with; all of it counts in
  // the signature of every file, since a marker may stand in any.
  const ImageAutomations& ImagesOf(const std::string& root) const;
  // Directories of the clusters, ordered.
  std::vector<std::string> Clusters() const;

  // Root of the repository that a file belongs to: the opened folder, or a directory in it that a
  // bootstrap takes for the root. "" outside of all.
  std::string RootOf(const Snapshot& snapshot, const std::string& path) const;

  // What is known of the sources that a file's repository names; null when nothing is.
  const Sources* SourcesFor(const Snapshot& snapshot, const std::string& path) const;

  // The snapshot that it was made from.
  uint64_t generation() const { return generation_; }

 private:
  friend class FleetBuilder;
  size_t CountObjects() const;
  void Index();
  void IndexReferences();
  void FindGaps();
  void FindCycles();
  void FindMissingDependencies();
  void FindOverlaps();
  void Sign();
  void SignReferences(const std::vector<uint64_t>& builds);

  uint64_t generation_ = 0;
  std::set<std::string> roots_;
  std::map<std::string, ImageAutomations> images_;  // by root; only where there are any
  uint64_t images_hash_ = 0;
  std::map<std::string, Sources> sources_;  // by root
  std::vector<FluxBuildPtr> builds_;
  std::vector<FluxBuildPtr> entries_;  // before they have applied themselves
  std::unordered_map<std::string, std::vector<Effect>> effects_;
  std::unordered_map<std::string, std::vector<FleetProblem>> problems_;
  std::unordered_map<std::string, std::vector<uint32_t>> readers_;
  std::unordered_map<std::string, std::vector<uint32_t>> runners_;
  std::unordered_map<std::string, SubstitutedScalars> substituted_;
  std::unordered_map<std::string, std::vector<uint32_t>> substitute_from_;
  std::set<std::pair<std::string_view, ByteRange>> hits_;
  std::unordered_map<uint64_t, Effect> by_name_;  // by HashOfName
  // By the hash of cluster, kind and name, and of kind and name; ordered.
  std::vector<std::pair<uint64_t, Effect>> by_short_name_;
  std::unordered_map<std::string, std::vector<ReferenceSite>> references_;  // by path
  std::vector<std::pair<uint64_t, Effect>> made_;                           // ordered by name
  std::map<std::string, std::vector<Gap>, std::less<>> gaps_;               // by cluster
  std::set<std::pair<std::string_view, std::string_view>> kinds_;           // cluster and kind
  std::set<std::pair<std::string_view, std::string_view>> namespaces_;      // cluster and namespace
  std::vector<Effect> open_objects_;
  std::set<std::pair<std::string_view, std::string_view>> locked_down_;  // cluster and controller
  std::set<std::string, std::less<>> rooted_;                            // clusters
  std::vector<std::vector<ReferenceSite>> cycles_;
  std::unordered_map<std::string, std::vector<MissingDependency>> missing_dependencies_;  // by path
  std::unordered_map<std::string, uint64_t> signatures_;
  // Made by comparing builds; they belong to none. A deque: others point into it.
  std::deque<Problem> own_problems_;
};
using FleetPtr = std::shared_ptr<const Fleet>;

// Builds fleets, one after the other, and takes over what has not changed.
class FleetBuilder {
 public:
  // `disk` as for Files; may be null.
  explicit FleetBuilder(const FileSystem* disk);
  ~FleetBuilder();
  FleetBuilder(const FleetBuilder&) = delete;
  FleetBuilder& operator=(const FleetBuilder&) = delete;

  // `stop`, if given, is asked now and then; when it says true the result is null.
  FleetPtr Build(const Snapshot& snapshot, const std::function<bool()>& stop = nullptr);

 private:
  Files files_;
  Builder builder_;
  FleetPtr last_;
};

}  // namespace fluxls::build
