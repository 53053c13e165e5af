// The files that a command is about, loaded with the workspace around them.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/rules/finding.h"
#include "analysis/workspace/workspace.h"

namespace fluxls::build {
class FleetBuilder;
}

namespace fluxls::cli {

// Runs `body(0) … body(count - 1)` on all processors. The first exception of a body is thrown again
// here.
void RunInParallel(size_t count, const std::function<void(size_t)>& body);

// Normalised.
std::string CurrentDirectory();

struct Selection {
  std::string current_directory;     // paths are printed relative to it
  std::vector<std::string> targets;  // absolute paths of the files and folders that were asked for
  Workspace workspace;               // the Git repositories (else folders) around the targets
  bool complete = true;              // false when something inside the targets could not be read

  bool Contains(const std::string& path) const;
  std::string Display(const std::string& path) const;
  // Files inside the targets, ordered by path.
  std::vector<SourceFilePtr> Files() const;
};

// Loads what `paths` name; an empty list is the current directory. Problems go to `err`. Nothing
// when a path does not exist.
std::optional<Selection> LoadSelection(const FileSystem& files,
                                       const std::vector<std::string>& paths,
                                       const Settings& settings, std::ostream& err);

// Why nothing may be edited in a file, in words; "" when it may.
std::string_view WhyNotEditable(const SourceFile& file);

// Checks files on all processors; the findings are in the order of the files. `builder`: kept
// between calls about states of one workspace.
std::vector<Finding> CheckFiles(const Snapshot& snapshot, build::FleetBuilder& builder,
                                const std::vector<SourceFilePtr>& files);

}  // namespace fluxls::cli
