#include "cli/diff.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace fluxls::cli {
namespace {

// What `patch` would make of it: checks every line of context on the way.
std::string Patch(const std::string& text, const std::string& diff) {
  auto split = [](const std::string& from) {
    std::vector<std::string> lines;
    for (size_t at = 0; at < from.size();) {
      size_t end = std::min(from.find('\n', at), from.size() - 1) + 1;
      lines.push_back(from.substr(at, end - at));
      at = end;
    }
    return lines;
  };
  std::vector<std::string> old_lines = split(text), diff_lines = split(diff);
  std::string out;
  size_t line = 0;
  for (size_t i = 0; i < diff_lines.size(); ++i) {
    std::string current = diff_lines[i];
    if (current.starts_with("--- ") || current.starts_with("+++ ")) continue;
    if (current.starts_with("@@ ")) {
      size_t begin = 0, count = 1;
      std::string range = current.substr(4, current.find(' ', 4) - 4);
      begin = std::stoul(range);
      if (size_t comma = range.find(','); comma != std::string::npos) {
        count = std::stoul(range.substr(comma + 1));
      }
      size_t target = count == 0 ? begin : begin - 1;
      while (line < target) out += old_lines.at(line++);
      continue;
    }
    if (current.starts_with("\\")) continue;
    std::string content = current.substr(1);
    if (i + 1 < diff_lines.size() && diff_lines[i + 1].starts_with("\\")) content.pop_back();
    if (current[0] != '+') {
      REQUIRE(line < old_lines.size());
      CHECK(old_lines[line] == content);
      ++line;
    }
    if (current[0] != '-') out += content;
  }
  while (line < old_lines.size()) out += old_lines[line++];
  return out;
}

TEST_CASE("small diffs, by eye") {
  CHECK(UnifiedDiff("a", "a", "x\n", "x\n") == "");
  CHECK(UnifiedDiff("a", "a", "x\n", "y\n") == "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n");
  CHECK(UnifiedDiff("a", "a", "", "y\n") == "--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+y\n");
  CHECK(UnifiedDiff("a", "a", "x\n", "") == "--- a/a\n+++ b/a\n@@ -1 +0,0 @@\n-x\n");
  CHECK(UnifiedDiff("a", "a", "x", "x\n") ==
        "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
  CHECK(UnifiedDiff("a", "b", "x\n", "x\n") == "diff --git a/a b/b\nrename from a\nrename to b\n");
  CHECK(UnifiedDiff("a", "a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n") ==
        "--- a/a\n+++ b/a\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
}

TEST_CASE("applying a diff gives the new text") {
  // Pseudo-random edits of texts with many equal lines, which is what makes diffs hard.
  uint32_t state = 1;
  auto random = [&](uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % below;
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> lines;
    for (uint32_t i = random(30); i > 0; --i)
      lines.push_back(std::string(1, 'a' + random(4)) + "\n");
    std::string before;
    for (const std::string& line : lines) before += line;
    for (uint32_t i = random(6); i > 0; --i) {
      size_t at = random(static_cast<uint32_t>(lines.size() + 1));
      if (random(2) == 0 || at == lines.size()) {
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), "new\n");
      } else {
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    std::string after;
    for (const std::string& line : lines) after += line;
    if (random(4) == 0 && !after.empty()) after.pop_back();
    CHECK(Patch(before, UnifiedDiff("f", "f", before, after)) == after);
  }
}

TEST_CASE("texts that have nothing in common") {
  std::string before, after;
  for (int i = 0; i < 3000; ++i) {
    before += std::to_string(i) + "\n";
    after += std::to_string(-i - 1) + "\n";
  }
  CHECK(Patch(before, UnifiedDiff("f", "f", before, after)) == after);
}

TEST_CASE("names are quoted as git quotes them") {
  auto head = [](const std::string& path) {
    std::string diff = UnifiedDiff(path, path, "a\n", "b\n");
    return diff.substr(0, diff.find('\n'));
  };
  CHECK(head("a.yaml") == "--- a/a.yaml");
  CHECK(head("a b.yaml") == "--- a/a b.yaml\t");
  CHECK(head("a\"b.yaml") == "--- \"a/a\\\"b.yaml\"");
  CHECK(head("\xC3\xA9.yaml") == "--- \"a/\\303\\251.yaml\"");
}

}  // namespace
}  // namespace fluxls::cli
