// Does an edit do what it says, and nothing else? For the property tests and the fuzzer.
#pragma once

#include <string>
#include <string_view>

#include "analysis/yaml/tree.h"

namespace fluxls::test {

// All documents with routes, kinds and values, comments and errors: two equal dumps are the same
// content.
std::string Dump(const yaml::File& file);

// Tries every edit that applies to `node` and parses the result. When `document` has no syntax
// errors, the result must have none, must hold the change, and must keep everything else and all
// comments it promises to keep. The first broken promise comes back in words, "" when all hold.
std::string CheckEdits(std::string_view text, const yaml::Document& document, yaml::Node node);

}  // namespace fluxls::test
