// Ignore patterns in the syntax of gitignore(5); .sourceignore and the `exclude` setting use it
// too.
//
// Thread contract: immutable after construction. Errors: a pattern that git would not understand
// matches nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace fluxls {

// The patterns of one file, or one list of settings.
class IgnorePatterns {
 public:
  // `text` as git reads it: one pattern a line, CRLF and a byte order mark tolerated.
  static IgnorePatterns FromText(std::string_view text);
  static IgnorePatterns FromLines(const std::vector<std::string>& lines);

  // What the last matching pattern says about `path`, which is relative to the directory the
  // patterns belong to
  // ("a/b.yaml"): true for ignored, false for kept by a `!` pattern, nothing when no pattern
  // matches. Parents are not looked at: git does not enter an ignored directory, so the caller must
  // not either.
  std::optional<bool> Match(std::string_view path, bool is_directory) const;

  bool empty() const { return patterns_.empty(); }

 private:
  struct Pattern {
    bool negated = false;
    bool directory_only = false;
    bool whole_path = false;  // holds a slash: compared with the path, else with the base name
    std::string literal;      // without wildcards: the text itself, and `regex` is null
    std::shared_ptr<const re2::RE2> regex;
  };
  void AddLine(std::string_view line);

  std::vector<Pattern> patterns_;
};

// A gitignore glob as a regular expression for RE2 (Latin-1, to be matched in full), or nothing
// when the glob is malformed.
std::optional<std::string> GlobToRegex(std::string_view glob);

}  // namespace fluxls
