// Kustomizations that use what another one applies, and do not wait for it.
//
// Facts: kustomize-controller looks at dependsOn before it builds, and looks for the source even
// before that (hence a Kustomization's own sourceRef is none of this); helm-controller waits for
// the releases that a release depends on before it looks for chart and values.
#include <algorithm>

#include "analysis/build/fleet.h"
#include "analysis/build/resolve.h"

namespace fluxls::build {
namespace {

bool IsSuspended(const Value* root) {
  return Text(Find(root, "spec"), "suspend") == "true";
}

// What comes before what, among the Kustomizations of all clusters.
class Order {
 public:
  explicit Order(const std::vector<FluxBuildPtr>& builds) : builds_(builds), nodes_(builds.size()) {
    for (uint32_t i = 0; i < builds.size(); ++i) {
      if (builds[i]->flux) by_name_.emplace(NameOf(*builds[i]), i);
    }
    for (uint32_t i = 0; i < builds.size(); ++i) {
      if (builds[i]->flux) Connect(i);
    }
  }

  // The build of a Kustomization that a cluster applies.
  std::optional<uint32_t> Find(uint64_t name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::nullopt : std::optional(found->second);
  }

  // What is surely applied when `build` is: who applies it, what it depends on, and what those wait
  // for. Of what it depends on everything below counts as well: whoever depends on a layer means
  // all of it.
  struct Before {
    std::vector<bool> builds;
    bool open = false;   // it waits for something that is not known here
    bool loose = false;  // some of what it depends on installs charts, or is not known to the end
  };
  const Before& Of(uint32_t build) {
    auto [found, fresh] = before_.try_emplace(build);
    if (fresh) found->second = Search(build);
    return found->second;
  }
  bool Comes(uint32_t first, uint32_t then) { return Of(then).builds[first]; }

 private:
  struct Node {
    std::optional<uint32_t> parent;
    std::vector<uint32_t> children;
    std::vector<uint32_t> depends_on;
    bool open = false;
  };

  static uint64_t NameOf(const FluxBuild& build) {
    return HashOfName(build.cluster, "Kustomization", build.namespace_, build.name);
  }

  void Connect(uint32_t i) {
    const FluxBuild& build = *builds_[i];
    Node& node = nodes_[i];
    if (build.parent) node.parent = Find(NameOf(*build.parent));
    if (node.parent) nodes_[*node.parent].children.push_back(i);
    for (const Value* item : ItemsOf(build::Find(build.kustomization, {"spec", "dependsOn"}))) {
      const std::string_view ns = Text(item, "namespace");
      const std::optional<uint32_t> other = Find(HashOfName(
          build.cluster, "Kustomization", ns.empty() ? build.namespace_ : ns, Text(item, "name")));
      if (other) node.depends_on.push_back(*other);
      node.open |= !other;
    }
  }

  Before Search(uint32_t from) const {
    Before out;
    out.builds.resize(nodes_.size());
    // Bit 1: it has been there; bit 2: with everything below.
    std::vector<uint8_t> seen(nodes_.size());
    std::vector<std::pair<uint32_t, bool>> stack{{from, false}};
    while (!stack.empty()) {
      const auto [at, whole] = stack.back();
      stack.pop_back();
      const uint8_t bit = whole ? 3 : 1;
      if ((seen[at] & bit) == bit) continue;
      seen[at] |= bit;
      if (at != from) out.builds[at] = true;
      const Node& node = nodes_[at];
      out.open |= node.open;
      if (node.parent) stack.push_back({*node.parent, false});
      for (uint32_t other : node.depends_on) stack.push_back({other, true});
      if (!whole) continue;
      const FluxBuild& build = *builds_[at];
      out.loose |= !build.unknowns.empty() || build.failed || build.directory.empty() ||
                   build.kinds.contains("HelmRelease");
      for (uint32_t child : node.children) stack.push_back({child, true});
    }
    return out;
  }

  const std::vector<FluxBuildPtr>& builds_;
  std::vector<Node> nodes_;
  std::unordered_map<uint64_t, uint32_t> by_name_;
  std::unordered_map<uint32_t, Before> before_;
};

// Fields whose target must be there before Flux can go on. `own`: the Kustomization itself is who
// waits, not the one that applies it.
struct Use {
  std::string_view kind;
  std::string_view route;
  bool own = false;
};
constexpr Use kUses[] = {
    {"HelmRelease", "spec.chart.spec.sourceRef"},
    {"HelmRelease", "spec.chartRef"},
    {"HelmRelease", "spec.valuesFrom[]"},
    {"Kustomization", "spec.postBuild.substituteFrom[]", true},
};

const Use* UseOf(const ReferenceField& field) {
  const auto found = std::find_if(std::begin(kUses), std::end(kUses), [&field](const Use& use) {
    return use.kind == field.kind && use.route == field.route;
  });
  return found == std::end(kUses) ? nullptr : found;
}

// Does all of it, and nobody else, decide what is applied? What is suspended applies nothing.
bool IsClear(const FluxBuild& build) {
  return build.flux && build.certain && !build.failed && !build.directory.empty() &&
         !IsSuspended(build.kustomization) && !IsRemote(build);
}

// Is the whole of its spec known? Who applies an entry may change it on the way.
bool IsSpecKnown(const FluxBuild& build) {
  return build.parent ? !build.parent->failed : build.rooted;
}

}  // namespace

void Fleet::FindMissingDependencies() {
  Order order(builds_);
  std::set<std::pair<uint32_t, uint32_t>> told;
  // Releases that a release waits for bring their Kustomizations' order along.
  const auto waits_itself = [&](const Object& release, const std::string& cluster,
                                uint32_t provider) {
    std::vector<const Object*> stack{&release};
    std::set<const Object*> seen;
    while (!stack.empty()) {
      const Object& at = *stack.back();
      stack.pop_back();
      if (!seen.insert(&at).second) continue;
      for (const Value* item : ItemsOf(build::Find(at.root, {"spec", "dependsOn"}))) {
        const std::string_view ns = Text(item, "namespace");
        const std::optional<Effect> other =
            FindEffect(cluster, "HelmRelease", ns.empty() ? at.id.EffectiveNamespace() : ns,
                       Text(item, "name"));
        if (!other || other->build == provider || order.Comes(provider, other->build)) return true;
        stack.push_back(&ObjectOf(*other));
      }
    }
    return false;
  };
  const auto add = [&](uint32_t waiter, Effect user, Effect used, const Origin& place) {
    const FluxBuild& build = *builds_[waiter];
    const FluxBuild& provider = *builds_[used.build];
    if (waiter == used.build || !build.origin || told.contains({waiter, used.build})) return;
    if (!build.certain || IsSuspended(build.kustomization)) return;
    if (!IsClear(provider) || !IsSpecKnown(build) || provider.hashes[used.object].shared) return;
    if (order.Of(waiter).open || order.Comes(used.build, waiter)) return;
    // Then it would wait for itself.
    if (order.Of(used.build).open || order.Comes(waiter, used.build)) return;
    told.emplace(waiter, used.build);
    missing_dependencies_[build.origin.file->path].push_back(
        {waiter, used.build, user, used, place});
  };
  // The only one that applies the object.
  const auto find_used = [&](const ObjectReference& reference) -> std::optional<Effect> {
    const auto found = by_name_.find(reference.target);
    if (found == by_name_.end()) return std::nullopt;
    const Effect used = found->second;
    const ObjectId& id = ObjectOf(used).id;
    if (!reference.group.empty() && reference.group != id.group) return std::nullopt;
    for (Effect other : Named(BuildOf(used).cluster, id.kind, id.name)) {
      const bool same = ObjectOf(other).id.EffectiveNamespace() == id.EffectiveNamespace();
      if (same && other.build != used.build) return std::nullopt;
    }
    return used;
  };

  // Custom resources, by cluster, group and kind; null build index for several appliers.
  using KindName = std::tuple<std::string_view, std::string_view, std::string_view>;
  std::map<KindName, std::optional<Effect>> definitions;
  std::set<std::string_view> defined;  // kinds
  for (uint32_t i = 0; i < builds_.size(); ++i) {
    const FluxBuild& build = *builds_[i];
    if (!build.flux || !build.kinds.contains("CustomResourceDefinition")) continue;
    for (uint32_t j = 0; j < build.objects.size(); ++j) {
      const Object& object = build.objects[j];
      if (object.id.kind != "CustomResourceDefinition") continue;
      const Value* spec = build::Find(object.root, "spec");
      const std::string_view group = Text(spec, "group");
      const std::string_view kind = Text(build::Find(spec, "names"), "kind");
      if (group.empty() || kind.empty() || IsFluxGroup(group)) continue;
      const auto [at, fresh] = definitions.try_emplace({build.cluster, group, kind}, Effect{i, j});
      if (!fresh && at->second && at->second->build != i) at->second = std::nullopt;
      defined.insert(kind);
    }
  }

  for (uint32_t i = 0; i < builds_.size(); ++i) {
    const FluxBuild& build = *builds_[i];
    if (!IsClear(build)) continue;
    for (const ObjectReference& reference : build.references) {
      const Use* use = UseOf(*reference.field);
      const Object& user = build.objects[reference.object];
      if (!use || reference.optional || IsSuspended(user.root)) continue;
      const std::optional<Effect> used = find_used(reference);
      if (!used) continue;
      const Origin& place = reference.name_value->origin;
      if (!use->own) {
        const bool waits = used->build == i || order.Comes(used->build, i) ||
                           waits_itself(user, build.cluster, used->build);
        if (!waits) add(i, {i, reference.object}, *used, place);
      } else if (auto own = order.Find(build.hashes[reference.object].name)) {
        add(*own, {i, reference.object}, *used, place);
      }
    }
    const bool uses_defined =
        std::any_of(build.kinds.begin(), build.kinds.end(),
                    [&defined](std::string_view kind) { return defined.contains(kind); });
    // Charts may well bring the kinds along.
    if (!uses_defined || order.Of(i).loose) continue;
    for (uint32_t j = 0; j < build.objects.size(); ++j) {
      const ObjectId& id = build.objects[j].id;
      if (!defined.contains(id.kind)) continue;
      const auto found = definitions.find({build.cluster, id.group, id.kind});
      if (found == definitions.end() || !found->second) continue;
      add(i, {i, j}, *found->second, build.objects[j].origin);
    }
  }
}

}  // namespace fluxls::build
