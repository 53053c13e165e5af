#include "analysis/build/build_metadata.h"

#include <fmt/format.h>

#include "analysis/workspace/file_system.h"

namespace fluxls::build {
namespace {

// The version that the facts are from; real kustomize writes its own here.
constexpr std::string_view kManagedBy = "kustomize-v5.8.1";

std::string ConfiguredBy(const Step& step, const std::string& directory, std::string_view indent) {
  std::string out =
      fmt::format("configuredIn: {1}\n{0}configuredBy:\n{0}  apiVersion: builtin\n{0}  kind: {2}\n",
                  indent, RelativePath(step.file, directory), step.kind);
  if (!step.name.empty()) out += fmt::format("{}  name: {}\n", indent, step.name);
  if (!step.namespace_.empty()) out += fmt::format("{}  namespace: {}\n", indent, step.namespace_);
  return out;
}

std::string OriginOf(const Object& object, const std::string& directory) {
  if (!object.generator.kind.empty()) return ConfiguredBy(object.generator, directory, "");
  if (!object.origin) return "";
  return fmt::format("path: {}\n", RelativePath(object.origin.file->path, directory));
}

std::string StepsOf(const Object& object, const std::string& directory) {
  std::string out;
  for (const Step& step : object.steps) out += "- " + ConfiguredBy(step, directory, "  ");
  return out;
}

void SetPair(const Context& context, Object& object, std::string_view map, std::string_view key,
             std::string_view text) {
  if (text.empty()) return;
  UpdateChild(context.arena, object.root, "metadata", [&](const Value*& metadata) {
    if (!metadata) metadata = context.arena.New(Type::kMap);
    UpdateChild(context.arena, metadata, map, [&](const Value*& pairs) {
      if (!pairs || pairs->IsNull()) pairs = context.arena.New(Type::kMap);
      Set(context.arena, Own(context.arena, pairs), key, context.arena.String(text));
    });
  });
}

}  // namespace

void AddBuildMetadata(const Context& context, const Kustomization& top, Objects& objects) {
  const bool origins = top.Has("originAnnotations");
  const bool steps = top.Has("transformerAnnotations");
  const bool managed = top.Has("managedByLabel");
  if (!origins && !steps && !managed) return;
  for (Object& object : objects) {
    if (origins) {
      SetPair(context, object, "annotations", "config.kubernetes.io/origin",
              OriginOf(object, top.directory));
    }
    if (steps) {
      SetPair(context, object, "annotations", "alpha.config.kubernetes.io/transformations",
              StepsOf(object, top.directory));
    }
    if (managed) SetPair(context, object, "labels", "app.kubernetes.io/managed-by", kManagedBy);
    object.Refresh();
  }
}

}  // namespace fluxls::build
