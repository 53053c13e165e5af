// `fluxcd-ls fix`: applies fixes in memory until nothing changes, then writes the files or prints a
// diff.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>
#include <ostream>
#include <set>
#include <system_error>

#include "analysis/rules/apply_fixes.h"
#include "analysis/rules/rule.h"
#include "cli/commands.h"
#include "cli/diff.h"
#include "cli/report.h"
#include "cli/selection.h"
#include "cli/write_file.h"

namespace fluxls::cli {
namespace {

// One file that changed, by its present path.
struct Original {
  std::string path;  // on disk
  TextPtr text;      // on disk
};

class Fixer {
 public:
  explicit Fixer(Selection& selection) : selection_(selection) {}

  FixRun Run(const FixOptions& options) {
    return FixUntilStable(
        Check({}), options, [this](const std::string& path) { return MayEdit(path); },
        [this](const FixPlan& plan) { return Apply(plan); });
  }

  const std::map<std::string, Original>& originals() const { return originals_; }
  // One line for each fix, with its position at the time.
  const std::vector<std::string>& log() const { return log_; }
  size_t findings_left() const { return left_; }

 private:
  bool MayEdit(const std::string& path) const {
    Snapshot snapshot = selection_.workspace.snapshot();
    SourceFilePtr file = snapshot.Find(path);
    if (!file) {
      // The new name of a file.
      return snapshot.Stat(path) == PathKind::kMissing && !snapshot.RootOf(path).empty();
    }
    // Through a link the edit would land somewhere else, perhaps outside of what was asked for.
    return file->file_class == FileClass::kYaml && !file->converted && !file->stat.is_symlink &&
           selection_.Contains(path);
  }

  std::vector<Finding> Apply(const FixPlan& plan) {
    Note(plan);
    std::set<std::string> changed;
    bool exports_changed = false;
    for (const FileEdit& edit : plan.edits) {
      SourceFilePtr file = selection_.workspace.snapshot().Find(edit.path);
      Remember(*file);
      Source source{.path = file->path,
                    .text = std::make_shared<Text>(ApplyEdits(file->text->content(), edit.edits)),
                    .stat = file->stat};
      exports_changed |= selection_.workspace.Install(ParseSource(std::move(source), file.get()));
      changed.insert(file->path);
    }
    for (const FileRename& rename : plan.renames) {
      SourceFilePtr file = selection_.workspace.snapshot().Find(rename.from);
      if (!file) continue;
      Remember(*file);
      Source source{.path = rename.to, .text = file->text, .stat = file->stat};
      selection_.workspace.Remove(rename.from);
      selection_.workspace.Install(ParseSource(std::move(source)));
      originals_[rename.to] = originals_.at(rename.from);
      originals_.erase(rename.from);
      if (!selection_.Contains(rename.to)) selection_.targets.push_back(rename.to);
      exports_changed = true;
    }
    return Check(exports_changed ? std::set<std::string>() : changed);
  }

  void Remember(const SourceFile& file) {
    originals_.try_emplace(file.path, Original{file.path, file.text});
  }

  void Note(const FixPlan& plan) {
    Snapshot snapshot = selection_.workspace.snapshot();
    for (const AppliedFix& fix : plan.applied) {
      SourceFilePtr file = snapshot.Find(fix.path);
      Position at = file ? PositionOf(*file->text, fix.range.begin) : Position();
      log_.push_back(fmt::format("{}:{}:{}: fixed: {} [{}]", selection_.Display(fix.path), at.line,
                                 at.column, fix.title, fix.rule));
    }
  }

  // Findings of all files; those of files not in `only` are known already unless `only` is empty.
  std::vector<Finding> Check(const std::set<std::string>& only) {
    std::vector<SourceFilePtr> files = selection_.Files();
    if (only.empty()) {
      findings_.clear();
    } else {
      std::erase_if(files, [&](const SourceFilePtr& file) { return !only.contains(file->path); });
    }
    for (const SourceFilePtr& file : files) findings_[file->path].clear();
    for (Finding& finding : CheckFiles(selection_.workspace.snapshot(), files)) {
      findings_[finding.path].push_back(std::move(finding));
    }
    std::vector<Finding> all;
    for (const auto& [path, list] : findings_) all.insert(all.end(), list.begin(), list.end());
    left_ = all.size();
    return all;
  }

  Selection& selection_;
  std::map<std::string, Original> originals_;
  std::map<std::string, std::vector<Finding>> findings_;
  std::vector<std::string> log_;
  size_t left_ = 0;
};

// Brings one file to its new state on disk. Returns "" or what went wrong.
std::string WriteBack(const std::string& path, const std::string& content, const Original& was) {
  std::string error;
  std::optional<std::string> now = DiskFileSystem().Read(was.path, &error);
  if (!now) return error;
  if (*now != was.text->content()) return "changed on disk in the meantime; left alone";
  // A rename over it would succeed; the missing permission says that nobody should.
  if (access(was.path.c_str(), W_OK) != 0) return std::generic_category().message(errno);
  bool renamed = path != was.path;
  if (renamed && DiskFileSystem().Stat(path)) {
    return fmt::format("cannot be renamed: {} exists", path);
  }
  if (content != *now) {
    error = WriteFileAtomically(was.path, content);
    if (!error.empty()) return error;
  }
  if (renamed && rename(was.path.c_str(), path.c_str()) != 0) {
    return std::generic_category().message(errno);
  }
  return "";
}

std::string Count(size_t count, std::string_view what, std::string_view plural) {
  return fmt::format("{} {}", count, count == 1 ? what : plural);
}

}  // namespace

int RunFix(const FixOptionsCli& options, std::ostream& out, std::ostream& err) {
  if (!options.rule.empty() && !FindRule(options.rule)) {
    err << "fluxcd-ls: there is no rule '" << options.rule << "'; `fluxcd-ls rules` lists them\n";
    return kExitError;
  }
  Settings settings;
  settings.flux_release = options.flux_release;
  std::optional<Selection> selection =
      LoadSelection(DiskFileSystem(), options.paths, settings, err);
  if (!selection) return kExitError;

  Fixer fixer(*selection);
  FixRun run = fixer.Run({.unsafe = options.unsafe, .rule = options.rule});

  bool good = selection->complete;
  size_t files = 0;
  Snapshot snapshot = selection->workspace.snapshot();
  for (const auto& [path, original] : fixer.originals()) {
    const std::string& content = snapshot.Find(path)->text->content();
    if (options.diff) {
      std::string diff = UnifiedDiff(selection->Display(original.path), selection->Display(path),
                                     original.text->content(), content);
      files += !diff.empty();
      out << diff;
      continue;
    }
    if (path == original.path && content == original.text->content()) continue;
    std::string error = WriteBack(path, content, original);
    if (error.empty()) {
      ++files;
    } else {
      err << "fluxcd-ls: " << selection->Display(original.path) << ": " << error << '\n';
      good = false;
    }
  }
  if (!options.diff) {
    for (const std::string& line : fixer.log()) out << line << '\n';
  }
  out.flush();
  err << fmt::format("{} in {}{}; {} left.\n", Count(run.applied.size(), "fix", "fixes"),
                     Count(files, "file", "files"), options.diff ? ", nothing was written" : "",
                     Count(fixer.findings_left(), "finding", "findings"));
  if (!run.stable) {
    err << fmt::format("fluxcd-ls: fixes still had something to change after {} rounds\n",
                       run.rounds);
  }
  return good ? kExitClean : kExitError;
}

}  // namespace fluxls::cli
