// The command line: reads the arguments and runs what they ask for.
#pragma once

namespace fluxls::cli {

// Returns the exit code. Without arguments, or with --stdio, the process is a language server on
// stdin and stdout.
int RunCommandLine(int argc, char** argv);

}  // namespace fluxls::cli
