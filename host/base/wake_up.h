// WakeUp: lets one thread that waits be woken by any other. Signals add up to one. signal() from
// any thread; the rest for the waiting one.
#pragma once

#include <chrono>

#include "base/unique_handle.h"

namespace fh {

class WakeUp {
 public:
  /// Throws HostError when the system has nothing left to make it of.
  WakeUp();
  void signal();
  /// True if it was signalled since the last take().
  bool take();
  /// Waits for a signal; false when none came in time. Takes it.
  bool wait(std::chrono::milliseconds at_most);
  /// For wait_any(), or poll() where there is one.
  NativeHandle wait_handle() const { return event_.get(); }

 private:
  UniqueHandle event_;
};

}  // namespace fh
