// Values as text: the YAML that `kustomize build` prints, and the JSON that its hashes are made of.
//
// Thread contract: pure functions.
#pragma once

#include <functional>
#include <string>

#include "analysis/build/value.h"

namespace fluxls::build {

// Block style, two spaces, long lines folded at 80; ends with a line end. `sorted`: keys in
// kustomize's order, else in their own.
std::string PrintYaml(const Value* value, bool sorted = true);

// Keys in the order of bytes, `<`, `>` and `&` escaped, as Go's encoding/json writes it.
std::string PrintJson(const Value* value);
// The same on several lines, indented by two.
std::string PrintPrettyJson(const Value* value);

// kustomize's order of keys: letters before digits behind an equal start, numbers by their value.
bool KeyLess(std::string_view a, std::string_view b);

// The pairs of a map in that order.
std::vector<Pair> SortedPairs(const Value* map);

}  // namespace fluxls::build
