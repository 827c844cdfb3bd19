// Probe: proves in a worker of its own that a build loads, and reads its manifest. Any thread.
#pragma once

#include "runtime/worker_process.h"

namespace fh {

struct ProbeResult {
  std::string manifest;  // JSON text; "" when refused
  std::string refused;   // why, and what to do; "" when it loaded
};

ProbeResult probe(const WorkerLaunch& launch, std::chrono::milliseconds patience);

/// The same conversation at the start of a worker that will be used: waits for its first frame.
ProbeResult await_hello(WorkerProcess& worker, std::chrono::milliseconds patience);

}  // namespace fh
