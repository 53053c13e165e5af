// Where a variable of postBuild is written: the keys that define it, and the `${NAME…}` that use
// it.
//
// Ranges are byte offsets in the files of `snapshot`, from which `fleet` must be made.
// Thread contract: pure functions over immutable input.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/features/navigation.h"

namespace fluxls {

// What one build has of a variable, in order of path and place. Ranges are of the name, `whole` of
// its pair or its scalar.
struct VariablePlaces {
  // Keys of `substitute`, and of the ConfigMaps and Secrets of `substituteFrom`; those that a later
  // one overrides as well.
  std::vector<NamePlace> definitions;
  std::vector<NamePlace> uses;
  // Why these may not be all, or cannot be written; "" when they are all and can be.
  std::string refusal;
};
VariablePlaces PlacesOfVariable(const Snapshot& snapshot, const build::Fleet& fleet,
                                const build::FluxBuild& build, const std::string& name);

// The key of a value that is written at `origin`, or the part of a generator's literal in front of
// `=`.
std::optional<NamePlace> KeyOfValue(const Snapshot& snapshot, const build::Origin& origin,
                                    std::string_view name);

// The name of a variable that may be defined at the place: a key, or what is in front of `=`.
std::optional<ByteRange> DefinedNameAt(const SourceFile& file, const yaml::Document& document,
                                       uint32_t offset);

// Names of `${NAME…}` in a part of a text, where they are called `name`.
std::vector<ByteRange> UsesIn(std::string_view text, ByteRange part, std::string_view name);

}  // namespace fluxls
