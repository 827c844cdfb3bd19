// ProcessorWatch: sees to it that a worker which keeps a processor busy gives way to everybody
// else: to the host and to the workers of other plugins. It looks at what the worker has used, soon
// after its run began and then less and less often. Whoever was put back stays so; a fresh worker
// is not. One thread only.
#pragma once

#include <chrono>
#include <optional>

namespace fh {

class ProcessorWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit ProcessorWatch(int pid) : pid_(pid) {}

  /// A run begins: what was used before, to load and create the plugin, does not count.
  void begin(Time now);
  /// When it wants to look next.
  Time next_look() const { return next_look_; }
  void look(Time now);
  /// The worker and what it started come last from now on.
  bool put_back() const { return put_back_; }

 private:
  const int pid_;  // also of its group
  Time looked_at_{};
  Time next_look_ = Time::max();
  std::optional<std::chrono::nanoseconds> used_;  // when it looked last in this run
  bool put_back_ = false;
};

}  // namespace fh
