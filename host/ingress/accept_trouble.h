// AcceptTrouble: what a listener does when a connection cannot be accepted. A sender that left
// before its turn is nobody's trouble. Where the system has nothing left to accept with, trying
// again at once would only burn the processor, so the listener rests; strangers who cause it fill
// no log. Pure but for the log; used by one thread.
#pragma once

#include <chrono>
#include <string>

#include "base/clock.h"

namespace fh {

class AcceptTrouble {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr Millis kRest{100};
  static constexpr Millis kBetweenLines{1'000};

  /// `server`: its name, for the log.
  explicit AcceptTrouble(std::string server) : server_(std::move(server)) {}

  /// accept() failed with that errno, told as `text`. True: rest until rests_until(), and accept
  /// nothing before. False: go on with the next connection.
  bool failed(int error, const std::string& text, Time now);
  Time rests_until() const { return rests_until_; }

 private:
  const std::string server_;
  Time rests_until_{};
  Time next_line_{};
  int untold_ = 0;  // failures since the last line
};

}  // namespace fh
