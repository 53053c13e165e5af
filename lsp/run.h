// The server as a program: what the command line starts.
#pragma once

#include <string_view>

namespace fluxls::lsp {

// One session over stdin and stdout. Returns the exit code: 0 after shutdown and exit (or SIGTERM),
// 1 when the client left without.
int RunStdio();

// Serves one client after the other on a loopback TCP port, "127.0.0.1:PORT" or "localhost:PORT";
// port 0 lets the system choose. Says `listening on 127.0.0.1:PORT` on stderr when it is ready.
// Returns 0 after SIGTERM or SIGINT, 2 when the address is no loopback address or cannot be bound.
int RunListen(std::string_view address);

}  // namespace fluxls::lsp
