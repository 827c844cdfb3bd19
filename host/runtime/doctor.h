// The doctor: looks over a host's store, disk, clock, settings and plugin folder, with or without
// the host running, and says what it found and what to do. It changes nothing. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "config/config.h"

namespace fh {

struct Finding {
  std::string check;  // what was looked at: "store", "tallies", ...
  bool good = true;
  std::string found;  // a sentence
  std::string todo;   // what to do about it; "" when good
};

/// Looks at everything; a check that cannot be made is a finding too.
std::vector<Finding> examine(const Config& config, const Clock& clock);

}  // namespace fh
