// Clock: the host's view of time: wall time, in whole milliseconds since 1970 UTC, which somebody
// may set at any moment, and a steady count that only runs forward. It is one of the two things a
// test may fake (the other is fault points); everything that asks what time it is asks a Clock.
// Safe from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fh {

using Millis = std::chrono::milliseconds;
using TimePoint = std::chrono::time_point<std::chrono::system_clock, Millis>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  /// How long some fixed moment is ago; a suspended machine counts too. For waits and for telling
  /// that the wall clock was set.
  virtual Millis steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
  Millis steady() const override;
};

/// A clock that stands still until a test moves it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start) : now_ms_(start.time_since_epoch().count()) {}
  TimePoint now() const override { return TimePoint(Millis(now_ms_.load())); }
  Millis steady() const override { return Millis(steady_ms_.load()); }
  void advance(Millis by) {
    now_ms_ += by.count();
    steady_ms_ += by.count();
  }
  /// Somebody sets the wall clock.
  void jump(Millis by) { now_ms_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_ms_;
  std::atomic<std::int64_t> steady_ms_{0};
};

inline std::int64_t to_ms(TimePoint at) { return at.time_since_epoch().count(); }
inline TimePoint from_ms(std::int64_t ms) { return TimePoint(Millis(ms)); }

/// RFC 3339 in UTC with milliseconds, "2026-06-24T10:15:30.000Z"; for the years 0 to 9999.
std::string rfc3339(TimePoint at);
/// Reads "2026-06-24T10:15:30.5Z" or with an offset "+02:00"; nullopt for anything else, and for
/// what rfc3339() could not write.
std::optional<TimePoint> parse_rfc3339(std::string_view text);

/// A time as programs write them: as above, also with +hhmm and without an offset (then UTC), or
/// the seconds or, from 100,000,000,000 on, the milliseconds since 1970.
std::optional<TimePoint> parse_time(std::string_view text);

}  // namespace fh
