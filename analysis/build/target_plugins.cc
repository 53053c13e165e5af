// The plugins that kustomize has built in, configured by objects of their own: what `generators`,
// `transformers` and `validators` list.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "analysis/build/replacements.h"
#include "analysis/build/selector.h"
#include "analysis/build/target.h"
#include "analysis/workspace/file_system.h"

namespace fluxls::build {
namespace {

NamespaceOptions NamespaceOptionsOf(const Value* plugin) {
  NamespaceOptions options;
  options.unset_only = FieldIsTrue(plugin, "unsetOnly");
  const std::string_view subjects = FieldText(plugin, "setRoleBindingSubjects");
  if (subjects == "allServiceAccounts") options.subjects = Subjects::kServiceAccounts;
  if (subjects == "none") options.subjects = Subjects::kNone;
  return options;
}

// A mapping that is written out, or a list of strategic merge patches as paths or text.
bool HasText(const Value* plugin, std::string_view field) {
  const Value* value = Field(plugin, field);
  return value && value->IsScalar() && !value->str().empty();
}

// `part` put into a path, at a position that counts from its start; behind it when it is shorter.
std::string WithPathPart(std::string_view path, int64_t position, std::string_view part) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    if (slash != 0) parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  const auto at = std::min<int64_t>(position, static_cast<int64_t>(parts.size()));
  parts.insert(parts.begin() + at, std::string(part));
  return fmt::format("{}{}", absolute ? "/" : "", fmt::join(parts, "/"));
}

bool IsBuiltinPlugin(const ObjectId& id) {
  return id.group == "builtin" || id.version == "builtin";
}

}  // namespace

// The objects that an entry of `generators`, `transformers` or `validators` holds or names.
Objects Target::ReadPlugins(const Value& entry) {
  LoadedFilePtr file;
  if (LooksInline(entry)) {
    file = builder_.files_.Inline(entry);
    into_.arena->Keep(file->arena);
  } else {
    const std::optional<Found> place = Resolve(entry, entry.str(), false);
    if (!place) return {};
    if (place->kind == PathKind::kDirectory) {
      AccumulationPtr directory = builder_.Accumulate(place->path);
      into_.bases.push_back(directory);
      into_.arena->Keep(directory);
      return directory->objects;
    }
    file = LoadPath(entry);
    if (!file) return {};
  }
  Objects plugins;
  for (const LoadedDocument& document : file->documents) {
    if (IsEmpty(document.root)) continue;
    Object& plugin = plugins.emplace_back();
    plugin.root = document.root;
    plugin.origin = document.root->origin ? document.root->origin : entry.origin;
    plugin.Refresh();
    if (plugin.id.name.empty()) Fail(ProblemKind::kTransformer, entry, "a plugin needs a name");
  }
  return plugins;
}

void Target::RunPlugins(const std::vector<const Value*>& entries, bool generators) {
  // What is written out in the kustomization runs before what files hold.
  std::vector<const Value*> ordered = entries;
  std::stable_partition(ordered.begin(), ordered.end(),
                        [](const Value* entry) { return LooksInline(*entry); });
  std::unordered_set<std::string> ids;
  for (const Value* entry : ordered) {
    for (const Object& plugin : ReadPlugins(*entry)) {
      if (!ids.insert(plugin.id.Key()).second) {
        Fail(ProblemKind::kDuplicateObject, *entry,
             fmt::format("{} is a plugin of this kustomization twice", Describe(plugin.id)));
      } else if (!IsBuiltinPlugin(plugin.id)) {
        Fail(
            ProblemKind::kUnsupported, *entry,
            fmt::format("{} is a plugin of its own; Flux does not run those", Describe(plugin.id)));
      } else if (generators) {
        RunGeneratorPlugin(plugin);
      } else {
        RunTransformerPlugin(plugin);
        Stamp(StepOf(plugin));
      }
    }
  }
}

Step Target::StepOf(const Object& plugin) const {
  Arena& arena = *into_.arena;
  return {arena.Copy(plugin.origin ? plugin.origin.file->path : k_.path),
          arena.Copy(plugin.id.kind), arena.Copy(plugin.id.name), arena.Copy(plugin.id.namespace_)};
}

void Target::RunGeneratorPlugin(const Object& plugin) {
  Context context = MakeContext();
  if (plugin.id.kind == "IAMPolicyGenerator") return GenerateServiceAccount(plugin);
  const bool secret = plugin.id.kind == "SecretGenerator";
  if (!secret && plugin.id.kind != "ConfigMapGenerator") {
    return context.Fail(ProblemKind::kUnsupported, plugin.origin,
                        fmt::format("Flux does not run the generator {}", plugin.id.kind));
  }
  // Name and namespace are those of the configuration.
  const Value* entry = plugin.root;
  Value& own = Own(*into_.arena, entry);
  const Value* metadata = Find(entry, "metadata");
  for (std::string_view field : {"name", "namespace"}) {
    if (const Value* value = Find(metadata, field); value && !Field(entry, field))
      Set(*into_.arena, own, field, value);
  }
  auto load = [this](const Value& path_entry, std::string_view path) {
    return LoadBytes(path_entry, path);
  };
  std::optional<Object> made = Generate(context, entry, nullptr, secret, k_.path, load);
  if (!made) return;
  made->generator = StepOf(plugin);
  Absorb(context, into_.objects, std::move(*made));
}

// IAMPolicyGenerator: the service account of Kubernetes that stands for one of Google's cloud.
void Target::GenerateServiceAccount(const Object& plugin) {
  const Value* kubernetes = Field(plugin.root, "kubernetesService");
  const Value* cloud = Field(plugin.root, "serviceAccount");
  Arena& arena = *into_.arena;
  Context context = MakeContext();
  if (FieldText(plugin.root, "cloud") != "gke") {
    return context.Fail(
        ProblemKind::kGenerator, plugin.origin,
        fmt::format("cloud is \"{}\"; kustomize knows gke only", FieldText(plugin.root, "cloud")));
  }
  Value* annotations = arena.New(Type::kMap, plugin.origin);
  Set(arena, *annotations, "iam.gke.io/gcp-service-account",
      arena.String(arena.Copy(fmt::format("{}@{}.iam.gserviceaccount.com", FieldText(cloud, "name"),
                                          FieldText(cloud, "projectId")))));
  Value* metadata = arena.New(Type::kMap, plugin.origin);
  Set(arena, *metadata, "annotations", annotations);
  for (std::string_view field : {"name", "namespace"}) {
    const Setting setting = FieldSetting(kubernetes, field);
    if (setting) Set(arena, *metadata, field, arena.String(setting.text, setting.origin));
  }
  Value* root = arena.New(Type::kMap, plugin.origin);
  Set(arena, *root, "apiVersion", arena.String("v1"));
  Set(arena, *root, "kind", arena.String("ServiceAccount"));
  Set(arena, *root, "metadata", metadata);
  Object account;
  account.root = root;
  account.origin = plugin.origin;
  account.generator = StepOf(plugin);
  account.Refresh();
  Absorb(context, into_.objects, std::move(account));
}

// ValueAddTransformer: one text to fields of many objects, or into the paths that they hold.
void Target::AddValues(const Object& plugin) {
  Context context = MakeContext();
  Arena& arena = *into_.arena;
  Setting value = FieldSetting(plugin.root, "value");
  if (!value) value = {arena.Copy(BaseName(k_.directory)), plugin.origin};
  std::vector<const Value*> targets(FieldItems(plugin.root, "targets").begin(),
                                    FieldItems(plugin.root, "targets").end());
  if (const Value* path = Field(plugin.root, "targetFilePath")) {
    LoadedFilePtr file = LoadPath(*path);
    if (!file || file->documents.empty()) return;
    for (const Value* target : FieldItems(file->documents[0].root, "targets"))
      targets.push_back(target);
  }
  if (targets.empty()) {
    return context.Fail(ProblemKind::kTransformer, plugin.origin,
                        "a ValueAddTransformer needs at least one target");
  }
  for (const Value* target : targets) {
    std::string problem;
    std::optional<Selector> selector = Selector::Read(Field(target, "selector"), problem);
    const FieldSpec spec{"", "", "", SplitFieldPath(FieldText(target, "fieldPath")), true};
    int64_t position = 0;
    const std::string_view digits = FieldText(target, "filePathPosition");
    std::from_chars(digits.data(), digits.data() + digits.size(), position);
    for (Object& object : into_.objects) {
      if (!problem.empty() || !selector->Matches(object)) continue;
      problem = ApplyField(arena, object.root, spec, Type::kString, [&](const Value*& slot) {
        const std::string text = position > 0 ? WithPathPart(slot->str(), position - 1, value.text)
                                              : std::string(value.text);
        return SetText(arena, arena.Copy(text), EditKind::kReplacement, value.origin, true)(slot);
      });
      object.Refresh();
    }
    if (!problem.empty()) context.Fail(ProblemKind::kTransformer, plugin.origin, problem);
  }
}

// What validators do to objects is their judgement, not part of the result.
void Target::RunValidators() {
  if (k_.validators.empty()) return;
  const Objects before = into_.objects;
  RunPlugins(k_.validators, false);
  const bool same =
      std::equal(before.begin(), before.end(), into_.objects.begin(), into_.objects.end(),
                 [](const Object& a, const Object& b) { return SameContent(a.root, b.root); });
  into_.objects = before;
  if (!same) {
    Fail(ProblemKind::kTransformer, *k_.validators.front(),
         "validators must leave the objects as they are");
  }
}

void Target::RunTransformerPlugin(const Object& plugin) {
  Context context = MakeContext();
  Objects& objects = into_.objects;
  const Value* root = plugin.root;
  const std::string_view kind = plugin.id.kind;
  const std::vector<FieldSpec> fields = ReadFieldSpecs(Field(root, "fieldSpecs"));
  const PatchLoader load = MakeLoader();
  if (kind == "NamespaceTransformer") {
    const Value* metadata = Find(root, "metadata");
    Setting name = FieldSetting(metadata, "namespace");
    if (!name) name = FieldSetting(root, "namespace");
    const std::string_view subjects = FieldText(root, "setRoleBindingSubjects");
    if (!subjects.empty() && subjects != "defaultOnly" && subjects != "allServiceAccounts" &&
        subjects != "none") {
      return context.Fail(ProblemKind::kTransformer, plugin.origin,
                          fmt::format("setRoleBindingSubjects is defaultOnly, allServiceAccounts "
                                      "or none, not \"{}\"",
                                      subjects));
    }
    SetNamespace(context, objects, name, fields, NamespaceOptionsOf(root));
  } else if (kind == "PrefixTransformer") {
    AddPrefix(context, objects, FieldSetting(root, "prefix"), fields);
  } else if (kind == "SuffixTransformer") {
    AddSuffix(context, objects, FieldSetting(root, "suffix"), fields);
  } else if (kind == "PrefixSuffixTransformer") {
    AddPrefix(context, objects, FieldSetting(root, "prefix"), fields);
    AddSuffix(context, objects, FieldSetting(root, "suffix"), fields);
  } else if (kind == "LabelTransformer") {
    SetMetadata(context, objects, Field(root, "labels"), fields, EditKind::kLabel);
  } else if (kind == "AnnotationsTransformer") {
    SetMetadata(context, objects, Field(root, "annotations"), fields, EditKind::kAnnotation);
  } else if (kind == "ImageTagTransformer") {
    if (const Value* image = Field(root, "imageTag")) SetImage(context, objects, image, fields);
  } else if (kind == "ReplicaCountTransformer") {
    if (const Value* replica = Field(root, "replica"))
      SetReplicas(context, objects, replica, fields);
  } else if (kind == "PatchTransformer") {
    ApplyPatch(context, objects, root, load);
    DropDeleted(objects);
  } else if (kind == "PatchJson6902Transformer") {
    ApplyJson6902(context, objects, root, load);
    DropDeleted(objects);
  } else if (kind == "PatchStrategicMergeTransformer") {
    std::vector<const Value*> patches(FieldItems(root, "paths").begin(),
                                      FieldItems(root, "paths").end());
    if (HasText(root, "patches")) patches.push_back(Field(root, "patches"));
    ApplyStrategicPatches(context, objects, patches, load);
  } else if (kind == "ReplacementTransformer") {
    for (const Value* entry : FieldItems(root, "replacements"))
      ApplyReplacement(context, objects, entry, load);
  } else if (kind == "HashTransformer") {
    AddHashes(context, objects);
  } else if (kind == "LegacyOrderTransformer") {
    SortLegacy(objects);
  } else if (kind == "ValueAddTransformer") {
    AddValues(plugin);
  } else {
    context.Fail(ProblemKind::kUnsupported, plugin.origin,
                 fmt::format("{} is no transformer that Flux runs", kind));
  }
}

}  // namespace fluxls::build
