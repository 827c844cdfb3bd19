// Background: lets the program go on in the background, while whoever started it waits to hear how
// its start went. Poco's own --daemon lets go of the caller before anything was tried. Before there
// is a second thread.
#pragma once

#include <optional>

#include "base/unique_fd.h"

namespace fh {

class Background {
 public:
  /// In the process in the background, in a session of its own: nullopt; what it writes to standard
  /// error is still the caller's. In the caller's: its exit code, once the other one is ready() or
  /// has ended. Throws HostError.
  std::optional<int> enter();

  /// The caller's command returns 0, and standard error is let go. Nothing unless it was entered.
  void ready();

 private:
  UniqueFd caller_;
};

}  // namespace fh
