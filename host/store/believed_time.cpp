#include "store/believed_time.h"

namespace fh {
namespace {

// Less than kAhead: a host that was killed goes on from what it kept.
constexpr Millis kKeptEvery = std::chrono::minutes(10);

}  // namespace

TimePoint BelievedTime::at(TimePoint wall, Millis steady) {
  if (!time_) begin(wall, steady);
  *time_ += steady - std::exchange(seen_, steady);
  if (wall <= *time_ + kAhead || steady - believed_ >= kPatience) {
    time_ = wall;
    believed_ = steady;
  }
  if (std::chrono::abs(*time_ - kept_) >= kKeptEvery) keep();
  return *time_;
}

void BelievedTime::begin(TimePoint wall, Millis steady) {
  auto kept = db_.query("SELECT up_to FROM reserved_ids WHERE name = 'time'");
  if (kept.next()) kept_ = from_ms(kept.integer(0));
  time_ = kept_ == TimePoint() ? wall : kept_;
  seen_ = believed_ = steady;
}

// Beside the ids that were given out: the times that were.
void BelievedTime::keep() {
  db_.run(
      "INSERT INTO reserved_ids (name, up_to) VALUES ('time', ?)"
      " ON CONFLICT (name) DO UPDATE SET up_to = excluded.up_to",
      to_ms(*time_));
  kept_ = *time_;
}

}  // namespace fh
