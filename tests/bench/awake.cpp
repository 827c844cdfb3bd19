#include "bench/awake.h"

#include <fcntl.h>

#include <cstdint>

#include "bench/disk.h"

namespace fh::bench {

Awake::Awake() : fd_(::open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC)) {
  const std::int32_t latency_us = 0;
  if (fd_ && ::write(fd_.get(), &latency_us, sizeof latency_us) != sizeof latency_us) fd_.reset();
}

bool hears_late_when_asleep(const std::filesystem::path& file) {
  constexpr std::chrono::milliseconds kTime(250);
  const double asleep = syncs_per_second(file, DiskWrite::overwrite, kTime);
  const Awake awake;
  return awake.ok() && syncs_per_second(file, DiskWrite::overwrite, kTime) > 2 * asleep;
}

}  // namespace fh::bench
