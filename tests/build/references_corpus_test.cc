// What the references of real repositories lead to. Prints the table when FLUXLS_TABLE is set.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "analysis/build/resolve.h"
#include "analysis/build/unbuilt.h"
#include "analysis/workspace/workspace.h"

namespace fluxls::test {
namespace {

using build::Standing;

constexpr std::string_view kStandings[] = {
    "found", "made", "other namespace", "other cluster", "not applied", "missing", "unknown"};

struct Counts {
  std::map<std::string, std::map<Standing, int>> fields;
  std::map<std::string, int> reasons;
  // References whose target, by kind and name, is somewhere in the repository; and of those the
  // ones that lead to it.
  int here = 0;
  int resolved = 0;
};

void Count(const Snapshot& snapshot, const build::Fleet& fleet, Counts& counts) {
  for (uint32_t i = 0; i < fleet.builds().size(); ++i) {
    const build::FluxBuild& build = *fleet.builds()[i];
    for (uint32_t j = 0; j < build.references.size(); ++j) {
      const build::ObjectReference& reference = build.references[j];
      const build::Resolution resolution = build::Resolve(snapshot, fleet, {i, j});
      const std::string field =
          fmt::format("{}.{} → {}", reference.field->kind, reference.field->route, reference.kind);
      ++counts.fields[field][resolution.standing];
      const bool leads = !resolution.targets.empty() || !resolution.written.empty();
      const bool here = leads || !fleet.Named("*", reference.kind, reference.name).empty() ||
                        !snapshot.Resources(reference.kind, "", reference.name).empty() ||
                        !fleet.MakersNamed(reference.kind, reference.name).empty();
      counts.here += here;
      counts.resolved += leads;
      if (here && !leads) ++counts.reasons["not resolved: " + field + ": " + resolution.reason];
      if (resolution.standing == Standing::kUnknown) {
        ++counts.reasons[fmt::format("{}: {}{}", field, resolution.reason,
                                     leads ? " (written here)" : "")];
      }
    }
  }
}

TEST_CASE("references of real repositories resolve") {
  const char* corpus = std::getenv("FLUXLS_CORPUS");
  if (!corpus || !*corpus) {
    MESSAGE("skipped: FLUXLS_CORPUS names no folder of repositories");
    return;
  }
  int here = 0;
  int resolved = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    if (!entry.is_directory()) continue;
    const DiskFileSystem disk;
    Workspace workspace;
    LoadFolders(disk, {NormalizePath(entry.path().string())}, workspace, nullptr);
    build::FleetBuilder builder(&disk);
    const build::FleetPtr fleet = builder.Build(workspace.snapshot());
    if (const char* path = std::getenv("DBG")) {
      if (SourceFilePtr file = workspace.snapshot().Find(path)) {
        build::Unbuilt u = build::FindUnbuilt(*fleet, *file);
        for (auto& r : u.references) {
          auto b = u.builds[r.object];
          auto res = b ? build::Resolve(workspace.snapshot(), *fleet, *fleet->builds()[*b],
                                        u.objects[r.object], r)
                       : build::ResolveAnywhere(workspace.snapshot(), *fleet, r);
          fmt::print("{} {} -> {} {} {} {} {}\n", u.objects[r.object].id.name, r.field->route,
                     r.name, b ? fleet->builds()[*b]->Title() : "-", int(res.standing), res.reason,
                     res.targets.size());
        }
      }
    }
    Counts counts;
    Count(workspace.snapshot(), *fleet, counts);
    here += counts.here;
    resolved += counts.resolved;
    if (!std::getenv("FLUXLS_TABLE")) continue;
    fmt::print("== {}\n", entry.path().filename().string());
    for (const auto& [field, standings] : counts.fields) {
      fmt::print("  {}:", field);
      for (const auto& [standing, count] : standings)
        fmt::print(" {} {}", kStandings[static_cast<size_t>(standing)], count);
      fmt::print("\n");
    }
    for (const auto& [reason, count] : counts.reasons) fmt::print("    {:5} {}\n", count, reason);
    for (const std::string& cluster : fleet->Clusters()) {
      for (const build::Gap& gap : fleet->GapsOf(cluster)) {
        fmt::print("    gap of \"{}\": {}: {}\n", cluster, fleet->builds()[gap.build]->Title(),
                   gap.reason);
      }
    }
  }
  CAPTURE(here);
  CAPTURE(resolved);
  CHECK_GE(resolved * 100, here * 99);
}

}  // namespace
}  // namespace fluxls::test
