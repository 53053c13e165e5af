// What kustomize's own files may hold: which fields, and of which type, at every level.
//
// Facts: api/types of kustomize 5.8.1. Kustomizations become JSON and are decoded strictly: unknown
// fields and values of another type are refused, the case of names does not count.
//
// Thread contract: pure functions on immutable data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/value.h"

namespace fluxls::build {

// Something that kustomize refuses in a kustomization file.
struct Misfit {
  const Value* where = nullptr;
  bool unknown_field = false;
  std::string message;  // one line, stands alone
};

// Everything below `root`, the mapping of a kustomization file, that does not fit.
std::vector<Misfit> FindMisfits(const Value* root);

// True where JSON has `true`: kustomize's files are YAML 1.1, with `yes` and `on`.
bool IsTrue(const Value* value);

bool EqualsIgnoringCase(std::string_view a, std::string_view b);

}  // namespace fluxls::build
