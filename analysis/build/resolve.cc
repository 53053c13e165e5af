#include "analysis/build/resolve.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/build/unbuilt.h"

namespace fluxls::build {
namespace {

constexpr std::string_view kNoNamespace = "_non_namespaceable_";

bool IsFluxObject(const ObjectReference& reference) {
  return !IsOftenElsewhere(reference.kind) && reference.field->rule != NamespaceRule::kAsWritten;
}

bool IsSource(std::string_view kind) {
  return kind == "GitRepository" || kind == "OCIRepository" || kind == "Bucket" ||
         kind == "HelmRepository" || kind == "ExternalArtifact" || kind == "HelmChart";
}

// Could `name` be what comes out when the variables of `pattern` are filled in?
bool MayBecome(std::string_view pattern, std::string_view name) {
  const size_t open = pattern.find("${");
  if (open == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, open))) return false;
  const size_t close = pattern.rfind('}');
  return close == std::string_view::npos || name.ends_with(pattern.substr(close + 1));
}

// Could the target be what becomes of an open object, or what that makes?
bool MayBe(const Object& open, const ObjectReference& reference) {
  const bool templated = open.id.kind == reference.kind && IsTemplatedName(open.id.name) &&
                         MayBecome(open.id.name, reference.name);
  return templated || MakesUnnamed(open, reference.kind);
}

// Some objects that make others are applied by nobody here, like their referrers.
bool IsMadeByUnbuilt(const Snapshot& snapshot, const Fleet& fleet,
                     const ObjectReference& reference) {
  if (!IsSource(reference.kind)) return false;
  for (const SourceFilePtr& file : snapshot.Files()) {
    const bool maker = std::any_of(
        file->facts.resources.begin(), file->facts.resources.end(), [](const Resource& resource) {
          return resource.id.kind == "ArtifactGenerator" || resource.id.kind == "FluxInstance";
        });
    if (!maker) continue;
    const Unbuilt unbuilt = FindUnbuilt(fleet, *file);
    for (const Object& object : unbuilt.objects) {
      if (MakesUnnamed(object, reference.kind)) return true;
      for (const Made& made : FindMade(object)) {
        if (made.kind == reference.kind && made.name == reference.name) return true;
      }
    }
  }
  return false;
}

// Does the repository define any object of the kind? Of one that it defines nowhere, all come from
// elsewhere.
bool IsKindHere(const Snapshot& snapshot, const Fleet& fleet, std::string_view kind) {
  if (kind == "ExternalArtifact" || fleet.HasKind("*", kind)) return true;
  const std::vector<SourceFilePtr> files = snapshot.Files();
  return std::any_of(files.begin(), files.end(), [kind](const SourceFilePtr& file) {
    return std::any_of(file->facts.resources.begin(), file->facts.resources.end(),
                       [kind](const Resource& resource) { return resource.id.kind == kind; });
  });
}

class Resolver {
 public:
  Resolver(const Snapshot& snapshot, const Fleet& fleet, const FluxBuild& build,
           const Object& referrer, const ObjectReference& reference)
      : snapshot_(snapshot),
        fleet_(fleet),
        build_(build),
        referrer_(referrer),
        reference_(reference) {}

  Resolution Run() {
    if (std::string reason = IsFilledInLater(); !reason.empty()) return Unknown(reason);
    if (!build_.flux) return InPlainBuild();
    if (std::optional<Effect> found = Find(reference_.namespace_)) return Found({*found});
    if (reference_.field->rule == NamespaceRule::kAsWritten && reference_.namespace_.empty()) {
      if (std::optional<Effect> found = Find(kNoNamespace)) return Found({*found});
      return Unknown("the reference names no namespace");
    }
    if (std::vector<Effect> makers = fleet_.MakersOf(reference_.target); !makers.empty()) {
      Resolution out;
      out.standing = Standing::kMade;
      out.targets = std::move(makers);
      return out;
    }
    if (std::string reason = MayComeFromElsewhere(); !reason.empty()) return Unknown(reason);
    Resolution out = NotFound();
    if (out.standing == Standing::kMissing) {
      if (!fleet_.IsRooted(build_.cluster) || HasOpenNamespace())
        out = ResolveAnywhere(snapshot_, fleet_, reference_);
      if (out.standing != Standing::kMissing) return Unknown(out.reason);
      if (IsMadeByUnbuilt(snapshot_, fleet_, reference_))
        return Unknown("nothing applies who makes it");
      out.certain = !doubtful_;
      return out;
    }
    if (!fleet_.IsRooted(build_.cluster) && out.standing != Standing::kOtherNamespace)
      return Unknown("where the cluster starts is not in this repository");
    // Then it may be the very thing that is not built.
    for (const Gap& gap : fleet_.GapsOf(build_.cluster)) {
      if (gap.holds == Gap::Holds::kOnlyWhatIsWritten && IsWrittenUnbuilt())
        return Unknown(gap.reason);
    }
    if (HasOpenNamespace()) return Unknown("its namespace is not known");
    return out;
  }

 private:
  static Resolution Found(std::vector<Effect> targets) {
    Resolution out;
    out.standing = Standing::kFound;
    out.targets = std::move(targets);
    return out;
  }

  // With what somebody who asks for the definition would like to see all the same.
  Resolution Unknown(std::string reason) const {
    Resolution out;
    out.reason = std::move(reason);
    const std::string_view cluster = build_.flux ? std::string_view(build_.cluster) : "*";
    out.targets = fleet_.Named(cluster, reference_.kind, reference_.name);
    if (out.targets.empty()) out.targets = fleet_.Named("*", reference_.kind, reference_.name);
    if (out.targets.empty()) out.targets = fleet_.MakersNamed(reference_.kind, reference_.name);
    if (out.targets.empty()) out.targets = TemplatedObjects();
    // Where the namespace is the one that is meant, the others are others.
    auto other =
        std::stable_partition(out.targets.begin(), out.targets.end(), [this](Effect effect) {
          return fleet_.ObjectOf(effect).id.EffectiveNamespace() == reference_.namespace_;
        });
    if (other != out.targets.begin()) out.targets.erase(other, out.targets.end());
    if (out.targets.empty()) out.written = Written("");
    return out;
  }

  std::vector<ResourceLocation> Written(std::string_view namespace_) const {
    return snapshot_.Resources(reference_.kind, namespace_, reference_.name);
  }

  // A reference without group takes what is there; one with a group only its own.
  bool IsOfGroup(Effect effect) const {
    return reference_.group.empty() || reference_.group == fleet_.ObjectOf(effect).id.group;
  }

  std::optional<Effect> Find(std::string_view namespace_) const {
    std::optional<Effect> found =
        fleet_.FindEffect(build_.cluster, reference_.kind, namespace_, reference_.name);
    // "Kustomization" is kustomize's kind as well.
    if (found && !IsOfGroup(*found)) return std::nullopt;
    return found;
  }

  std::string IsFilledInLater() const {
    for (std::string_view text : {reference_.name, reference_.namespace_, reference_.kind}) {
      if (IsTemplatedName(text)) return fmt::format("\"{}\" is filled in later", text);
    }
    return "";
  }

  // Nobody knows who applies the directory, and where.
  Resolution InPlainBuild() const {
    for (Effect effect : fleet_.Named("*", reference_.kind, reference_.name)) {
      const bool same_namespace =
          fleet_.ObjectOf(effect).id.EffectiveNamespace() == reference_.namespace_;
      if (&fleet_.BuildOf(effect) == &build_ && same_namespace) return Found({effect});
    }
    return Unknown("no Flux Kustomization of this repository builds it");
  }

  std::string MayComeFromElsewhere() {
    if (!build_.certain) return "who applies it is not in this repository";
    if (build::Find(build_.kustomization, {"spec", "kubeConfig"}))
      return "it is applied to another cluster";
    if (IsSource(reference_.kind) && reference_.name == "flux-system" &&
        reference_.namespace_ == "flux-system") {
      return "bootstrap creates it";
    }
    if (!IsKindHere(snapshot_, fleet_, reference_.kind))
      return fmt::format("no {} is in this repository", reference_.kind);
    for (Effect effect : TemplatedObjects()) {
      return fmt::format("{} may become it", Describe(fleet_.ObjectOf(effect).id));
    }
    for (const Gap& gap : fleet_.GapsOf(build_.cluster)) {
      if (!MayHold(gap)) continue;
      if (!IsFluxObject(reference_) || !IsOurNamespace(gap)) return gap.reason;
      doubtful_ = true;
    }
    return "";
  }

  // Objects of the kind whose names variables are still to fill in, or that make others as they
  // like.
  std::vector<Effect> TemplatedObjects() const {
    std::vector<Effect> out;
    for (Effect effect : fleet_.open_objects()) {
      if (fleet_.BuildOf(effect).cluster == build_.cluster &&
          MayBe(fleet_.ObjectOf(effect), reference_))
        out.push_back(effect);
    }
    return out;
  }

  // Is there a document for it that no build has?
  bool IsWrittenUnbuilt() const {
    for (const ResourceLocation& location : Written("")) {
      const ResourceId& id = location.file->facts.resources[location.resource].id;
      if (!id.namespace_.empty() && id.namespace_ != reference_.namespace_) continue;
      if (fleet_.EffectsOf(location.file->path).empty()) return true;
    }
    return false;
  }

  // The referrer has no namespace, and the reference takes over the referrer's.
  bool HasOpenNamespace() const {
    return referrer_.id.namespace_.empty() && reference_.namespace_value == nullptr;
  }

  // A project of its own brings Flux objects for its own namespace, hardly for one in which this
  // repository has its objects.
  bool IsOurNamespace(const Gap& gap) const {
    const FluxBuild& build = *fleet_.builds()[gap.build];
    return !HasOpenNamespace() && build.directory.empty() &&
           build.namespace_ != reference_.namespace_ &&
           fleet_.HasKind(build_.cluster, reference_.kind) &&
           fleet_.UsesNamespace(build_.cluster, reference_.namespace_);
  }

  bool MayHold(const Gap& gap) const {
    if (gap.holds == Gap::Holds::kOnlyWhatIsWritten) return false;
    if (gap.holds == Gap::Holds::kNoFluxObjects && IsFluxObject(reference_)) return false;
    const FluxBuild& build = *fleet_.builds()[gap.build];
    // What it waits for it does not bring along.
    const bool own = referrer_.id.kind == "Kustomization" && build.name == referrer_.id.name &&
                     build.namespace_ == referrer_.id.EffectiveNamespace();
    if (own && reference_.field->rule != NamespaceRule::kAsWritten) return false;
    if (HasOpenNamespace()) return true;
    const std::string_view target =
        Text(build::Find(build.kustomization, "spec"), "targetNamespace");
    return target.empty() || IsTemplatedName(target) || target == reference_.namespace_;
  }

  Resolution NotFound() const {
    Resolution out;
    std::vector<Effect> everywhere = fleet_.Named("*", reference_.kind, reference_.name);
    std::erase_if(everywhere, [this](Effect effect) { return !IsOfGroup(effect); });
    for (Effect effect : everywhere) {
      const FluxBuild& build = fleet_.BuildOf(effect);
      if (build.flux && build.cluster == build_.cluster) out.targets.push_back(effect);
    }
    if (!out.targets.empty()) {
      out.standing = Standing::kOtherNamespace;
      return out;
    }
    for (Effect effect : everywhere) {
      const bool same = fleet_.ObjectOf(effect).id.EffectiveNamespace() == reference_.namespace_;
      if (fleet_.BuildOf(effect).flux && same) out.targets.push_back(effect);
    }
    if (!out.targets.empty()) {
      out.standing = Standing::kOtherCluster;
      return out;
    }
    // As it is written it may have no namespace, or one that an overlay would change.
    for (ResourceLocation& location : Written("")) {
      const ResourceId& id = location.file->facts.resources[location.resource].id;
      if (id.namespace_.empty() || id.namespace_ == reference_.namespace_)
        out.written.push_back(location);
    }
    out.standing = out.written.empty() ? Standing::kMissing : Standing::kNotApplied;
    return out;
  }

  const Snapshot& snapshot_;
  const Fleet& fleet_;
  const FluxBuild& build_;
  const Object& referrer_;
  const ObjectReference& reference_;
  bool doubtful_ = false;
};

}  // namespace

Resolution Resolve(const Snapshot& snapshot, const Fleet& fleet, ReferenceSite site) {
  const FluxBuild& build = *fleet.builds()[site.build];
  const ObjectReference& reference = fleet.ReferenceAt(site);
  return Resolve(snapshot, fleet, build, build.objects[reference.object], reference);
}

Resolution Resolve(const Snapshot& snapshot, const Fleet& fleet, const FluxBuild& build,
                   const Object& referrer, const ObjectReference& reference) {
  return Resolver(snapshot, fleet, build, referrer, reference).Run();
}

Resolution ResolveAnywhere(const Snapshot& snapshot, const Fleet& fleet,
                           const ObjectReference& reference) {
  Resolution out;
  for (std::string_view text : {reference.name, reference.kind}) {
    if (IsTemplatedName(text)) {
      out.reason = fmt::format("\"{}\" is filled in later", text);
      return out;
    }
  }
  out.standing = Standing::kFound;
  out.targets = fleet.Named("*", reference.kind, reference.name);
  // What stands in the namespace that is meant comes first; without one all count.
  std::stable_partition(out.targets.begin(), out.targets.end(), [&](Effect effect) {
    return fleet.ObjectOf(effect).id.EffectiveNamespace() == reference.namespace_;
  });
  if (!out.targets.empty()) return out;
  out.written = snapshot.Resources(reference.kind, "", reference.name);
  if (!out.written.empty()) return out;
  out.standing = Standing::kMade;
  out.targets = fleet.MakersNamed(reference.kind, reference.name);
  if (!out.targets.empty()) return out;
  out.standing = Standing::kUnknown;
  out.reason = "nobody applies it";
  if (!IsKindHere(snapshot, fleet, reference.kind)) return out;
  if (IsSource(reference.kind) && reference.name == "flux-system") return out;
  for (Effect effect : fleet.open_objects()) {
    if (MayBe(fleet.ObjectOf(effect), reference)) return out;
  }
  if (IsMadeByUnbuilt(snapshot, fleet, reference)) return out;
  out.standing = Standing::kMissing;
  return out;
}

bool IsOftenElsewhere(std::string_view kind) {
  return kind == "Secret" || kind == "ConfigMap" || kind == "ServiceAccount";
}

bool IsTemplatedName(std::string_view text) {
  return text.find("${") != std::string_view::npos || text.find("{{") != std::string_view::npos ||
         text.find("<<") != std::string_view::npos;
}

}  // namespace fluxls::build
