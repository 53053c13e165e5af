// Variable substitution as Flux does it after a build (`postBuild`).
//
// The grammar is that of fluxcd/pkg/envsubst, which is not that of a shell: `$$` is a dollar sign,
// `$name` without braces is left alone, `:?` and `:+` behave like `:-`, `${a-b}` is an error.
//
// Facts: fluxcd/pkg envsubst (parse, funcs).
// Thread contract: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/text/text.h"

namespace fluxls::build {

struct VariableValue {
  enum class State : uint8_t { kSet, kUnset, kUnknown } state = State::kUnset;
  std::string_view text;  // kSet
};
using LookupVariable = std::function<VariableValue(std::string_view name)>;

struct SubstitutionError {
  ByteRange range;  // in the text: the expression
  std::string message;
};

struct Substituted {
  std::string text;  // expressions with unknown variables stand in it as they were
  bool unknown = false;
  std::optional<SubstitutionError> error;  // Flux would fail; `text` then counts for nothing
};

// `strict`: a variable that is not set is an error unless the expression has a default (Flux 2.9
// and later).
Substituted Substitute(std::string_view text, const LookupVariable& lookup, bool strict);

// One `${…}` in a text.
struct VariableUse {
  std::string name;
  ByteRange range;  // the whole expression
  ByteRange name_range;
  std::string op;            // "" for the bare form; ":=", "^^", "/", …
  bool has_default = false;  // an operator that supplies a value for an unset variable
};
// All of them, nested ones included, in order; `error`, if given, gets the first thing that Flux
// would stop at. What lies behind an error is not looked at.
std::vector<VariableUse> VariablesIn(std::string_view text,
                                     std::optional<SubstitutionError>* error = nullptr);

// May this be the name of a variable? (`[_a-zA-Z][_a-zA-Z0-9]*`; any other key fails the build.)
bool IsVariableName(std::string_view name);

}  // namespace fluxls::build
