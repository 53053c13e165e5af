#include "cli/fixer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "cli/report.h"
#include "cli/write_file.h"

namespace fluxls::cli {

FixRun Fixer::Run(const FixOptions& options) {
  return FixUntilStable(
      Check(), options, [this](const std::string& path) { return MayEdit(path); },
      [this](const FixPlan& plan) { return Apply(plan); });
}

std::vector<ChangedFile> Fixer::Changes() const {
  std::vector<ChangedFile> out;
  Snapshot snapshot = selection_.workspace.snapshot();
  for (const auto& [path, original] : originals_) {
    TextPtr text = snapshot.Find(path)->text;
    if (path == original.path && text->content() == original.text->content()) continue;
    out.push_back({original.path, original.text, path, std::move(text)});
  }
  return out;
}

bool Fixer::MayEdit(const std::string& path) const {
  Snapshot snapshot = selection_.workspace.snapshot();
  SourceFilePtr file = snapshot.Find(path);
  if (!file) {
    // The new name of a file.
    return snapshot.Stat(path) == PathKind::kMissing && !snapshot.RootOf(path).empty();
  }
  return WhyNotEditable(*file).empty() && selection_.Contains(path);
}

std::vector<std::string> Fixer::LeftAlone(const FixOptions& options) const {
  std::vector<std::string> out;
  for (const auto& [path, findings] : findings_) {
    SourceFilePtr file = selection_.workspace.snapshot().Find(path);
    if (!file || WhyNotEditable(*file).empty()) continue;
    bool fixable = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return (options.rule.empty() || finding.rule == options.rule) &&
             // Rules offer nothing where the text is not the file's: any finding may be meant.
             (file->converted || ChooseFix(finding, options));
    });
    if (fixable) {
      out.push_back(
          fmt::format("{}: left alone: {}", selection_.Display(path), WhyNotEditable(*file)));
    }
  }
  return out;
}

std::vector<Finding> Fixer::Apply(const FixPlan& plan) {
  Note(plan);
  for (const FileEdit& edit : plan.edits) Edit(edit);
  for (const FileRename& rename : plan.renames) Rename(rename);
  return Check();
}

void Fixer::Edit(const FileEdit& edit) {
  SourceFilePtr file = selection_.workspace.snapshot().Find(edit.path);
  if (!file) return;
  originals_.try_emplace(file->path, Original{file->path, file->text});
  Source source;
  source.path = file->path;
  source.text = std::make_shared<Text>(ApplyEdits(file->text->content(), edit.edits));
  source.stat = file->stat;
  selection_.workspace.Install(ParseSource(std::move(source), file.get()));
}

void Fixer::Rename(const FileRename& rename) {
  SourceFilePtr file = selection_.workspace.snapshot().Find(rename.from);
  if (!file || selection_.workspace.snapshot().Find(rename.to)) return;
  auto known = originals_.extract(rename.from);
  Original original = known ? std::move(known.mapped()) : Original{file->path, file->text};
  originals_[rename.to] = std::move(original);
  Source source;
  source.path = rename.to;
  source.text = file->text;
  source.stat = file->stat;
  selection_.workspace.Remove(rename.from);
  selection_.workspace.Install(ParseSource(std::move(source)));
  // A file that was asked for stays so under its new name.
  if (!selection_.Contains(rename.to)) selection_.targets.push_back(rename.to);
}

void Fixer::Note(const FixPlan& plan) {
  Snapshot snapshot = selection_.workspace.snapshot();
  for (const AppliedFix& fix : plan.applied) {
    SourceFilePtr file = snapshot.Find(fix.path);
    Position at = file ? PositionOf(*file->text, fix.range.begin) : Position();
    log_.push_back({fix.path, fmt::format("{}:{}:{}: fixed: {} [{}]", selection_.Display(fix.path),
                                          at.line, at.column, fix.title, fix.rule)});
  }
}

// Findings of all files: a change of one is a change of the builds that it is part of.
std::vector<Finding> Fixer::Check() {
  std::vector<SourceFilePtr> files = selection_.Files();
  findings_.clear();
  for (const SourceFilePtr& file : files) findings_[file->path].clear();
  for (Finding& finding : checker_(selection_.workspace.snapshot(), files)) {
    findings_[finding.path].push_back(std::move(finding));
  }
  std::vector<Finding> all;
  for (const auto& [path, list] : findings_) all.insert(all.end(), list.begin(), list.end());
  left_ = all.size();
  return all;
}

std::string WriteBack(const ChangedFile& change) {
  std::string error;
  std::optional<std::string> now = DiskFileSystem().Read(change.old_path, &error);
  if (!now) return error;
  if (*now != change.old_text->content()) return "changed on disk in the meantime; left alone";
  // A rename over it would succeed; the missing permission says that nobody should.
  if (access(change.old_path.c_str(), W_OK) != 0) return std::generic_category().message(errno);
  bool renamed = change.path != change.old_path;
  if (renamed && DiskFileSystem().Stat(change.path)) {
    return fmt::format("cannot be renamed: {} exists", change.path);
  }
  if (change.text->content() != *now) {
    error = WriteFileAtomically(change.old_path, change.text->content());
    if (!error.empty()) return error;
  }
  if (renamed && rename(change.old_path.c_str(), change.path.c_str()) != 0) {
    return std::generic_category().message(errno);
  }
  return "";
}

}  // namespace fluxls::cli
