// ProcessorWatch: sees to it that a worker which keeps a processor busy gives way to everybody
// else: to the host and to the workers of other plugins. It looks at what the worker has used, soon
// after it began and after each run did, then less and less often. It keeps looking while there is
// no run, since the plugin's threads may be busy then. A worker that keeps the kernel busy takes
// turns besides (WorkerTurns). Nobody may take a process back from where it was put, so a worker
// that comes last stays there from run to run, and is replaced once it has no run and wants little.
// One thread only.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/process_load.h"
#include "runtime/worker_turns.h"

namespace fh {

class ProcessorWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit ProcessorWatch(int pid) : pid_(pid), turns_(pid) {}

  /// Looks from now on: what was used before, to load the plugin, does not count. With
  /// `comes_last` the worker and what it started do, for what the one before it did. `runs`
  /// outlive it.
  void start(Time now, bool comes_last, UndisturbedRuns& runs);
  /// A run begins. The first one creates the plugin too.
  void begin(Time now);
  /// It is over.
  void end(Time now);
  /// When it wants to look next.
  Time next_look() const { return std::min(next_look_, turns_.next()); }
  /// Whether it found that the worker is spent, or spinning.
  bool look(Time now);

  /// It comes last, and nothing says that the one after it should not.
  bool is_greedy() const { return last_ && !calm_; }
  /// It kept a processor busy since its last run, if any, was over.
  bool is_spinning() const { return spinning_; }
  /// It comes last and is to be replaced as soon as it has no run: it wants little there, or it
  /// spins after a run. One that spins and never had a run stays: so would the one after it.
  bool is_spent() const { return calm_ || (last_ && spinning_ && had_run_); }

 private:
  void judge(const ProcessorTime& used, Time now);
  bool is_much(std::chrono::nanoseconds used, Time::duration passed) const;
  /// Whether one run, or none, was on ever since it looked last.
  bool is_one_stretch() const { return changed_ <= looked_at_; }

  const int pid_;  // also of its group
  Time looked_at_{};
  Time next_look_ = Time::max();
  std::optional<ProcessorTime> used_;  // when it looked last
  Time changed_{};                     // when a run began or ended last
  bool works_ = false;
  bool had_run_ = false;
  bool last_ = false;
  bool calm_ = false;  // it comes last, and wanted little when it was looked at last
  bool spinning_ = false;
  WorkerTurns turns_;
};

}  // namespace fh
