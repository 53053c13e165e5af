// `fix` from the outside: bytes outside the edits stay as they are.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/cli/sandbox.h"

namespace fluxls::testing {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string Source(const std::string& version, const std::string& end = "\n") {
  return "# \xF0\x9F\x9A\x80 top" + end + "apiVersion: source.toolkit.fluxcd.io/" + version +
         "   # why\t" + end + "kind: GitRepository" + end +
         "metadata: {name: repo,   namespace: flux-system}" + end + end + "spec:" + end +
         "    interval: 5m" + end + "    url: 'https://example.org/repo'";
}

TEST_CASE("a safe fix changes its bytes and no others") {
  for (const std::string& end : {std::string("\n"), std::string("\r\n")}) {
    Sandbox box;
    std::string mark = "\xEF\xBB\xBF";
    box.Write("a.yaml", mark + Source("v1beta2", end));
    box.Write("clean.yaml", "a:   1 # odd\r\nb: 2");
    chmod(box.At("a.yaml").c_str(), 0640);
    RunResult run = box.Run({"fix", "--flux-version", "2.9"});
    CHECK(run.code == 0);
    CHECK(run.out ==
          "a.yaml:2:13: fixed: Change to source.toolkit.fluxcd.io/v1 [removed-api-version]\n");
    CHECK(run.err == "1 fix in 1 file; 0 findings left.\n");
    CHECK(box.Read("a.yaml") == mark + Source("v1", end));
    CHECK(box.Read("clean.yaml") == "a:   1 # odd\r\nb: 2");
    struct stat now {};
    REQUIRE(stat(box.At("a.yaml").c_str(), &now) == 0);
    CHECK((now.st_mode & 07777) == 0640);
    CHECK(std::distance(std::filesystem::directory_iterator(box.path()), {}) == 2);
    CHECK(box.Run({"fix", "--flux-version", "2.9"}).out == "");
  }
}

TEST_CASE("--diff prints and writes nothing") {
  Sandbox box;
  box.Write("sub/a.yaml", Source("v1beta2"));
  RunResult run = box.Run({"fix", "--flux-version", "2.9", "--diff"});
  CHECK(run.code == 0);
  CHECK(run.out == R"(--- a/sub/a.yaml
+++ b/sub/a.yaml
@@ -1,5 +1,5 @@
 # 🚀 top
-apiVersion: source.toolkit.fluxcd.io/v1beta2   # why	
+apiVersion: source.toolkit.fluxcd.io/v1   # why	
 kind: GitRepository
 metadata: {name: repo,   namespace: flux-system}
 
)");
  CHECK(Has(run.err, "nothing was written"));
  CHECK(box.Read("sub/a.yaml") == Source("v1beta2"));
}

TEST_CASE("only what was asked for is touched") {
  Sandbox box;
  box.Write("a/a.yaml", Source("v1beta2"));
  box.Write("b/b.yaml", Source("v1beta2"));
  CHECK(box.Run({"fix", "--flux-version", "2.9", "--rule", "duplicate-key"}).out == "");
  CHECK(Has(box.Run({"fix", "--flux-version", "2.9", "a"}).out, "a/a.yaml:2:13: fixed"));
  CHECK(box.Read("a/a.yaml") == Source("v1"));
  CHECK(box.Read("b/b.yaml") == Source("v1beta2"));
}

TEST_CASE("files that are not text as it stands, links and read-only files are not written") {
  Sandbox box;
  std::string utf16 = "\xFF\xFE";
  for (char c : std::string("apiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: GitRepository\n"
                            "metadata: {name: a}\n")) {
    utf16 += {c, '\0'};
  }
  box.Write("utf16.yaml", utf16);
  box.Write("real/a.txt", Source("v1beta2"));
  std::filesystem::create_symlink("real/a.txt", box.At("link.yaml"));
  RunResult run = box.Run({"fix", "--flux-version", "2.9"});
  CHECK(run.code == 0);
  CHECK(run.out == "");
  CHECK(box.Read("utf16.yaml") == utf16);
  CHECK(box.Read("real/a.txt") == Source("v1beta2"));
  CHECK(std::filesystem::is_symlink(box.At("link.yaml")));

  if (geteuid() == 0) return;  // root may write everything
  box.Write("fixed.yaml", Source("v1beta2"));
  chmod(box.At("fixed.yaml").c_str(), 0444);
  run = box.Run({"fix", "--flux-version", "2.9"});
  CHECK(run.code == 2);
  CHECK(Has(run.err, "fixed.yaml: Permission denied"));
  CHECK(box.Read("fixed.yaml") == Source("v1beta2"));
}

TEST_CASE("many findings in one file, fixed in one go") {
  Sandbox box;
  std::string before, after;
  for (int i = 0; i < 200; ++i) {
    before += "---\n" + Source("v1beta2") + "\n";
    after += "---\n" + Source("v1") + "\n";
  }
  box.Write("a.yaml", before);
  RunResult run = box.Run({"fix", "--flux-version", "2.9"});
  CHECK(run.code == 0);
  CHECK(Has(run.err, "200 fixes in 1 file; 0 findings left."));
  CHECK(box.Read("a.yaml") == after);
}

TEST_CASE("links and UTF-16 files are left alone, and that is told") {
  Sandbox box;
  box.Write("real/a.yaml", Source("v1beta2"));
  std::filesystem::create_directory(box.At("here"));
  std::filesystem::create_symlink("../real/a.yaml", box.At("here/link.yaml"));
  std::string utf16 = "\xFF\xFE";
  for (char c : Source("v1beta2").substr(10)) utf16 += {c, '\0'};
  box.Write("here/wide.yaml", utf16);
  RunResult run = box.Run({"fix", "--flux-version", "2.9", "here"});
  CHECK(run.code == 0);
  CHECK(run.out == "");
  CHECK(Has(run.err, "here/link.yaml: left alone: a symbolic link\n"));
  CHECK(Has(run.err, "here/wide.yaml: left alone: not UTF-8\n"));
  CHECK(Has(run.err, "0 fixes in 0 files"));
  CHECK_FALSE(Has(box.Run({"check", "--flux-version", "2.9", "here"}).err, "mends"));
}

TEST_CASE("a file that cannot be written is no fix") {
  if (geteuid() == 0) return;  // root writes everything
  Sandbox box;
  box.Write("a.yaml", Source("v1beta2"));
  box.Write("b.yaml", Source("v1beta2"));
  chmod(box.At("a.yaml").c_str(), 0444);
  RunResult run = box.Run({"fix", "--flux-version", "2.9"});
  CHECK(run.code == 2);
  CHECK_FALSE(Has(run.out, "a.yaml"));
  CHECK(Has(run.out, "b.yaml:2:13: fixed: "));
  CHECK(Has(run.err, "1 fix in 1 file; "));
}

}  // namespace
}  // namespace fluxls::testing
