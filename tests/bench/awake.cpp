#include "bench/awake.h"

#include <sched.h>

#include "bench/disk.h"

namespace fh::bench {

Awake::Awake() {
  for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
    threads_.emplace_back([](const std::stop_token& stop) {
      const sched_param none{};
      // Of this thread only. At any higher priority it would take what it is there to give.
      if (::sched_setscheduler(0, SCHED_IDLE, &none) != 0) return;
      while (!stop.stop_requested()) {
      }
    });
}

bool hears_late_when_asleep(const std::filesystem::path& file) {
  constexpr std::chrono::milliseconds kTime(250);
  const double asleep = syncs_per_second(file, DiskWrite::overwrite, kTime);
  const Awake awake;
  return syncs_per_second(file, DiskWrite::overwrite, kTime) > 2 * asleep;
}

}  // namespace fh::bench
