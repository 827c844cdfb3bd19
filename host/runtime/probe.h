// Probe: proves in a worker of its own that a build loads, and reads its manifest. Any thread.
#pragma once

#include <functional>

#include "runtime/worker_process.h"

namespace fh {

struct ProbeResult {
  std::string manifest;  // JSON text; "" when refused
  std::string refused;   // why, and what to do; "" when it loaded
  bool given_up = false;
};

/// How long a worker may take to load its library. give_up() is asked whenever the worker's WakeUp
/// is signalled, and before.
struct LoadPatience {
  std::chrono::milliseconds at_most{};
  std::function<bool()> give_up = [] { return false; };
};

/// What a worker says of the private copy that it loaded, said of the user's file.
std::string naming(const std::string& file, const std::filesystem::path& copy, std::string text);

ProbeResult probe(const WorkerLaunch& launch, WakeUp& wake, const LoadPatience& patience);

/// The same conversation at the start of a worker that will be used: waits for its first frame.
/// What it prints before that goes to on_line.
ProbeResult await_hello(WorkerProcess& worker, const LoadPatience& patience,
                        const std::function<void(const OutputLine&)>& on_line = nullptr);

}  // namespace fh
