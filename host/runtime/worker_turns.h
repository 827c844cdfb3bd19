// WorkerTurns: a third of the time for a worker that keeps the kernel busy, while others have runs.
// What the kernel does for it, most of all giving it pages and taking them back, is not interrupted
// for those who come first, so that coming last is not enough: beside two workers that take and
// free memory all the time another plugin had 0.73 of its throughput, with turns 0.97. All such
// workers have the same turns; the system stops them in between. One thread only.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace fh {

/// The runs of workers that take no turns; one for all workers. Any thread.
struct UndisturbedRuns {
  std::atomic<int> under_way{0};
  std::atomic<std::int64_t> begun{0};
};

class WorkerTurns {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit WorkerTurns(int pid) : pid_(pid) {}
  ~WorkerTurns() { count(false); }
  WorkerTurns(const WorkerTurns&) = delete;
  WorkerTurns& operator=(const WorkerTurns&) = delete;

  /// Outlives it.
  void heed(UndisturbedRuns& runs) { runs_ = &runs; }
  void begin_run();
  void end_run();
  /// From now on it takes turns, or no longer.
  void need(bool needed, Time now);
  /// When the next turn begins or ends; max: there are none.
  Time next() const { return next_; }
  void take(Time now);

 private:
  void count(bool counted);
  void hold(bool held);

  const int pid_;
  UndisturbedRuns* runs_ = nullptr;
  std::int64_t seen_ = 0;  // of the runs begun
  Time next_ = Time::max();
  bool works_ = false;
  bool counted_ = false;
  bool held_ = false;
};

}  // namespace fh
