#include "analysis/rules/apply_fixes.h"

#include <algorithm>
#include <map>
#include <set>

namespace fluxls {
namespace {

bool Allowed(const Fix& fix, const FixOptions& options) {
  if (!fix.safe && !options.unsafe) return false;
  bool edits = std::any_of(fix.edits.begin(), fix.edits.end(),
                           [](const FileEdit& file) { return !file.edits.empty(); });
  return edits || !fix.renames.empty();
}

// Two edits that touch cannot both be made from one reading of the text: which insert comes first
// is anybody's guess.
bool Touch(const TextEdit& a, const TextEdit& b) {
  if (a.range.Overlaps(b.range)) return true;
  if (a.range.empty()) return b.range.Touches(a.range.begin);
  return b.range.empty() && a.range.Touches(b.range.begin);
}

class Planner {
 public:
  bool Take(const Fix& fix) {
    for (const FileEdit& file : fix.edits) {
      auto taken = edits_.find(file.path);
      if (taken == edits_.end()) continue;
      for (const TextEdit& edit : file.edits) {
        for (const TextEdit& other : taken->second) {
          if (Touch(edit, other)) return false;
        }
      }
    }
    for (const FileRename& rename : fix.renames) {
      if (renamed_.contains(rename.from) || renamed_.contains(rename.to)) return false;
    }
    for (const FileEdit& file : fix.edits) {
      auto& list = edits_[file.path];
      list.insert(list.end(), file.edits.begin(), file.edits.end());
    }
    for (const FileRename& rename : fix.renames) {
      renamed_.insert({rename.from, rename.to});
      renames_.push_back(rename);
    }
    return true;
  }

  void Finish(FixPlan& plan) {
    for (auto& [path, edits] : edits_) {
      if (edits.empty()) continue;
      // Stable: inserts of one fix at one place keep their order.
      std::stable_sort(edits.begin(), edits.end(), [](const TextEdit& a, const TextEdit& b) {
        return a.range.begin < b.range.begin;
      });
      plan.edits.push_back({path, std::move(edits)});
    }
    plan.renames = std::move(renames_);
  }

 private:
  std::map<std::string, std::vector<TextEdit>> edits_;
  std::vector<FileRename> renames_;
  std::set<std::string> renamed_;
};

bool MayEdit(const Fix& fix, const std::function<bool(const std::string&)>& may_edit) {
  if (!may_edit) return true;
  for (const FileEdit& file : fix.edits) {
    if (!may_edit(file.path)) return false;
  }
  for (const FileRename& rename : fix.renames) {
    if (!may_edit(rename.from) || !may_edit(rename.to)) return false;
  }
  return true;
}

}  // namespace

const Fix* ChooseFix(const Finding& finding, const FixOptions& options) {
  const Fix* first = nullptr;
  for (const Fix& fix : finding.fixes) {
    if (!Allowed(fix, options)) continue;
    if (fix.preferred) return &fix;
    if (!first) first = &fix;
  }
  return first;
}

FixPlan PlanFixes(std::span<const Finding> findings, const FixOptions& options,
                  const std::function<bool(const std::string& path)>& may_edit) {
  FixPlan plan;
  Planner planner;
  for (const Finding& finding : findings) {
    if (!options.rule.empty() && finding.rule != options.rule) continue;
    const Fix* fix = ChooseFix(finding, options);
    if (!fix || !MayEdit(*fix, may_edit) || !planner.Take(*fix)) continue;
    plan.applied.push_back({finding.path, finding.range, finding.rule, fix->title});
  }
  planner.Finish(plan);
  return plan;
}

FixRun FixUntilStable(std::vector<Finding> findings, const FixOptions& options,
                      const std::function<bool(const std::string& path)>& may_edit,
                      const std::function<std::vector<Finding>(const FixPlan&)>& apply,
                      int max_rounds) {
  FixRun run;
  while (true) {
    FixPlan plan = PlanFixes(findings, options, may_edit);
    if (plan.empty()) {
      run.stable = true;
      return run;
    }
    if (run.rounds == max_rounds) return run;
    ++run.rounds;
    run.applied.insert(run.applied.end(), plan.applied.begin(), plan.applied.end());
    findings = apply(plan);
  }
}

}  // namespace fluxls
