// BelievedTime: the time by which ages are told. It is the wall clock's, unless that runs ahead of
// where a steady clock has got to since it was believed last: a clock that was set ahead, while a
// host ran or while none did, is believed when it has gone on so for a day. Until then this time
// goes on from where it was. It is kept in the store, so that no restart makes a wrong clock right.
// The writer's thread only, inside a transaction.
#pragma once

#include <optional>

#include "base/clock.h"
#include "store/statement.h"

namespace fh {

class BelievedTime {
 public:
  /// How far ahead of this time the wall clock may be and still be believed at once.
  static constexpr Millis kAhead = std::chrono::hours(1);
  /// How long it must go on where it is, else.
  static constexpr Millis kPatience = std::chrono::hours(24);

  explicit BelievedTime(Database& db) : db_(db) {}

  /// Given the wall clock's time and Clock::steady(): the same time, or an earlier one.
  TimePoint at(TimePoint wall, Millis steady);

 private:
  void begin(TimePoint wall, Millis steady);
  void keep();

  Database& db_;
  std::optional<TimePoint> time_;  // nullopt: not asked yet
  TimePoint kept_{};               // of it, in the store
  Millis seen_{};                  // by Clock::steady(): when it was time_
  Millis believed_{};              // and when the wall clock was believed last, or this began
};

}  // namespace fh
