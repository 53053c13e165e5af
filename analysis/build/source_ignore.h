// Which files of a repository get into the artifact that Flux makes of it.
//
// Facts: fluxcd/pkg sourceignore. Patterns of `.sourceignore` files count in their directory, those
// of a GitRepository's `spec.ignore` come last; while there are none of either, Flux leaves out
// pictures, archives and the files of CI systems.
// Thread contract: as for files.h.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "analysis/build/files.h"
#include "analysis/workspace/gitignore.h"

namespace fluxls::build {

class SourceIgnore {
 public:
  // `root`: of the repository; `more`: the text of `spec.ignore`.
  SourceIgnore(Files& files, std::string root, std::string_view more);

  // Is a file or directory below the root left out?
  bool IsIgnored(const std::string& path, bool is_directory);

 private:
  const IgnorePatterns& PatternsOf(const std::string& directory);

  Files& files_;
  std::string root_;
  IgnorePatterns more_;
  std::map<std::string, IgnorePatterns> known_;
};

}  // namespace fluxls::build
