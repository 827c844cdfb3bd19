// RateGate: a token bucket, by the generic cell rate algorithm: one time instead of a count and a
// refill. Any thread.
#pragma once

#include <atomic>
#include <optional>

#include "config/config.h"

namespace fh {

class RateGate {
 public:
  explicit RateGate(std::optional<RateLimit> limit) : limit_(limit) {}

  /// Lets one more through, or says how long to wait.
  std::optional<Millis> enter(std::chrono::steady_clock::time_point now) {
    using std::chrono::nanoseconds;
    if (!limit_) return std::nullopt;
    const std::int64_t per = nanoseconds(limit_->per).count();
    const std::int64_t step = per / static_cast<std::int64_t>(limit_->deliveries);
    const std::int64_t at = nanoseconds(now.time_since_epoch()).count();
    std::int64_t due = due_;
    while (true) {
      const std::int64_t next = std::max(due, at) + step;
      if (next - at > per) return std::chrono::ceil<Millis>(nanoseconds(next - at - per));
      if (due_.compare_exchange_weak(due, next)) return std::nullopt;
    }
  }

 private:
  const std::optional<RateLimit> limit_;
  std::atomic<std::int64_t> due_{0};  // nanoseconds: when the bucket would be full again
};

}  // namespace fh
