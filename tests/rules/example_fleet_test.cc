// examples/fleet, read from the disk, has exactly the findings that its README shows.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>

#include "analysis/text/unicode.h"
#include "tests/rules/fixture.h"

namespace fluxls::test {
namespace {

const std::string kFleet = std::string(FLUXLS_SOURCE_DIR) + "/examples/fleet";

Snapshot LoadFleet() {
  Workspace workspace;
  LoadFolders(DiskFileSystem(), {NormalizePath(kFleet)}, workspace, nullptr);
  return workspace.snapshot();
}

// The README's first block of text.
std::string Expected() {
  std::ifstream in(kFleet + "/README.md");
  const std::string readme((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  constexpr std::string_view kOpen = "```text\n";
  const size_t begin = readme.find(kOpen) + kOpen.size();
  return readme.substr(begin, readme.find("```", begin) - begin);
}

TEST_CASE("the example fleet has the mistakes that its README lists") {
  const Snapshot snapshot = LoadFleet();
  std::string found;
  for (const Finding& finding : CheckAll(snapshot)) {
    const Mark mark = ToMark(snapshot, finding);
    found += fmt::format("{}:{}:{}: {}: {} [{}]\n", mark.path, mark.line + 1, mark.begin + 1,
                         SeverityName(finding.severity), finding.message, finding.rule);
  }
  CHECK_EQ(found, Expected());
}

TEST_CASE("the example fleet shows every rule") {
  const std::string expected = Expected();
  for (const Rule* rule : AllRules()) {
    CAPTURE(rule->id);
    CHECK_NE(expected.find(fmt::format("[{}]", rule->id)), std::string::npos);
  }
}

}  // namespace
}  // namespace fluxls::test
