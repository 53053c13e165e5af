#include "analysis/rules/flux_paths.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "analysis/build/fleet.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

using build::SourceTree;
using yaml::Document;
using yaml::Node;

// A field that holds a path in a source, as its document has it.
struct PathField {
  std::string_view group;
  std::string_view kind;
  std::string_view source;  // route of the reference to the source
  std::string_view field;   // route of the path, or of a list of paths
  bool base = false;        // a directory that is built
};
constexpr PathField kPathFields[] = {
    {kFluxKustomizeGroup, "Kustomization", "spec.sourceRef", "spec.path", true},
    {"image.toolkit.fluxcd.io", "ImageUpdateAutomation", "spec.sourceRef", "spec.update.path"},
    {"helm.toolkit.fluxcd.io", "HelmRelease", "spec.chart.spec.sourceRef", "spec.chart.spec.chart"},
    {"helm.toolkit.fluxcd.io", "HelmRelease", "spec.chart.spec.sourceRef",
     "spec.chart.spec.valuesFiles"},
    {"source.toolkit.fluxcd.io", "HelmChart", "spec.sourceRef", "spec.chart"},
    {"source.toolkit.fluxcd.io", "HelmChart", "spec.sourceRef", "spec.valuesFiles"},
};
constexpr std::string_view kGeneratorKind = "ArtifactGenerator";

bool IsOfInterest(const Resource& resource) {
  return resource.id.kind == kGeneratorKind ||
         std::any_of(std::begin(kPathFields), std::end(kPathFields), [&](const PathField& field) {
           return resource.id.kind == field.kind && resource.id.api.group == field.group;
         });
}

// `path` as the root of a source has it, written as `old` is.
std::string Restyled(std::string_view old, std::string path) {
  const bool slash = old.size() > 2 && old.ends_with('/');
  if (old.starts_with('/')) {
    path.insert(0, "/");
  } else if (old.starts_with("./") || path.empty()) {
    path.insert(0, "./");
  }
  if (slash && !path.ends_with('/')) path += '/';
  return path;
}

class Finder {
 public:
  Finder(const Snapshot& snapshot, const build::Fleet& fleet, const MovedPaths& moved)
      : snapshot_(snapshot), fleet_(fleet), moved_(moved) {}

  std::vector<FileEdit> Run() {
    for (const build::FluxBuildPtr& one : fleet_.builds()) {
      if (one->flux && one->kustomization && !one->directory.empty()) ReadBuild(*one);
    }
    for (const SourceFilePtr& file : snapshot_.Files()) {
      const std::vector<Resource>& resources = file->facts.resources;
      if (file->file_class != FileClass::kYaml ||
          std::none_of(resources.begin(), resources.end(), IsOfInterest))
        continue;
      for (const Document& document : file->yaml.documents) ReadDocument(*file, document.root());
    }
    return Edits();
  }

 private:
  using Place = std::pair<std::string, ByteRange>;

  // What stands at a place, and what should. Of several answers none counts.
  struct Wish {
    std::string is;
    std::string becomes;
    bool clear = true;
  };

  void Want(const std::string& path, ByteRange range, std::string_view is, std::string becomes) {
    auto [wish, fresh] = wishes_.try_emplace({path, range}, Wish{std::string(is), becomes});
    if (!fresh && wish->second.becomes != becomes) wish->second.clear = false;
  }

  void ReadBuild(const build::FluxBuild& one) {
    const build::Value* spec = build::Find(one.kustomization, "spec");
    const build::Value* path = build::Find(spec, "path");
    const std::string from = one.origin ? one.origin.file->path : "";
    const build::Sources* sources = fleet_.SourcesFor(snapshot_, from);
    const SourceTree* tree =
        sources ? sources->Of(build::Find(spec, "sourceRef"), build::IdOf(one.kustomization), from)
                : nullptr;
    if (tree && path && path->origin) {
      Want(path->origin.file->path, path->origin.range, path->str(),
           NewPath(*tree, path->str(), true).value_or(std::string(path->str())));
    }
    const std::string new_directory = moved_.OfBase(one.directory);
    for (const build::Value* item : build::ItemsOf(build::Find(spec, "components"))) {
      const std::string_view text = item->str();
      if (!item->origin || text.empty() || HasTemplate(text) || text.starts_with('/')) continue;
      const std::string target = JoinPath(one.directory, text);
      if (snapshot_.Stat(target) == PathKind::kMissing) continue;
      const std::string new_target = moved_.OfBase(target);
      std::string becomes(text);
      if (JoinPath(new_directory, text) != new_target) {
        becomes = RelativePath(new_target, new_directory);
        if (text.starts_with("./") && !becomes.starts_with("..")) becomes.insert(0, "./");
      }
      Want(item->origin.file->path, item->origin.range, text, std::move(becomes));
    }
  }

  void ReadDocument(const SourceFile& file, Node root) {
    const std::string_view kind = root.Find("kind").value();
    const std::string group = ApiVersion::Parse(root.Find("apiVersion").value()).group;
    if (kind == kGeneratorKind) return ReadGenerator(file, root);
    for (const PathField& field : kPathFields) {
      if (kind != field.kind || group != field.group) continue;
      const SourceTree* tree = TreeOf(file, root, root.At(field.source));
      const Node value = root.At(field.field);
      if (!tree || !value) continue;
      if (value.IsSequence()) {
        for (Node item : value) ReadPath(file, *tree, item, field.base);
      } else {
        ReadPath(file, *tree, value, field.base);
      }
    }
  }

  void ReadPath(const SourceFile& file, const SourceTree& tree, Node node, bool base) {
    const Node scalar = node.Resolve();
    // What builds say of a place counts for more.
    if (!scalar.IsScalar() || wishes_.contains({file.path, scalar.range()})) return;
    if (std::optional<std::string> path = NewPath(tree, scalar.value(), base))
      Want(file.path, scalar.range(), scalar.value(), std::move(*path));
  }

  // `@alias/some/path/**`: what stands before the first pattern.
  void ReadGenerator(const SourceFile& file, Node root) {
    std::map<std::string, const SourceTree*, std::less<>> trees;
    for (Node source : root.At("spec.sources")) {
      trees[std::string(source.Resolve().Find("alias").value())] =
          TreeOf(file, root, source.Resolve());
    }
    for (Node artifact : root.At("spec.artifacts")) {
      for (Node copy : artifact.Resolve().Find("copy")) {
        const Node from = copy.Resolve().Find("from");
        const std::string_view text = from.value();
        const size_t slash = text.find('/');
        if (!text.starts_with('@') || slash == std::string_view::npos || HasTemplate(text))
          continue;
        const auto tree = trees.find(text.substr(1, slash - 1));
        if (tree == trees.end() || !tree->second) continue;
        const size_t pattern = text.find_first_of("*?[{", slash);
        const size_t end =
            pattern == std::string_view::npos ? text.size() : text.rfind('/', pattern);
        if (end <= slash) continue;
        const std::string_view plain = text.substr(slash + 1, end - slash - 1);
        std::optional<std::string> path = NewPath(*tree->second, plain, false);
        // The whole source is no part of it.
        if (!path || path->empty() || *path == "./") continue;
        Want(file.path, from.range(), text,
             std::string(text.substr(0, slash + 1)) + *path + std::string(text.substr(end)));
      }
    }
  }

  const SourceTree* TreeOf(const SourceFile& file, Node root, Node reference) const {
    const build::Sources* sources = fleet_.SourcesFor(snapshot_, file.path);
    const std::string_view name = reference.Find("name").value();
    if (!sources || name.empty()) return nullptr;
    std::string_view ns = reference.Find("namespace").value();
    if (ns.empty()) ns = root.At("metadata.namespace").value();
    std::string_view kind = reference.Find("kind").value();
    if (kind.empty()) kind = "GitRepository";
    return sources->Of(kind, ns, name, file.path);
  }

  // A path in the source, once everything has moved; nothing when it stays as it is, or cannot be
  // said there.
  std::optional<std::string> NewPath(const SourceTree& tree, std::string_view path,
                                     bool base) const {
    if (HasTemplate(path) || path.find("://") != std::string_view::npos) return std::nullopt;
    const std::optional<std::string> place = tree.DirectoryOf(path);
    if (!place) return std::nullopt;
    const PathKind kind = snapshot_.Stat(*place);
    if (kind == PathKind::kMissing || (base && kind == PathKind::kFile)) return std::nullopt;
    const std::string new_place = base ? moved_.OfBase(*place) : moved_.Of(*place);
    // What an artifact copies moves with its directories.
    SourceTree new_tree = tree;
    for (SourceTree::Part& part : new_tree.parts) part.directory = moved_.Of(part.directory);
    if (new_tree.DirectoryOf(path) == new_place) return std::nullopt;
    for (const SourceTree::Part& part : new_tree.parts) {
      if (!IsInside(new_place, part.directory)) continue;
      std::string inside = RelativePath(new_place, part.directory);
      if (inside == ".") inside.clear();
      if (!part.inside.empty()) inside = inside.empty() ? part.inside : part.inside + "/" + inside;
      if (new_tree.DirectoryOf(inside) == new_place) return Restyled(path, std::move(inside));
    }
    return std::nullopt;
  }

  std::vector<FileEdit> Edits() const {
    std::map<std::string, std::vector<TextEdit>> by_path;
    for (const auto& [place, wish] : wishes_) {
      if (!wish.clear || wish.is == wish.becomes) continue;
      const SourceFilePtr file = snapshot_.Find(place.first);
      if (!file || file->converted) continue;
      std::vector<TextEdit>& edits = by_path[file->path];
      for (TextEdit& edit : EditOf(*file, place.second, wish)) edits.push_back(std::move(edit));
    }
    std::vector<FileEdit> out;
    for (auto& [path, edits] : by_path) {
      if (!edits.empty()) out.push_back({path, std::move(edits)});
    }
    return out;
  }

  static std::vector<TextEdit> EditOf(const SourceFile& file, ByteRange range, const Wish& wish) {
    for (const Document& document : file.yaml.documents) {
      if (range.begin < document.range().begin || range.end > document.range().end) continue;
      if (TouchesDamage(document, range)) return {};
      const Node node = document.NodeAt(range.begin);
      if (node.IsScalar() && node.range() == range) {
        if (node.value() != wish.is) return {};
        return yaml::SetScalar(document, node, wish.becomes).value_or(std::vector<TextEdit>());
      }
      // In a patch that is written as text. Nothing that would need other quotes there.
      const bool plain = Slice(file.text->content(), range) == wish.is &&
                         yaml::QuoteScalar(wish.becomes) == wish.becomes;
      if (plain && node.IsBlockScalar()) return {{range, wish.becomes}};
    }
    return {};
  }

  const Snapshot& snapshot_;
  const build::Fleet& fleet_;
  const MovedPaths& moved_;
  std::map<Place, Wish> wishes_;
};

}  // namespace

std::vector<FileEdit> EditFluxPaths(const Snapshot& snapshot, const build::Fleet& fleet,
                                    const MovedPaths& moved) {
  return Finder(snapshot, fleet, moved).Run();
}

}  // namespace fluxls
