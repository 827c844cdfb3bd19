// StormGuard: counts the jobs that one plugin got for one record lately, to tell a loop: a plugin
// whose own write comes back as an event. Kept in memory alone: a host that starts again counts
// from zero. Of very many pairs of plugin and record those are forgotten that brought nothing for
// the longest time, which a storm is not. The writer's thread only.
#pragma once

#include <algorithm>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace fh {

class StormGuard {
 public:
  static constexpr Millis kWindow = std::chrono::minutes(10);

  /// Counts one more; false when that is more than `most` within the window (0: no limit).
  bool enter(const std::string& plugin, std::int64_t record, int most, TimePoint now) {
    if (most == 0) return true;
    if (entered_.empty()) forget_old(now);
    const auto pair = place_of(plugin, record);
    entered_.push_back(pair);
    return pair->count_one(slice_of(now)) <= most;
  }

  /// Of a pair that enter() has just stopped: true once in each window.
  bool to_be_told(const std::string& plugin, std::int64_t record, TimePoint now) {
    auto& told = place_of(plugin, record)->told;
    if (told && now - *told <= kWindow && *told <= now) return false;
    told = now;
    return true;
  }

  /// How many this transaction counted.
  std::size_t entered() const { return entered_.size(); }
  /// It is committed.
  void keep() { entered_.clear(); }
  /// It is rolled back to where it had counted `entered`.
  void forget(std::size_t entered) {
    for (; entered_.size() > entered; entered_.pop_back()) entered_.back()->uncount_one();
  }

  /// An operator says that it may go on: counts from zero.
  void resume(const std::string& plugin, std::int64_t record) {
    const auto known = places_.find({plugin, record});
    if (known != places_.end()) known->second->begin_again();
  }

 private:
  // So exactly is the window kept.
  static constexpr Millis kSlice = std::chrono::seconds(10);
  static constexpr std::size_t kMost = 20'000;

  struct Slice {
    std::int64_t number = 0;
    int jobs = 0;
    // A number to come is of before the clock was set back: nobody knows how long ago that was.
    bool is_old(std::int64_t now) const { return now - number > kWindow / kSlice || number > now; }
  };
  struct Pair {
    std::string plugin;
    std::int64_t record = 0;
    Slice latest{};
    std::vector<Slice> before{};
    std::optional<TimePoint> told{};  // when the log said that it was too many

    int count_one(std::int64_t now) {
      if (latest.number != now) {
        if (latest.jobs > 0) before.push_back(latest);
        latest = {now, 0};
        std::erase_if(before, [&](const Slice& slice) { return slice.is_old(now); });
      }
      int jobs = ++latest.jobs;
      for (const Slice& slice : before) jobs += slice.jobs;
      return jobs;
    }
    void uncount_one() { latest.jobs = std::max(0, latest.jobs - 1); }
    void begin_again() {
      latest.jobs = 0;
      before.clear();
      told.reset();
    }
  };
  using Place = std::list<Pair>::iterator;

  static std::int64_t slice_of(TimePoint at) { return to_ms(at) / kSlice.count(); }

  Place place_of(const std::string& plugin, std::int64_t record) {
    const auto known = places_.find({plugin, record});
    if (known != places_.end()) {
      pairs_.splice(pairs_.begin(), pairs_, known->second);
      return known->second;
    }
    pairs_.push_front({.plugin = plugin, .record = record});
    const Place place = pairs_.begin();
    places_.emplace(std::pair(std::string_view(place->plugin), record), place);
    return place;
  }

  void forget_old(TimePoint now) {
    while (!pairs_.empty() &&
           (pairs_.size() > kMost || pairs_.back().latest.is_old(slice_of(now)))) {
      places_.erase({pairs_.back().plugin, pairs_.back().record});
      pairs_.pop_back();
    }
  }

  std::list<Pair> pairs_;  // that which brought a job last is the first
  std::map<std::pair<std::string_view, std::int64_t>, Place> places_;
  std::vector<Place> entered_;  // by this transaction, which is not committed
};

}  // namespace fh
