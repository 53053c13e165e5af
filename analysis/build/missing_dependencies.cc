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
      if (node.parent) stack.emplace_back(*node.parent, false);
      for (uint32_t other : node.depends_on) stack.emplace_back(other, true);
      if (!whole) continue;
      const FluxBuild& build = *builds_[at];
      out.loose |= !build.unknowns.empty() || build.failed || build.directory.empty() ||
                   build.kinds.contains("HelmRelease");
      for (uint32_t child : node.children) stack.emplace_back(child, true);
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

class Finder {
 public:
  explicit Finder(const Fleet& fleet) : fleet_(fleet), order_(fleet.builds()) {}

  std::vector<MissingDependency> Run() {
    ReadDefinitions();
    for (uint32_t i = 0; i < fleet_.builds().size(); ++i) {
      const FluxBuild& build = *fleet_.builds()[i];
      if (!IsClear(build)) continue;
      for (const ObjectReference& reference : build.references) CheckReference(i, reference);
      CheckKinds(i);
    }
    return std::move(out_);
  }

 private:
  // CustomResourceDefinitions by what they define; Flux's own come with Flux.
  void ReadDefinitions() {
    for (uint32_t i = 0; i < fleet_.builds().size(); ++i) {
      const FluxBuild& build = *fleet_.builds()[i];
      if (!build.flux || !build.kinds.contains(kDefinition)) continue;
      for (uint32_t j = 0; j < build.objects.size(); ++j) {
        const Object& object = build.objects[j];
        if (object.id.kind != kDefinition) continue;
        const Value* spec = Find(object.root, "spec");
        const std::string_view group = Text(spec, "group");
        const std::string_view kind = Text(Find(spec, "names"), "kind");
        if (group.empty() || kind.empty() || IsFluxGroup(group)) continue;
        definitions_.try_emplace({build.cluster, group, kind}, Effect{i, j});
        defined_.insert(kind);
      }
    }
  }

  void CheckReference(uint32_t index, const ObjectReference& reference) {
    const FluxBuild& build = *fleet_.builds()[index];
    const Use* use = UseOf(*reference.field);
    const Object& user = build.objects[reference.object];
    if (!use || reference.optional || IsSuspended(user.root)) return;
    const std::optional<Effect> used =
        fleet_.FindEffect(build.cluster, reference.kind, reference.namespace_, reference.name);
    if (!used) return;
    if (!reference.group.empty() && reference.group != fleet_.ObjectOf(*used).id.group) return;
    std::optional<uint32_t> waiter = index;
    if (use->own) waiter = order_.Find(build.hashes[reference.object].name);
    if (!waiter || *waiter == used->build || order_.Comes(used->build, *waiter)) return;
    if (!use->own && WaitsItself(user, build.cluster, used->build)) return;
    Add(*waiter, {index, reference.object}, *used, reference.name_value->origin);
  }

  void CheckKinds(uint32_t index) {
    const FluxBuild& build = *fleet_.builds()[index];
    const bool uses_defined =
        std::any_of(build.kinds.begin(), build.kinds.end(),
                    [this](std::string_view kind) { return defined_.contains(kind); });
    // Charts may well bring the kinds along.
    if (!uses_defined || order_.Of(index).loose) return;
    for (uint32_t j = 0; j < build.objects.size(); ++j) {
      const ObjectId& id = build.objects[j].id;
      if (!defined_.contains(id.kind)) continue;
      const auto found = definitions_.find({build.cluster, id.group, id.kind});
      if (found != definitions_.end())
        Add(index, {index, j}, found->second, build.objects[j].origin);
    }
  }

  // Releases that a release waits for bring their Kustomizations' order along.
  bool WaitsItself(const Object& release, const std::string& cluster, uint32_t provider) {
    std::vector<const Object*> stack{&release};
    std::set<const Object*> seen;
    while (!stack.empty()) {
      const Object& at = *stack.back();
      stack.pop_back();
      if (!seen.insert(&at).second) continue;
      for (const Value* item : ItemsOf(Find(at.root, {"spec", "dependsOn"}))) {
        const std::string_view ns = Text(item, "namespace");
        const std::optional<Effect> other =
            fleet_.FindEffect(cluster, "HelmRelease", ns.empty() ? at.id.EffectiveNamespace() : ns,
                              Text(item, "name"));
        if (!other || other->build == provider || order_.Comes(provider, other->build)) return true;
        stack.push_back(&fleet_.ObjectOf(*other));
      }
    }
    return false;
  }

  // Does any other Kustomization apply it as well?
  bool IsShared(Effect used) const {
    const ObjectId& id = fleet_.ObjectOf(used).id;
    const FluxBuild& build = fleet_.BuildOf(used);
    if (build.hashes[used.object].shared) return true;
    const std::vector<Effect> all = fleet_.Named(build.cluster, id.kind, id.name);
    return std::any_of(all.begin(), all.end(), [&](Effect other) {
      return other.build != used.build &&
             fleet_.ObjectOf(other).id.EffectiveNamespace() == id.EffectiveNamespace();
    });
  }

  void Add(uint32_t waiter, Effect user, Effect used, const Origin& place) {
    const FluxBuild& build = *fleet_.builds()[waiter];
    if (waiter == used.build || !build.origin || told_.contains({waiter, used.build})) return;
    if (!build.certain || IsSuspended(build.kustomization) || !IsSpecKnown(build)) return;
    if (!IsClear(fleet_.BuildOf(used))) return;
    if (order_.Of(waiter).open || order_.Comes(used.build, waiter)) return;
    // Then it would wait for itself.
    if (order_.Of(used.build).open || order_.Comes(waiter, used.build)) return;
    if (IsShared(used)) return;
    told_.emplace(waiter, used.build);
    out_.push_back({waiter, used.build, user, used, place});
  }

  static constexpr std::string_view kDefinition = "CustomResourceDefinition";

  const Fleet& fleet_;
  Order order_;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, Effect>
      definitions_;                     // by cluster, group and kind; of several the first
  std::set<std::string_view> defined_;  // kinds
  std::set<std::pair<uint32_t, uint32_t>> told_;
  std::vector<MissingDependency> out_;
};

}  // namespace

void Fleet::FindMissingDependencies() {
  for (MissingDependency& missing : Finder(*this).Run())
    missing_dependencies_[builds_[missing.build]->origin.file->path].push_back(missing);
}

}  // namespace fluxls::build
