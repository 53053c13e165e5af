#include "analysis/features/open_value.h"

#include <algorithm>

namespace fluxls {
namespace {

// As it becomes a variable: without line ends.
std::string WithoutLineEnds(std::string_view text) {
  std::string out(text);
  out.erase(std::remove(out.begin(), out.end(), '\n'), out.end());
  return out;
}

// Where an object says variables in the open; no such node for any other object.
yaml::Node OpenMap(yaml::Node root) {
  const std::string_view kind = root.Find("kind").value();
  if (root.Find("sops")) return {};
  if (kind == "ConfigMap") return root.FindOwn("data");
  if (kind == "Kustomization") return root.At("spec.postBuild.substitute");
  return {};
}

}  // namespace

bool IsOpenValue(const Snapshot& snapshot, const build::DefinedVariable& variable) {
  const build::Origin& origin = variable.origin;
  if (!variable.known || !origin) return false;
  const SourceFilePtr file = snapshot.Find(origin.file->path);
  // Of another text the place is not known.
  if (!file || !origin.file->text || file->text->content() != origin.file->text->content())
    return false;
  for (const yaml::Document& document : file->yaml.documents) {
    if (!document.range().Contains(origin.range.begin)) continue;
    for (yaml::Node value : OpenMap(document.root())) {
      if (value.range() == origin.range) return WithoutLineEnds(value.value()) == variable.value;
    }
  }
  return false;
}

}  // namespace fluxls
