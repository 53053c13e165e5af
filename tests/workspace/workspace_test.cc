#include "analysis/workspace/workspace.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace fluxls {
namespace {

std::string Object(std::string_view kind, std::string_view name, std::string_view ns = "") {
  return fmt::format("apiVersion: v1\nkind: {}\nmetadata:\n  name: {}\n{}", kind, name,
                     ns.empty() ? "" : fmt::format("  namespace: {}\n", ns));
}

struct Fixture {
  MemoryFileSystem files;
  Workspace workspace;

  std::vector<std::string> Load(const std::string& root = "/r") {
    return LoadFolders(files, {root}, workspace, nullptr);
  }
  Workspace::ScanDiff Rescan(const std::string& root = "/r") {
    return workspace.ApplyScan(ScanFolder(files, root, workspace.settings()));
  }
  SourceFilePtr Parse(const std::string& path) {
    return ParseSource(ReadSource(files, path, workspace.settings(), false));
  }
  SourceFilePtr Buffer(const std::string& path, std::string text, int64_t version = 1) {
    Source source;
    source.path = path;
    source.text = std::make_shared<Text>(std::move(text));
    source.version = version;
    return ParseSource(std::move(source));
  }
  std::string Where(std::string_view kind, std::string_view ns, std::string_view name) {
    std::string out;
    for (const ResourceLocation& at : workspace.snapshot().Resources(kind, ns, name)) {
      out += fmt::format("{}#{} ", at.file->path, at.resource);
    }
    return out;
  }
  std::string Listing(const std::string& path) {
    std::string out;
    for (const SourceFilePtr& file : workspace.snapshot().KustomizationsListing(path)) {
      out += file->path + " ";
    }
    return out;
  }
};

TEST_CASE_FIXTURE(Fixture, "resources by kind, namespace and name") {
  files.Write("/r/a.yaml", Object("Secret", "s", "one") + "---\n" + Object("Secret", "s", "two"));
  files.Write("/r/b.yaml", Object("Secret", "s"));
  files.Write("/r/c.yaml", Object("ConfigMap", "s", "one"));
  CHECK(Load().empty());
  CHECK(Where("Secret", "", "s") == "/r/a.yaml#0 /r/a.yaml#1 /r/b.yaml#0 ");
  CHECK(Where("Secret", "two", "s") == "/r/a.yaml#1 ");
  CHECK(Where("Secret", "three", "s") == "");
  CHECK(workspace.snapshot().Files().size() == 3);

  files.Write("/r/a.yaml", Object("Secret", "s", "two"));
  CHECK(workspace.Install(Parse("/r/a.yaml")));
  CHECK(Where("Secret", "", "s") == "/r/a.yaml#0 /r/b.yaml#0 ");
  CHECK(workspace.Remove("/r/a.yaml"));
  CHECK(Where("Secret", "", "s") == "/r/b.yaml#0 ");
  CHECK(workspace.snapshot().Stat("/r/a.yaml") == PathKind::kMissing);
}

TEST_CASE_FIXTURE(Fixture, "only changed exports are news") {
  files.Write("/r/a.yaml", Object("Secret", "s"));
  Load();
  uint64_t generation = workspace.snapshot().generation();
  CHECK_FALSE(workspace.Install(Buffer("/r/a.yaml", "# comment\n" + Object("Secret", "s"))));
  CHECK(workspace.snapshot().generation() > generation);
  CHECK(workspace.Install(Buffer("/r/a.yaml", Object("Secret", "t"))));
  CHECK(workspace.Install(Buffer("/r/new.yaml", "")));  // a path that was not there
  CHECK_FALSE(workspace.Install(Buffer("/r/new.yaml", "just: text\n")));
  CHECK(workspace.Remove("/r/new.yaml"));
  CHECK_FALSE(workspace.Remove("/r/new.yaml"));
}

TEST_CASE_FIXTURE(Fixture, "snapshots do not change") {
  files.Write("/r/a.yaml", Object("Secret", "s"));
  files.Write("/r/kustomization.yaml", "resources: [a.yaml]\n");
  Load();
  Snapshot before = workspace.snapshot();
  workspace.Remove("/r/a.yaml");
  workspace.Install(Buffer("/r/kustomization.yaml", "resources: []\n"));
  workspace.Install(Buffer("/r/sub/b.yaml", Object("Secret", "s")));
  Settings settings;
  settings.flux_release = FluxRelease{2, 3};
  workspace.SetSettings(settings);

  CHECK(before.Find("/r/a.yaml"));
  CHECK(before.Stat("/r/a.yaml") == PathKind::kFile);
  CHECK(before.Stat("/r/sub") == PathKind::kMissing);
  CHECK(before.Resources("Secret", "", "s").size() == 1);
  CHECK(before.KustomizationsListing("/r/a.yaml").size() == 1);
  CHECK(before.ReleaseFor("/r/a.yaml").assumed);

  Snapshot after = workspace.snapshot();
  CHECK_FALSE(after.Find("/r/a.yaml"));
  CHECK(after.Stat("/r/sub") == PathKind::kDirectory);
  CHECK(after.Resources("Secret", "", "s").at(0).file->path == "/r/sub/b.yaml");
  CHECK(after.KustomizationsListing("/r/a.yaml").empty());
  CHECK(after.ReleaseFor("/r/a.yaml").release == FluxRelease{2, 3});
  CHECK(after.generation() > before.generation());
}

TEST_CASE_FIXTURE(Fixture, "who lists a path") {
  files.Write("/r/base/a.yaml", "");
  files.Write("/r/base/kustomization.yaml",
              "resources: [a.yaml, ./a.yaml, 'https://x/a.yaml']\npatches: [{path: p.yaml}]\n");
  files.Write("/r/top/kustomization.yml", "bases: [../base/]\ncomponents: [../base/a.yaml]\n");
  Load();
  CHECK(Listing("/r/base/a.yaml") == "/r/base/kustomization.yaml /r/top/kustomization.yml ");
  CHECK(Listing("/r/base/p.yaml") == "/r/base/kustomization.yaml ");  // listed, though missing
  CHECK(Listing("/r/base") == "/r/top/kustomization.yml ");
  CHECK(workspace.Remove("/r/base/kustomization.yaml"));
  CHECK(Listing("/r/base/a.yaml") == "/r/top/kustomization.yml ");
  CHECK(Listing("/r/base/p.yaml") == "");
}

TEST_CASE_FIXTURE(Fixture, "paths") {
  files.Write("/r/.gitignore", "ignored/\nhidden.yaml\n");
  files.Write("/r/ignored/x.yaml", "");
  files.Write("/r/hidden.yaml", "");
  files.Write("/r/dir/a.yaml", "");
  files.Write("/r/dir/sub/b.txt", "");
  files.Write("/r/dir-2/c.yaml", "");
  Load();
  Snapshot snapshot = workspace.snapshot();
  CHECK(snapshot.Stat("/r") == PathKind::kDirectory);
  CHECK(snapshot.Stat("/r/dir") == PathKind::kDirectory);
  CHECK(snapshot.Stat("/r/dir/a.yaml") == PathKind::kFile);
  CHECK(snapshot.Stat("/r/dir/sub/b.txt") == PathKind::kFile);
  CHECK(snapshot.Stat("/r/hidden.yaml") == PathKind::kFile);
  CHECK(snapshot.Stat("/r/dir/none.yaml") == PathKind::kMissing);
  CHECK(snapshot.Stat("/r/dir/a.yaml/below") == PathKind::kMissing);
  CHECK(snapshot.Stat("/r/ignored") == PathKind::kUnknown);
  CHECK(snapshot.Stat("/r/ignored/x.yaml") == PathKind::kUnknown);
  CHECK(snapshot.Stat("/r/ignored/deep/x") == PathKind::kUnknown);
  CHECK(snapshot.Stat("/elsewhere") == PathKind::kUnknown);
  CHECK(snapshot.Stat("/") == PathKind::kUnknown);
  CHECK_FALSE(snapshot.Find("/r/hidden.yaml"));

  using Names = std::vector<std::string>;
  CHECK(snapshot.Names("/r") == Names{".gitignore", "dir", "dir-2", "hidden.yaml", "ignored"});
  CHECK(snapshot.Names("/r/dir") == Names{"a.yaml", "sub"});
  CHECK(snapshot.Names("/r/none") == Names{});

  workspace.Remove("/r/dir/a.yaml");
  workspace.Install(Buffer("/r/dir/new/deep.yaml", ""));
  snapshot = workspace.snapshot();
  CHECK(snapshot.Names("/r/dir") == Names{"new", "sub"});
  CHECK(snapshot.Stat("/r/dir/new") == PathKind::kDirectory);
  CHECK(snapshot.RootOf("/r/dir/x") == "/r");
  CHECK(snapshot.RootOf("/rx") == "");
  CHECK(snapshot.DisplayPath("/r/dir/x") == "dir/x");
  CHECK(snapshot.DisplayPath("/other/x") == "/other/x");
}

TEST_CASE_FIXTURE(Fixture, "the kustomization of a directory") {
  files.Write("/r/a/Kustomization", "");
  files.Write("/r/b/kustomization.yml", "");
  files.Write("/r/b/kustomization.yaml", "");
  Load();
  CHECK(workspace.snapshot().KustomizationIn("/r/a") == "/r/a/Kustomization");
  CHECK(workspace.snapshot().KustomizationIn("/r/b") == "/r/b/kustomization.yaml");
  CHECK_FALSE(workspace.snapshot().KustomizationIn("/r"));
  CHECK_FALSE(workspace.snapshot().KustomizationIn("/elsewhere"));
}

TEST_CASE_FIXTURE(Fixture, "a second scan reads what changed and drops what is gone") {
  files.Write("/r/same.yaml", "a: 1\n");
  files.Write("/r/changed.yaml", "a: 1\n");
  files.Write("/r/gone.yaml", Object("Secret", "s"));
  files.Write("/r/note.txt", "");
  Load();
  Workspace::ScanDiff diff = Rescan();
  CHECK(diff.to_read.empty());
  CHECK(diff.removed.empty());
  CHECK_FALSE(diff.paths_changed);

  files.Write("/r/changed.yaml", "a: 2\n");
  files.Write("/r/new.yaml", "");
  files.Remove("/r/gone.yaml");
  diff = Rescan();
  REQUIRE(diff.to_read.size() == 2);
  CHECK(diff.to_read[0].path == "/r/changed.yaml");
  CHECK(diff.to_read[1].path == "/r/new.yaml");
  CHECK(diff.removed == std::vector<std::string>{"/r/gone.yaml"});
  CHECK(diff.paths_changed);
  CHECK(Where("Secret", "", "s") == "");
  for (const auto& read : diff.to_read) workspace.Install(Parse(read.path));

  files.Remove("/r/note.txt");
  diff = Rescan();
  CHECK(diff.to_read.empty());
  CHECK(diff.removed.empty());
  CHECK(diff.paths_changed);

  // A chart file turns its neighbours into templates; an ignore file drops them.
  files.Write("/r/templates/t.yaml", "a: 1\n");
  for (const auto& read : Rescan().to_read) workspace.Install(Parse(read.path));
  files.Write("/r/Chart.yaml", "name: x\n");
  diff = Rescan();
  REQUIRE(diff.to_read.size() == 2);
  CHECK(diff.to_read[1].path == "/r/templates/t.yaml");
  CHECK(diff.to_read[1].helm_template);
  files.Write("/r/.gitignore", "same.yaml\n");
  CHECK(Rescan().removed == std::vector<std::string>{"/r/same.yaml"});
  CHECK(workspace.snapshot().Stat("/r/same.yaml") == PathKind::kFile);
}

TEST_CASE_FIXTURE(Fixture, "the size limit is a setting") {
  files.Write("/r/a.yaml", "a: 0123456789\n");
  Load();
  Settings settings;
  settings.max_file_bytes = 5;
  workspace.SetSettings(settings);
  REQUIRE(Rescan().to_read.size() == 1);
  workspace.Install(Parse("/r/a.yaml"));
  CHECK(Rescan().to_read.empty());
  workspace.SetSettings({});
  CHECK(Rescan().to_read.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "files that an editor holds") {
  files.Write("/r/a.yaml", Object("Secret", "disk"));
  Load();
  workspace.Open("/r/a.yaml");
  CHECK(workspace.IsOpen("/r/a.yaml"));
  workspace.Install(Buffer("/r/a.yaml", Object("Secret", "buffer")));
  files.Write("/r/a.yaml", Object("Secret", "disk-2"));
  CHECK(Rescan().to_read.empty());
  files.Remove("/r/a.yaml");
  Workspace::ScanDiff diff = Rescan();
  CHECK(diff.removed.empty());
  CHECK(Where("Secret", "", "buffer") == "/r/a.yaml#0 ");
  CHECK(workspace.snapshot().Stat("/r/a.yaml") == PathKind::kFile);

  workspace.Close("/r/a.yaml");
  workspace.Remove("/r/a.yaml");
  CHECK(workspace.snapshot().Stat("/r/a.yaml") == PathKind::kMissing);
  CHECK_FALSE(workspace.snapshot().Find("/r/a.yaml"));

  // A buffer without a file, closed without being saved: the next scan settles it.
  workspace.Open("/r/new/x.yaml");
  workspace.Install(Buffer("/r/new/x.yaml", Object("Secret", "x")));
  Rescan();
  CHECK(Where("Secret", "", "x") == "/r/new/x.yaml#0 ");
  CHECK(workspace.snapshot().Stat("/r/new/x.yaml") == PathKind::kFile);
  workspace.Close("/r/new/x.yaml");
  CHECK(Rescan().removed == std::vector<std::string>{"/r/new/x.yaml"});
  CHECK(workspace.snapshot().Stat("/r/new") == PathKind::kMissing);

  // After closing, the text of the editor is not what is on disk.
  files.Write("/r/b.yaml", "a: 1\n");
  for (const auto& read : Rescan().to_read) workspace.Install(Parse(read.path));
  workspace.Open("/r/b.yaml");
  workspace.Install(Buffer("/r/b.yaml", "a: 2\n"));
  workspace.Close("/r/b.yaml");
  REQUIRE(Rescan().to_read.size() == 1);

  // Files outside of all folders.
  workspace.Open("/elsewhere/y.yaml");
  workspace.Install(Buffer("/elsewhere/y.yaml", Object("Secret", "y")));
  CHECK(workspace.snapshot().Stat("/elsewhere/y.yaml") == PathKind::kFile);
  CHECK(workspace.snapshot().Stat("/elsewhere/z.yaml") == PathKind::kUnknown);
  Rescan();
  CHECK(Where("Secret", "", "y") == "/elsewhere/y.yaml#0 ");
}

TEST_CASE_FIXTURE(Fixture, "an ignored file, opened and closed again, is still there") {
  files.Write("/r/.gitignore", "a.yaml\n");
  files.Write("/r/a.yaml", "");
  Load();
  workspace.Open("/r/a.yaml");
  workspace.Install(Buffer("/r/a.yaml", Object("Secret", "s")));
  workspace.Close("/r/a.yaml");
  workspace.Remove("/r/a.yaml");
  CHECK(workspace.snapshot().Stat("/r/a.yaml") == PathKind::kFile);
  CHECK_FALSE(workspace.snapshot().Find("/r/a.yaml"));
}

TEST_CASE_FIXTURE(Fixture, "folders come and go") {
  files.Write("/r/a.yaml", Object("Secret", "s"));
  files.Write("/r/inner/b.yaml", Object("Secret", "s"));
  files.Write("/q/c.yaml", Object("Secret", "s"));
  Load("/r");
  Load("/q");
  Load("/r/inner");
  CHECK(workspace.roots().size() == 3);
  CHECK(Where("Secret", "", "s") == "/q/c.yaml#0 /r/a.yaml#0 /r/inner/b.yaml#0 ");
  CHECK(workspace.snapshot().RootOf("/r/inner/b.yaml") == "/r/inner");
  workspace.Open("/r/a.yaml");
  workspace.RemoveFolder("/r");
  CHECK(Where("Secret", "", "s") == "/q/c.yaml#0 /r/a.yaml#0 /r/inner/b.yaml#0 ");
  CHECK(workspace.snapshot().Stat("/r/a.yaml") == PathKind::kFile);
  CHECK(workspace.snapshot().Stat("/r/b.yaml") == PathKind::kUnknown);
  workspace.RemoveFolder("/r/inner");
  workspace.RemoveFolder("/q");
  workspace.RemoveFolder("/never-there");
  CHECK(Where("Secret", "", "s") == "/r/a.yaml#0 ");
  CHECK(workspace.roots().empty());
}

TEST_CASE_FIXTURE(Fixture, "problems are told") {
  files.Write("/r/a.yaml", "a: 0123456789\n");
  Settings settings;
  settings.max_file_bytes = 5;
  workspace.SetSettings(settings);
  std::vector<std::string> problems = Load();
  REQUIRE(problems.size() == 1);
  CHECK(problems[0] == "/r/a.yaml: skipped, 14 bytes are more than the limit of 5");
}

TEST_CASE_FIXTURE(Fixture, "which release applies") {
  auto gotk = [](const char* version) {
    return fmt::format("---\n# This manifest was generated by flux.\n# Flux Version: {}\n",
                       version);
  };
  files.Write("/r/clusters/prod/flux-system/gotk-components.yaml", gotk("v2.4.0"));
  files.Write("/r/clusters/prod/apps.yaml", "");
  files.Write("/r/clusters/staging/flux-system/gotk-components.yaml", gotk("v2.6.1"));
  files.Write("/r/clusters/staging/inner/flux/instance.yaml",
              "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux}\n"
              "spec: {distribution: {version: 2.7.x}}\n");
  files.Write("/r/clusters/staging/inner/apps.yaml", "");
  files.Write("/r/apps/base.yaml", "");
  files.Write("/other/a.yaml", "");
  Load();
  Load("/other");
  auto show = [&](const std::string& path) {
    ReleaseAnswer answer = workspace.snapshot().ReleaseFor(path);
    return answer.release.ToString() + (answer.assumed ? "?" : "") + " " + answer.source;
  };
  CHECK(show("/r/clusters/prod/apps.yaml") ==
        "2.4 /r/clusters/prod/flux-system/gotk-components.yaml");
  CHECK(show("/r/clusters/staging/x/y.yaml") ==
        "2.6 /r/clusters/staging/flux-system/gotk-components.yaml");
  CHECK(show("/r/clusters/staging/inner/apps.yaml") ==
        "2.7 /r/clusters/staging/inner/flux/instance.yaml");
  // Shared by clusters: the lowest.
  CHECK(show("/r/apps/base.yaml") == "2.4 /r/clusters/prod/flux-system/gotk-components.yaml");
  CHECK(show("/other/a.yaml") == "2.9? ");
  CHECK(show("/nowhere/a.yaml") == "2.9? ");

  files.Write("/r/clusters/prod/flux-system/gotk-components.yaml", gotk("v2.8.0"));
  CHECK(workspace.Install(Parse("/r/clusters/prod/flux-system/gotk-components.yaml")));
  CHECK(show("/r/apps/base.yaml") == "2.6 /r/clusters/staging/flux-system/gotk-components.yaml");
  Settings settings;
  settings.flux_release = FluxRelease{2, 1};
  workspace.SetSettings(settings);
  CHECK(show("/r/apps/base.yaml") == "2.1 ");
}

TEST_CASE_FIXTURE(Fixture, "a change in a big workspace is quick") {
  for (int i = 0; i < 5000; ++i) {
    files.Write(fmt::format("/r/d{}/f{}.yaml", i % 100, i),
                Object("ConfigMap", fmt::format("c{}", i)));
  }
  Load();
  using Clock = std::chrono::steady_clock;
  SourceFilePtr one = Buffer("/r/d1/f1.yaml", Object("ConfigMap", "renamed"));
  SourceFilePtr two = Buffer("/r/d1/f1.yaml", Object("ConfigMap", "again"));
  auto begin = Clock::now();
  constexpr int kRounds = 200;
  Snapshot last = workspace.snapshot();
  for (int i = 0; i < kRounds; ++i) {
    workspace.Install(i % 2 ? one : two);
    last = workspace.snapshot();
  }
  double each = std::chrono::duration<double, std::milli>(Clock::now() - begin).count() / kRounds;
  MESSAGE("install and snapshot: " << each << " ms");
  CHECK(each < 5);  // a bound for slow machines and sanitizers; usually far below 0.1
}

TEST_CASE_FIXTURE(Fixture, "old snapshots are read while the workspace changes") {
  for (int i = 0; i < 300; ++i) {
    files.Write(fmt::format("/r/f{}.yaml", i), Object("ConfigMap", "c", fmt::format("n{}", i)));
  }
  Load();
  std::vector<std::thread> readers;
  for (int round = 0; round < 20; ++round) {
    Snapshot snapshot = workspace.snapshot();
    readers.emplace_back([snapshot, round] {
      size_t found = snapshot.Resources("ConfigMap", "", "c").size();
      CHECK(found == 300u - static_cast<unsigned>(round));
      CHECK(snapshot.Files().size() == found);
    });
    workspace.Remove(fmt::format("/r/f{}.yaml", round));
  }
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace fluxls
