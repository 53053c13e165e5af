#include "analysis/features/target_completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/build/resolve.h"
#include "analysis/model/kustomization.h"
#include "analysis/text/unicode.h"

namespace fluxls {
namespace {

using build::Accumulation;
using build::Object;
using build::ObjectId;
using yaml::CursorRole;
using yaml::Node;
using yaml::PathStep;

// More than that nobody reads.
constexpr size_t kMostItems = 300;

constexpr std::string_view kKeys[] = {"kind", "name", "namespace", "group", "version"};

// Where targets stand, with `[]` for the items of lists.
constexpr std::string_view kOfKustomize[] = {
    "patches[].target", "patchesJson6902[].target", "replacements[].source",
    "replacements[].targets[].select", "replacements[].targets[].reject[]"};
constexpr std::string_view kOfFlux = "spec.patches[].target";

// The key of a target that the steps lead to; "" for anything else.
std::string_view TargetKey(const Place& place, const std::vector<PathStep>& steps) {
  if (steps.empty()) return "";
  const std::string route = RouteOf({steps.begin(), steps.end() - 1});
  const bool flux = place.api.group == kFluxKustomizeGroup && place.kind == "Kustomization";
  const bool kustomize =
      place.api.group == kKustomizeGroup &&
      std::find(std::begin(kOfKustomize), std::end(kOfKustomize), route) != std::end(kOfKustomize);
  if (!kustomize && !(flux && route == kOfFlux)) return "";
  const auto key = std::find(std::begin(kKeys), std::end(kKeys), steps.back().key);
  return key == std::end(kKeys) ? "" : *key;
}

// The accumulation that a kustomization file works on.
const Accumulation* FindRun(const Accumulation& accumulation, const std::string& path,
                            std::set<const Accumulation*>& seen) {
  if (!seen.insert(&accumulation).second) return nullptr;
  const std::vector<std::string>& files = accumulation.kustomizations;
  if (std::find(files.begin(), files.end(), path) != files.end()) return &accumulation;
  for (const build::AccumulationPtr& base : accumulation.bases) {
    if (const Accumulation* found = FindRun(*base, path, seen)) return found;
  }
  return nullptr;
}

const Accumulation* FindObjects(const NameRequest& request) {
  if (request.place.api.group == kKustomizeGroup) {
    for (const uint32_t index : request.fleet->BuildsRunning(request.path)) {
      std::set<const Accumulation*> seen;
      const build::AccumulationPtr& all = request.fleet->builds()[index]->accumulation;
      if (const Accumulation* found = all ? FindRun(*all, request.path, seen) : nullptr)
        return found;
    }
    return nullptr;
  }
  const std::string_view name = request.place.root.At("metadata.name").value();
  for (const build::FluxBuildPtr& build : request.fleet->builds()) {
    if (build->flux && build->accumulation && build->origin && build->name == name &&
        build->origin.file->path == request.path)
      return build->accumulation.get();
  }
  return nullptr;
}

std::string_view ValueOf(const ObjectId& id, std::string_view key) {
  if (key == "kind") return id.kind;
  if (key == "name") return id.name;
  if (key == "namespace") return id.namespace_;
  return key == "group" ? id.group : id.version;
}

// Does an object fit what stands beside the key? An object is found by what it was called at first;
// what the kustomization makes of names and namespaces comes behind its patches.
bool Fits(const Object& object, Node target, std::string_view wanted) {
  return std::all_of(std::begin(kKeys), std::end(kKeys), [&](std::string_view key) {
    const std::string_view text = key == wanted ? std::string_view() : target.Find(key).value();
    if (text.empty() || text.find_first_of("*|[(^$") != std::string_view::npos) return true;
    return object.IsOrWas([&](const ObjectId& id) { return ValueOf(id, key) == text; });
  });
}

}  // namespace

std::optional<CompletionList> CompleteTarget(const NameRequest& request) {
  const yaml::Cursor& cursor = request.cursor;
  if (!request.fleet || cursor.role != CursorRole::kValue) return std::nullopt;
  const std::string_view key = TargetKey(request.place, cursor.path);
  if (key.empty()) return std::nullopt;
  const Accumulation* accumulation = FindObjects(request);
  if (!accumulation) return std::nullopt;

  struct Found {
    const ObjectId* first = nullptr;
    size_t count = 0;
  };
  const Node target = Follow(request.place.root, cursor.path, cursor.path.size() - 1);
  std::map<std::string_view, Found> found;
  for (const Object& object : accumulation->objects) {
    if (!object.root || !Fits(object, target, key)) continue;
    const std::string_view value = ValueOf(object.original(), key);
    if (value.empty() || build::IsTemplatedName(value)) continue;
    Found& one = found[value];
    if (!one.first) one.first = &object.original();
    ++one.count;
  }
  if (found.empty()) return std::nullopt;

  CompletionList list = ListForWord(request);
  list.cut = found.size() > kMostItems;
  const std::string typed = AsciiLower(cursor.prefix);
  // Of too many, those that begin as it is typed.
  for (const bool first : {true, false}) {
    for (const auto& [value, one] : found) {
      if (AsciiLower(value).starts_with(typed) != first) continue;
      if (list.items.size() == kMostItems) break;
      CompletionItem& item = list.items.emplace_back();
      item.kind = key == "kind" ? CompletionItem::Kind::kKind : CompletionItem::Kind::kName;
      item.label = value;
      item.text = WrittenForWord(request, value);
      if (one.count > 1) {
        item.detail = fmt::format("{} objects", one.count);
      } else {
        item.detail = key == "kind" ? std::string(one.first->name)
                                    : fmt::format("{} {}", one.first->kind, one.first->name);
        if (key == "name") item.detail = one.first->kind;
      }
    }
  }
  return list;
}

}  // namespace fluxls
