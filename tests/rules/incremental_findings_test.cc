// Findings are made again only for files of which the fleet says something else than before.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "analysis/build/fleet.h"
#include "analysis/rules/rule.h"
#include "tests/support/random_edits.h"

namespace fluxls::testing {
namespace {

namespace fs = std::filesystem;

struct Checked {
  SourceFilePtr file;
  uint64_t signature = 0;
  std::vector<Finding> findings;
};

std::map<std::string, Checked> CheckAll(const Snapshot& snapshot, const build::Fleet& fleet) {
  std::map<std::string, Checked> all;
  for (const SourceFilePtr& file : snapshot.Files())
    all[file->path] = {file, fleet.SignatureOf(file->path), CheckFile(snapshot, *file, &fleet)};
  return all;
}

// Places in other files move with every line that is typed above them; what a finding says and
// where it stands must not.
std::vector<std::string> Describe(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings)
    out.push_back(std::to_string(finding.range.begin) + " " + finding.rule + " " + finding.message);
  return out;
}

// After every edit, what keeps its signature must keep its findings.
void FollowEdits(const fs::path& root, int steps, unsigned seed) {
  DiskFileSystem disk;
  Workspace workspace;
  LoadFolders(disk, {NormalizePath(fs::absolute(root).string())}, workspace, nullptr);
  const std::vector<SourceFilePtr> files = workspace.snapshot().Files();
  std::mt19937 random(seed);
  build::FleetBuilder builder(&disk);
  std::map<std::string, Checked> before =
      CheckAll(workspace.snapshot(), *builder.Build(workspace.snapshot()));
  for (int step = 0; step < steps; ++step) {
    const SourceFilePtr& file = files[random() % files.size()];
    const bool all_change =
        InstallText(workspace, file->path, Edited(file->text->content(), random));
    std::map<std::string, Checked> after =
        CheckAll(workspace.snapshot(), *builder.Build(workspace.snapshot()));
    // New facts about the workspace have all files checked anew.
    if (!all_change) {
      for (const auto& [path, now] : after) {
        const Checked& was = before[path];
        if (was.file != now.file || was.signature != now.signature) continue;
        CAPTURE(step);
        CAPTURE(path);
        CAPTURE(file->path);
        const std::string told = fmt::format("{}", fmt::join(Describe(was.findings), "\n"));
        const std::string tells = fmt::format("{}", fmt::join(Describe(now.findings), "\n"));
        REQUIRE_EQ(told, tells);
      }
    }
    before = std::move(after);
    if (step % 3 != 2) continue;
    workspace.Install(file);
    before = CheckAll(workspace.snapshot(), *builder.Build(workspace.snapshot()));
  }
}

}  // namespace

TEST_CASE("a file whose signature stays has the same findings after edits of others") {
  for (unsigned seed = 3; seed < 6; ++seed)
    FollowEdits(fs::path(FLUXLS_SOURCE_DIR) / "examples" / "fleet", 150, seed);
}

TEST_CASE("files of real repositories keep their findings with their signatures") {
  const char* corpus = std::getenv("FLUXLS_CORPUS");
  if (corpus == nullptr || !fs::is_directory(corpus)) {
    MESSAGE("skipped: FLUXLS_CORPUS names no folder of repositories");
    return;
  }
  for (const char* name :
       {"onedr0p__home-ops", "artazar__flux2-general", "fluxcd__flux2-kustomize-helm-example"}) {
    const fs::path root = fs::path(corpus) / name;
    if (fs::is_directory(root)) FollowEdits(root, 40, 4);
  }
}

}  // namespace fluxls::testing
