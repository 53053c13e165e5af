// Schemas in words: what a field takes, and what somebody most likely meant.
//
// Thread contract: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/value.h"
#include "analysis/yaml/tree.h"
#include "schemas/schema.h"

namespace fluxls {

// "a string", "an integer", "a list", "true or false".
std::string TypeInWords(std::string_view type);

// What texts that match a pattern are: "a duration such as 5m or 1h30m". The pattern itself where
// nobody has words for it.
std::string PatternInWords(std::string_view pattern);

// The pattern of timeouts of sources.
inline constexpr std::string_view kDurationWithoutHours = R"(^([0-9]+(\.[0-9]+)?(ms|s|m))+$)";

// Is it the pattern of a duration? With or without hours.
bool IsDurationPattern(std::string_view pattern);

// A duration that means the same and matches `pattern`: `1d` → `24h`, `1h` → `60m` where no hours
// are allowed.
std::optional<std::string> MendDuration(std::string_view text, std::string_view pattern);

// What a value of the build is called in schemas: "string", "integer", "object", …
std::string_view TypeName(build::Type type);

// The type of a plain scalar once kustomize has written it: `3.0` and `1e1` are whole numbers then.
build::Type TypeAsWritten(build::Type type, std::string_view text);

// What a scalar is for Kubernetes, once kustomize has written it.
build::Type TypeOfNode(yaml::Node scalar);

// What a field takes, where a scalar is none of it.
struct ScalarMisfit {
  bool is_type = false;  // of another type; else a value that is not allowed
  std::string takes;     // in words
};
std::optional<ScalarMisfit> FindMisfit(build::Type type, std::string_view text,
                                       const schema::Field& field, schema::Release release);

// May a value of type `found` stand where a schema wants `wanted`?
bool Fits(std::string_view wanted, std::string_view found);

// Does the text match? Everything matches no pattern, and one that is not understood.
bool Matches(std::string_view text, const std::string& pattern);

// Flux Operator adds its own kinds to those that alerts and receivers know: is `text` one of them,
// in a field that holds a kind?
bool IsOperatorKind(const schema::Field& field, std::string_view text);

// "a, b or c"; of many the first ones.
std::string OneOf(const std::vector<std::string_view>& values);

}  // namespace fluxls
