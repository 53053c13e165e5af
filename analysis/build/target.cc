#include "analysis/build/target.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/build/replacements.h"
#include "analysis/model/kustomization.h"

namespace fluxls::build {
namespace {

// The one Kubernetes schema that kustomize carries.
constexpr std::string_view kBuiltinOpenApi = "v1.21.2";

bool HasTemplate(std::string_view text) {
  return text.find("${") != std::string_view::npos || text.find("{{") != std::string_view::npos;
}

// A common mistake: the manifest of a CustomResourceDefinition where definitions are listed.
bool HoldsDefinitions(const Value* root) {
  return !root || (root->IsMap() &&
                   std::all_of(root->Pairs().begin(), root->Pairs().end(), [](const Pair& pair) {
                     return pair.value->IsMap() || pair.value->IsNull();
                   }));
}

// People set these up before the bootstrap, to patch what it will write.
bool IsFilledByBootstrap(std::string_view path) {
  return BaseName(path) == "gotk-components.yaml" || BaseName(path) == "gotk-sync.yaml";
}

bool HoldsAnything(const LoadedFile& file) {
  return FirstError(file) ||
         std::any_of(file.documents.begin(), file.documents.end(),
                     [](const LoadedDocument& document) { return !IsEmpty(document.root); });
}

}  // namespace

Target::Target(Builder& builder, const Kustomization& kustomization, Accumulation& into)
    : builder_(builder), k_(kustomization), into_(into) {
  for (size_t i = 0; i < into.objects.size(); ++i) ids_.emplace(into.objects[i].id.Key(), i);
}

Context Target::MakeContext() {
  return {*into_.arena, into_.problems, builder_.schema_.openapi, &into_.hits};
}

void Target::Fail(ProblemKind kind, const Value& entry, std::string message) {
  MakeContext().Fail(kind, entry.origin, std::move(message));
}

void Target::Run() {
  into_.kustomizations.push_back(k_.path);
  if (k_.helm) {
    Fail(ProblemKind::kUnsupported, *k_.helm,
         "kustomize inflates Helm charts only with --enable-helm, and Flux never does; use a "
         "HelmRelease");
  }
  ReadOpenApi();
  ReadResources(k_.resources);
  ReadConfigurations();
  RunGenerators();
  ReadComponents();
  RunTransformers();
  RunValidators();
  Context context = MakeContext();
  DefineVariables(context, into_.objects, k_.vars, into_.variables);
}

// --- Paths ---------------------------------------------------------------------------------------

bool Target::IsAllowed(const Value& entry, const std::string& path) {
  if (!builder_.options_.restrict_files || IsInside(path, k_.directory)) return true;
  Fail(ProblemKind::kOutsideRoot, entry,
       fmt::format("\"{}\" is not in or below the directory of this kustomization", entry.str()));
  return false;
}

void Target::AddUnknown(const Value& entry, std::string reason) {
  into_.unknowns.push_back({entry.origin ? entry.origin.file->path : k_.path, entry.origin.range,
                            std::move(reason), std::string(entry.str())});
}

std::optional<Target::Found> Target::Resolve(const Value& entry, std::string_view text,
                                             bool directory_only) {
  auto unknown = [&](std::string reason) {
    AddUnknown(entry, std::move(reason));
    return std::nullopt;
  };
  auto fail = [&](ProblemKind kind, std::string message) {
    Fail(kind, entry, std::move(message));
    return std::nullopt;
  };
  if (text.empty()) return fail(ProblemKind::kMissingEntry, "this entry is empty");
  if (HasTemplate(text)) return unknown(fmt::format("\"{}\" is filled in later", text));
  Found place;
  place.path = JoinPath(k_.directory, text);
  place.kind = builder_.files_.Stat(place.path);
  if (place.kind == PathKind::kMissing && IsRemoteEntry(text))
    return unknown(fmt::format("\"{}\" is remote", text));
  if (place.kind == PathKind::kUnknown)
    return unknown(fmt::format("\"{}\" is outside of what can be seen here", text));
  if (text.front() == '/')
    return fail(ProblemKind::kOutsideRoot, fmt::format("\"{}\" is an absolute path", text));
  if (place.kind == PathKind::kMissing) {
    return fail(
        ProblemKind::kMissingEntry,
        fmt::format("no {} \"{}\"", directory_only ? "directory" : "file or directory", text));
  }
  if (directory_only && place.kind != PathKind::kDirectory) {
    return fail(
        ProblemKind::kMissingEntry,
        fmt::format("\"{}\" is a file; components are directories with a kustomization.yaml",
                    text));
  }
  return place;
}

LoadedFilePtr Target::LoadPath(const Value& entry) {
  const std::optional<Found> place = Resolve(entry, entry.str(), false);
  if (!place || !IsAllowed(entry, place->path)) return nullptr;
  if (place->kind == PathKind::kDirectory) {
    Fail(ProblemKind::kMissingEntry, entry,
         fmt::format("\"{}\" is a directory; a file was expected", entry.str()));
    return nullptr;
  }
  LoadedFilePtr file = builder_.files_.Load(place->path);
  if (!file) {
    Fail(ProblemKind::kMissingEntry, entry, fmt::format("\"{}\" cannot be read", entry.str()));
    return nullptr;
  }
  into_.arena->Keep(file->arena);
  return file;
}

PatchLoader Target::MakeLoader() {
  return {[this](const Value& path) { return LoadPath(path); },
          [this](const Value& text) { return builder_.files_.Inline(text); }};
}

std::shared_ptr<const std::string> Target::LoadBytes(const Value& entry, std::string_view text) {
  const std::optional<Found> place = Resolve(entry, text, false);
  if (!place || !IsAllowed(entry, place->path)) return nullptr;
  std::shared_ptr<const std::string> bytes = builder_.files_.Bytes(place->path);
  // There, but nobody has looked into it: its content is not known.
  if (!bytes) AddUnknown(entry, fmt::format("the content of \"{}\" is not at hand", text));
  return bytes;
}

// --- Resources -----------------------------------------------------------------------------------

void Target::ReadResources(const std::vector<const Value*>& entries) {
  for (const Value* entry : entries) {
    if (entry->IsScalar()) {
      ReadResource(*entry);
    } else {
      Fail(ProblemKind::kBadKustomization, *entry, "an entry of resources is a path");
    }
  }
}

void Target::ReadResource(const Value& entry) {
  const std::optional<Found> place = Resolve(entry, entry.str(), false);
  if (!place) return;
  if (place->kind == PathKind::kDirectory) {
    AddBase(entry, place->path);
  } else if (IsAllowed(entry, place->path)) {
    AddFile(entry, place->path);
  }
}

void Target::AddFile(const Value& entry, const std::string& path) {
  LoadedFilePtr file = builder_.files_.Load(path);
  if (!file) {
    return Fail(ProblemKind::kMissingEntry, entry,
                fmt::format("\"{}\" cannot be read", entry.str()));
  }
  if (file->is_template) return AddUnknown(entry, fmt::format("\"{}\" is a template", entry.str()));
  into_.arena->Keep(file->arena);
  if (IsFilledByBootstrap(path) && !HoldsAnything(*file)) {
    AddUnknown(entry, fmt::format("\"{}\" is empty until flux bootstrap fills it", entry.str()));
    into_.unknowns.back().bootstrap = true;
    return;
  }
  if (const std::optional<LoadError> error = FirstError(*file)) {
    Problem problem{ProblemKind::kSyntax, true, path, error->range, error->message, {}};
    if (entry.origin)
      problem.related.push_back({entry.origin.file->path, entry.origin.range, "listed here"});
    into_.problems.push_back(std::move(problem));
  }
  AddDocuments(*file, entry.origin);
}

// The items of a list come behind all documents of the file.
void Target::AddDocuments(const LoadedFile& file, Origin listed) {
  std::vector<const Value*> queue;
  for (const LoadedDocument& document : file.documents) queue.push_back(document.root);
  for (size_t i = 0; i < queue.size(); ++i) {
    const Value* root = queue[i];
    if (!IsEmpty(root)) AddDocument(file, root, listed, queue);
  }
}

void Target::AddDocument(const LoadedFile& file, const Value* root, Origin listed,
                         std::vector<const Value*>& queue) {
  auto refuse = [&](const Value* where, std::string message) {
    into_.problems.push_back(
        {ProblemKind::kBadObject, true, file.path, where->origin.range, std::move(message), {}});
  };
  if (!root->IsMap()) return refuse(root, "a resource must be a mapping");
  const ObjectId id = IdOf(root);
  if (id.kind.empty()) return refuse(root, "this resource has no kind");
  if (id.kind.ends_with("List")) {
    // A kind may end like that without being a list.
    if (const Value* items = Find(root, "items")) {
      if (items->IsNull()) return;
      if (!items->IsList()) return refuse(items, "items of a list must be a list");
      queue.insert(queue.end(), items->Items().begin(), items->Items().end());
      return;
    }
  }
  if (id.name.empty()) return refuse(root, fmt::format("this {} has no metadata.name", id.kind));
  if (const Value* list = FindEmptyItem(root))
    return refuse(list, fmt::format("{} has a list with an empty item", Describe(id)));
  Object object;
  object.root = root;
  object.id = id;
  object.origin = root->origin;
  AddObject(std::move(object), listed, /*from_base=*/false);
}

void Target::AddObject(Object object, Origin listed, bool from_base) {
  auto [other, fresh] = ids_.emplace(object.id.Key(), into_.objects.size());
  if (fresh) {
    into_.objects.push_back(std::move(object));
    return;
  }
  const Object& first = into_.objects[other->second];
  Problem problem;
  problem.kind = ProblemKind::kDuplicateObject;
  // A file can be mended in itself, unless it is what stands there twice.
  const bool same_document = object.origin && object.origin == first.origin;
  const Origin where = listed && (from_base || same_document) ? listed : object.origin;
  problem.path = where ? where.file->path : k_.path;
  problem.range = where.range;
  problem.message = fmt::format("{} is in this build twice", Describe(object.id));
  for (const Object* one : {&first, static_cast<const Object*>(&object)}) {
    if (one->origin && !(one->origin == where))
      problem.related.push_back({one->origin.file->path, one->origin.range, Describe(one->id)});
  }
  into_.problems.push_back(std::move(problem));
}

void Target::AddBase(const Value& entry, const std::string& directory) {
  // Directories that all list each other have more ways through them than anybody could walk.
  constexpr int kMaxCircles = 100;
  if (builder_.circles_ > kMaxCircles) return;
  for (size_t i = 0; i < builder_.stack_.size(); ++i) {
    if (!IsInside(builder_.stack_[i], directory)) continue;
    ++builder_.circles_;
    return Fail(
        ProblemKind::kCycle, entry,
        builder_.stack_[i] == directory
            ? fmt::format("\"{}\" is built by this kustomization already: a cycle", entry.str())
            : fmt::format("\"{}\" is above a directory that it is built from: a cycle",
                          entry.str()));
  }
  int several = 0;
  if (builder_.files_.KustomizationIn(directory, &several); several != 1) {
    Arena scratch;
    builder_.ReadKustomization(directory, true, scratch, &entry, into_.problems);
    return;
  }
  AccumulationPtr base = builder_.Accumulate(directory);
  into_.bases.push_back(base);
  into_.arena->Keep(base);
  if (base->kustomization && base->kustomization->component) {
    return Fail(ProblemKind::kComponent, entry,
                fmt::format("\"{}\" is a Component; list it under components", entry.str()));
  }
  for (const Object& object : base->objects) AddObject(object, entry.origin, /*from_base=*/true);
  std::string problem;
  into_.config = MergeConfigs(into_.config, base->config, &problem);
  if (!problem.empty()) Fail(ProblemKind::kTransformer, entry, problem);
  MergeVariables(MakeContext(), base->variables, into_.variables);
}

// --- Configuration -------------------------------------------------------------------------------

void Target::ReadConfigurations() {
  std::string problem;
  const Value* asks = k_.root;
  std::vector<TransformerConfig> configurations;
  for (const Value* entry : k_.configurations) {
    asks = entry;
    LoadedFilePtr file = LoadPath(*entry);
    if (!file) continue;
    for (const LoadedDocument& document : file->documents) {
      if (document.root) configurations.push_back(ReadConfiguration(document.root));
    }
  }
  into_.config = MergeConfigs(into_.config, WithDefaults(configurations, &problem), &problem);
  for (const Value* entry : k_.crds) {
    LoadedFilePtr file = LoadPath(*entry);
    if (!file || file->documents.empty()) continue;
    const Value* root = file->documents[0].root;
    if (!HoldsDefinitions(root)) {
      Fail(ProblemKind::kBadKustomization, *entry,
           fmt::format("\"{}\" does not hold the OpenAPI definitions that crds lists; manifests "
                       "belong in resources",
                       entry->str()));
      continue;
    }
    asks = entry;
    into_.config =
        MergeConfigs(into_.config,
                     std::make_shared<const TransformerConfig>(ReadCrdDefinitions(root)), &problem);
  }
  if (!problem.empty() && asks) Fail(ProblemKind::kTransformer, *asks, problem);
}

void Target::ReadOpenApi() {
  SchemaChoice& schema = builder_.schema_;
  if (schema.made || !k_.openapi) return;
  const Value* path = Field(k_.openapi, "path");
  const Value* version = Field(k_.openapi, "version");
  if (path && version) {
    return Fail(ProblemKind::kBadKustomization, *version,
                "openapi has either path or version, not both");
  }
  if (path) {
    LoadedFilePtr file = LoadPath(*path);
    if (!file || file->documents.empty()) return;
    schema = {true, file->documents[0].root};
  } else if (version && !version->str().empty()) {
    if (version->str() != kBuiltinOpenApi) {
      Fail(ProblemKind::kBadKustomization, *version,
           fmt::format("openapi version \"{}\" is not built into kustomize; {} is", version->str(),
                       kBuiltinOpenApi));
    }
    schema = {true, nullptr};
  }
}

// --- Generators and components -------------------------------------------------------------------

void Target::RunGenerators() {
  Context context = MakeContext();
  auto load = [this](const Value& entry, std::string_view path) { return LoadBytes(entry, path); };
  const std::string_view file = into_.arena->Copy(k_.path);
  for (bool secret : {false, true}) {
    for (const Value* entry : secret ? k_.secrets : k_.config_maps) {
      std::optional<Object> made =
          Generate(context, entry, k_.generator_options, secret, file, load);
      if (made) Absorb(context, into_.objects, std::move(*made));
    }
  }
  RunPlugins(k_.generators, true);
}

void Target::ReadComponents() {
  for (const Value* entry : k_.components) {
    if (entry->IsScalar()) ReadComponent(*entry);
  }
}

void Target::ReadComponent(const Value& entry) {
  const std::optional<Found> place = Resolve(entry, entry.str(), true);
  if (!place) return;
  const std::string& directory = place->path;
  for (const std::string& above : builder_.stack_) {
    if (IsInside(above, directory)) {
      ++builder_.circles_;
      return Fail(ProblemKind::kCycle, entry,
                  fmt::format("\"{}\" holds what it is built from: a cycle", entry.str()));
    }
  }
  std::optional<Kustomization> component =
      builder_.ReadKustomization(directory, true, *into_.arena, &entry, into_.problems);
  if (!component) return;
  if (!component->component) {
    return Fail(ProblemKind::kComponent, entry,
                fmt::format("\"{}\" is a Kustomization; list it under resources", entry.str()));
  }
  builder_.stack_.push_back(directory);
  Target(builder_, *component, into_).Run();
  builder_.stack_.pop_back();
}

// --- Transformers --------------------------------------------------------------------------------

void Target::Stamp(std::string_view transformer) {
  Stamp(Step{into_.arena->Copy(k_.path), transformer, "", ""});
}

void Target::Stamp(Step step) {
  for (Object& object : into_.objects) object.steps.push_back(step);
}

void Target::RunTransformers() {
  Context context = MakeContext();
  Objects& objects = into_.objects;
  const TransformerConfigPtr config = into_.config;
  const PatchLoader load = MakeLoader();
  ApplyStrategicPatches(context, objects, k_.patches_strategic, load);
  if (!k_.patches_strategic.empty()) Stamp("PatchStrategicMergeTransformer");
  for (const Value* entry : k_.patches) {
    ApplyPatch(context, objects, entry, load);
    DropDeleted(objects);
    Stamp("PatchTransformer");
  }
  if (k_.namespace_) {
    SetNamespace(context, objects, k_.namespace_, config->namespace_);
    Stamp("NamespaceTransformer");
  }
  if (k_.name_prefix) {
    AddPrefix(context, objects, k_.name_prefix, config->name_prefix);
    Stamp("PrefixTransformer");
  }
  if (k_.name_suffix) {
    AddSuffix(context, objects, k_.name_suffix, config->name_suffix);
    Stamp("SuffixTransformer");
  }
  for (const Value* entry : k_.labels) {
    SetLabels(context, objects, entry, *config);
    Stamp("LabelTransformer");
  }
  SetMetadata(context, objects, k_.common_labels, config->common_labels, EditKind::kLabel);
  if (k_.common_labels || !k_.labels.empty()) Stamp("LabelTransformer");
  if (k_.common_annotations) {
    SetMetadata(context, objects, k_.common_annotations, config->common_annotations,
                EditKind::kAnnotation);
    Stamp("AnnotationsTransformer");
  }
  for (const Value* entry : k_.patches_json) {
    ApplyJson6902(context, objects, entry, load);
    DropDeleted(objects);
    Stamp("PatchJson6902Transformer");
  }
  for (const Value* entry : k_.replicas) {
    SetReplicas(context, objects, entry, config->replicas);
    Stamp("ReplicaCountTransformer");
  }
  for (const Value* entry : k_.images) {
    SetImage(context, objects, entry, config->images);
    Stamp("ImageTagTransformer");
  }
  for (const Value* entry : k_.replacements) ApplyReplacement(context, objects, entry, load);
  if (!k_.replacements.empty()) Stamp("ReplacementTransformer");
  RunPlugins(k_.transformers, false);
}

}  // namespace fluxls::build
