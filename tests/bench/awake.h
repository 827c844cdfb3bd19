// Awake: keeps the processors from going to sleep while it lives, by asking the kernel for a
// wake-up latency of zero (PM QoS, /dev/cpu_dma_latency). On some virtual machines a processor that
// sleeps hears of the disk's answer only at its next timer tick, 4 ms at 250 ticks a second: every
// commit of an idle host would take that long, and the bench would measure the machine's sleep.
#pragma once

#include <filesystem>

#include "base/unique_fd.h"

namespace fh::bench {

class Awake {
 public:
  /// Only root may ask for it; else ok() is false and nothing changes.
  Awake();
  bool ok() const { return static_cast<bool>(fd_); }

 private:
  UniqueFd fd_;  // the wish holds while it is open
};

/// Whether this machine is one of those: the disk twice as fast when the processors are awake.
/// Writes to the file for half a second.
bool hears_late_when_asleep(const std::filesystem::path& file);

}  // namespace fh::bench
