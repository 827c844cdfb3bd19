// Backoff: the wait before the next attempt. It grows fourfold from `first` up to `most`, then a
// quarter of it is cut off at random, so that jobs that failed together do not come back together.
// Pure; safe from any thread.
#pragma once

#include <chrono>

namespace fh {

struct BackoffPolicy {
  std::chrono::milliseconds first{std::chrono::seconds(10)};
  std::chrono::milliseconds most{std::chrono::hours(1)};
};

/// The wait after the n-th failure (n from 1). `jitter` is in [0, 1): 0 gives the full wait, 1
/// would give three quarters of it.
std::chrono::milliseconds backoff(const BackoffPolicy& policy, int failures, double jitter);

}  // namespace fh
