// Applying fixes in bulk: which of them go together, and what is done about the rest. No IO.
//
// Ranges of findings speak of texts as they were when the findings were made. A plan therefore
// takes only fixes that do not touch each other; the caller applies it, checks again, and asks for
// the next plan until there is none.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "analysis/rules/finding.h"

namespace fluxls {

struct FixOptions {
  bool unsafe = false;  // take fixes that are not safe as well
  std::string rule;     // only findings of this rule; "" for all
};

// The fix that is applied unseen: the preferred one where the options allow it, else the first that
// they allow. Null when there is none.
const Fix* ChooseFix(const Finding& finding, const FixOptions& options);

struct AppliedFix {
  std::string path;
  ByteRange range;  // of the finding, in the text before the plan
  std::string rule;
  std::string title;
  bool operator==(const AppliedFix&) const = default;
};

// Fixes that can be applied together.
struct FixPlan {
  std::vector<FileEdit>
      edits;  // one entry a file, ordered by path; its edits ordered and apart from each other
  std::vector<FileRename> renames;  // after all edits
  std::vector<AppliedFix> applied;  // in the order of the findings

  bool empty() const { return edits.empty() && renames.empty(); }
};

// Goes through the findings in order and takes each one's fix unless it touches a fix that was
// taken before: a common byte, an insert at the same place, the same file renamed. A fix is taken
// whole or not at all. `may_edit`, if given, is asked for every path that a fix would change (its
// source and target when it renames).
FixPlan PlanFixes(std::span<const Finding> findings, const FixOptions& options,
                  const std::function<bool(const std::string& path)>& may_edit = nullptr);

struct FixRun {
  std::vector<AppliedFix> applied;
  int rounds = 0;       // plans that were applied
  bool stable = false;  // nothing was left to do; false when the rounds ran out
};

inline constexpr int kMaxFixRounds = 10;

// Plans, lets `apply` carry the plan out and check again, until a plan is empty or `max_rounds`
// were done.
FixRun FixUntilStable(std::vector<Finding> findings, const FixOptions& options,
                      const std::function<bool(const std::string& path)>& may_edit,
                      const std::function<std::vector<Finding>(const FixPlan&)>& apply,
                      int max_rounds = kMaxFixRounds);

}  // namespace fluxls
