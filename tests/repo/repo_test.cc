// Checks on the repository itself: what reviewers would otherwise have to look for.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "analysis/rules/rule.h"

namespace fs = std::filesystem;

namespace {

const fs::path kRoot = FLUXLS_SOURCE_DIR;

std::string Read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string Relative(const fs::path& path) {
  return fs::relative(path, kRoot).generic_string();
}

// All C++ files below the named folders.
std::vector<fs::path> Sources(const std::vector<std::string>& folders) {
  std::vector<fs::path> files;
  for (const std::string& folder : folders) {
    if (!fs::exists(kRoot / folder)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".cc" || extension == ".h") files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

struct Include {
  std::string what;  // between the quotes or brackets
  size_t line = 0;
};

std::vector<Include> Includes(const fs::path& file) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  std::vector<Include> includes;
  std::ifstream in(file);
  size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    std::smatch match;
    if (std::regex_search(line, match, kInclude)) includes.push_back({match[1], number});
  }
  return includes;
}

// The layers from the bottom up. A file may include its own layer and those below.
int LayerOf(const std::string& path) {
  static const std::vector<std::pair<std::string, int>> kLayers = {
      {"analysis/text/", 0},
      {"schemas/", 1},
      {"analysis/yaml/", 1},
      {"analysis/schema/", 2},
      {"analysis/model/", 2},
      {"analysis/workspace/", 3},
      {"analysis/build/", 4},
      {"analysis/rules/", 5},
      {"analysis/features/", 6},
      {"lsp/", 7},
      {"cli/", 8},
  };
  for (const auto& [prefix, layer] : kLayers) {
    if (path.starts_with(prefix)) return layer;
  }
  return -1;
}

bool LooksLike(const std::string& include, std::initializer_list<std::string_view> prefixes) {
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) { return include.starts_with(prefix); });
}

}  // namespace

TEST_CASE("include arrows point down") {
  // One header is shared upwards on purpose: Settings is plain data that the workspace carries for
  // the rules.
  for (const fs::path& file : Sources({"analysis", "schemas", "lsp", "cli"})) {
    const std::string path = Relative(file);
    const int own = LayerOf(path);
    INFO(path);
    CHECK_MESSAGE(own >= 0, "this folder has no place in the map; see ARCHITECTURE.md");
    for (const Include& include : Includes(file)) {
      const int other = LayerOf(include.what);
      if (other < 0) continue;
      INFO("line ", include.line, ": ", include.what);
      CHECK(other <= own);
      // schemas and yaml stand side by side.
      if (path.starts_with("schemas/")) CHECK_FALSE(include.what.starts_with("analysis/yaml/"));
      if (path.starts_with("analysis/yaml/")) CHECK_FALSE(include.what.starts_with("schemas/"));
    }
  }
}

TEST_CASE("libraries stay where they belong") {
  for (const fs::path& file : Sources({"analysis", "schemas", "lsp", "cli"})) {
    const std::string path = Relative(file);
    for (const Include& include : Includes(file)) {
      INFO(path, ":", include.line, ": ", include.what);
      if (LooksLike(include.what, {"yaml-cpp/"})) CHECK(path.starts_with("analysis/yaml/"));
      if (LooksLike(include.what, {"nlohmann/", "boost/"}))
        CHECK((path.starts_with("lsp/") || path.starts_with("cli/")));
      if (LooksLike(include.what, {"CLI/"})) CHECK(path.starts_with("cli/"));
      if (LooksLike(include.what, {"yaml.h"})) CHECK(path == "analysis/build/print.cc");
      if (LooksLike(include.what, {"doctest/"})) CHECK_MESSAGE(false, "only tests include this");
      if (LooksLike(include.what, {"regex"}))
        CHECK_MESSAGE(false, "std::regex is slow and overflows the stack: use RE2");
      if (path.starts_with("analysis/") &&
          LooksLike(include.what, {"iostream", "thread", "mutex", "future"})) {
        CHECK_MESSAGE(false, "analysis has no console and starts no threads");
      }
    }
  }
}

TEST_CASE("files stay readable") {
  for (const fs::path& file : Sources({"analysis", "schemas", "lsp", "cli", "tests"})) {
    const std::string path = Relative(file);
    const std::string text = Read(file);
    INFO(path);
    CHECK(std::ranges::count(text, '\n') < 600);
    CHECK(text.find("\r\n") == std::string::npos);
    CHECK((text.empty() || text.ends_with('\n')));
    if (file.extension() == ".h") CHECK(text.find("#pragma once") != std::string::npos);
  }
}

TEST_CASE("every rule is documented and shown") {
  const std::string changelog = Read(kRoot / "CHANGELOG.md");
  std::string examples;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kRoot / "examples")) {
    if (entry.is_regular_file()) examples += Read(entry.path());
  }
  std::set<std::string> ids;
  for (const fluxls::Rule* rule : fluxls::AllRules()) {
    const std::string id(rule->id);
    INFO(id);
    CHECK(std::regex_match(id, std::regex("[a-z0-9]+(-[a-z0-9]+)*")));
    CHECK_MESSAGE(ids.insert(id).second, "listed twice");
    CHECK(fs::exists(kRoot / "docs/rules" / (id + ".md")));
    CHECK_MESSAGE(examples.find(id) != std::string::npos,
                  "examples/ neither breaks nor mentions this rule");
    CHECK_MESSAGE(changelog.find("`" + id + "`") != std::string::npos,
                  "CHANGELOG.md does not name it");
    CHECK_FALSE(rule->examples.empty());
    CHECK_FALSE(rule->summary.empty());
  }
  if (!fs::exists(kRoot / "docs/rules")) return;
  for (const fs::directory_entry& page : fs::directory_iterator(kRoot / "docs/rules")) {
    const std::string id = page.path().stem().string();
    if (id == "README" || id == "index") continue;
    CHECK_MESSAGE(ids.contains(id), "docs/rules/", id, ".md belongs to no rule");
  }
}

TEST_CASE("the README's commands exist") {
  const std::string readme = Read(kRoot / "README.md");
  const std::string script = Read(kRoot / "dev");
  CHECK(readme.find("./dev demo") != std::string::npos);
  CHECK(readme.find("./dev test") != std::string::npos);
  const std::regex command(R"(\./dev ([a-z]+))");
  for (const std::string& text :
       {readme, Read(kRoot / "CONTRIBUTING.md"), Read(kRoot / ".ci/run")}) {
    for (auto it = std::sregex_iterator(text.begin(), text.end(), command);
         it != std::sregex_iterator(); ++it) {
      const std::string name = (*it)[1];
      INFO("./dev ", name);
      // Help lists it, and the dispatch at the end knows it.
      CHECK(script.find("\n  " + name) != std::string::npos);
      CHECK(std::regex_search(script.substr(script.rfind("\ncase $command")),
                              std::regex("\\b" + name + "\\b")));
    }
  }
}

TEST_CASE("relative links in the documents lead somewhere") {
  const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  std::vector<fs::path> pages;
  for (const char* folder :
       {".", "docs", "docs/rules", "editors/neovim", "editors/helix", "editors/opencode",
        "editors/emacs", "editors/vscode", "examples", "examples/fleet"}) {
    if (!fs::exists(kRoot / folder)) continue;
    for (const fs::directory_entry& entry : fs::directory_iterator(kRoot / folder)) {
      if (entry.path().extension() == ".md") pages.push_back(entry.path());
    }
  }
  for (const fs::path& page : pages) {
    const std::string text = Read(page);
    for (auto it = std::sregex_iterator(text.begin(), text.end(), link);
         it != std::sregex_iterator(); ++it) {
      const std::string target = (*it)[1];
      INFO(Relative(page), ": ", target);
      CHECK(fs::exists(page.parent_path() / target));
    }
  }
}

TEST_CASE("the package lock names no machine") {
  const std::string lock = Read(kRoot / "editors/vscode/package-lock.json");
  const std::regex resolved(R"re("resolved":\s*"([^"]+)")re");
  for (auto it = std::sregex_iterator(lock.begin(), lock.end(), resolved);
       it != std::sregex_iterator(); ++it) {
    CHECK(std::string((*it)[1]).starts_with("https://registry.npmjs.org/"));
  }
}
