// Graphviz, where it is installed: the only program beside git that is ever started, and only from
// the command line.
#pragma once

#include <optional>
#include <string>

namespace fluxls::cli {

// What `dot -Tsvg` draws; nothing when there is no such program or it fails.
std::optional<std::string> RunDot(const std::string& graph);

}  // namespace fluxls::cli
