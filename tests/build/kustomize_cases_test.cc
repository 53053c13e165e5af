// Builds of whole directories against what kustomize prints for them.
//
// tests/build/cases/*.yaml are this project's own: `%! path` starts a file, `%! expected` what
// `kustomize build --reorder none` prints for the directory named behind it, or `%! fails` with a
// part of the message. Where upstream's cases are at hand (FLUXLS_KUSTOMIZE_CASES), they run too.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "analysis/build/builder.h"
#include "analysis/build/print.h"

namespace fs = std::filesystem;

namespace {

using namespace fluxls;
using namespace fluxls::build;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct Printed {
  bool failed = false;
  std::string text;
  std::string messages;
};

Printed BuildAndPrint(const MemoryFileSystem& disk, const std::string& directory) {
  Files files(&disk, /*outside=*/true);
  files.SetSnapshot(Workspace().snapshot());
  Builder builder(files, {.restrict_files = true});
  const BuildResult result = builder.Build(directory, SortOrder::kNone);
  Printed out;
  out.failed = result.failed;
  for (const Problem& problem : result.problems) {
    out.messages += problem.path + ": " + problem.message + "\n";
    CHECK_MESSAGE(problem.message.find('\n') == std::string::npos, problem.message);
  }
  for (const Unknown& unknown : result.unknowns) out.messages += "incomplete: " + unknown.reason;
  for (const Object& object : result.objects) {
    if (!out.text.empty()) out.text += "---\n";
    out.text += PrintYaml(object.root);
  }
  return out;
}

}  // namespace

TEST_CASE("directories build as kustomize builds them") {
  size_t count = 0;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(fs::path(FLUXLS_SOURCE_DIR) / "tests/build/cases")) {
    if (entry.path().extension() != ".yaml") continue;
    ++count;
    INFO(entry.path().filename().string());
    MemoryFileSystem disk;
    std::string directory = "/";
    std::string expected;
    std::string fails;
    std::ifstream in(entry.path());
    std::string current;
    std::string body;
    auto finish = [&] {
      if (current.starts_with("expected")) {
        expected = body;
        directory = JoinPath("/", current.substr(std::min<size_t>(current.size(), 9)));
      } else if (current.starts_with("fails")) {
        directory = JoinPath("/", current.substr(std::min<size_t>(current.size(), 6)));
        fails = body.substr(0, body.find_last_not_of('\n') + 1);
      } else if (!current.empty()) {
        disk.Write("/" + current, body);
      }
      body.clear();
    };
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("%! ")) {
        finish();
        current = line.substr(3);
      } else if (!current.empty()) {
        body += line + "\n";
      }
    }
    finish();
    const Printed printed = BuildAndPrint(disk, directory);
    if (fails.empty()) {
      CHECK_MESSAGE(!printed.failed, printed.messages);
      CHECK(printed.text == expected);
    } else {
      CHECK(printed.failed);
      CHECK_MESSAGE(printed.messages.find(fails) != std::string::npos, printed.messages);
    }
  }
  CHECK(count > 0);
}

TEST_CASE("upstream's cases build as kustomize builds them") {
  const char* folder = std::getenv("FLUXLS_KUSTOMIZE_CASES");
  const fs::path cases =
      folder ? folder : std::string(FLUXLS_SOURCE_DIR) + "/../shared/kustomize-cases";
  if (!fs::exists(cases)) {
    MESSAGE("skipped: no cases at hand (FLUXLS_KUSTOMIZE_CASES)");
    return;
  }
  size_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(cases)) {
    if (!fs::exists(entry.path() / "run")) continue;
    ++count;
    INFO(entry.path().filename().string());
    // Some of upstream's cases leave their own root with `..`, which is the root again there.
    MemoryFileSystem disk;
    const fs::path input = entry.path() / "input";
    for (const fs::directory_entry& file : fs::recursive_directory_iterator(input)) {
      if (file.is_regular_file())
        disk.Write("/" + fs::relative(file.path(), input).generic_string(), ReadFile(file.path()));
    }
    std::string run = ReadFile(entry.path() / "run");
    run = run.substr(0, run.find_last_not_of(" \n") + 1);
    const Printed printed = BuildAndPrint(disk, JoinPath("/", run));
    if (fs::exists(entry.path() / "fails")) {
      CHECK(printed.failed);
    } else {
      CHECK_MESSAGE(!printed.failed, printed.messages);
      CHECK(printed.text == ReadFile(entry.path() / "expected.yaml"));
    }
  }
  CHECK(count > 0);
}
