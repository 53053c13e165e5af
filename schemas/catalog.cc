#include "schemas/catalog.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace fluxls::catalog {
namespace {

void AddOnce(std::vector<std::string_view>& list, std::string_view item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

// v1beta2 → (1, stage of beta, 2); all zero for anything that is no Kubernetes version.
std::tuple<int, int, int> VersionKey(std::string_view version) {
  constexpr std::tuple<int, int, int> kNone{0, 0, 0};
  if (version.size() < 2 || version[0] != 'v') return kNone;
  const char* end = version.data() + version.size();
  int major = 0;
  auto [rest, error] = std::from_chars(version.data() + 1, end, major);
  if (error != std::errc()) return kNone;
  std::string_view stage(rest, static_cast<size_t>(end - rest));
  if (stage.empty()) return {major, 3, 0};
  int rank = 0;
  for (auto [name, value] : {std::pair<std::string_view, int>{"alpha", 1}, {"beta", 2}}) {
    if (stage.starts_with(name)) {
      rank = value;
      stage.remove_prefix(name.size());
      break;
    }
  }
  int number = 0;
  auto [last, number_error] = std::from_chars(stage.data(), end, number);
  if (rank == 0 || number_error != std::errc() || last != end) return kNone;
  return {major, rank, number};
}

}  // namespace

const Api* Lookup(std::string_view group, std::string_view version, std::string_view kind) {
  for (const Api& api : AllApis()) {
    if (api.kind == kind && api.version == version && api.group == group) return &api;
  }
  return nullptr;
}

std::vector<const Api*> Versions(std::string_view group, std::string_view kind) {
  std::vector<const Api*> found;
  for (const Api& api : AllApis()) {
    if (api.kind == kind && api.group == group) found.push_back(&api);
  }
  return found;
}

std::vector<const Api*> ServedVersions(std::string_view group, std::string_view kind,
                                       Release release) {
  std::vector<const Api*> found = Versions(group, kind);
  std::erase_if(found, [&](const Api* api) { return !api->ServedAt(release); });
  return found;
}

const Api* Best(std::string_view group, std::string_view kind, Release release) {
  std::vector<const Api*> served = ServedVersions(group, kind, release);
  return served.empty() ? nullptr : served.front();
}

bool IsKnownGroup(std::string_view group) {
  return std::ranges::any_of(AllApis(), [&](const Api& api) { return api.group == group; });
}

std::vector<std::string_view> KindsOf(std::string_view group) {
  std::vector<std::string_view> kinds;
  for (const Api& api : AllApis()) {
    if (api.group == group) AddOnce(kinds, api.kind);
  }
  return kinds;
}

std::vector<std::string_view> GroupsOf(std::string_view kind) {
  std::vector<std::string_view> groups;
  for (const Api& api : AllApis()) {
    if (api.kind == kind) AddOnce(groups, api.group);
  }
  return groups;
}

std::vector<std::string_view> Groups() {
  std::vector<std::string_view> groups;
  for (const Api& api : AllApis()) AddOnce(groups, api.group);
  return groups;
}

std::vector<const FieldMove*> FieldMoves(std::string_view group, std::string_view kind,
                                         std::string_view from, std::string_view to) {
  std::vector<const FieldMove*> moves;
  for (const FieldMove& move : AllFieldMoves()) {
    if (move.kind == kind && move.group == group && CompareVersions(from, move.gone_in) < 0 &&
        CompareVersions(move.gone_in, to) <= 0) {
      moves.push_back(&move);
    }
  }
  return moves;
}

std::strong_ordering CompareVersions(std::string_view a, std::string_view b) {
  return VersionKey(a) <=> VersionKey(b);
}

}  // namespace fluxls::catalog
