#include "queue/timer.h"

#include <algorithm>
#include <utility>

#include "base/failure_text.h"
#include "base/log.h"

namespace fh {
namespace {

constexpr int kJobsPerTick = 1000;
constexpr int kPrunedPerTick = 1000;
constexpr int kDeliveriesPerTick = 200;
// What expires is looked at this often even when no job is due.
constexpr Millis kLongest = std::chrono::seconds(10);
// After a full tick the rest follows at once; after a failed one it does not spin.
constexpr Millis kShortest = Millis(20);
constexpr Millis kAfterFailure = std::chrono::seconds(1);

struct DueJobs {
  std::vector<std::int64_t> jobs;
  std::optional<TimePoint> next;
};

}  // namespace

TimePoint Timer::tick() {
  const DueJobs due = store_.write([](Transaction& tx) {
    return DueJobs{tx.jobs.due(tx.now, kJobsPerTick), tx.jobs.next_due()};
  });
  for (const std::int64_t job : due.jobs) wake(job);
  if (on_tick_) on_tick_(clock_.now());
  const bool more_to_prune = prune();
  const Millis pause = has_failed_to_wake() ? kAfterFailure
                       : due.jobs.empty()   ? Millis(0)
                                            : kShortest;
  const TimePoint now = clock_.now();
  const TimePoint latest = now + kLongest;
  if (more_to_prune) return now + std::max(pause, kShortest);
  return std::max(now + pause, std::min(due.next.value_or(latest), latest));
}

void Timer::wake(std::int64_t job) {
  store_.write_then([job](Transaction& tx) { tx.jobs.wake(job); },
                    [failed = failed_wakes_](const std::exception_ptr& failure) {
                      if (!failure) return;
                      failed->with([&](FailedWakes& wakes) {
                        ++wakes.jobs;
                        wakes.error = failure_text(failure);
                      });
                    });
}

// In the ticks before this one: what this one wakes may not be written yet. A job that fails so
// each time is told of once.
bool Timer::has_failed_to_wake() {
  const FailedWakes failed =
      failed_wakes_->with([](FailedWakes& wakes) { return std::exchange(wakes, {}); });
  if (failed.jobs > 0 && failed.error != wake_trouble_)
    log_error("wakes_failed", {{"jobs", failed.jobs}, {"error", failed.error}});
  wake_trouble_ = failed.error;
  return failed.jobs > 0;
}

// Each apart, since what is damaged of one keeps neither the others nor a job waiting.
bool Timer::prune() {
  std::string trouble;
  const auto attempt = [&](const std::function<void(Transaction&)>& prune) {
    try {
      store_.write(prune);
    } catch (const std::exception& error) {
      trouble += (trouble.empty() ? "" : "; ") + std::string(error.what());
    }
  };
  bool more = false;
  int hasty = 0;
  TimePoint believed{};
  Millis ahead{};
  attempt([&](Transaction& tx) {
    believed = tx.retention.time(tx.now, clock_.steady());
    ahead = tx.now - believed;
  });
  if (trouble.empty()) {
    warn_of_clock(ahead);
    attempt([&](Transaction& tx) {
      more |= tx.deliveries.prune_sender_ids(believed, kPrunedPerTick) == kPrunedPerTick;
    });
    attempt([&](Transaction& tx) {
      more |= tx.effects.prune_echoes(believed, kPrunedPerTick) == kPrunedPerTick;
    });
    attempt([&](Transaction& tx) {
      more |= tx.retention.prune(retention_, believed, kDeliveriesPerTick);
      hasty += tx.retention.take_hasty();
    });
    warn_of_haste(hasty);
  }
  if (!trouble.empty() && trouble != prune_trouble_)
    log_error("prune_failed", {{"error", trouble}});
  prune_trouble_ = trouble;
  return more;
}

void Timer::warn_of_haste(int removed) {
  constexpr Millis kBetween = std::chrono::hours(1);
  hasty_ += removed;
  const Millis now = clock_.steady();
  if (hasty_ == 0 || (warned_of_haste_ && now < *warned_of_haste_ + kBetween)) return;
  log_warning("retention_short", {{"removed", std::exchange(hasty_, 0)},
                                  {"reason",
                                   "deliveries less than an hour old went to keep the store below "
                                   "retention.max_size: raise it, or let less come"}});
  warned_of_haste_ = now;
}

void Timer::warn_of_clock(Millis ahead) {
  const bool waits = ahead > Millis(0);
  if (std::exchange(warned_of_clock_, waits) == waits) return;
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  if (waits)
    log_warning("retention_waits",
                {{"ahead_s", duration_cast<seconds>(ahead).count()},
                 {"reason",
                  "the clock is ahead of where it was: until it has gone on so for a day, "
                  "retention goes by the time it would be without that"}});
  else
    log_info("retention_goes_on");
}

void Timer::start() {
  thread_ = std::jthread([this] { loop(); });
}

void Timer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Timer::due_at(TimePoint at) {
  {
    const std::lock_guard lock(mutex_);
    const Millis next = steady_at(at);
    if (next >= next_) return;
    next_ = next;
  }
  changed_.notify_all();
}

void Timer::loop() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      next_ = clock_.steady() + kLongest;  // due_at() from here on counts
    }
    Millis next{};
    try {
      next = steady_at(tick());
    } catch (const std::exception& error) {
      log_error("timer_failed", {{"error", error.what()}});
      next = clock_.steady() + kAfterFailure;
    }
    std::unique_lock lock(mutex_);
    next_ = std::min(next_, next);
    while (!stopping_ && clock_.steady() < next_) changed_.wait_for(lock, next_ - clock_.steady());
  }
}

}  // namespace fh
