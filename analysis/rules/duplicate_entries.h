// Entries of a kustomization file that list the same thing a second time.
#pragma once

#include <set>
#include <vector>

#include "analysis/rules/rule.h"

namespace fluxls {

struct DuplicateEntry {
  yaml::Node entry;
  yaml::Node first;  // the earlier one
};
// Those under `resources` and `bases`, in order; they may be written differently. None for a file
// that kustomize does not find by its name.
std::vector<DuplicateEntry> FindDuplicateEntries(const RuleContext& context);

// Where they stand.
std::set<ByteRange> RangesOfDuplicateEntries(const RuleContext& context);

}  // namespace fluxls
