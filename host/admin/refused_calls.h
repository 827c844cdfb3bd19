// RefusedCalls: calls of the admin port that came without a token of ours. All are counted; the
// first of each minute is logged, so that no stranger can fill the log. Any thread.
#pragma once

#include <atomic>

#include "base/log.h"
#include "ingress/rate_gate.h"
#include "ingress/raw_request.h"

namespace fh {

class RefusedCalls {
 public:
  void note(const RawRequest& request) {
    const std::int64_t calls = ++calls_;
    if (gate_.enter(std::chrono::steady_clock::now())) return;
    constexpr std::size_t kShown = 100;
    log_warning("admin_unauthorized", {{"path", request.path.substr(0, kShown)},
                                       {"remote_address", request.remote_address},
                                       {"since_start", calls}});
  }
  std::int64_t count() const { return calls_; }

 private:
  std::atomic<std::int64_t> calls_{0};
  RateGate gate_{RateLimit{1, std::chrono::minutes(1)}};
};

}  // namespace fh
