#include "analysis/build/sort_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace fluxls::build {
namespace {

constexpr std::string_view kFirst[] = {
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
};
constexpr std::string_view kLast[] = {
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
};

using Ranks = std::map<std::string, int, std::less<>>;

template <typename First, typename Last>
Ranks MakeRanks(const First& first, const Last& last) {
  Ranks ranks;
  int rank = -static_cast<int>(std::size(first));
  for (std::string_view kind : first) ranks[std::string(kind)] = rank++;
  rank = 1;
  for (std::string_view kind : last) ranks[std::string(kind)] = rank++;
  return ranks;
}

std::string_view Or(std::string_view text, std::string_view otherwise) {
  return text.empty() ? otherwise : text;
}

void SortByRanks(const Ranks& ranks, Objects& objects) {
  struct Key {
    int rank;
    std::string kind;
    std::string id;
    auto operator<=>(const Key&) const = default;
  };
  std::vector<std::pair<Key, Object>> keyed;
  keyed.reserve(objects.size());
  for (Object& object : objects) {
    const ObjectId& id = object.id;
    auto rank = ranks.find(id.kind);
    Key key{rank == ranks.end() ? 0 : rank->second,
            fmt::format("{}_{}_{}", Or(id.group, "~G"), Or(id.version, "~V"), Or(id.kind, "~K")),
            fmt::format("{}|{}", Or(id.namespace_, "~X"), Or(id.name, "~N"))};
    keyed.emplace_back(std::move(key), std::move(object));
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  objects.clear();
  for (auto& [key, object] : keyed) objects.push_back(std::move(object));
}

std::vector<std::string_view> Texts(const Value* list, std::string_view field) {
  std::vector<std::string_view> out;
  for (const Value* item : FieldItems(list, field)) out.push_back(item->str());
  return out;
}

}  // namespace

void SortLegacy(Objects& objects) {
  static const Ranks kRanks = MakeRanks(kFirst, kLast);
  SortByRanks(kRanks, objects);
}

std::string SortByOptions(const Value* options, Objects& objects) {
  const std::string_view order = FieldText(options, "order");
  const Value* legacy = Field(options, "legacySortOptions");
  if (order == "legacy") {
    if (!legacy) {
      SortLegacy(objects);
    } else {
      SortByRanks(MakeRanks(Texts(legacy, "orderFirst"), Texts(legacy, "orderLast")), objects);
    }
    return "";
  }
  if (order != "fifo") {
    return fmt::format("sortOptions.order is \"legacy\" or \"fifo\", not \"{}\"", order);
  }
  return legacy ? "legacySortOptions are set, but the order is \"fifo\"" : "";
}

}  // namespace fluxls::build
