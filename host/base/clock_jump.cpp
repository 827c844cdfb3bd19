#include "base/clock_jump.h"

namespace fh {

Millis ClockJump::read_offset() const {
  constexpr Millis kAtOnce(100);
  while (true) {
    // A thread that was put aside between the two readings would see a jump that was none.
    const Millis before = clock_.steady();
    const TimePoint wall = clock_.now();
    if (clock_.steady() - before < kAtOnce) return wall.time_since_epoch() - before;
  }
}

Millis ClockJump::take() {
  const Millis offset = read_offset();
  const Millis jump = offset - offset_;
  if (std::chrono::abs(jump) < kSmallest) return Millis(0);
  offset_ = offset;
  return jump;
}

Millis ClockJump::since(TimePoint seen) const {
  const Millis back = clock_.now() - seen;
  return back <= -kSmallest ? back : Millis(0);
}

}  // namespace fh
