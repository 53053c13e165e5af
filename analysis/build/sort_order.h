// The order in which objects are printed.
//
// Facts: kustomize's SortOrderTransformer.
// Thread contract: pure functions.
#pragma once

#include <string>

#include "analysis/build/transformers.h"

namespace fluxls::build {

enum class SortOrder : uint8_t { kNone, kLegacy };

// Namespaces and definitions first, webhooks last, the others by kind and name.
void SortLegacy(Objects& objects);

// As `sortOptions` says. Returns what is wrong with them ("" when nothing).
std::string SortByOptions(const Value* options, Objects& objects);

}  // namespace fluxls::build
