#include "analysis/build/image_automation.h"

#include <map>
#include <set>
#include <tuple>

#include "analysis/build/hash.h"
#include "analysis/text/unicode.h"
#include "analysis/workspace/file_system.h"

namespace fluxls::build {
namespace {

using SourceKey = std::tuple<std::string, std::string, std::string>;  // cluster, namespace, name

SourceKey KeyOf(const std::string& cluster, const Value* reference, std::string_view own) {
  const std::string_view ns = Text(reference, "namespace");
  return {cluster, std::string(ns.empty() ? own : ns), std::string(Text(reference, "name"))};
}

// The root of the source: where `spec.path` of a build begins.
std::optional<std::string> RootOf(const FluxBuild& build) {
  const std::string path = CleanPath(Text(Find(build.kustomization, "spec"), "path"));
  if (path.empty()) return build.directory;
  if (build.directory == path) return "";
  if (!build.directory.ends_with("/" + path)) return std::nullopt;
  return build.directory.substr(0, build.directory.size() - path.size() - 1);
}

// Roots of the Git repositories whose files are here, as the builds have found them; nothing where
// they do not agree.
std::map<SourceKey, std::optional<std::string>> FindRoots(
    const std::vector<const FluxBuild*>& builds) {
  std::map<SourceKey, std::optional<std::string>> roots;
  for (const FluxBuild* build : builds) {
    const Value* reference = Find(build->kustomization, {"spec", "sourceRef"});
    if (build->directory.empty() || Text(reference, "kind") != "GitRepository") continue;
    const std::optional<std::string> root = RootOf(*build);
    auto [entry, fresh] = roots.emplace(KeyOf(build->cluster, reference, build->namespace_), root);
    if (!fresh && entry->second != root) entry->second = std::nullopt;
  }
  return roots;
}

}  // namespace

ImageAutomations FindImageAutomations(const std::vector<FluxBuildPtr>& builds,
                                      const std::string& root) {
  ImageAutomations out;
  std::vector<const FluxBuild*> own;
  for (const FluxBuildPtr& build : builds) {
    if (!build->flux || !build->origin) continue;
    if (root.empty() || IsInside(build->origin.file->path, root)) own.push_back(build.get());
  }
  const auto roots = FindRoots(own);
  for (const FluxBuild* build : own) {
    out.has_failures |= build->failed || HasFatal(build->problems);
    // What bootstrap writes holds no policies.
    for (const Unknown& unknown : build->unknowns) out.has_unknowns |= !unknown.bootstrap;
    for (const Object& object : build->objects) {
      const ObjectId& id = object.id;
      if (id.kind == "ResourceSet") out.has_unknowns = true;
      if (id.group != "image.toolkit.fluxcd.io") continue;
      if (id.kind == "ImagePolicy") {
        out.policies.push_back({build->cluster, id.EffectiveNamespace(), id.name});
      } else if (id.kind == "ImageUpdateAutomation") {
        ImageAutomationEntry entry{build->cluster, id.EffectiveNamespace(), id.name, "", {}, ""};
        const Value* spec = Find(object.root, "spec");
        entry.path = Text(Find(spec, "update"), "path");
        if (object.origin) entry.file = object.origin.file->path;
        const auto source =
            roots.find(KeyOf(build->cluster, Find(spec, "sourceRef"), entry.namespace_));
        if (source != roots.end() && source->second &&
            entry.path.find("${") == std::string_view::npos) {
          const std::string path = CleanPath(entry.path);
          entry.directory = path.empty() ? *source->second : JoinPath(*source->second, path);
        }
        out.automations.push_back(std::move(entry));
      }
    }
  }
  if (out.policies.empty() && out.automations.empty()) return out;
  Mix(out.hash, static_cast<uint64_t>(out.has_unknowns * 2 + out.has_failures + 1));
  for (const ImagePolicyEntry& policy : out.policies)
    Mix(out.hash, HashOfTexts({policy.cluster, policy.namespace_, policy.name}));
  for (const ImageAutomationEntry& automation : out.automations) {
    Mix(out.hash, HashOfTexts({automation.cluster, automation.namespace_, automation.name,
                               automation.path, automation.directory.value_or("?")}));
  }
  return out;
}

}  // namespace fluxls::build
