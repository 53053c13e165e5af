// Fixes that no rule of today makes: renames, edits of several files, fixes that never end.
#include "cli/fixer.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "cli/diff.h"
#include "tests/cli/sandbox.h"

namespace fluxls::cli {
namespace {

using testing::Sandbox;

Selection Load(const std::vector<std::string>& paths) {
  std::ostringstream err;
  std::optional<Selection> selection = LoadSelection(DiskFileSystem(), paths, {}, err);
  REQUIRE(selection);
  return std::move(*selection);
}

std::string WriteEverything(const Fixer& fixer) {
  std::string errors;
  for (const ChangedFile& change : fixer.Changes()) errors += WriteBack(change);
  return errors;
}

Finding Make(const std::string& path, Fix fix) {
  Finding finding;
  finding.path = path;
  finding.rule = "test";
  fix.safe = true;
  finding.fixes.push_back(std::move(fix));
  return finding;
}

TEST_CASE("a rename, with an edit of the file and of its neighbour") {
  Sandbox box;
  box.Write("old.yaml", "a: 1\n");
  box.Write("kustomization.yaml", "resources:\n- old.yaml\n");
  chmod(box.At("old.yaml").c_str(), 0600);
  Selection selection = Load({box.path()});
  std::string old_path = box.At("old.yaml"), new_path = box.At("new.yaml");
  Fixer fixer(selection, [&](const Snapshot& snapshot, const auto&) {
    std::vector<Finding> findings;
    if (snapshot.Find(old_path)) {
      Fix fix{.title = "Rename"};
      fix.edits = {{old_path, {{{3, 4}, "2"}}},
                   {box.At("kustomization.yaml"), {{{13, 16}, "new"}}}};
      fix.renames = {{old_path, new_path}};
      findings.push_back(Make(old_path, fix));
    } else if (snapshot.Find(new_path)->text->content() == "a: 2\n") {
      // The second round edits the file under its new name.
      Fix fix{.title = "Edit"};
      fix.edits = {{new_path, {{{3, 4}, "3"}}}};
      findings.push_back(Make(new_path, fix));
    }
    return findings;
  });
  FixRun run = fixer.Run({});
  CHECK(run.stable);
  CHECK(run.rounds == 2);
  CHECK(fixer.findings_left() == 0);
  REQUIRE(fixer.Changes().size() == 2);
  const ChangedFile change = fixer.Changes()[1];
  CHECK(UnifiedDiff("old.yaml", "new.yaml", change.old_text->content(), change.text->content()) ==
        "diff --git a/old.yaml b/new.yaml\nrename from old.yaml\nrename to new.yaml\n"
        "--- a/old.yaml\n+++ b/new.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 3\n");
  CHECK(WriteEverything(fixer) == "");
  CHECK_FALSE(std::filesystem::exists(old_path));
  CHECK(box.Read("new.yaml") == "a: 3\n");
  CHECK(box.Read("kustomization.yaml") == "resources:\n- new.yaml\n");
  struct stat now {};
  REQUIRE(stat(new_path.c_str(), &now) == 0);
  CHECK((now.st_mode & 07777) == 0600);
}

TEST_CASE("a fix is left out when it would touch what was not asked for") {
  Sandbox box;
  box.Write(".git/HEAD", "");
  box.Write("in/a.yaml", "a: 1\n");
  box.Write("out/b.yaml", "b: 1\n");
  box.Write("in/taken.yaml", "c: 1\n");
  Selection selection = Load({box.At("in")});
  Fixer fixer(selection, [&](const Snapshot&, const auto&) {
    Fix outside{.title = "outside"}, taken{.title = "taken"};
    outside.edits = {{box.At("in/a.yaml"), {{{3, 4}, "2"}}},
                     {box.At("out/b.yaml"), {{{3, 4}, "2"}}}};
    taken.renames = {{box.At("out/b.yaml"), box.At("in/taken.yaml")}};
    return std::vector<Finding>{Make(box.At("in/a.yaml"), outside),
                                Make(box.At("in/a.yaml"), taken)};
  });
  FixRun run = fixer.Run({});
  CHECK(run.applied.empty());
  CHECK(fixer.Changes().empty());
  CHECK(fixer.findings_left() == 2);
}

TEST_CASE("fixes that undo each other end, and change nothing in the end") {
  Sandbox box;
  box.Write("a.yaml", "a: 1\n");
  Selection selection = Load({box.At("a.yaml")});
  Fixer fixer(selection, [&](const Snapshot& snapshot, const auto&) {
    bool one = snapshot.Find(box.At("a.yaml"))->text->content() == "a: 1\n";
    Fix fix{.title = "Toggle"};
    fix.edits = {{box.At("a.yaml"), {{{3, 4}, one ? "2" : "1"}}}};
    return std::vector<Finding>{Make(box.At("a.yaml"), fix)};
  });
  FixRun run = fixer.Run({});
  CHECK_FALSE(run.stable);
  CHECK(run.rounds == kMaxFixRounds);
  CHECK(fixer.Changes().empty());
}

TEST_CASE("a file that changed meanwhile, or a name that was taken, is left alone") {
  Sandbox box;
  box.Write("a.yaml", "a: 1\n");
  box.Write("b.yaml", "b: 1\n");
  auto text = [](const char* content) { return std::make_shared<Text>(content); };
  CHECK(WriteBack({box.At("a.yaml"), text("a: 0\n"), box.At("a.yaml"), text("a: 2\n")}) ==
        "changed on disk in the meantime; left alone");
  CHECK(WriteBack({box.At("a.yaml"), text("a: 1\n"), box.At("b.yaml"), text("a: 2\n")}) ==
        "cannot be renamed: " + box.At("b.yaml") + " exists");
  CHECK(WriteBack({box.At("none.yaml"), text(""), box.At("none.yaml"), text("x")}) ==
        "No such file or directory");
  CHECK(box.Read("a.yaml") == "a: 1\n");
  CHECK(box.Read("b.yaml") == "b: 1\n");
}

TEST_CASE("parallel work") {
  std::vector<int> seen(1000);
  RunInParallel(seen.size(), [&](size_t i) { seen[i] = 1; });
  CHECK(std::count(seen.begin(), seen.end(), 1) == 1000);
  RunInParallel(0, [&](size_t) { FAIL("nothing to do"); });
  CHECK_THROWS_WITH(RunInParallel(50,
                                  [](size_t i) {
                                    if (i == 7) throw std::runtime_error("seven");
                                  }),
                    "seven");
}

}  // namespace
}  // namespace fluxls::cli
