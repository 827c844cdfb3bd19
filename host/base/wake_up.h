// WakeUp: lets one thread that waits in poll() be woken by any other. Signals add up to one.
// signal() from any thread; take() and fd() for the waiting one.
#pragma once

#include <chrono>

#include "base/unique_fd.h"

namespace fh {

class WakeUp {
 public:
  /// Throws HostError when the system has no descriptor left.
  WakeUp();
  void signal();
  /// True if it was signalled since the last take().
  bool take();
  /// Waits for a signal; false when none came in time. Takes it.
  bool wait(std::chrono::milliseconds at_most);
  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace fh
