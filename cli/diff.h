// Unified diffs, as `git diff` prints them and `git apply` takes them.
#pragma once

#include <string>
#include <string_view>

namespace fluxls::cli {

// The diff of one file, or "" when nothing differs. Paths are written as they are given, behind
// `a/` and `b/`. When they differ, the diff says that the file is renamed. Line ends stay as they
// are.
std::string UnifiedDiff(std::string_view old_path, std::string_view new_path,
                        std::string_view old_text, std::string_view new_text);

}  // namespace fluxls::cli
