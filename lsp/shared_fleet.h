// The builds of a workspace, computed by whichever worker asks first.
//
// Thread contract: any thread. One computation runs at a time; the others wait for it.
#pragma once

#include <memory>
#include <mutex>
#include <stop_token>

#include "analysis/build/fleet.h"

namespace fluxls::lsp {

class SharedFleet {
 public:
  explicit SharedFleet(std::shared_ptr<const FileSystem> files)
      : files_(std::move(files)), builder_(files_.get()) {}

  // What Flux makes of `snapshot`. Null when `stop` was set meanwhile.
  build::FleetPtr For(const Snapshot& snapshot, const std::stop_token& stop) {
    std::lock_guard lock(mutex_);
    if (stop.stop_requested()) return nullptr;
    return builder_.Build(snapshot, [&stop] { return stop.stop_requested(); });
  }

 private:
  std::shared_ptr<const FileSystem> files_;
  std::mutex mutex_;
  build::FleetBuilder builder_;
};

}  // namespace fluxls::lsp
