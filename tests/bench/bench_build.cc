// fluxcd-bench-build [REPOSITORY…] : how long builds take, inside one process.
//
// All builds from a warm index, then an edit at the end of one file after the other. Without
// arguments a repository of 10,000 documents with two clusters and 50 Kustomizations each; with
// them these, too.
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "analysis/build/fleet.h"
#include "tests/bench/measure.h"
#include "tests/bench/team_repository.h"

namespace {

using namespace fluxls;
using namespace fluxls::bench;
namespace fs = std::filesystem;

void Measure(const std::string& title, const fs::path& root, double target) {
  const DiskFileSystem disk;
  Workspace workspace;
  LoadFolders(disk, {NormalizePath(fs::absolute(root).string())}, workspace, nullptr);
  size_t documents = 0;
  for (const SourceFilePtr& file : workspace.snapshot().Files())
    documents += file->yaml.documents.size();
  std::vector<double> cold;
  for (int i = 0; i < 5; ++i) {
    build::FleetBuilder fresh(&disk);
    const auto start = Clock::now();
    fresh.Build(workspace.snapshot());
    cold.push_back(Since(start));
  }
  build::FleetBuilder builder(&disk);
  const build::FleetPtr fleet = builder.Build(workspace.snapshot());
  size_t objects = 0;
  for (const build::FluxBuildPtr& build : fleet->builds()) objects += build->objects.size();
  fmt::print("\n{}: {} documents, {} builds, {} objects\n", title, documents,
             fleet->builds().size(), objects);
  Row("all builds, median of 5", Percentile(cold, 0.5), "ms", target);
  const std::vector<SourceFilePtr> files = workspace.snapshot().Files();
  std::vector<double> edits;
  const size_t step = std::max<size_t>(1, files.size() / 200);
  for (size_t i = 0; i < files.size(); i += step) {
    Source source;
    source.path = files[i]->path;
    source.text = std::make_shared<Text>(files[i]->text->content() + "# an edit\n");
    workspace.Install(ParseSource(std::move(source), files[i].get()));
    const auto start = Clock::now();
    builder.Build(workspace.snapshot());
    edits.push_back(Since(start));
  }
  Row("builds after an edit, p50", Percentile(edits, 0.5), "ms");
  Row("builds after an edit, p95", Percentile(edits, 0.95), "ms", 50);
  Row("resident", ResidentMiB("self"), "MiB", 300);
}

}  // namespace

int main(int argc, char** argv) {
  std::string pattern = (fs::temp_directory_path() / "fluxcd-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    std::fputs("fluxcd-bench-build: no temporary folder\n", stderr);
    return 2;
  }
  for (int i = 1; i < argc; ++i) Measure(fs::path(argv[i]).filename().string(), argv[i], 1000);
  WriteTeamRepository(pattern);
  Measure("Repository", pattern, 2000);
  fs::remove_all(pattern);
  return 0;
}
