#include "analysis/workspace/gitignore.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace fluxls {
namespace {

struct Case {
  const char* patterns;
  const char* path;
  bool directory;
  int expected;  // 1 ignored, 0 kept by `!`, -1 no pattern speaks
};

// Compared with `git check-ignore`, which looks at the parents as well and so ignores "a/anything"
// for "/*".
const Case kCases[] = {
    {"foo", "foo", false, 1},
    {"foo", "a/b/foo", false, 1},
    {"foo", "foobar", false, -1},
    {"/foo", "foo", false, 1},
    {"/foo", "a/foo", false, -1},
    {"a/foo", "a/foo", false, 1},
    {"a/foo", "b/a/foo", false, -1},
    {"foo/", "foo", false, -1},
    {"foo/", "foo", true, 1},
    {"foo/", "a/foo", true, 1},
    {"a/foo/", "a/foo", true, 1},
    {"*.yaml", "a/b.yaml", false, 1},
    {"*.yaml", "a/.yaml", false, 1},
    {"*.yaml", "a/b.yml", false, -1},
    {"a/*.yaml", "a/b.yaml", false, 1},
    {"a/*.yaml", "a/b/c.yaml", false, -1},
    {"*/c", "a/c", false, 1},
    {"*/c", "c", false, -1},
    {"**/c", "c", false, 1},
    {"**/c", "a/b/c", false, 1},
    {"**/b/c", "a/b/c", false, 1},
    {"**/b/c", "b/c", false, 1},
    {"a/**", "a/b/c", false, 1},
    {"a/**", "a", true, -1},
    {"a/**/c", "a/c", false, 1},
    {"a/**/c", "a/b/d/c", false, 1},
    {"a/**/c", "ac", false, -1},
    {"a**/c", "ab/c", false, 1},
    {"a**/c", "ab/d/c", false, 1},
    {"a**/c", "ab/d/ce", false, -1},
    {"b/a**/c", "b/ab/c", false, 1},
    {"[a]**/c", "ab/d/c", false, -1},
    {"**", "anything", false, 1},
    {"/*", "anything", false, 1},
    {"/*", "a/anything", false, -1},
    {"f?o", "fxo", false, 1},
    {"f?o", "fo", false, -1},
    {"a?b", "a/b", false, -1},
    {"f[a-c]o", "fbo", false, 1},
    {"f[a-c]o", "fdo", false, -1},
    {"f[!a-c]o", "fdo", false, 1},
    {"f[^a-c]o", "fbo", false, -1},
    {"f[]]o", "f]o", false, 1},
    {"f[a-]o", "f-o", false, 1},
    {"f[[:digit:]]o", "f7o", false, 1},
    {"f[[:digit:]]o", "fxo", false, -1},
    {"f[\\]]o", "f]o", false, 1},
    {"f[z-a]o", "fzo", false, 1},
    {"f[z-a]o", "fyo", false, -1},
    {"f[!/]o", "f/o", false, -1},
    {"f[+-9]o", "f/o", false, -1},
    {"f[+-9]o", "f5o", false, 1},
    {"f[ao", "f[ao", false, -1},
    {"\\#foo", "#foo", false, 1},
    {"#foo", "#foo", false, -1},
    {"\\!foo", "!foo", false, 1},
    {"foo\\*", "foo*", false, 1},
    {"foo\\*", "foox", false, -1},
    {"foo   ", "foo", false, 1},
    {"foo\\ ", "foo ", false, 1},
    {"foo\\", "foo", false, -1},
    {"foo\r", "foo", false, 1},
    {"*.yaml\n!keep.yaml", "keep.yaml", false, 0},
    {"*.yaml\n!keep.yaml", "other.yaml", false, 1},
    {"!keep.yaml\n*.yaml", "keep.yaml", false, 1},
    {"*.yaml\n!a/keep.yaml", "b/keep.yaml", false, 1},
    {"\n\n  \n", "x", false, -1},
    {"/", "x", true, -1},
    {"\xEF\xBB\xBF"
     "foo",
     "foo", false, 1},
    {"a.b", "axb", false, -1},
    {"(x)+", "(x)+", false, 1},
    {"h\xC3\xA9", "h\xC3\xA9", false, 1},
    {"h*", "h\xC3\xA9\xFF", false, 1},
};

TEST_CASE("gitignore patterns") {
  for (const Case& c : kCases) {
    CAPTURE(c.patterns);
    CAPTURE(c.path);
    std::optional<bool> verdict = IgnorePatterns::FromText(c.patterns).Match(c.path, c.directory);
    CHECK((verdict ? static_cast<int>(*verdict) : -1) == c.expected);
  }
}

TEST_CASE("patterns from settings are lines, too") {
  IgnorePatterns patterns = IgnorePatterns::FromLines({"archive/", "!archive/"});
  CHECK(patterns.Match("archive", true) == false);
  CHECK(patterns.Match("archive", false) == std::nullopt);
}

TEST_CASE("a pattern of many stars takes no time") {
  std::string glob, path(300, 'a');
  for (int i = 0; i < 100; ++i) glob += "*a";
  CHECK(IgnorePatterns::FromText(glob + "b").Match(path, false) == std::nullopt);
}

}  // namespace
}  // namespace fluxls
