#include "analysis/workspace/file_system.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace fluxls {
namespace {

TEST_CASE("path arithmetic") {
  CHECK(NormalizePath("/a/./b/../c/") == "/a/c");
  CHECK(NormalizePath("//a///b") == "/a/b");
  CHECK(NormalizePath("/..") == "/");
  CHECK(NormalizePath("/../../a") == "/a");
  CHECK(NormalizePath("") == "/");
  CHECK(NormalizePath("a/..b/...") == "/a/..b/...");

  CHECK(JoinPath("/a/b", "../c/./d.yaml") == "/a/c/d.yaml");
  CHECK(JoinPath("/a", "/x") == "/x");
  CHECK(JoinPath("/a", ".") == "/a");
  CHECK(JoinPath("/", "x") == "/x");

  CHECK(DirectoryName("/a/b") == "/a");
  CHECK(DirectoryName("/a") == "/");
  CHECK(DirectoryName("/") == "/");
  CHECK(BaseName("/a/b") == "b");

  CHECK(IsInside("/a/b", "/a"));
  CHECK(IsInside("/a", "/a"));
  CHECK(IsInside("/a", "/"));
  CHECK_FALSE(IsInside("/ab", "/a"));

  CHECK(RelativePath("/a/c", "/a/b") == "../c");
  CHECK(RelativePath("/a/b/c", "/a/b") == "c");
  CHECK(RelativePath("/a", "/a") == ".");
  CHECK(RelativePath("/a", "/a/b/c") == "../..");
  CHECK(RelativePath("/x/y", "/a/b") == "../../x/y");
  CHECK(RelativePath("/x", "/") == "x");
}

TEST_CASE("memory file system") {
  MemoryFileSystem files;
  files.Write("/r/a/x.yaml", "1");
  files.Write("/r/a/b/y.yaml", "22");
  files.Write("/r/a-b.yaml", "3");

  CHECK(files.Read("/r/a/x.yaml") == "1");
  std::string error;
  CHECK_FALSE(files.Read("/r/missing", &error));
  CHECK_FALSE(error.empty());
  CHECK(files.Stat("/r/a")->type == EntryType::kDirectory);
  CHECK(files.Stat("/r/a/b/y.yaml")->size == 2);
  CHECK_FALSE(files.Stat("/r/a/b/z"));

  auto names = [&](const std::string& path) {
    std::string out;
    auto entries = files.List(path);
    REQUIRE(entries);
    for (const DirectoryEntry& entry : *entries) out += entry.name + " ";
    return out;
  };
  CHECK(names("/r") == "a a-b.yaml ");
  CHECK(names("/r/a") == "b x.yaml ");
  CHECK(names("/") == "r ");
  CHECK_FALSE(files.List("/r/a/x.yaml"));

  FileStat before = *files.Stat("/r/a/x.yaml");
  files.Write("/r/a/x.yaml", "4");
  CHECK(*files.Stat("/r/a/x.yaml") != before);
  files.Remove("/r/a/x.yaml");
  CHECK_FALSE(files.Stat("/r/a/x.yaml"));
}

struct TempDirectory {
  std::string path;
  TempDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fluxls-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~TempDirectory() { std::filesystem::remove_all(path); }
};

TEST_CASE("disk") {
  TempDirectory temp;
  DiskFileSystem disk;
  std::ofstream(temp.path + "/b.yaml") << "text";
  std::ofstream(temp.path + "/empty");
  std::filesystem::create_directory(temp.path + "/a");
  std::filesystem::create_symlink("b.yaml", temp.path + "/link.yaml");
  std::filesystem::create_symlink("a", temp.path + "/linked");
  std::filesystem::create_symlink("nowhere", temp.path + "/broken");
  REQUIRE(mkfifo((temp.path + "/pipe").c_str(), 0600) == 0);

  CHECK(disk.Read(temp.path + "/b.yaml") == "text");
  CHECK(disk.Read(temp.path + "/link.yaml") == "text");
  CHECK(disk.Read(temp.path + "/empty") == "");
  std::string error;
  CHECK_FALSE(disk.Read(temp.path + "/a", &error));
  CHECK_FALSE(disk.Read(temp.path + "/pipe", &error));  // and does not wait
  CHECK(error == "not a regular file");
  CHECK_FALSE(disk.Read(temp.path + "/missing", &error));
  CHECK(error == "No such file or directory");

  CHECK(disk.Stat(temp.path + "/b.yaml")->size == 4);
  CHECK_FALSE(disk.Stat(temp.path + "/b.yaml")->is_symlink);
  CHECK_FALSE(disk.Stat(temp.path + "/missing"));
  CHECK_FALSE(disk.List(temp.path + "/b.yaml"));

  auto entries = disk.List(temp.path);
  REQUIRE(entries);
  std::string seen;
  for (const DirectoryEntry& entry : *entries) {
    seen += entry.name + (entry.stat.is_symlink ? "@" : "") +
            (entry.stat.type == EntryType::kFile        ? " file, "
             : entry.stat.type == EntryType::kDirectory ? " directory, "
                                                        : " other, ");
  }
  CHECK(seen ==
        "a directory, b.yaml file, broken@ other, empty file, link.yaml@ file, "
        "linked@ directory, pipe other, ");
  // The same question, asked differently, has the same answer: scans compare them.
  for (const DirectoryEntry& entry : *entries) {
    CHECK(entry.stat == *disk.Stat(temp.path + "/" + entry.name));
  }
}

}  // namespace
}  // namespace fluxls
