// One session over a pair of file descriptors: reader thread, main loop, writer thread, workers.
//
// The reader posts raw chunks to the main thread and ends with the stream. The writer sends whole
// frames in order; it never makes the main thread wait, so a client that writes without reading
// cannot lock us up. A client that lets more than kMaxUnread bytes pile up is given up.
#pragma once

#include <cstddef>

#include "lsp/log.h"

namespace fluxls::lsp {

inline constexpr size_t kMaxUnread = size_t{256} << 20;

struct SessionOptions {
  int in = 0;
  int out = 1;
  int signal = -1;  // readable when the program should end; -1 for none
  size_t workers = 2;
  bool exit_hard = false;  // leave the process when workers do not end in time
  LogFunction log;
};

struct SessionEnd {
  int code = 1;  // what the process should return, if it has only this session
  bool by_signal = false;
};

// Blocks until the session is over. Does not close the descriptors.
SessionEnd RunSession(const SessionOptions& options);

}  // namespace fluxls::lsp
