// What the server tells people about itself. Goes to stderr and, in a session, to the client's log;
// never to stdout. Messages never hold document text or values from documents: there are secrets in
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace fluxls::lsp {

// Numbers are those of the protocol's MessageType.
enum class LogLevel : uint8_t { kError = 1, kWarning = 2, kInfo = 3, kDebug = 4 };

using LogFunction = std::function<void(LogLevel, const std::string&)>;

}  // namespace fluxls::lsp
