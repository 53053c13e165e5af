#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "analysis/workspace/workspace.h"

namespace fluxls {
namespace {

// One line an entry: path below the root, `/` directory, `?` unknown, ` y` to be read, ` h` chart
// template.
std::string Show(const ScanResult& scan) {
  std::string out;
  for (const ScanResult::Entry& entry : scan.entries) {
    out += RelativePath(entry.path, scan.root);
    if (entry.kind == PathKind::kDirectory) out += '/';
    if (entry.kind == PathKind::kUnknown) out += '?';
    if (entry.yaml) out += " y";
    if (entry.helm_template) out += " h";
    out += '\n';
  }
  return out;
}

TEST_CASE("what is read and what is only there") {
  MemoryFileSystem files;
  for (const char* path :
       {"/r/a.yaml", "/r/b.yml", "/r/Kustomization", "/r/c.json", "/r/d.YAML", "/r/.hidden/e.yaml",
        "/r/.git/config.yaml", "/r/x/node_modules/y.yaml"}) {
    files.Write(path, "");
  }
  CHECK(Show(ScanFolder(files, "/r", {})) == R"(.git?
.hidden/
.hidden/e.yaml y
Kustomization y
a.yaml y
b.yml y
c.json
d.YAML
x/
x/node_modules?
)");
}

TEST_CASE("ignore files, nested") {
  MemoryFileSystem files;
  files.Write("/r/.gitignore", "build/\n*.tmp.yaml\n/only-top.yaml\n");
  files.Write("/r/build/x.yaml", "");
  files.Write("/r/a.tmp.yaml", "");
  files.Write("/r/only-top.yaml", "");
  files.Write("/r/sub/.gitignore", "!keep.tmp.yaml\nlocal.yaml\n");
  files.Write("/r/sub/keep.tmp.yaml", "");
  files.Write("/r/sub/other.tmp.yaml", "");
  files.Write("/r/sub/only-top.yaml", "");
  files.Write("/r/sub/local.yaml", "");
  files.Write("/r/sub/deep/local.yaml", "");
  files.Write("/r/local.yaml", "");
  CHECK(Show(ScanFolder(files, "/r", {})) == R"(.gitignore
a.tmp.yaml
build?
local.yaml y
only-top.yaml
sub/
sub/.gitignore
sub/deep/
sub/deep/local.yaml
sub/keep.tmp.yaml y
sub/local.yaml
sub/only-top.yaml y
sub/other.tmp.yaml
)");
}

TEST_CASE("a folder inside a repository obeys the ignore files above") {
  MemoryFileSystem files;
  files.Write("/r/.gitignore", "secret.yaml\n/sub/x.yaml\n");
  files.Write("/r/sub/secret.yaml", "");
  files.Write("/r/sub/x.yaml", "");
  files.Write("/r/sub/y.yaml", "");
  std::string without = Show(ScanFolder(files, "/r/sub", {}));
  CHECK(without == "secret.yaml y\nx.yaml y\ny.yaml y\n");
  files.Write("/r/.git/HEAD", "");
  CHECK(Show(ScanFolder(files, "/r/sub", {})) == "secret.yaml\nx.yaml\ny.yaml y\n");
}

TEST_CASE("the exclude setting") {
  MemoryFileSystem files;
  files.Write("/r/.gitignore", "generated/\n");
  files.Write("/r/archive/a.yaml", "");
  files.Write("/r/b.yaml", "");
  Settings settings;
  settings.exclude = {"/archive/", "b.*"};
  CHECK(Show(ScanFolder(files, "/r", settings)) == ".gitignore\narchive?\nb.yaml\n");
}

TEST_CASE("chart templates") {
  MemoryFileSystem files;
  for (const char* path :
       {"/r/app/Chart.yaml", "/r/app/values.yaml", "/r/app/templates/a.yaml",
        "/r/app/templates/tests/b.yaml", "/r/app/crds/c.yaml", "/r/app/charts/sub/templates/d.yaml",
        "/r/app/charts/sub/values.yaml", "/r/plain/templates/e.yaml"}) {
    files.Write(path, "");
  }
  CHECK(Show(ScanFolder(files, "/r", {})) == R"(app/
app/Chart.yaml y
app/charts/
app/charts/sub/
app/charts/sub/templates/ h
app/charts/sub/templates/d.yaml y h
app/charts/sub/values.yaml y
app/crds/
app/crds/c.yaml y
app/templates/ h
app/templates/a.yaml y h
app/templates/tests/ h
app/templates/tests/b.yaml y h
app/values.yaml y
plain/
plain/templates/
plain/templates/e.yaml y
)");
}

TEST_CASE("a scan can be stopped") {
  MemoryFileSystem files;
  files.Write("/r/a/b/c.yaml", "");
  int asked = 0;
  ScanResult scan = ScanFolder(files, "/r", {}, [&] { return ++asked > 2; });
  CHECK(Show(scan) == "a/\na/b/\n");
}

TEST_CASE("a directory tree that is deep") {
  MemoryFileSystem files;
  std::string path = "/r";
  for (int i = 0; i < 3000; ++i) path += "/d";
  files.Write(path + "/x.yaml", "");
  CHECK(ScanFolder(files, "/r", {}).entries.size() == 3001);
}

struct TempDirectory {
  std::string path;
  TempDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fluxls-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~TempDirectory() {
    chmod((path + "/closed").c_str(), 0700);
    std::filesystem::remove_all(path);
  }
};

TEST_CASE("links, pipes and closed directories on disk") {
  TempDirectory temp;
  namespace fs = std::filesystem;
  fs::create_directory(temp.path + "/a");
  std::ofstream(temp.path + "/a/x.yaml") << "a: 1\n";
  fs::create_symlink("..", temp.path + "/a/loop");
  fs::create_symlink("a", temp.path + "/linked");
  fs::create_symlink("a/x.yaml", temp.path + "/link.yaml");
  fs::create_symlink("self.yaml", temp.path + "/self.yaml");
  REQUIRE(mkfifo((temp.path + "/pipe.yaml").c_str(), 0600) == 0);
  fs::create_directory(temp.path + "/closed");
  std::ofstream(temp.path + "/closed/y.yaml") << "a: 1\n";
  chmod((temp.path + "/closed").c_str(), 0);

  ScanResult scan = ScanFolder(DiskFileSystem(), temp.path, {});
  std::string expected = R"(a/
a/loop?
a/x.yaml y
closed/
link.yaml y
linked?
pipe.yaml?
self.yaml?
)";
  if (geteuid() == 0) {
    // Root may enter everything.
    expected.insert(expected.find("link.yaml"), "closed/y.yaml y\n");
    CHECK(scan.problems.empty());
  } else {
    REQUIRE(scan.problems.size() == 1);
    CHECK(scan.problems[0].find("closed") != std::string::npos);
  }
  CHECK(Show(scan) == expected);
}

}  // namespace
}  // namespace fluxls
