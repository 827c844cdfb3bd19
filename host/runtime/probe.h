// Probe: proves in a worker of its own that a build loads, and reads its manifest. Any thread.
#pragma once

#include <functional>

#include "runtime/worker_process.h"

namespace fh {

struct ProbeResult {
  std::string manifest;  // JSON text; "" when refused
  std::string refused;   // why, and what to do; "" when it loaded
};

/// What a worker says of the private copy that it loaded, said of the user's file.
std::string naming(const std::string& file, const std::filesystem::path& copy, std::string text);

ProbeResult probe(const WorkerLaunch& launch, std::chrono::milliseconds patience);

/// The same conversation at the start of a worker that will be used: waits for its first frame.
/// What it prints before that goes to on_line.
ProbeResult await_hello(WorkerProcess& worker, std::chrono::milliseconds patience,
                        const std::function<void(const OutputLine&)>& on_line = nullptr);

}  // namespace fh
