// What plain scalars mean, as the YAML libraries of kustomize and Flux see it.
//
// kustomize reads with one library (YAML 1.2 with octal numbers of 1.1) and writes with another,
// older one (YAML 1.1), so what is read as a string may need quotes when it is written.
//
// Facts: go-yaml v3 resolve.go (reading), sigs.k8s.io/yaml's copy of go-yaml v2 (writing).
// Thread contract: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analysis/build/value.h"

namespace fluxls::build {

// The type of a plain scalar when kustomize reads it. Dates are strings.
Type PlainType(std::string_view text);

// How kustomize writes a bool or a number that was written as `text`: `True` → `true`, `0777` →
// `511`, `1e3` → `1000`, `1.10` → `1.1`.
std::string CanonicalScalar(Type type, std::string_view text);

// Would the writer's library read the plain `text` as something other than a string?
bool NeedsQuotes(std::string_view text);

}  // namespace fluxls::build
