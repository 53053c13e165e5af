#include "analysis/features/links.h"

#include <algorithm>
#include <tuple>

#include "analysis/model/kustomization.h"
#include "analysis/rules/listed_paths.h"

namespace fluxls {
namespace {

bool IsYaml(std::string_view path) {
  return path.ends_with(".yaml") || path.ends_with(".yml");
}

}  // namespace

std::string FileToOpen(const Snapshot& snapshot, const std::string& path) {
  switch (snapshot.Stat(path)) {
    case PathKind::kFile:
      return path;
    case PathKind::kDirectory:
      return snapshot.KustomizationIn(path).value_or("");
    default:
      return "";
  }
}

std::vector<DocumentLink> LinksOf(const Snapshot& snapshot, const build::Fleet* fleet,
                                  const SourceFile& file) {
  std::vector<DocumentLink> out;
  const std::string directory(DirectoryName(file.path));
  if (file.facts.kustomization) {
    for (const yaml::Document& document : file.yaml.documents) {
      for (const ListedPath& listed : ListedPaths(document.root())) {
        if (IsRemoteEntry(listed.entry) || listed.entry.find('$') != std::string_view::npos)
          continue;
        const std::string path = JoinPath(directory, listed.entry);
        DocumentLink link{listed.node.range(), FileToOpen(snapshot, path), false};
        // The quotes are no part of it; behind `key=` the path begins.
        const std::string_view text = Slice(file.text->content(), link.range);
        const size_t at = text.rfind(listed.entry);
        if (at != std::string_view::npos) {
          link.range.begin += static_cast<uint32_t>(at);
          link.range.end = link.range.begin + static_cast<uint32_t>(listed.entry.size());
        }
        if (link.path.empty() && IsYaml(path) && snapshot.Stat(path) == PathKind::kMissing) {
          link.path = path;
          link.missing = true;
        }
        if (!link.path.empty()) out.push_back(std::move(link));
      }
    }
  }
  if (fleet) {
    for (const build::FluxBuildPtr& build : fleet->builds()) {
      const build::Value* path = build::Find(build->kustomization, {"spec", "path"});
      if (!path || !path->origin || path->origin.file->path != file.path) continue;
      const std::string found = FileToOpen(snapshot, build->directory);
      if (!build->directory.empty() && !found.empty())
        out.push_back({path->origin.range, found, false});
    }
  }
  std::sort(out.begin(), out.end(), [](const DocumentLink& a, const DocumentLink& b) {
    return std::tie(a.range, a.path) < std::tie(b.range, b.path);
  });
  // Several clusters read one path.
  out.erase(
      std::unique(out.begin(), out.end(),
                  [](const DocumentLink& a, const DocumentLink& b) { return a.range == b.range; }),
      out.end());
  return out;
}

}  // namespace fluxls
