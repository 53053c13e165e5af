// The work of `fix` between loading and writing: applies fixes in memory, round after round.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/rules/apply_fixes.h"
#include "cli/selection.h"

namespace fluxls::cli {

// A file that fixes changed, as it is on disk and as it should be.
struct ChangedFile {
  std::string old_path;
  TextPtr old_text;
  std::string path;
  TextPtr text;
};

class Fixer {
 public:
  using Checker =
      std::function<std::vector<Finding>(const Snapshot&, const std::vector<SourceFilePtr>&)>;

  // `selection` must outlive the fixer; its workspace follows every change.
  Fixer(Selection& selection, Checker checker)
      : selection_(selection), checker_(std::move(checker)) {}

  FixRun Run(const FixOptions& options);

  // Ordered by new path. Files that ended as they began are not among them.
  std::vector<ChangedFile> Changes() const;
  // One line for each fix, with its position at the time.
  struct LogLine {
    std::string path;  // absolute, at the time
    std::string text;
  };
  const std::vector<LogLine>& log() const { return log_; }
  // Lines about files with findings that might be mended if the files could be edited.
  std::vector<std::string> LeftAlone(const FixOptions& options) const;
  size_t findings_left() const { return left_; }

 private:
  struct Original {
    std::string path;
    TextPtr text;
  };

  bool MayEdit(const std::string& path) const;
  std::vector<Finding> Apply(const FixPlan& plan);
  void Edit(const FileEdit& edit);
  void Rename(const FileRename& rename);
  void Note(const FixPlan& plan);
  std::vector<Finding> Check();

  Selection& selection_;
  Checker checker_;
  std::map<std::string, Original> originals_;  // by present path
  std::map<std::string, std::vector<Finding>> findings_;
  std::vector<LogLine> log_;
  size_t left_ = 0;
};

// Brings one file to its new state on disk. Returns "" or what went wrong; then the file is as it
// was, but for a rename that failed after the new text was written.
std::string WriteBack(const ChangedFile& change);

}  // namespace fluxls::cli
