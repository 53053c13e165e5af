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
#include "analysis/workspace/file_system.h"
#include "analysis/workspace/workspace.h"
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
    for (const auto& [name, variable] : build->variables.defined) {
      text += fmt::format("{}={} {}\n", name, variable.value, variable.known);
      if (variable.origin) {
        text +=
            fmt::format("{}:{}\n", variable.origin.file->path,
                        variable.origin.file->text->lines().LineOf(variable.origin.range.begin));
      }
    }
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

std::string KustomizationOf(const std::string& name, const std::string& path,
                            const std::string& more = "") {
  return "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: " +
         name + "\n  namespace: flux-system\nspec:\n  interval: 10m\n  path: ./" + path +
         "\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n" + more;
}

}  // namespace

TEST_CASE("variables of another build point into the file as it is now") {
  MemoryFileSystem files;
  files.Write("/repo/clusters/one/flux-system/gotk-sync.yaml",
              "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n"
              "  name: flux-system\n  namespace: flux-system\nspec:\n  interval: 1m\n"
              "  url: https://example.com/fleet\n---\n" +
                  KustomizationOf("flux-system", "clusters/one"));
  files.Write("/repo/clusters/one/settings.yaml", KustomizationOf("settings", "vars"));
  files.Write("/repo/clusters/one/apps.yaml",
              KustomizationOf("apps", "web",
                              "  postBuild:\n    substituteFrom:\n      - kind: ConfigMap\n"
                              "        name: vars\n"));
  files.Write("/repo/web/map.yaml",
              "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  a: ${color}\n");
  files.Write("/repo/vars/map.yaml", "");
  Workspace workspace;
  LoadFolders(files, {"/repo"}, workspace, nullptr);
  const std::string vars =
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: vars\n  namespace: flux-system\n"
      "data:\n  color: green\n";
  FleetBuilder builder(nullptr);
  std::vector<FleetPtr> fleets;  // all live on: what points into an old one must not crash here
  for (const std::string& text : {vars, vars + "# the end\n", vars + "# the very end\n"}) {
    InstallText(workspace, "/repo/vars/map.yaml", text);
    fleets.push_back(builder.Build(workspace.snapshot()));
    size_t found = 0;
    for (const FluxBuildPtr& build : fleets.back()->builds()) {
      const auto variable = build->variables.defined.find("color");
      if (variable == build->variables.defined.end()) continue;
      ++found;
      CHECK_EQ(variable->second.value, "green");
      REQUIRE(variable->second.origin);
      CHECK_EQ(variable->second.origin.file->text->content(), text);
    }
    CHECK_EQ(found, 1);
  }
}

TEST_CASE("the fleet of the example follows random edits") {
  FollowEdits(fs::path(FLUXLS_SOURCE_DIR) / "examples" / "fleet", 150, 1);
}

TEST_CASE("variables that stay the same follow the text of the build that brings them") {
  const std::string kustomization =
      "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n"
      "  name: {0}\n  namespace: flux-system\nspec:\n  path: ./{0}\n  sourceRef:\n"
      "    kind: GitRepository\n    name: flux-system\n";
  const std::string settings =
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: flux-system\n"
      "data:\n  A: b\n";
  MemoryFileSystem files;
  files.Write("/ws/.git/HEAD", "ref: refs/heads/main\n");
  files.Write("/ws/clusters/one/sync.yaml",
              "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n"
              "  name: flux-system\n  namespace: flux-system\nspec:\n"
              "  url: https://example.com/fleet.git\n" +
                  fmt::format(fmt::runtime(kustomization), "config") +
                  fmt::format(fmt::runtime(kustomization), "apps") +
                  "  postBuild:\n    substituteFrom:\n      - kind: ConfigMap\n"
                  "        name: settings\n");
  files.Write("/ws/config/settings.yaml", settings);
  files.Write("/ws/apps/namespace.yaml",
              "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${A}\n");
  Workspace workspace;
  LoadFolders(files, {"/ws"}, workspace, nullptr);
  FleetBuilder following(&files);
  following.Build(workspace.snapshot());
  // Whoever brings them is built anew, whoever takes them is not.
  for (const char* comment : {"# one\n", "# one\n# two\n"}) {
    InstallText(workspace, "/ws/config/settings.yaml", settings + comment);
    const FleetPtr fleet = following.Build(workspace.snapshot());
    int found = 0;
    for (const FluxBuildPtr& build : fleet->builds()) {
      auto variable = build->variables.defined.find("A");
      if (variable == build->variables.defined.end()) continue;
      ++found;
      const OriginFile* file = variable->second.origin.file;
      CHECK(std::any_of(build->variables.files.begin(), build->variables.files.end(),
                        [file](const auto& own) { return own.get() == file; }));
      REQUIRE(file->path == "/ws/config/settings.yaml");
      CHECK(file->text == workspace.snapshot().Find(file->path)->text);
    }
    CHECK(found == 1);
  }
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
