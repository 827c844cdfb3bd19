#include "domain/backoff.h"

#include <algorithm>

namespace fh {

std::chrono::milliseconds backoff(const BackoffPolicy& policy, int failures, double jitter) {
  auto wait = std::min(policy.first, policy.most);
  for (int i = 1; i < failures && wait < policy.most; ++i) wait = std::min(wait * 4, policy.most);
  const auto cut = static_cast<std::int64_t>(static_cast<double>(wait.count()) * 0.25 * jitter);
  return wait - std::chrono::milliseconds(cut);
}

}  // namespace fh
