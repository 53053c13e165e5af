// A fleet that follows edits is the fleet that is built from scratch.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "analysis/build/fleet.h"
#include "analysis/build/print.h"
#include "tests/support/random_edits.h"

namespace fs = std::filesystem;

namespace {

using namespace fluxls;
using namespace fluxls::build;
using namespace fluxls::testing;

std::string DumpValue(const Value* value) {
  std::string out = PrintYaml(value);
  // Where the root was written, and who changed it last.
  if (value->origin)
    out += fmt::format("{}:{}\n", value->origin.file->path, value->origin.range.begin);
  return out;
}

std::vector<std::string> Dump(const Fleet& fleet) {
  std::vector<std::string> out;
  for (const FluxBuildPtr& build : fleet.builds()) {
    std::string text = fmt::format("{} {} {} {}\n", build->cluster, build->Title(),
                                   build->directory, build->failed);
    for (const Object& object : build->objects) text += DumpValue(object.root);
    for (const Problem& problem : build->problems)
      text += fmt::format("{}:{} {}\n", problem.path, problem.range.begin, problem.message);
    for (const Unknown& unknown : build->unknowns)
      text += fmt::format("{}:{} {}\n", unknown.path, unknown.range.begin, unknown.reason);
    for (const auto& [name, variable] : build->variables.defined)
      text += fmt::format("{}={} {}\n", name, variable.value, variable.known);
    out.push_back(std::move(text));
  }
  return out;
}

// Random edits, most of them taken back some steps later, so that the fleet does not fall apart.
void FollowEdits(const fs::path& root, int steps, unsigned seed) {
  DiskFileSystem disk;
  Workspace workspace;
  LoadFolders(disk, {NormalizePath(fs::absolute(root).string())}, workspace, nullptr);
  std::vector<SourceFilePtr> files = workspace.snapshot().Files();
  REQUIRE_FALSE(files.empty());
  std::mt19937 random(seed);
  FleetBuilder following(&disk);
  following.Build(workspace.snapshot());
  std::vector<SourceFilePtr> changed;
  for (int step = 0; step < steps; ++step) {
    if (changed.size() > 3 || (!changed.empty() && random() % 3 == 0)) {
      const size_t which = random() % changed.size();
      workspace.Install(changed[which]);
      changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(which));
    } else {
      const SourceFilePtr& file = files[random() % files.size()];
      if (std::find(changed.begin(), changed.end(), file) != changed.end()) continue;
      changed.push_back(file);
      INFO(file->path);
      InstallText(workspace, file->path, Edited(file->text->content(), random));
    }
    const Snapshot snapshot = workspace.snapshot();
    const FleetPtr fleet = following.Build(snapshot);
    const FleetPtr fresh = FleetBuilder(&disk).Build(snapshot);
    std::string all;
    for (const SourceFilePtr& file : changed) all += file->path + " ";
    CAPTURE(step);
    CAPTURE(all);
    const std::vector<std::string> got = Dump(*fleet);
    const std::vector<std::string> wanted = Dump(*fresh);
    REQUIRE(got.size() == wanted.size());
    for (size_t i = 0; i < got.size(); ++i) REQUIRE(got[i] == wanted[i]);
    for (const SourceFilePtr& file : snapshot.Files())
      REQUIRE(fleet->SignatureOf(file->path) == fresh->SignatureOf(file->path));
  }
}

}  // namespace

TEST_CASE("the fleet of the example follows random edits") {
  FollowEdits(fs::path(FLUXLS_SOURCE_DIR) / "examples" / "fleet", 150, 1);
}

TEST_CASE("fleets of real repositories follow random edits") {
  const char* corpus = std::getenv("FLUXLS_CORPUS");
  if (corpus == nullptr || !fs::is_directory(corpus)) {
    MESSAGE("skipped: FLUXLS_CORPUS names no folder of repositories");
    return;
  }
  for (const char* name :
       {"onedr0p__home-ops", "artazar__flux2-general", "fluxcd__flux2-kustomize-helm-example"}) {
    const fs::path root = fs::path(corpus) / name;
    if (fs::is_directory(root)) FollowEdits(root, 40, 2);
  }
}
