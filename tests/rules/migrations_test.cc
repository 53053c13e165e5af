// From an old version of a kind to the one that Flux 2.9 serves: migrations/*.yaml, before and
// after.
//
// A file holds what is written, a line `%! after`, and what the fixes of removed-api-version make
// of it. What comes out has no finding of the catalogue's rules left.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/rules/fixture.h"

namespace fluxls::test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAfter = "%! after\n";
constexpr int kMostFixes = 20;

std::vector<Finding> Check(const std::vector<File>& files) {
  Settings settings;
  settings.flux_release = kNewestRelease;
  return CheckAll(Load(files, settings));
}

bool IsOfCatalogue(const Finding& finding) {
  for (const std::string_view rule :
       {"removed-api-version", "deprecated-api-version", "unknown-field", "missing-field",
        "invalid-type", "invalid-value", "invalid-combination", "yaml-syntax"}) {
    if (finding.rule == rule) return true;
  }
  return false;
}

TEST_CASE("every migration gives what the new version takes") {
  size_t count = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(FLUXLS_SOURCE_DIR) / "tests/rules/migrations")) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const size_t mark = all.find(kAfter);
    CAPTURE(entry.path().filename().string());
    REQUIRE(mark != std::string::npos);
    std::vector<File> files = {{"example.yaml", all.substr(0, mark)}};
    const std::string wanted = all.substr(mark + kAfter.size());
    for (int i = 0; i < kMostFixes; ++i) {
      const std::vector<Finding> findings = Check(files);
      const auto next = std::find_if(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.rule == "removed-api-version" && !finding.fixes.empty();
      });
      if (next == findings.end()) break;
      files = Apply(files, next->fixes.front());
    }
    if (std::getenv("FLUXLS_UPDATE") != nullptr)
      std::ofstream(entry.path(), std::ios::binary)
          << all.substr(0, mark) << kAfter << files[0].text;
    CHECK(files[0].text == wanted);
    const bool by_hand = entry.path().filename().string().starts_with("by-hand");
    for (const Finding& finding : Check(files)) {
      if (by_hand) continue;
      CAPTURE(finding.message);
      CHECK_FALSE(IsOfCatalogue(finding));
    }
    // By hand means: nothing is changed, and the finding says what to do.
    if (by_hand) CHECK(files[0].text == all.substr(0, mark));
    ++count;
  }
  CHECK(count >= 30);
}

}  // namespace
}  // namespace fluxls::test
