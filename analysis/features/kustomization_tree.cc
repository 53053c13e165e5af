#include "analysis/features/kustomization_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "analysis/features/graph.h"
#include "analysis/features/graph_formats.h"

namespace fluxls {
namespace {

using build::FluxBuild;

// Nobody nests Kustomizations that deep; the indentation stays readable, and its size bounded.
constexpr uint32_t kMaxDepth = 64;

bool IsOfFlux(std::string_view group) {
  return group.ends_with(".fluxcd.io") || group == "fluxcd.io";
}

class TreeMaker {
 public:
  TreeMaker(const build::Fleet& fleet, const std::string& cluster, TreeOptions options)
      : fleet_(fleet), options_(options) {
    for (uint32_t i = 0; i < fleet.builds().size(); ++i) {
      const FluxBuild& build = *fleet.builds()[i];
      if (build.flux && build.cluster == cluster) builds_.emplace(build.Title(), i);
    }
  }

  std::vector<TreeItem> Make(uint32_t top) {
    const FluxBuild& build = *fleet_.builds()[top];
    TreeItem item;
    item.api_version = build::Text(build.kustomization, "apiVersion");
    item.kind = "Kustomization";
    item.namespace_ = build.namespace_;
    item.name = build.name;
    Mark(build, item);
    items_.push_back(std::move(item));
    opened_.insert(top);
    Open(build, 1);
    return std::move(items_);
  }

 private:
  static void Mark(const FluxBuild& build, TreeItem& item) {
    item.failed = build.failed || build::HasFatal(build.problems);
    item.incomplete = !build.unknowns.empty();
  }

  // No deeper than kMaxDepth.
  void Open(const FluxBuild& build, uint32_t depth) {
    for (const build::Object& object : build.objects) {
      if (!object.root) continue;
      const build::ObjectId& id = object.id;
      if (options_.flux_only && !IsOfFlux(id.group)) continue;
      TreeItem item;
      item.depth = depth;
      item.api_version = build::Text(object.root, "apiVersion");
      item.kind = id.kind;
      if (!id.cluster_scoped) item.namespace_ = id.namespace_;
      item.name = id.name;
      if (!build::IsFluxKustomization(id)) {
        items_.push_back(std::move(item));
        continue;
      }
      OpenKustomization(std::move(item), id, build, depth);
    }
  }

  void OpenKustomization(TreeItem item, const build::ObjectId& id, const FluxBuild& parent,
                         uint32_t depth) {
    const std::string title = fmt::format("{}/{}", id.EffectiveNamespace(), id.name);
    if (title == parent.Title()) return;  // it applies itself
    item.namespace_ = id.EffectiveNamespace();
    const auto found = builds_.find(title);
    if (found == builds_.end()) {
      items_.push_back(std::move(item));
      return;
    }
    const FluxBuild& build = *fleet_.builds()[found->second];
    Mark(build, item);
    item.cut = depth >= kMaxDepth;
    item.repeated = !item.cut && !opened_.insert(found->second).second;
    const bool open = !item.cut && !item.repeated;
    items_.push_back(std::move(item));
    if (open) Open(build, depth + 1);
  }

  const build::Fleet& fleet_;
  TreeOptions options_;
  std::unordered_map<std::string, uint32_t> builds_;  // of the cluster, by title
  std::unordered_set<uint32_t> opened_;
  std::vector<TreeItem> items_;
};

std::string TitleOf(const TreeItem& item) {
  std::string out = item.namespace_.empty()
                        ? fmt::format("{}/{}", item.kind, item.name)
                        : fmt::format("{}/{}/{}", item.kind, item.namespace_, item.name);
  return CleanText(out);
}

}  // namespace

std::vector<TreeItem> MakeTree(const build::Fleet& fleet, uint32_t build, TreeOptions options) {
  return TreeMaker(fleet, fleet.builds()[build]->cluster, options).Make(build);
}

std::optional<uint32_t> ChooseKustomization(const build::Fleet& fleet,
                                            const std::vector<std::string>& clusters,
                                            std::string_view wanted, std::string& error) {
  const bool with_namespace = wanted.find('/') != std::string_view::npos;
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < fleet.builds().size(); ++i) {
    const FluxBuild& build = *fleet.builds()[i];
    if (!build.flux) continue;
    if (!clusters.empty() &&
        std::find(clusters.begin(), clusters.end(), build.cluster) == clusters.end())
      continue;
    if (with_namespace ? build.Title() == wanted : build.name == wanted) found.push_back(i);
  }
  if (found.size() == 1) return found.front();
  const std::string where =
      clusters.size() == 1 ? fmt::format(" in cluster \"{}\"", ClusterTitle(clusters[0])) : "";
  if (found.empty()) {
    error = fmt::format("there is no Flux Kustomization \"{}\"{}", wanted, where);
    return std::nullopt;
  }
  std::string list;
  for (const uint32_t i : found) {
    const FluxBuild& build = *fleet.builds()[i];
    list += fmt::format("{}{} in cluster {}", list.empty() ? "" : ", ", build.Title(),
                        ClusterTitle(build.cluster));
  }
  error = fmt::format("several Flux Kustomizations are called \"{}\"{}: {}", wanted, where, list);
  return std::nullopt;
}

std::string TreeText(const std::vector<TreeItem>& tree) {
  // Is there another item of the same depth before the branch ends? Read from the end.
  std::vector<bool> last(tree.size());
  std::vector<bool> more;
  for (size_t i = tree.size(); i-- > 0;) {
    const uint32_t depth = tree[i].depth;
    more.resize(depth + 1, false);
    last[i] = !more[depth];
    more[depth] = true;
  }
  std::string out;
  std::vector<bool> open;  // by depth: does its line go on?
  for (size_t i = 0; i < tree.size(); ++i) {
    const TreeItem& item = tree[i];
    open.resize(item.depth + 1, false);
    for (uint32_t depth = 1; depth < item.depth; ++depth) out += open[depth] ? "│   " : "    ";
    if (item.depth > 0) out += last[i] ? "└── " : "├── ";
    open[item.depth] = !last[i];
    out += TitleOf(item);
    if (item.failed) {
      out += " [fails]";
    } else if (item.incomplete) {
      out += " [incomplete]";
    }
    if (item.repeated) out += " [see above]";
    if (item.cut) out += " [nested too deep]";
    out += '\n';
  }
  return out;
}

std::string TreeJson(const std::vector<TreeItem>& tree) {
  std::string out = "{\"version\": 1, \"tree\": ";
  for (size_t i = 0; i < tree.size(); ++i) {
    const TreeItem& item = tree[i];
    const uint32_t next = i + 1 < tree.size() ? tree[i + 1].depth : 0;
    out += "\n" + std::string(2 * (item.depth + 1), ' ');
    out += fmt::format("{{\"apiVersion\": {}, \"kind\": {}, \"namespace\": {}, \"name\": {}",
                       JsonText(item.api_version), JsonText(item.kind), JsonText(item.namespace_),
                       JsonText(item.name));
    if (item.kind == "Kustomization")
      out += fmt::format(", \"status\": \"{}\"", item.failed       ? "failed"
                                                 : item.incomplete ? "incomplete"
                                                                   : "ok");
    if (item.repeated) out += ", \"repeated\": true";
    if (item.cut) out += ", \"cut\": true";
    out += ", \"children\": [";
    if (next > item.depth) continue;
    // Closes this one and all that end with it.
    for (uint32_t depth = next; depth <= item.depth; ++depth) out += "]}";
    if (i + 1 < tree.size()) out += ",";
  }
  return out + "}\n";
}

}  // namespace fluxls
