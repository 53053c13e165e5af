// Repositories written down as one text, and the findings that are expected in them.
//
//   %! apps/kustomization.yaml      starts a file; without such a line the text is the file
//   "example.yaml" resources:
//     - nmespace.yaml
//   #   ^^^^^^^^^^^^^ message       what is said of the line above; the marks are the range (its
//   first line, if it has several)
//
// A `#` directly in front of the marks is one of them, so that ranges at the start of a line can be
// marked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/rules/rule.h"
#include "analysis/workspace/workspace.h"

namespace fluxls::test {

inline constexpr std::string_view kRoot = "/repo";

// A finding in the terms of a fixture. Lines and columns count from 0, columns in code points.
struct Mark {
  std::string path;  // relative to the folder
  uint32_t line = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string message;
  auto operator<=>(const Mark&) const = default;
};
std::string ToString(const Mark& mark);

struct File {
  std::string path;  // relative to the folder
  std::string text;
  bool operator==(const File&) const = default;
};

struct Fixture {
  std::vector<File> files;
  std::vector<Mark> marks;  // ordered
};
Fixture ParseFixture(std::string_view text);
// The same text again: files with the marks of `marks` put in.
std::string WriteFixture(const std::vector<File>& files, std::vector<Mark> marks, bool headers);

// A workspace of these files in memory.
Snapshot Load(const std::vector<File>& files, const Settings& settings = {});
// Findings of all files, ordered.
std::vector<Finding> CheckAll(const Snapshot& snapshot);
Mark ToMark(const Snapshot& snapshot, const Finding& finding);
// The files after a fix.
std::vector<File> Apply(const std::vector<File>& files, const Fix& fix);
// Applies every fix of every finding, each on its own, and says in words what is wrong with it: it
// does nothing, its finding is still there afterwards, or new ones are. "" when all is well.
std::string FaultsOfFixes(const std::vector<File>& files, const Settings& settings = {});

}  // namespace fluxls::test
