// A backlog of no-op jobs, made once while their plugin was missing, and drained from copies of it.
#pragma once

#include <functional>

#include "bench/bench_host.h"

namespace fh::bench {

/// A stopped host's folder with that many jobs that wait.
HostFolder make_backlog(Bench& bench, std::int64_t jobs);

struct DrainTerms {
  std::int64_t jobs = 0;  // that the backlog has
  bool abused = false;    // HostFolder::expect_abuse()
  /// What is to go on meanwhile; called when the host is ready.
  std::function<void(BenchHost&)> before = {};
};

/// Jobs a second, from the plugin's being active to the last one's end.
double drain_per_second(Bench& bench, const HostFolder& backlog, const DrainTerms& terms);

}  // namespace fh::bench
