// ClockJump: tells when somebody set the wall clock, by comparing it with the steady one. What a
// time service corrects bit by bit is no jump. One thread.
#pragma once

#include "base/clock.h"

namespace fh {

class ClockJump {
 public:
  /// A clock that was set by less is not worth moving anything for.
  static constexpr Millis kSmallest = std::chrono::seconds(10);

  explicit ClockJump(const Clock& clock) : clock_(clock), offset_(read_offset()) {}

  /// By how much the clock was set since the last call; zero when it was not.
  Millis take();
  /// The clock shows a time before `seen`, which it has shown already: by how much it must have
  /// been set back, at least; zero when it need not have been.
  Millis since(TimePoint seen) const;

 private:
  Millis read_offset() const;

  const Clock& clock_;
  Millis offset_;  // wall time less steady time
};

}  // namespace fh
