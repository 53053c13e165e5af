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
  // Directories of the clusters, ordered.
  std::vector<std::string> Clusters() const;

  // Root of the repository that a file belongs to: the opened folder, or a directory in it that a
  // bootstrap takes for the root. "" outside of all.
  std::string RootOf(const Snapshot& snapshot, const std::string& path) const;

  // The snapshot that it was made from.
  uint64_t generation() const { return generation_; }

 private:
  friend class FleetBuilder;
  size_t CountObjects() const;
  void Index();
  void FindOverlaps();
  void Sign();

  uint64_t generation_ = 0;
  std::set<std::string> roots_;
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
