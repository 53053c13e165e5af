#include "cli/command_line.h"

int main(int argc, char** argv) {
  return fluxls::cli::RunCommandLine(argc, argv);
}
