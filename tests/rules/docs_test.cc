// docs/rules/<id>.md is what the rules say. FLUXLS_UPDATE=1 writes the pages anew.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

namespace fs = std::filesystem;

TEST_CASE("the pages under docs/rules are up to date") {
  const fs::path directory = fs::path(FLUXLS_SOURCE_DIR) / "docs" / "rules";
  const bool update = std::getenv("FLUXLS_UPDATE") != nullptr;
  std::set<std::string> pages;
  for (const Rule* rule : AllRules()) {
    const std::string name = fmt::format("{}.md", rule->id);
    pages.insert(name);
    const std::string wanted = RuleMarkdown(*rule);
    if (update) {
      fs::create_directories(directory);
      std::ofstream(directory / name, std::ios::binary) << wanted;
    }
    std::ifstream in(directory / name, std::ios::binary);
    const std::string found((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    CAPTURE(name);
    INFO("run the test with FLUXLS_UPDATE=1 to write it anew");
    CHECK(found == wanted);
  }
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    CHECK_MESSAGE(pages.contains(name), "no rule of this name");
  }
}

}  // namespace
}  // namespace fluxls
