// Schemas in words: what a field takes, and what somebody most likely meant.
//
// Thread contract: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/value.h"
#include "schemas/schema.h"

namespace fluxls {

// "a string", "an integer", "a list", "true or false".
std::string TypeInWords(std::string_view type);

// What texts that match a pattern are: "a duration such as 5m or 1h30m". The pattern itself where
// nobody has words for it.
std::string PatternInWords(std::string_view pattern);

// Is it the pattern of a duration? With or without hours.
bool IsDurationPattern(std::string_view pattern);

// A duration that means the same and matches `pattern`: `1d` → `24h`, `1h` → `60m` where no hours
// are allowed.
std::optional<std::string> MendDuration(std::string_view text, std::string_view pattern);

// What a value of the build is called in schemas: "string", "integer", "object", …
std::string_view TypeName(build::Type type);

// The type of a plain scalar once kustomize has written it: `3.0` and `1e1` are whole numbers then.
build::Type TypeAsWritten(build::Type type, std::string_view text);

// May a value of type `found` stand where a schema wants `wanted`?
bool Fits(std::string_view wanted, std::string_view found);

// Does the text match? Everything matches no pattern, and one that is not understood.
bool Matches(std::string_view text, const std::string& pattern);

// "a, b or c"; of many the first ones.
std::string OneOf(const std::vector<std::string_view>& values);

}  // namespace fluxls
