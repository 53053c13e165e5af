// Corner cases: every file of tests/rules/cases is a small repository with all findings marked, of
// every rule. The first line may hold settings: `%% profile=house flux=2.6`. FLUXLS_UPDATE=1 writes
// the marks anew.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/rules/fixture.h"

namespace fluxls::test {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Settings ReadSettings(std::string_view line) {
  Settings settings;
  std::istringstream in{std::string(line)};
  for (std::string word; in >> word;) {
    if (word.starts_with("flux=")) settings.flux_release = ParseFluxRelease(word.substr(5));
    if (word == "profile=house") settings.profile = Profile::kHouse;
    if (word == "profile=strict") settings.profile = Profile::kStrict;
    if (word == "profile=minimal") settings.profile = Profile::kMinimal;
    if (word.starts_with("off=")) settings.rules[word.substr(4)] = std::nullopt;
  }
  return settings;
}

TEST_CASE("corner cases") {
  const bool update = std::getenv("FLUXLS_UPDATE") != nullptr;
  std::vector<fs::path> paths;
  for (const auto& entry :
       fs::directory_iterator(fs::path(FLUXLS_SOURCE_DIR) / "tests/rules/cases")) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  REQUIRE_FALSE(paths.empty());
  for (const fs::path& path : paths) {
    CAPTURE(path.filename().string());
    const std::string whole = ReadAll(path);
    std::string head;
    if (whole.starts_with("%%")) head = whole.substr(0, whole.find('\n') + 1);
    const std::string body = whole.substr(head.size());
    const Fixture fixture = ParseFixture(body);
    const Snapshot snapshot = Load(fixture.files, ReadSettings(head));
    std::vector<Mark> marks;
    for (const Finding& finding : CheckAll(snapshot)) {
      Mark mark = ToMark(snapshot, finding);
      mark.message =
          fmt::format("{}: {} [{}]", SeverityName(finding.severity), mark.message, finding.rule);
      // What can be done about it belongs to the finding.
      for (const Fix& fix : finding.fixes) {
        mark.message += fmt::format(" ({}{})", fix.title, fix.safe ? ", safe" : "");
      }
      marks.push_back(std::move(mark));
    }
    const std::string found = head + WriteFixture(fixture.files, marks, body.starts_with("%! "));
    if (update && found != whole) std::ofstream(path, std::ios::binary) << found;
    CHECK_EQ(found, whole);
    CHECK_EQ(FaultsOfFixes(fixture.files, ReadSettings(head)), "");
  }
}

}  // namespace
}  // namespace fluxls::test
