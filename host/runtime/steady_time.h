// The time of waits and deadlines, which nobody sets. Any thread.
#pragma once

#include "base/clock.h"

namespace fh {

using SteadyTime = std::chrono::steady_clock::time_point;

inline SteadyTime steady_now() { return std::chrono::steady_clock::now(); }

/// From now: longer than anything is waited for.
inline constexpr Millis kNoDeadline = std::chrono::hours(24);

}  // namespace fh
