#include "analysis/build/fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <tuple>
#include <unordered_set>

#include "analysis/build/hash.h"
#include "analysis/build/reach.h"
#include "analysis/build/substitution.h"
#include "analysis/model/kustomization.h"

namespace fluxls::build {
namespace {

std::string NameKey(std::string_view cluster, std::string_view kind, std::string_view namespace_,
                    std::string_view name) {
  std::string key;
  for (std::string_view part : {cluster, kind, namespace_, name}) {
    key += part;
    key += '\n';
  }
  return key;
}

template <typename Map>
const typename Map::mapped_type& Lookup(const Map& map, const std::string& key) {
  static const typename Map::mapped_type kNone{};
  auto found = map.find(key);
  return found == map.end() ? kNone : found->second;
}

void CollectFiles(const Accumulation& accumulation, std::set<const Accumulation*>& seen,
                  std::unordered_set<std::string_view>& read,
                  std::unordered_set<std::string_view>& run) {
  if (!seen.insert(&accumulation).second) return;
  for (const Dependency& dependency : accumulation.dependencies) {
    const bool content = dependency.what == Dependency::What::kContent ||
                         dependency.what == Dependency::What::kBytes;
    if (content) read.insert(dependency.path);
  }
  run.insert(accumulation.kustomizations.begin(), accumulation.kustomizations.end());
  for (const AccumulationPtr& base : accumulation.bases) CollectFiles(*base, seen, read, run);
}

// One computation of a fleet.
class Assembly {
 public:
  Assembly(Builder& builder, const Snapshot& snapshot, const std::vector<FluxBuildPtr>& last,
           const std::vector<FluxBuildPtr>& last_entries, const std::function<bool()>& stop)
      : builder_(builder), snapshot_(snapshot), stop_(stop), last_(last) {
    for (const FluxBuildPtr& build : last) previous_[KeyOf(*build)] = build;
    for (const FluxBuildPtr& build : last_entries) as_written_[KeyOf(*build)] = build;
  }

  std::vector<FluxBuildPtr> Run() {
    written_ = FindWritten(builder_.files());
    std::map<std::string, std::vector<WrittenKustomization>> by_root;
    for (const WrittenKustomization& one : written_.kustomizations) {
      if (one.origin)
        by_root[RepositoryRoot(snapshot_, written_.roots, one.origin.file->path)].push_back(one);
    }
    for (const auto& [root, own] : by_root)
      sources_[root] = Sources::Find(builder_.files(), root, own, written_.source_files);
    const std::vector<Entry> entries = FindEntries(builder_.files(), written_, sources_);
    std::set<std::string> clusters;
    for (const Entry& entry : entries) clusters.insert(entry.cluster);
    for (const std::string& cluster : clusters) {
      BuildCluster(cluster, entries);
      if (Stopped()) return {};
    }
    BuildTheRest();
    return std::move(builds_);
  }

  // Entries as they are written, for the next time.
  std::vector<FluxBuildPtr> Entries() const {
    std::vector<FluxBuildPtr> out;
    for (const auto& [key, build] : as_written_) out.push_back(build);
    return out;
  }

  const std::set<std::string>& roots() const { return written_.roots; }
  std::map<std::string, Sources> TakeSources() { return std::move(sources_); }

 private:
  bool Stopped() const { return stop_ && stop_(); }

  static std::string KeyOf(const FluxBuild& build) {
    return NameKey(build.cluster, build.flux ? "flux" : "plain", build.namespace_, build.name);
  }

  const Sources& SourcesOf(const std::string& path) const {
    static const Sources kNone;
    auto found = sources_.find(RepositoryRoot(snapshot_, written_.roots, path));
    return found == sources_.end() ? kNone : found->second;
  }

  // Builds the entries of a cluster and everything that they apply. ConfigMaps and Secrets of one
  // build hold variables of others, so that it is done again until they stay the same.
  void BuildCluster(const std::string& cluster, const std::vector<Entry>& entries) {
    constexpr int kMaxRounds = 4;
    // What there was before is the best guess, and mostly right.
    std::vector<FluxBuildPtr> round;
    for (const FluxBuildPtr& build : last_) {
      if (build->flux && build->cluster == cluster) round.push_back(build);
    }
    IndexObjects(round);
    for (int i = 0; i < kMaxRounds; ++i) {
      const std::vector<FluxBuildPtr> before = std::move(round);
      round = BuildRound(cluster, entries);
      if (Stopped()) return;
      for (const FluxBuildPtr& build : round) previous_[KeyOf(*build)] = build;
      IndexObjects(round);
      if (round == before || !NeedsAnotherRound(round)) break;
    }
    builds_.insert(builds_.end(), round.begin(), round.end());
  }

  static bool NeedsAnotherRound(const std::vector<FluxBuildPtr>& round) {
    return std::any_of(round.begin(), round.end(),
                       [](const FluxBuildPtr& build) { return build->variables.active; });
  }

  std::vector<FluxBuildPtr> BuildRound(const std::string& cluster,
                                       const std::vector<Entry>& entries) {
    std::vector<FluxBuildPtr> out;
    std::set<std::pair<std::string, std::string>> seen;
    std::deque<FluxRequest> queue;
    for (const Entry& entry : entries) {
      if (entry.cluster != cluster) continue;
      const WrittenKustomization& written = entry.kustomization;
      queue.push_back({cluster,
                       written.root,
                       written.origin,
                       nullptr,
                       written.keep,
                       entry.certain,
                       {},
                       entry.rooted});
    }
    while (!queue.empty() && !Stopped()) {
      FluxRequest request = std::move(queue.front());
      queue.pop_front();
      const ObjectId id = IdOf(request.kustomization);
      if (!seen.emplace(std::string(id.namespace_), std::string(id.name)).second) continue;
      FluxBuildPtr build;
      if (request.parent) {
        build = BuildOne(request, previous_);
      } else {
        // An entry that applies itself is what it has made of itself.
        build = BuildOne(request, as_written_);
        as_written_[KeyOf(*build)] = build;
        build = Settle(request, build);
      }
      unindexed_.push_back(build);
      for (const uint32_t index : build->kustomizations) {
        const Object& object = build->objects[index];
        queue.push_back({cluster, object.root, object.origin, build, build, build->certain, {}});
      }
      out.push_back(std::move(build));
    }
    return out;
  }

  using Known = std::unordered_map<std::string, FluxBuildPtr>;

  FluxBuildPtr BuildOne(FluxRequest& request, const Known& known) {
    const std::string path = request.origin ? request.origin.file->path : "";
    request.release = snapshot_.ReleaseFor(path).release;
    const ObjectId id = IdOf(request.kustomization);
    const FindObject find = [this](std::string_view kind, std::string_view ns,
                                   std::string_view name) -> const Value* {
      IndexPending();
      auto found = objects_.find(NameKey("", kind, ns, name));
      return found == objects_.end() ? nullptr : found->second;
    };
    auto previous = known.find(NameKey(request.cluster, "flux", id.EffectiveNamespace(), id.name));
    return BuildFlux(builder_, SourcesOf(path), request, find,
                     previous == known.end() ? nullptr : previous->second);
  }

  FluxBuildPtr Settle(const FluxRequest& request, FluxBuildPtr build) {
    constexpr int kMaxSteps = 3;
    for (int i = 0; i < kMaxSteps; ++i) {
      const Object* self = nullptr;
      for (const uint32_t index : build->kustomizations) {
        const Object& object = build->objects[index];
        if (object.id.name == build->name && object.id.EffectiveNamespace() == build->namespace_) {
          self = &object;
        }
      }
      if (!self || SameTree(self->root, build->kustomization)) return build;
      FluxRequest again{request.cluster, self->root, self->origin, nullptr, build, true, {}, true};
      build = BuildOne(again, previous_);
    }
    return build;
  }

  void IndexObjects(const std::vector<FluxBuildPtr>& round) {
    objects_.clear();
    unindexed_ = round;
  }

  // What others may take variables from, of the builds that came since somebody asked; most
  // repositories never ask. Of the same name the later one counts.
  void IndexPending() {
    for (const FluxBuildPtr& build : unindexed_) {
      for (const uint32_t index : build->variable_sources) {
        const Object& object = build->objects[index];
        objects_[NameKey("", object.id.kind, object.id.EffectiveNamespace(), object.id.name)] =
            object.root;
      }
    }
    unindexed_.clear();
  }

  // Directories that kustomize could build and that nothing has used.
  void BuildTheRest() {
    std::set<const Accumulation*> seen;
    std::unordered_set<std::string_view> read;
    std::unordered_set<std::string_view> run;
    for (const FluxBuildPtr& build : builds_) {
      if (build->accumulation) CollectFiles(*build->accumulation, seen, read, run);
    }
    for (const std::string& directory : FindUnused(snapshot_, run)) {
      if (Stopped()) return;
      auto previous = previous_.find(NameKey("", "plain", "", directory));
      builds_.push_back(BuildPlain(builder_, directory,
                                   previous == previous_.end() ? nullptr : previous->second));
    }
  }

  Builder& builder_;
  const Snapshot& snapshot_;
  const std::function<bool()>& stop_;
  const std::vector<FluxBuildPtr>& last_;
  Known previous_;
  Known as_written_;  // entries before they have applied themselves
  Written written_;
  std::map<std::string, Sources> sources_;
  std::unordered_map<std::string, const Value*> objects_;
  std::vector<FluxBuildPtr> unindexed_;  // whose objects are not in `objects_` yet
  std::vector<FluxBuildPtr> builds_;
};

}  // namespace

const std::vector<Effect>& Fleet::EffectsOf(const std::string& path) const {
  return Lookup(effects_, path);
}

std::vector<Effect> Fleet::EffectsOf(const std::string& path, ByteRange range) const {
  std::vector<Effect> out;
  for (Effect effect : EffectsOf(path)) {
    if (ObjectOf(effect).origin.range == range) out.push_back(effect);
  }
  return out;
}

const std::vector<uint32_t>& Fleet::BuildsReading(const std::string& path) const {
  return Lookup(readers_, path);
}

const std::vector<uint32_t>& Fleet::BuildsRunning(const std::string& path) const {
  return Lookup(runners_, path);
}

const std::vector<FleetProblem>& Fleet::ProblemsIn(const std::string& path) const {
  return Lookup(problems_, path);
}

bool Fleet::Selects(const std::string& path, ByteRange range) const {
  return hits_.contains({path, range});
}

const std::vector<MissingDependency>& Fleet::MissingDependenciesIn(const std::string& path) const {
  return Lookup(missing_dependencies_, path);
}

const SubstitutedScalars& Fleet::SubstitutedIn(const std::string& path) const {
  return Lookup(substituted_, path);
}

const std::vector<uint32_t>& Fleet::BuildsSubstitutingFrom(const std::string& cluster,
                                                           std::string_view kind,
                                                           std::string_view namespace_,
                                                           std::string_view name) const {
  return Lookup(substitute_from_, NameKey(cluster, kind, namespace_, name));
}

std::optional<Effect> Fleet::FindEffect(std::string_view cluster, std::string_view kind,
                                        std::string_view namespace_, std::string_view name) const {
  auto found = by_name_.find(HashOfName(cluster, kind, namespace_, name));
  if (found == by_name_.end()) return std::nullopt;
  const Object& object = ObjectOf(found->second);
  const bool is_it = object.id.kind == kind && object.id.name == name &&
                     object.id.EffectiveNamespace() == namespace_;
  return is_it ? std::optional(found->second) : std::nullopt;
}

const Object* Fleet::Find(const std::string& cluster, std::string_view kind,
                          std::string_view namespace_, std::string_view name) const {
  const std::optional<Effect> found = FindEffect(cluster, kind, namespace_, name);
  return found ? &ObjectOf(*found) : nullptr;
}

std::set<std::string_view> Fleet::NamespacesOf(const std::string& cluster, std::string_view kind,
                                               std::string_view name) const {
  std::set<std::string_view> namespaces;
  for (Effect effect : Named(cluster, kind, name)) {
    const ObjectId& id = ObjectOf(effect).id;
    if (!id.namespace_.empty()) namespaces.insert(id.namespace_);
  }
  return namespaces;
}

const ImageAutomations& Fleet::ImagesOf(const std::string& root) const {
  static const ImageAutomations kNone;
  const auto found = images_.find(root);
  return found == images_.end() ? kNone : found->second;
}

std::string Fleet::RootOf(const Snapshot& snapshot, const std::string& path) const {
  return RepositoryRoot(snapshot, roots_, path);
}

const Sources* Fleet::SourcesFor(const Snapshot& snapshot, const std::string& path) const {
  auto found = sources_.find(RootOf(snapshot, path));
  return found == sources_.end() ? nullptr : &found->second;
}

std::vector<std::string> Fleet::Clusters() const {
  std::set<std::string> clusters;
  for (const FluxBuildPtr& build : builds_) {
    if (build->flux) clusters.insert(build->cluster);
  }
  return {clusters.begin(), clusters.end()};
}

uint64_t Fleet::SignatureOf(const std::string& path) const {
  return Lookup(signatures_, path) ^ images_hash_;
}

// Objects that two Flux Kustomizations of a cluster apply: one finding for each pair of them.
void Fleet::FindOverlaps() {
  std::unordered_map<uint64_t, Effect> first;
  first.reserve(CountObjects());
  std::set<std::pair<uint32_t, uint32_t>> told;
  for (uint32_t i = 0; i < builds_.size(); ++i) {
    const FluxBuild& build = *builds_[i];
    if (!build.flux || !build.certain) continue;
    // What runs in another cluster overlaps with nothing here.
    if (build::Find(build.kustomization, {"spec", "kubeConfig"})) continue;
    // One of two that take turns is suspended.
    if (Text(build::Find(build.kustomization, "spec"), "suspend") == "true") continue;
    const uint64_t cluster = HashOfTexts({build.cluster});
    for (uint32_t j = 0; j < build.objects.size(); ++j) {
      const Object& object = build.objects[j];
      if (build.hashes[j].shared) continue;
      uint64_t key = cluster;
      Mix(key, build.hashes[j].identity);
      auto [other, fresh] = first.emplace(key, Effect{i, j});
      if (fresh || other->second.build == i) continue;
      const Object& earlier = ObjectOf(other->second);
      if (earlier.id.Key() != object.id.Key()) continue;
      if (!told.emplace(other->second.build, i).second) continue;
      const Value* path = build::Find(build::Find(build.kustomization, "spec"), "path");
      const Origin where = path && path->origin ? path->origin : build.origin;
      Problem problem;
      problem.kind = ProblemKind::kOverlap;
      problem.fatal = false;
      problem.path = where ? where.file->path : "";
      problem.range = where.range;
      problem.message = fmt::format("{} is applied by Kustomization \"{}\" as well",
                                    Describe(object.id), BuildOf(other->second).Title());
      if (earlier.origin) {
        problem.related.push_back(
            {earlier.origin.file->path, earlier.origin.range, Describe(earlier.id)});
      }
      own_problems_.push_back(std::move(problem));
      problems_[own_problems_.back().path].push_back({&own_problems_.back(), {i}});
    }
  }
}

size_t Fleet::CountObjects() const {
  size_t count = 0;
  for (const FluxBuildPtr& build : builds_) count += build->objects.size();
  return count;
}

void Fleet::Index() {
  by_name_.reserve(CountObjects());
  for (uint32_t i = 0; i < builds_.size(); ++i) {
    const FluxBuild& build = *builds_[i];
    const OriginFile* last_file = nullptr;
    std::vector<Effect>* effects = nullptr;
    for (uint32_t j = 0; j < build.objects.size(); ++j) {
      const Object& object = build.objects[j];
      // Objects of a file stand beside each other.
      if (object.origin && object.origin.file != last_file) {
        last_file = object.origin.file;
        effects = &effects_[last_file->path];
      }
      if (object.origin) effects->push_back({i, j});
      by_name_.emplace(build.hashes[j].name, Effect{i, j});
    }
    for (const Problem& problem : build.problems) {
      std::vector<FleetProblem>& list = problems_[problem.path];
      auto same = std::find_if(list.begin(), list.end(), [&problem](const FleetProblem& other) {
        return other.problem->kind == problem.kind && other.problem->range == problem.range &&
               other.problem->message == problem.message;
      });
      if (same == list.end()) {
        list.push_back({&problem, {i}});
      } else if (same->builds.back() != i) {
        same->builds.push_back(i);
      }
    }
    SubstitutedScalars* scalars = nullptr;
    last_file = nullptr;
    for (const VariableSite& site : build.variable_sites) {
      if (site.origin.file != last_file) {
        last_file = site.origin.file;
        scalars = &substituted_[last_file->path];
      }
      std::vector<Effect>& replaced = (*scalars)[site.origin.range];
      const Effect effect{i, site.object};
      if (replaced.empty() || !(replaced.back() == effect)) replaced.push_back(effect);
    }
    for (const Value* source :
         ItemsOf(build::Find(build.kustomization, {"spec", "postBuild", "substituteFrom"}))) {
      substitute_from_[NameKey(build.cluster, Text(source, "kind"), build.namespace_,
                               Text(source, "name"))]
          .push_back(i);
    }
    if (!build.accumulation) continue;
    std::set<const Accumulation*> seen;
    std::unordered_set<std::string_view> read;
    std::unordered_set<std::string_view> run;
    CollectFiles(*build.accumulation, seen, read, run);
    for (const Accumulation* accumulation : seen) {
      for (const Origin& hit : accumulation->hits) hits_.emplace(hit.file->path, hit.range);
    }
    for (std::string_view path : read) readers_[std::string(path)].push_back(i);
    for (std::string_view path : run) runners_[std::string(path)].push_back(i);
  }
  IndexReferences();
  FindGaps();
  FindCycles();
  FindMissingDependencies();
  FindOverlaps();
  for (auto& [path, list] : problems_) {
    std::sort(list.begin(), list.end(), [](const FleetProblem& a, const FleetProblem& b) {
      return std::tie(a.problem->range, a.problem->message) <
             std::tie(b.problem->range, b.problem->message);
    });
  }
  Sign();
}

FleetBuilder::FleetBuilder(const FileSystem* disk) : files_(disk, false), builder_(files_, {}) {}
FleetBuilder::~FleetBuilder() = default;

FleetPtr FleetBuilder::Build(const Snapshot& snapshot, const std::function<bool()>& stop) {
  if (last_ && last_->generation() == snapshot.generation()) return last_;
  files_.SetSnapshot(snapshot);
  builder_.NextGeneration();
  auto fleet = std::make_shared<Fleet>();
  fleet->generation_ = snapshot.generation();
  static const std::vector<FluxBuildPtr> kNone;
  Assembly assembly(builder_, snapshot, last_ ? last_->builds_ : kNone,
                    last_ ? last_->entries_ : kNone, stop);
  fleet->builds_ = assembly.Run();
  if (stop && stop()) return nullptr;
  fleet->entries_ = assembly.Entries();
  fleet->roots_ = assembly.roots();
  fleet->sources_ = assembly.TakeSources();
  fleet->Index();
  std::set<std::string> roots;
  for (const FluxBuildPtr& build : fleet->builds_) {
    if (build->flux && build->origin)
      roots.insert(fleet->RootOf(snapshot, build->origin.file->path));
  }
  for (const std::string& root : roots) {
    ImageAutomations images = FindImageAutomations(fleet->builds_, root);
    Mix(fleet->images_hash_, images.hash);
    fleet->images_.emplace(root, std::move(images));
  }
  last_ = fleet;
  return last_;
}

}  // namespace fluxls::build
