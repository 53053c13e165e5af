#include "analysis/features/call_hierarchy.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "analysis/features/graph.h"

namespace fluxls {
namespace {

using build::Effect;
using build::Fleet;
using build::ObjectReference;

// More clusters are counted.
constexpr size_t kMostClusters = 3;

bool IsFlux(const Fleet& fleet, Effect effect) {
  return IsFluxGroup(fleet.ObjectOf(effect).id.group);
}

std::string DetailOf(const Fleet& fleet, const FluxItem& item) {
  const bool somewhere = std::any_of(item.clusters.begin(), item.clusters.end(),
                                     [](const std::string& cluster) { return !cluster.empty(); });
  if (!somewhere || fleet.Clusters().size() < 2) return item.namespace_;
  std::string clusters;
  for (const std::string& cluster : item.clusters)
    clusters += (clusters.empty() ? "" : ", ") + ClusterTitle(cluster);
  if (item.clusters.size() > kMostClusters)
    clusters = fmt::format("{} clusters", item.clusters.size());
  return fmt::format("{} in {}", item.namespace_, clusters);
}

// Collects objects; what several clusters have of one document is one item.
class Collector {
 public:
  explicit Collector(const Fleet& fleet) : fleet_(fleet) {}

  // Null when it is written nowhere.
  FluxCall* Add(Effect effect) {
    return Add(fleet_.ObjectOf(effect), fleet_.BuildOf(effect).cluster);
  }
  FluxCall* Add(const build::Object& object, const std::string& cluster) {
    const NamePlace place = PlaceOf(object);
    if (place.path.empty()) return nullptr;
    FluxCall& call =
        calls_[{place, std::string(object.id.kind), std::string(object.id.EffectiveNamespace()),
                std::string(object.id.name)}];
    if (call.item.path.empty()) {
      call.item = {std::string(object.id.kind),
                   std::string(object.id.EffectiveNamespace()),
                   std::string(object.id.name),
                   place.path,
                   {},
                   place,
                   ""};
    }
    std::vector<std::string>& clusters = call.item.clusters;
    const auto at = std::lower_bound(clusters.begin(), clusters.end(), cluster);
    if (at == clusters.end() || *at != cluster) clusters.insert(at, cluster);
    return &call;
  }

  std::vector<FluxCall> Take() {
    std::vector<FluxCall> out;
    for (auto& [key, call] : calls_) {
      std::sort(call.ranges.begin(), call.ranges.end());
      call.ranges.erase(std::unique(call.ranges.begin(), call.ranges.end()), call.ranges.end());
      call.item.detail = DetailOf(fleet_, call.item);
      out.push_back(std::move(call));
    }
    return out;
  }

 private:
  using Key = std::tuple<NamePlace, std::string, std::string, std::string>;
  const Fleet& fleet_;
  std::map<Key, FluxCall> calls_;
};

// Where the caller, which is written at `own`, names the other one.
ByteRange RangeIn(const NamePlace& own, const ObjectReference& reference) {
  const build::Origin& origin = reference.name_value->origin;
  const bool here = origin && origin.file->path == own.path &&
                    own.whole.begin <= origin.range.begin && origin.range.end <= own.whole.end;
  return here ? origin.range : own.range;
}

// The objects that an item stands for.
std::vector<Effect> EffectsOf(const Fleet& fleet, const FluxItem& item) {
  std::vector<Effect> out;
  for (Effect effect : fleet.EffectsOf(item.path)) {
    const build::ObjectId& id = fleet.ObjectOf(effect).id;
    const bool same = id.kind == item.kind && id.name == item.name &&
                      id.EffectiveNamespace() == item.namespace_ && IsFlux(fleet, effect) &&
                      std::binary_search(item.clusters.begin(), item.clusters.end(),
                                         fleet.BuildOf(effect).cluster);
    if (same) out.push_back(effect);
  }
  return out;
}

// --- Objects that no build has: entries of a cluster that somebody applies by hand ---

// Of a file; each belongs to one cluster, or to "" when nobody knows.
struct Written {
  build::Unbuilt unbuilt;
  std::vector<std::string> clusters;  // of the objects
};

Written WrittenIn(const Fleet& fleet, const SourceFile& file) {
  Written out;
  // A file is built as a whole, or not at all.
  if (!fleet.EffectsOf(file.path).empty()) return out;
  out.unbuilt = build::FindUnbuilt(fleet, file);
  for (size_t i = 0; i < out.unbuilt.objects.size(); ++i) {
    const std::optional<uint32_t> build = out.unbuilt.builds[i];
    std::string cluster = build ? fleet.builds()[*build]->cluster : "";
    // A Kustomization is built, whoever applies it.
    for (const build::FluxBuildPtr& own : fleet.builds()) {
      const bool is_it = own->flux && own->origin && own->origin.file->path == file.path &&
                         own->origin.range == out.unbuilt.objects[i].origin.range;
      if (is_it) cluster = own->cluster;
    }
    out.clusters.push_back(std::move(cluster));
  }
  return out;
}

bool IsCalled(const build::ObjectId& id, std::string_view kind, std::string_view namespace_,
              std::string_view name) {
  return id.kind == kind && id.name == name && id.EffectiveNamespace() == namespace_;
}

// The namespace that a reference among such objects means.
std::string_view NamespaceOf(const Written& written, const ObjectReference& reference) {
  if (!reference.namespace_.empty()) return reference.namespace_;
  return written.unbuilt.objects[reference.object].id.EffectiveNamespace();
}

// The ones that somebody means: those that a reference leads to, else the one at the place.
void AddWrittenAt(const Fleet& fleet, const SourceFile& file, uint32_t offset,
                  const Subject& subject, Collector& collector) {
  if (subject.kind != Subject::Kind::kReference) {
    const Written written = WrittenIn(fleet, file);
    for (size_t i = 0; i < written.clusters.size(); ++i) {
      const build::Object& object = written.unbuilt.objects[i];
      if (object.origin.range.Touches(offset)) collector.Add(object, written.clusters[i]);
    }
    return;
  }
  for (const ResourceLocation& location : subject.written) {
    const ResourceId& id = location.file->facts.resources[location.resource].id;
    const Written written = WrittenIn(fleet, *location.file);
    for (size_t i = 0; i < written.clusters.size(); ++i) {
      const build::Object& object = written.unbuilt.objects[i];
      if (object.id.kind == id.kind && object.id.name == id.name)
        collector.Add(object, written.clusters[i]);
    }
  }
}

// What the written object at `item` names: in its cluster, or beside it.
void AddWrittenTargets(const Snapshot& snapshot, const Fleet& fleet, const FluxItem& item,
                       Collector& collector) {
  const SourceFilePtr file = snapshot.Find(item.path);
  if (!file) return;
  const Written own = WrittenIn(fleet, *file);
  for (const ObjectReference& reference : own.unbuilt.references) {
    const build::Object& caller = own.unbuilt.objects[reference.object];
    const std::string& cluster = own.clusters[reference.object];
    const bool asked = IsCalled(caller.id, item.kind, item.namespace_, item.name) &&
                       std::binary_search(item.clusters.begin(), item.clusters.end(), cluster);
    if (!asked) continue;
    const ByteRange range = RangeIn(PlaceOf(caller), reference);
    const std::string_view namespace_ = NamespaceOf(own, reference);
    if (!cluster.empty()) {
      const std::optional<Effect> found =
          fleet.FindEffect(cluster, reference.kind, namespace_, reference.name);
      if (found && IsFlux(fleet, *found)) {
        if (FluxCall* call = collector.Add(*found)) call->ranges.push_back(range);
        continue;
      }
    }
    for (const ResourceLocation& location :
         snapshot.Resources(reference.kind, "", reference.name)) {
      const Written other = WrittenIn(fleet, *location.file);
      for (size_t i = 0; i < other.clusters.size(); ++i) {
        const build::Object& object = other.unbuilt.objects[i];
        if (other.clusters[i] != cluster ||
            !IsCalled(object.id, reference.kind, namespace_, reference.name))
          continue;
        if (FluxCall* call = collector.Add(object, cluster)) call->ranges.push_back(range);
      }
    }
  }
}

// Who of such objects names `item`.
void AddWrittenCallers(const Snapshot& snapshot, const Fleet& fleet, const FluxItem& item,
                       Collector& collector) {
  for (const SourceFilePtr& file : snapshot.Files()) {
    const bool concerns =
        std::any_of(file->facts.references.begin(), file->facts.references.end(),
                    [&item](const Reference& reference) {
                      return reference.name == item.name && reference.kind == item.kind;
                    });
    if (!concerns) continue;
    const Written written = WrittenIn(fleet, *file);
    for (const ObjectReference& reference : written.unbuilt.references) {
      const std::string& cluster = written.clusters[reference.object];
      const bool ours = reference.kind == item.kind && reference.name == item.name &&
                        NamespaceOf(written, reference) == item.namespace_ &&
                        std::binary_search(item.clusters.begin(), item.clusters.end(), cluster);
      if (!ours) continue;
      if (FluxCall* call = collector.Add(written.unbuilt.objects[reference.object], cluster))
        call->ranges.push_back(RangeIn(call->item.place, reference));
    }
  }
}

}  // namespace

std::vector<FluxItem> FluxItemsAt(const Snapshot& snapshot, const Fleet& fleet,
                                  const SourceFile& file, uint32_t offset) {
  const Subject subject = SubjectAt(snapshot, fleet, file, offset);
  std::vector<Effect> meant = subject.objects;
  if (subject.kind != Subject::Kind::kReference && meant.empty()) {
    // Of objects in each other (the items of a List) the inner one.
    uint32_t begin = 0;
    for (Effect effect : fleet.EffectsOf(file.path)) {
      const ByteRange range = fleet.ObjectOf(effect).origin.range;
      if (!range.Touches(offset) || range.begin < begin) continue;
      if (range.begin > begin) meant.clear();
      begin = range.begin;
      meant.push_back(effect);
    }
  }
  Collector collector(fleet);
  for (Effect effect : meant) {
    if (IsFlux(fleet, effect)) collector.Add(effect);
  }
  if (meant.empty()) AddWrittenAt(fleet, file, offset, subject, collector);
  std::vector<FluxItem> out;
  for (FluxCall& call : collector.Take()) out.push_back(std::move(call.item));
  return out;
}

std::vector<FluxCall> CallsFrom(const Snapshot& snapshot, const Fleet& fleet,
                                const FluxItem& item) {
  Collector collector(fleet);
  for (Effect caller : EffectsOf(fleet, item)) {
    const NamePlace own = PlaceOf(fleet.ObjectOf(caller));
    const build::FluxBuild& build = fleet.BuildOf(caller);
    for (const ObjectReference& reference : build::ReferencesOf(build, caller.object)) {
      const auto index = static_cast<uint32_t>(&reference - build.references.data());
      const build::Resolution found = build::Resolve(snapshot, fleet, {caller.build, index});
      if (found.standing != build::Standing::kFound && found.standing != build::Standing::kMade)
        continue;
      for (Effect target : found.targets) {
        if (!IsFlux(fleet, target)) continue;
        if (FluxCall* call = collector.Add(target)) call->ranges.push_back(RangeIn(own, reference));
      }
    }
  }
  AddWrittenTargets(snapshot, fleet, item, collector);
  std::vector<FluxCall> out = collector.Take();
  std::stable_sort(out.begin(), out.end(), [](const FluxCall& a, const FluxCall& b) {
    return a.ranges.front().begin < b.ranges.front().begin;
  });
  return out;
}

std::vector<FluxCall> CallsTo(const Snapshot& snapshot, const Fleet& fleet, const FluxItem& item) {
  // What is named: the object itself, or what a controller makes of it.
  std::set<std::pair<uint64_t, build::Standing>> names;
  for (Effect called : EffectsOf(fleet, item)) {
    const build::FluxBuild& build = fleet.BuildOf(called);
    names.emplace(build.hashes[called.object].name, build::Standing::kFound);
    for (const build::MadeBy& made : build.made) {
      if (made.maker == called.object) names.emplace(made.name, build::Standing::kMade);
    }
  }
  Collector collector(fleet);
  for (const auto& [name, standing] : names) {
    for (build::ReferenceSite site : fleet.ReferencesTo(name)) {
      const ObjectReference& reference = fleet.ReferenceAt(site);
      const Effect caller{site.build, reference.object};
      if (!IsFlux(fleet, caller)) continue;
      const build::Resolution found = build::Resolve(snapshot, fleet, site);
      // A name that is taken is not that of a made object; and what kustomize alone builds does not
      // see what lies beside it.
      if (found.standing != standing) continue;
      const bool ours = std::any_of(found.targets.begin(), found.targets.end(), [&](Effect target) {
        const build::Object& object = fleet.ObjectOf(target);
        return object.origin && object.origin.file->path == item.path;
      });
      if (!ours) continue;
      if (FluxCall* call = collector.Add(caller))
        call->ranges.push_back(RangeIn(call->item.place, reference));
    }
  }
  AddWrittenCallers(snapshot, fleet, item, collector);
  return collector.Take();
}

}  // namespace fluxls
