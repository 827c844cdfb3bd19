// Timer: one thread that takes due jobs on and prunes what expired. It sleeps until the next due
// time, by the steady clock, and is woken when a job is given an earlier one. Each job is moved by
// an operation of its own, so one bad row holds up no other.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/guarded.h"
#include "store/store.h"

namespace fh {

class Timer {
 public:
  Timer(Store& store, const Clock& clock, const RetentionTerms& retention)
      : store_(store), clock_(clock), retention_(retention) {}
  ~Timer() { stop(); }

  /// Called at least every ten seconds, on the timer's thread. Set it before start().
  void set_on_tick(std::function<void(TimePoint now)> on_tick) { on_tick_ = std::move(on_tick); }

  void start();
  void stop();

  /// A job waits for `at`: look no later than then. Any thread.
  void due_at(TimePoint at);

  /// One look at what is due now; returns when to look next. The thread calls it; so may a test.
  TimePoint tick();

 private:
  void loop();
  void wake(std::int64_t job);
  bool has_failed_to_wake();
  bool prune();
  void warn_of_haste(int removed);
  void warn_of_clock(Millis ahead);
  Millis steady_at(TimePoint at) const { return clock_.steady() + (at - clock_.now()); }

  Store& store_;
  const Clock& clock_;
  const RetentionTerms retention_;
  std::function<void(TimePoint)> on_tick_;
  int hasty_ = 0;                          // who ticks only: removed since the last warning
  std::optional<Millis> warned_of_haste_;  // who ticks only; by Clock::steady()
  bool warned_of_clock_ = false;           // who ticks only
  std::string prune_trouble_;              // who ticks only; what was said last
  std::string wake_trouble_;               // who ticks only; what was said last
  struct FailedWakes {
    int jobs = 0;
    std::string error;  // of the last of them
  };
  /// Shared with what the store still has to write.
  std::shared_ptr<Guarded<FailedWakes>> failed_wakes_ = std::make_shared<Guarded<FailedWakes>>();

  std::mutex mutex_;
  std::condition_variable changed_;
  Millis next_{};          // guarded by mutex_; when to look next, by Clock::steady()
  bool stopping_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace fh
