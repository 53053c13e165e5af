#include "analysis/build/unbuilt.h"

#include <algorithm>

#include "analysis/build/load.h"
#include "analysis/model/resource.h"

namespace fluxls::build {
namespace {

// The build whose cluster an object belongs to: of the Kustomization that it is, or one that wants
// to read its file and fails.
std::optional<uint32_t> BuildFor(const Fleet& fleet, const std::string& path,
                                 const Object& object) {
  for (uint32_t i = 0; i < fleet.builds().size(); ++i) {
    const FluxBuild& build = *fleet.builds()[i];
    if (build.flux && build.certain && build.origin && build.origin.range == object.origin.range &&
        build.origin.file->path == path) {
      return i;
    }
  }
  for (uint32_t i : fleet.BuildsReading(path)) {
    if (fleet.builds()[i]->flux && fleet.builds()[i]->certain) return i;
  }
  return std::nullopt;
}

}  // namespace

Unbuilt FindUnbuilt(const Fleet& fleet, const SourceFile& file) {
  Unbuilt out;
  out.arena = std::make_shared<Arena>();
  const bool concerns =
      std::any_of(file.facts.resources.begin(), file.facts.resources.end(),
                  [](const Resource& resource) { return IsFluxGroup(resource.id.api.group); });
  if (!concerns || file.file_class != FileClass::kYaml) return out;
  const OriginFile* origin = out.arena->File(file.path, file.text);
  LoadOptions options;
  options.file = origin;
  auto add = [&](const Value* root) {
    if (!root || !root->IsMap()) return;
    Object object;
    object.root = root;
    object.origin = root->origin;
    object.Refresh();
    if (!IsFluxGroup(object.id.group) || object.id.name.empty()) return;
    if (!fleet.EffectsOf(file.path, object.origin.range).empty()) return;
    out.builds.push_back(BuildFor(fleet, file.path, object));
    out.objects.push_back(std::move(object));
  };
  for (const yaml::Document& document : file.yaml.documents) {
    // Most documents are built, and are not read again.
    if (!fleet.EffectsOf(file.path, document.root().range()).empty()) continue;
    const Value* root = Load(*out.arena, document.root(), options);
    if (!root) continue;
    const bool list = Text(root, "kind").ends_with("List") && Find(root, "items");
    if (!list) add(root);
    for (const Value* item : ItemsOf(list ? Find(root, "items") : nullptr)) add(item);
  }
  out.references = FindReferences("", out.objects);
  return out;
}

}  // namespace fluxls::build
