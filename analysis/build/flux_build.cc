#include "analysis/build/flux_build.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/build/hash.h"
#include "analysis/build/load.h"
#include "analysis/build/print.h"
#include "analysis/build/resolve.h"
#include "analysis/build/source_ignore.h"
#include "analysis/build/substitution.h"
#include "analysis/model/resource.h"

namespace fluxls::build {
namespace {

bool IsTemplated(std::string_view text) {
  return text.find("${") != std::string_view::npos;
}

// Lists what Flux puts into the kustomization that it generates for a directory without one.
class Generated {
 public:
  Generated(Files& files, Arena& arena, Origin origin, SourceIgnore& ignore)
      : files_(files), arena_(arena), origin_(origin), ignore_(ignore) {}

  std::vector<const Value*> List(const std::string& directory) {
    Walk(directory, "");
    return std::move(out_);
  }

 private:
  void Walk(const std::string& directory, const std::string& prefix) {
    if (++depth_ > 64) return;
    for (const std::string& name : files_.Names(directory)) {
      const std::string path = JoinPath(directory, name);
      const std::string shown = prefix + name;
      const PathKind kind = files_.Stat(path);
      if (ignore_.IsIgnored(path, kind == PathKind::kDirectory)) continue;
      switch (kind) {
        case PathKind::kDirectory:
          if (!files_.KustomizationIn(path).empty()) {
            Add(shown);
          } else {
            Walk(path, shown + "/");
          }
          break;
        case PathKind::kFile:
          if (name.ends_with(".yaml") || name.ends_with(".yml")) Add(shown);
          break;
        default:
          break;
      }
    }
    --depth_;
  }

  void Add(const std::string& path) { out_.push_back(arena_.String("./" + path, origin_)); }

  Files& files_;
  Arena& arena_;
  Origin origin_;
  SourceIgnore& ignore_;
  std::vector<const Value*> out_;
  int depth_ = 0;
};

// Flux replaces parts of an image of the file by its own; what it does not name stays.
const Value* MergedImage(Arena& arena, const Value* own, const Value* more) {
  Value* merged = ShallowCopy(arena, *own);
  merged->origin = more->origin;
  if (const Value* name = Field(more, "newName")) Set(arena, *merged, "newName", name);
  const Value* tag = Field(more, "newTag");
  const Value* digest = Field(more, "digest");
  if (tag || digest) {
    Erase(*merged, "newTag");
    Erase(*merged, "digest");
    if (tag) Set(arena, *merged, "newTag", tag);
    if (digest) Set(arena, *merged, "digest", digest);
  }
  return merged;
}

// What `spec` of the Flux Kustomization adds to the kustomization at its path.
void AddSpec(Files& files, Arena& arena, const Value* spec, Kustomization& kustomization) {
  if (Setting ns = FieldSetting(spec, "targetNamespace")) kustomization.namespace_ = ns;
  if (Setting prefix = FieldSetting(spec, "namePrefix")) kustomization.name_prefix = prefix;
  if (Setting suffix = FieldSetting(spec, "nameSuffix")) kustomization.name_suffix = suffix;
  for (const Value* patch : FieldItems(spec, "patches")) kustomization.patches.push_back(patch);
  // Until v1beta2 there were lists of their own, with patches as objects.
  for (const Value* patch : FieldItems(spec, "patchesStrategicMerge")) {
    kustomization.patches_strategic.push_back(
        patch->IsScalar() ? patch : arena.String(PrintYaml(patch), patch->origin));
  }
  for (const Value* patch : FieldItems(spec, "patchesJson6902")) {
    const Value* entry = patch;
    UpdateChild(arena, entry, "patch", [&](const Value*& operations) {
      if (operations && !operations->IsScalar())
        operations = arena.String(PrintYaml(operations), operations->origin);
    });
    kustomization.patches_json.push_back(entry);
  }
  for (const Value* component : FieldItems(spec, "components")) {
    if (FieldIsTrue(spec, "ignoreMissingComponents") &&
        files.Stat(JoinPath(kustomization.directory, component->str())) == PathKind::kMissing) {
      continue;
    }
    kustomization.components.push_back(component);
  }
  for (const Value* image : FieldItems(spec, "images")) {
    auto same = std::find_if(
        kustomization.images.begin(), kustomization.images.end(),
        [image](const Value* own) { return FieldText(own, "name") == FieldText(image, "name"); });
    if (same == kustomization.images.end()) {
      kustomization.images.push_back(image);
    } else {
      *same = MergedImage(arena, *same, image);
    }
  }
}

// `commonMetadata`: on everything, over what is there.
void SetCommonMetadata(Arena& arena, const Value* spec, Objects& objects) {
  const Value* metadata = Field(spec, "commonMetadata");
  for (EditKind kind : {EditKind::kLabel, EditKind::kAnnotation}) {
    const std::string_view field = kind == EditKind::kLabel ? "labels" : "annotations";
    const Value* pairs = Field(metadata, field);
    if (!pairs || pairs->Pairs().empty()) continue;
    const std::vector<Pair> entries(pairs->Pairs().begin(), pairs->Pairs().end());
    for (Object& object : objects) {
      UpdateChild(arena, object.root, "metadata", [&](const Value*& own) {
        if (!own) own = arena.New(Type::kMap);
        UpdateChild(arena, own, field, [&](const Value*& map) {
          if (!map) map = arena.New(Type::kNull);
          SetEntries(arena, map, entries, kind);
        });
      });
    }
  }
}

class FluxBuilder {
 public:
  FluxBuilder(Builder& builder, const Sources& sources, const FluxRequest& request)
      : builder_(builder), sources_(sources), request_(request) {
    spec_ = build::Find(request.kustomization, "spec");
    source_ = build::Find(spec_, "sourceRef");
  }

  // Directory of `spec.path`; problems and unknowns otherwise.
  std::optional<std::string> FindDirectory(FluxBuild& build) {
    const Value* path = build::Find(spec_, "path");
    const std::string_view text = path ? path->str() : "";
    const Origin where = path && path->origin ? path->origin : request_.origin;
    auto unknown = [&](std::string reason) -> std::optional<std::string> {
      build.unknowns.push_back({where ? where.file->path : "", where.range, std::move(reason)});
      return std::nullopt;
    };
    if (IsTemplated(text)) return unknown(fmt::format("path \"{}\" is filled in later", text));
    const std::string_view kind = Text(source_, "kind");
    const std::string_view name = Text(source_, "name");
    if (name.empty()) return unknown("it names no source");
    const SourceTree* tree = sources_.Of(source_, IdOf(request_.kustomization),
                                         request_.origin ? request_.origin.file->path : "");
    if (!tree) return unknown(fmt::format("{} \"{}\" is not this repository", kind, name));
    std::optional<std::string> directory = tree->DirectoryOf(text);
    const PathKind found = directory ? builder_.files().Stat(*directory) : PathKind::kMissing;
    if (found == PathKind::kDirectory) return directory;
    if (Text(spec_, "suspend") == "true") return unknown("it is suspended");
    if (found == PathKind::kUnknown || !tree->confirmed) {
      return unknown(
          fmt::format("{} \"{}\" may hold \"{}\", this repository does not", kind, name, text));
    }
    Problem problem;
    problem.kind = ProblemKind::kPath;
    problem.path = where ? where.file->path : "";
    problem.range = where.range;
    problem.message = found == PathKind::kFile
                          ? fmt::format("path \"{}\" is a file; a directory was expected", text)
                          : fmt::format("path \"{}\" is no directory of this repository", text);
    build.problems.push_back(std::move(problem));
    return std::nullopt;
  }

  AccumulationPtr Accumulate(const std::string& directory) {
    auto arena = std::make_shared<Arena>();
    arena->Keep(request_.keep);
    std::vector<Problem> problems;
    Dependencies dependencies;
    Dependencies* outer = builder_.files().Record(&dependencies);
    builder_.files().Stat(directory);
    Kustomization top;
    if (!builder_.files().KustomizationIn(directory).empty()) {
      std::optional<Kustomization> read =
          builder_.ReadKustomization(directory, false, *arena, nullptr, problems);
      if (read) top = std::move(*read);
    } else {
      const Value* path = build::Find(spec_, "path");
      const Origin origin = path && path->origin ? path->origin : request_.origin;
      top.path = directory;
      top.origin = origin;
      SourceIgnore ignore(builder_.files(), sources_.root(), SourceIgnoreText());
      top.resources = Generated(builder_.files(), *arena, origin, ignore).List(directory);
    }
    top.directory = directory;
    AddSpec(builder_.files(), *arena, spec_, top);
    builder_.files().Record(outer);
    return builder_.Accumulate(top, std::move(arena), std::move(problems), std::move(dependencies));
  }

  const Value* spec() const { return spec_; }

  // `spec.ignore` of the source.
  std::string_view SourceIgnoreText() const {
    return sources_.IgnoreOf(source_, IdOf(request_.kustomization));
  }

 private:
  Builder& builder_;
  const Sources& sources_;
  const FluxRequest& request_;
  const Value* spec_ = nullptr;
  const Value* source_ = nullptr;  // its `sourceRef`
};

void SetIdentity(const FluxRequest& request, FluxBuild& build) {
  const ObjectId id = IdOf(request.kustomization);
  build.cluster = request.cluster;
  build.name = id.name;
  build.namespace_ = id.EffectiveNamespace();
  build.kustomization = request.kustomization;
  build.origin = request.origin;
  build.keep = request.keep;
  build.parent = request.parent;
  build.release = request.release;
  build.certain = request.certain;
  build.rooted = request.rooted;
}

// Flux merges it with what is there, or leaves it alone.
bool IsSharedOnPurpose(const Object& object) {
  const std::string_view how =
      Text(Find(object.root, {"metadata", "annotations"}), "kustomize.toolkit.fluxcd.io/ssa");
  return how == "Merge" || how == "IfNotPresent" || how == "Ignore";
}

// What Flux Operator locks down where it is told that a cluster has several tenants.
constexpr std::string_view kTenantControllers[] = {
    "kustomize-controller", "helm-controller", "notification-controller",
    "image-reflector-controller", "image-automation-controller"};

// Adds the controllers that the object makes refuse references to other namespaces.
void ReadLockdown(const Object& object, std::set<std::string_view>& locked_down) {
  const ObjectId& id = object.id;
  if (id.kind == "FluxInstance" &&
      Text(Find(object.root, {"spec", "cluster"}), "multitenant") == "true") {
    locked_down.insert(std::begin(kTenantControllers), std::end(kTenantControllers));
  }
  const bool controller = id.name.ends_with("-controller") || id.name == "source-watcher";
  if (id.kind != "Deployment" || !controller) return;
  for (const Value* container :
       ItemsOf(Find(object.root, {"spec", "template", "spec", "containers"}))) {
    for (const Value* arg : ItemsOf(Find(container, "args"))) {
      if (arg->str() == "--no-cross-namespace-refs=true" ||
          arg->str() == "--no-cross-namespace-refs")
        locked_down.insert(id.name);
    }
  }
}

// What every fleet asks of all objects is found out once.
void ReadObjects(FluxBuild& build) {
  build.hashes.clear();
  build.hashes.reserve(build.objects.size());
  build.kustomizations.clear();
  build.variable_sources.clear();
  build.locked_down.clear();
  for (uint32_t i = 0; i < build.objects.size(); ++i) {
    const Object& object = build.objects[i];
    if (IsFluxKustomization(object.id)) build.kustomizations.push_back(i);
    if (object.id.kind == "ConfigMap" || object.id.kind == "Secret")
      build.variable_sources.push_back(i);
    const ObjectId& id = object.id;
    const std::string_view ns = id.EffectiveNamespace();
    const uint64_t identity = HashOfTexts({id.group, id.version, id.kind, ns, id.name});
    uint64_t signature = identity;
    Mix(signature, HashOfTree(object.root));
    build.hashes.push_back({identity, signature, HashOfName(build.cluster, id.kind, ns, id.name),
                            HashOfShortName(id.kind, id.name), IsSharedOnPurpose(object)});
    build.kinds.insert(id.kind);
    if (IsFluxGroup(id.group)) build.flux_namespaces.insert(ns);
    if (IsTemplatedName(id.name) || MakesUnnamed(object, "")) build.open_objects.push_back(i);
    ReadLockdown(object, build.locked_down);
  }
  build.sites_hash = 0;
  for (const VariableSite& site : build.variable_sites) {
    if (site.origin && site.origin.file->text)
      Mix(build.sites_hash, Slice(site.origin.file->text->content(), site.origin.range));
  }
  build.references = FindReferences(build.cluster, build.objects);
  build.made = FindMade(build.cluster, build.objects);
}

void TakeOver(BuildResult result, FluxBuild& build) {
  build.arena->Keep(result.arena);
  build.accumulation = std::move(result.accumulation);
  build.objects = std::move(result.objects);
  build.problems = std::move(result.problems);
  build.unknowns = std::move(result.unknowns);
  build.failed = result.failed;
}

std::string_view PathOf(const Origin& origin) {
  return origin ? std::string_view(origin.file->path) : std::string_view();
}

bool SameVariables(const Variables& a, const Variables& b) {
  auto same = [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.known == y.second.known &&
           x.second.value == y.second.value && x.second.secret == y.second.secret &&
           x.second.origin.range == y.second.origin.range &&
           PathOf(x.second.origin) == PathOf(y.second.origin);
  };
  return a.active == b.active && a.strict == b.strict && a.complete == b.complete &&
         std::equal(a.defined.begin(), a.defined.end(), b.defined.begin(), b.defined.end(), same);
}

// Do the same variables stand in texts that are still the same?
bool SameTexts(const Variables& a, const Variables& b) {
  auto same = [](const auto& x, const auto& y) { return x->text == y->text; };
  return std::equal(a.files.begin(), a.files.end(), b.files.begin(), b.files.end(), same);
}

}  // namespace

std::string FluxBuild::Title() const {
  return flux ? fmt::format("{}/{}", namespace_, name) : directory;
}

uint64_t HashOfName(std::string_view cluster, std::string_view kind, std::string_view namespace_,
                    std::string_view name) {
  return HashOfTexts({cluster, kind, namespace_, name});
}

uint64_t HashOfShortName(std::string_view kind, std::string_view name) {
  return HashOfTexts({kind, name});
}

std::span<const ObjectReference> ReferencesOf(const FluxBuild& build, uint32_t object) {
  const std::vector<ObjectReference>& all = build.references;
  const auto begin = std::partition_point(
      all.begin(), all.end(), [object](const ObjectReference& one) { return one.object < object; });
  const auto end = std::find_if(
      begin, all.end(), [object](const ObjectReference& one) { return one.object != object; });
  return {begin, end};
}

bool IsRemote(const FluxBuild& build) {
  for (const FluxBuild* at = &build; at; at = at->parent.get()) {
    if (Find(at->kustomization, {"spec", "kubeConfig"})) return true;
  }
  return false;
}

bool IsFluxKustomization(const ObjectId& id) {
  return id.kind == "Kustomization" && id.group == kFluxKustomizeGroup;
}

FluxBuildPtr BuildFlux(Builder& builder, const Sources& sources, const FluxRequest& request,
                       const FindObject& find, const FluxBuildPtr& previous) {
  auto build = std::make_shared<FluxBuild>();
  SetIdentity(request, *build);
  build->arena = std::make_shared<Arena>();
  build->arena->Keep(request.keep);
  FluxBuilder flux(builder, sources, request);
  std::optional<std::string> directory = flux.FindDirectory(*build);
  if (!directory) return build;
  build->directory = *directory;
  build->variables = ReadVariables(request.kustomization, build->namespace_, request.release, find);
  if (!build->certain) build->variables.complete = false;

  build->source_ignore = flux.SourceIgnoreText();
  const bool same_request =
      previous && previous->directory == *directory && previous->accumulation &&
      previous->source_ignore == build->source_ignore && previous->release == request.release &&
      previous->certain == request.certain &&
      SameTree(previous->kustomization, request.kustomization) &&
      SameVariables(previous->variables, build->variables) &&
      builder.StillHolds(previous->accumulation);
  if (same_request) {
    if (previous->kustomization == request.kustomization && previous->parent == request.parent &&
        SameTexts(previous->variables, build->variables))
      return previous;
    // The one that applies it, or that brings variables, was built anew, and says the same.
    auto kept = std::make_shared<FluxBuild>(*previous);
    SetIdentity(request, *kept);
    kept->variables = std::move(build->variables);
    return kept;
  }
  TakeOver(builder.Finish(flux.Accumulate(*directory), SortOrder::kLegacy), *build);
  SubstituteObjects(*build->arena, build->variables, build->objects, build->variable_sites,
                    build->problems);
  SetCommonMetadata(*build->arena, flux.spec(), build->objects);
  for (Object& object : build->objects) object.Refresh();
  ReadObjects(*build);
  build->failed = HasFatal(build->problems);
  return build;
}

FluxBuildPtr BuildPlain(Builder& builder, const std::string& directory,
                        const FluxBuildPtr& previous) {
  if (previous && previous->accumulation && builder.StillHolds(previous->accumulation))
    return previous;
  auto build = std::make_shared<FluxBuild>();
  build->flux = false;
  build->name = directory;
  build->directory = directory;
  build->arena = std::make_shared<Arena>();
  TakeOver(builder.Build(directory, SortOrder::kLegacy), *build);
  ReadObjects(*build);
  return build;
}

}  // namespace fluxls::build
