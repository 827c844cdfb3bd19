// Awake: keeps every processor from going to sleep while it lives, with threads that run only when
// nothing else wants to (SCHED_IDLE) and give way at once. On some virtual machines a processor
// that sleeps hears of the disk's answer only at its next timer tick, 4 ms at 250 ticks a second:
// every commit of an idle host would take that long, and the bench would measure the machine's
// sleep.
#pragma once

#include <filesystem>
#include <thread>
#include <vector>

namespace fh::bench {

class Awake {
 public:
  Awake();

 private:
  std::vector<std::jthread> threads_;
};

/// Whether this machine is one of those: the disk twice as fast when the processors are awake.
/// Writes to the file for half a second.
bool hears_late_when_asleep(const std::filesystem::path& file);

}  // namespace fh::bench
