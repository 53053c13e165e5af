// Signatures: what a fleet says of a file, as one number.
#include <algorithm>

#include "analysis/build/fleet.h"
#include "analysis/build/hash.h"

namespace fluxls::build {
namespace {

// Who builds, for which cluster, and with which variables.
uint64_t HashOf(const FluxBuild& build) {
  uint64_t hash = build.failed ? 1 : 2;
  Mix(hash, static_cast<uint64_t>(build.certain * 4 + build.rooted * 2 + IsRemote(build)));
  Mix(hash, build.cluster);
  Mix(hash, build.namespace_);
  Mix(hash, build.name);
  Mix(hash, static_cast<uint64_t>(build.release.minor));
  Mix(hash, static_cast<uint64_t>(build.unknowns.size()));
  Mix(hash, build.directory);
  for (const Object& object : build.objects) {
    if (!object.needs_hash) continue;
    Mix(hash, object.id.kind);
    Mix(hash, object.id.EffectiveNamespace());
    for (const ObjectId& id : object.previous) Mix(hash, id.name);
  }
  const Variables& variables = build.variables;
  Mix(hash, static_cast<uint64_t>(variables.always * 8 + variables.active * 4 +
                                  variables.strict * 2 + variables.complete));
  for (const auto& [name, variable] : variables.defined) {
    Mix(hash, name);
    Mix(hash, variable.known ? std::string_view(variable.value) : std::string_view("?"));
    // Who says it decides whether it may be shown.
    if (variable.origin) Mix(hash, variable.origin.file->path);
    Mix(hash, variable.secret);
  }
  return hash;
}

}  // namespace

void Fleet::Sign() {
  for (const auto& [path, list] : problems_) {
    uint64_t& hash = signatures_[path];
    for (const FleetProblem& problem : list) {
      Mix(hash, Selects(path, problem.problem->range) ? 1 : 2);
      Mix(hash, static_cast<uint64_t>(problem.problem->kind));
      Mix(hash, problem.problem->range.begin);
      Mix(hash, problem.problem->range.end);
      Mix(hash, problem.problem->message);
      for (const Place& place : problem.problem->related) {
        Mix(hash, place.path);
        Mix(hash, place.range.begin);
      }
    }
  }
  std::vector<uint64_t> builds;
  for (const FluxBuildPtr& build : builds_) builds.push_back(HashOf(*build));
  for (const auto& [path, effects] : effects_) {
    uint64_t& hash = signatures_[path];
    for (Effect effect : effects) {
      Mix(hash, builds[effect.build]);
      const ObjectId& id = ObjectOf(effect).id;
      Mix(hash, BuildOf(effect).hashes[effect.object].signature);
      if (id.kind == "Alert" || id.kind == "Receiver")
        Mix(hash, IsLockedDown(BuildOf(effect).cluster, "notification-controller") ? 1 : 2);
      if (id.kind != "ConfigMap" && id.kind != "Secret") continue;
      for (uint32_t user : BuildsSubstitutingFrom(BuildOf(effect).cluster, id.kind,
                                                  id.EffectiveNamespace(), id.name)) {
        Mix(hash, builds[user]);
      }
    }
  }
  SignReferences(builds);
  for (const auto& [path, list] : missing_dependencies_) {
    uint64_t& hash = signatures_[path];
    for (const MissingDependency& missing : list) {
      Mix(hash, builds[missing.build]);
      Mix(hash, builds[missing.provider]);
      const Value* spec = build::Find(builds_[missing.build]->kustomization, "spec");
      Mix(hash, build::Find(spec, "dependsOn") ? 1 : 2);
      for (Effect effect : {missing.user, missing.used}) {
        const Origin& origin = ObjectOf(effect).origin;
        Mix(hash, BuildOf(effect).hashes[effect.object].identity);
        if (!origin) continue;
        Mix(hash, origin.file->path);
        Mix(hash, origin.range.begin);
      }
      if (!missing.place) continue;
      Mix(hash, missing.place.file->path);
      Mix(hash, missing.place.range.begin);
    }
  }
  // Who else builds the same directory, and what variables are in it, counts for whom asks for it.
  std::unordered_map<std::string, uint64_t> directories;
  for (size_t i = 0; i < builds_.size(); ++i) {
    Mix(directories[builds_[i]->directory], builds[i]);
    Mix(directories[builds_[i]->directory], builds_[i]->sites_hash);
  }
  for (const FluxBuildPtr& build : builds_) {
    if (build->origin) Mix(signatures_[build->origin.file->path], directories[build->directory]);
  }
  for (const FluxBuildPtr& build : builds_) {
    if (!build->origin) continue;
    for (const Value* check :
         ItemsOf(build::Find(build->kustomization, {"spec", "healthChecks"}))) {
      if (!Text(check, "namespace").empty()) continue;
      uint64_t& hash = signatures_[build->origin.file->path];
      for (std::string_view ns :
           NamespacesOf(build->cluster, Text(check, "kind"), Text(check, "name")))
        Mix(hash, ns);
    }
  }
  for (const auto& [path, scalars] : substituted_) {
    uint64_t& hash = signatures_[path];
    for (const auto& [range, effects] : scalars) {
      Mix(hash, range.begin);
      for (Effect effect : effects) Mix(hash, builds[effect.build]);
    }
  }
  for (const auto* map : {&readers_, &runners_}) {
    for (const auto& [path, list] : *map) {
      uint64_t& hash = signatures_[path];
      for (uint32_t build : list) Mix(hash, builds[build]);
    }
  }
}

void Fleet::SignReferences(const std::vector<uint64_t>& builds) {
  std::map<std::string_view, uint64_t> clusters;
  for (const auto& [cluster, gaps] : gaps_) {
    uint64_t& hash = clusters[cluster];
    for (const Gap& gap : gaps) Mix(hash, gap.reason);
  }
  std::map<std::string_view, uint64_t> locks;
  for (const auto& [cluster, controller] : locked_down_) Mix(locks[cluster], controller);
  for (const auto& [path, sites] : references_) {
    uint64_t& hash = signatures_[path];
    for (ReferenceSite site : sites) {
      const ObjectReference& reference = ReferenceAt(site);
      Mix(hash, reference.target);
      Mix(hash, reference.name_value->origin.range.begin);
      Mix(hash, locks[builds_[site.build]->cluster]);
      Mix(hash, builds[site.build]);
      Mix(hash, builds_[site.build]->hashes[reference.object].identity);
      auto found = by_name_.find(reference.target);
      if (found != by_name_.end()) {
        Mix(hash, builds[found->second.build]);
        continue;
      }
      // What is said of a missing one: who has the name elsewhere, and what is not known.
      Mix(hash, clusters[builds_[site.build]->cluster]);
      for (Effect other : Named("*", reference.kind, reference.name)) {
        Mix(hash, BuildOf(other).hashes[other.object].identity);
        Mix(hash, builds[other.build]);
      }
      for (Effect maker : MakersOf(reference.target)) Mix(hash, builds[maker.build]);
    }
  }
}

}  // namespace fluxls::build
