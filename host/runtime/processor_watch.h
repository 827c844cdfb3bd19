// ProcessorWatch: sees to it that a worker which keeps a processor busy gives way to everybody
// else: to the host and to the workers of other plugins. It looks at what the worker has used, soon
// after a run began and then less and less often, and goes on when no run is on: threads may.
// Nobody may take a process back from where it was put, so whoever comes last is replaced once it
// was looked at there, and that look says where the next one begins. One thread only.
#pragma once

#include <chrono>
#include <optional>

namespace fh {

class ProcessorWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit ProcessorWatch(int pid) : pid_(pid) {}

  /// The worker and what it started come last from now on, for what the one before it did.
  void put_last(Time now);
  /// A run begins. What was used before the first, to load and create the plugin, does not count.
  void begin(Time now);
  /// It is over.
  void end(Time now);
  /// When it wants to look next.
  Time next_look() const { return next_look_; }
  void look(Time now);

  /// It comes last and was looked at since: it is to be replaced as soon as it has no run.
  bool is_spent() const { return last_ && looked_at_last_; }
  /// It comes last, and nothing says that the one after it should not.
  bool is_greedy() const { return last_ && !calm_; }

 private:
  bool is_much(std::chrono::nanoseconds used, Time::duration passed) const;
  /// Whether one run, or none, was on ever since it looked last.
  bool is_one_stretch() const { return changed_ <= looked_at_; }

  const int pid_;  // also of its group
  Time looked_at_{};
  Time next_look_ = Time::max();
  std::optional<std::chrono::nanoseconds> used_;  // when it looked last
  Time changed_{};                                // when a run began or ended last
  bool works_ = false;
  bool last_ = false;
  bool looked_at_last_ = false;
  bool calm_ = false;
};

}  // namespace fh
