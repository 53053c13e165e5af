// The plugins that kustomize has built in, configured by objects of their own: what `generators`,
// `transformers` and `validators` list.
#include <fmt/format.h>

#include "analysis/build/replacements.h"
#include "analysis/build/target.h"

namespace fluxls::build {
namespace {

std::vector<FieldSpec> FieldSpecsOf(const Value* plugin) {
  std::vector<FieldSpec> out;
  for (const Value* spec : FieldItems(plugin, "fieldSpecs")) out.push_back(ReadFieldSpec(spec));
  return out;
}

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

}  // namespace

bool IsBuiltinPlugin(const ObjectId& id) {
  return id.group == "builtin" || id.version == "builtin";
}

void Target::RunPlugins(const std::vector<const Value*>& entries, bool generators) {
  for (const Value* entry : entries) {
    Objects plugins;
    if (LooksInline(*entry)) {
      LoadedFilePtr file = LoadInline(*entry);
      into_.arena->Keep(file->arena);
      for (const LoadedDocument& document : file->documents) {
        if (IsEmpty(document.root)) continue;
        Object& plugin = plugins.emplace_back();
        plugin.root = document.root;
        plugin.origin = document.root->origin ? document.root->origin : entry->origin;
        plugin.Refresh();
      }
    } else {
      std::optional<std::string> path = Resolve(*entry, entry->str(), false);
      if (!path) continue;
      if (builder_.files_.Stat(*path) == PathKind::kDirectory) {
        AccumulationPtr directory = builder_.Accumulate(*path);
        into_.bases.push_back(directory);
        into_.arena->Keep(directory);
        plugins = directory->objects;
      } else if (LoadedFilePtr file = LoadPath(*entry)) {
        for (const LoadedDocument& document : file->documents) {
          if (IsEmpty(document.root)) continue;
          Object& plugin = plugins.emplace_back();
          plugin.root = document.root;
          plugin.origin = document.root->origin;
          plugin.Refresh();
        }
      }
    }
    for (const Object& plugin : plugins) {
      if (!IsBuiltinPlugin(plugin.id)) {
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

void Target::RunTransformerPlugin(const Object& plugin) {
  Context context = MakeContext();
  Objects& objects = into_.objects;
  const Value* root = plugin.root;
  const std::string_view kind = plugin.id.kind;
  const std::vector<FieldSpec> fields = FieldSpecsOf(root);
  const build::LoadPath load = [this](const Value& path) { return LoadPath(path); };
  if (kind == "NamespaceTransformer") {
    const Value* metadata = Find(root, "metadata");
    Setting name = FieldSetting(metadata, "namespace");
    if (!name) name = FieldSetting(root, "namespace");
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
    for (const Value* path : FieldItems(root, "paths"))
      ApplyStrategicPatch(context, objects, path, load);
    if (HasText(root, "patches"))
      ApplyStrategicPatch(context, objects, Field(root, "patches"), load);
  } else if (kind == "ReplacementTransformer") {
    for (const Value* entry : FieldItems(root, "replacements"))
      ApplyReplacement(context, objects, entry, load);
  } else if (kind == "HashTransformer") {
    AddHashes(context, objects);
  } else if (kind == "LegacyOrderTransformer") {
    SortLegacy(objects);
  } else if (kind == "SortOrderTransformer") {
    SortByOptions(Field(root, "sortOptions"), objects);
  } else {
    context.Fail(ProblemKind::kUnsupported, plugin.origin,
                 fmt::format("{} is no transformer that Flux runs", kind));
  }
}

}  // namespace fluxls::build
