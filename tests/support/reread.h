// Reads YAML scalars a second time, from their source text alone, written independently of the
// parser: the property tests and the fuzzer compare the result with what the parser said.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analysis/yaml/tree.h"

namespace fluxls::test {

// The value of the scalar whose source (Node::range()) is `source`. `parent_indent`: column of the
// collection around it, -1 for none; only block scalars with an indentation indicator need it.
// Nothing when the source is not one whole scalar of that style.
std::optional<std::string> Reread(std::string_view source, yaml::ScalarStyle style,
                                  int parent_indent, bool at_end_of_text);

// Checks every property of a parsed text that must hold for any input; the first that does not hold
// comes back in words, "" when all do. `text` is what was parsed.
std::string CheckTree(std::string_view text, const yaml::File& file);

}  // namespace fluxls::test
