// StormGuard: counts the jobs that one plugin got for one record lately, to tell a loop: a plugin
// whose own write comes back as an event. Kept in memory alone: a host that starts again counts
// from zero. The writer's thread only.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"

namespace fh {

class StormGuard {
 public:
  static constexpr Millis kWindow = std::chrono::minutes(10);

  /// Counts one more; false when that is more than `most` within the window (0: no limit).
  bool enter(const std::string& plugin, std::int64_t record, int most, TimePoint now) {
    if (most == 0) return true;
    forget_old(now);
    latest_.push_back({now, plugin, record});
    ++entered_;
    return ++counts_[{plugin, record}].jobs <= most;
  }

  /// Of a pair that enter() has just stopped: true once in each window.
  bool to_be_told(const std::string& plugin, std::int64_t record, TimePoint now) {
    auto& told = counts_[{plugin, record}].told;
    if (told && !is_old(*told, now)) return false;
    told = now;
    return true;
  }

  /// How many this transaction counted.
  std::size_t entered() const { return entered_; }
  /// It is committed.
  void keep() { entered_ = 0; }
  /// It is rolled back to where it had counted `entered`.
  void forget(std::size_t entered) {
    for (; entered_ > entered && !latest_.empty(); --entered_) {
      uncount(latest_.back());
      latest_.pop_back();
    }
  }

  /// An operator says that it may go on: counts from zero.
  void resume(const std::string& plugin, std::int64_t record) {
    if (counts_.erase({plugin, record}) == 0) return;
    std::erase_if(latest_, [&](const Entry& entry) {
      return entry.plugin == plugin && entry.record == record;
    });
  }

 private:
  struct Entry {
    TimePoint at{};
    std::string plugin;
    std::int64_t record = 0;
  };
  struct Count {
    int jobs = 0;
    std::optional<TimePoint> told;  // when the log said that it was too many
  };
  // A flood of many records is no storm; what is oldest then goes early.
  static constexpr std::size_t kMost = 20'000;

  // A time to come is of before the clock was set back: nobody knows how long ago that was.
  static bool is_old(TimePoint at, TimePoint now) { return now - at > kWindow || at > now; }

  void forget_old(TimePoint now) {
    while (!latest_.empty() && (is_old(latest_.front().at, now) || latest_.size() > kMost)) {
      uncount(latest_.front());
      latest_.pop_front();
    }
  }

  void uncount(const Entry& entry) {
    const auto count = counts_.find({entry.plugin, entry.record});
    if (--count->second.jobs == 0) counts_.erase(count);
  }

  std::deque<Entry> latest_;
  std::size_t entered_ = 0;  // the last of them, which are not committed
  std::map<std::pair<std::string, std::int64_t>, Count> counts_;
};

}  // namespace fh
