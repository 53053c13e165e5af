// A small JSON Schema validator for tests: the keywords of drafts 4 and 7 that our schemas and
// SARIF's use.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace fluxls::testing {

// What is wrong with `value`, each with its JSON pointer; empty when it conforms. A keyword that is
// not implemented is reported as well, so that nothing passes unchecked. `format` is an annotation,
// as in the specification.
std::vector<std::string> ValidateJson(const nlohmann::json& schema, const nlohmann::json& value);

}  // namespace fluxls::testing
