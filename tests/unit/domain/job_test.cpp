#include "domain/job.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

const TimePoint kNow = from_ms(1'000'000);
const BackoffPolicy kPolicy{Millis(1000), Millis(10'000)};

JobTransition after(OutcomeKind kind, JobCounters before = {}, std::optional<Millis> wait = {},
                    bool charged = true) {
  Outcome outcome{.kind = kind, .text = "why", .after = wait, .charged = charged};
  return after_run(before, outcome, kPolicy, kNow, 0);
}

TEST(AfterRun, DoneAndSkippedComplete) {
  for (const auto kind : {OutcomeKind::done, OutcomeKind::skipped}) {
    const auto next = after(kind);
    EXPECT_EQ(next.state, JobState::completed);
    EXPECT_EQ(next.counters.attempts, 0);
  }
}

TEST(AfterRun, RetryAndTimeoutAreChargedAndBackOff) {
  for (const auto kind : {OutcomeKind::retry, OutcomeKind::timed_out}) {
    const auto next = after(kind, {.attempts = 1});
    EXPECT_EQ(next.state, JobState::retryable);
    EXPECT_EQ(next.counters.attempts, 2);
    EXPECT_EQ(next.run_at, kNow + Millis(4000));
  }
}

TEST(AfterRun, RetryWaitsAsLongAsItSays) {
  EXPECT_EQ(after(OutcomeKind::retry, {}, Millis(7)).run_at, kNow + Millis(7));
}

TEST(AfterRun, TheLastAttemptIsDead) {
  EXPECT_EQ(after(OutcomeKind::retry, {.attempts = 4}).state, JobState::dead);
  EXPECT_EQ(after(OutcomeKind::timed_out, {.attempts = 4}).state, JobState::dead);
  EXPECT_EQ(after(OutcomeKind::retry, {.attempts = 3}).state, JobState::retryable);
}

TEST(AfterRun, ARetryTheHostAskedForIsFree) {
  const auto next = after(OutcomeKind::retry, {.attempts = 4}, Millis(1), false);
  EXPECT_EQ(next.state, JobState::retryable);
  EXPECT_EQ(next.counters.attempts, 4);
}

TEST(AfterRun, FailIsDeadAtOnce) {
  const auto next = after(OutcomeKind::fail);
  EXPECT_EQ(next.state, JobState::dead);
  EXPECT_EQ(next.counters.attempts, 1);
  EXPECT_EQ(next.reason, "why");
}

TEST(AfterRun, CrashesAreCountedApartAndTwoAreEnough) {
  const auto first = after(OutcomeKind::crashed);
  EXPECT_EQ(first.state, JobState::retryable);
  EXPECT_EQ(first.counters.attempts, 0);
  EXPECT_EQ(first.counters.crashes, 1);
  EXPECT_EQ(after(OutcomeKind::crashed, first.counters).state, JobState::dead);
}

TEST(AfterRun, FiveLossesAreDead) {
  JobCounters counters;
  for (int i = 1; i < kMaxLost; ++i) {
    const auto next = after(OutcomeKind::lost, counters);
    EXPECT_EQ(next.state, JobState::available);
    counters = next.counters;
  }
  EXPECT_EQ(counters.attempts, 0);
  EXPECT_EQ(after(OutcomeKind::lost, counters).state, JobState::dead);
}

TEST(AfterRun, NothingIsChargedForSnoozeInterruptedAndCancelled) {
  const auto snoozed = after(OutcomeKind::snooze, {}, Millis(50));
  EXPECT_EQ(snoozed.state, JobState::scheduled);
  EXPECT_EQ(snoozed.run_at, kNow + Millis(50));
  EXPECT_EQ(snoozed.counters.attempts, 0);
  EXPECT_EQ(after(OutcomeKind::interrupted).state, JobState::available);
  EXPECT_EQ(after(OutcomeKind::interrupted).counters.attempts, 0);
  EXPECT_EQ(after(OutcomeKind::cancelled).state, JobState::cancelled);
}

TEST(Backoff, GrowsFourfoldToItsCapAndJitterOnlyShortens) {
  EXPECT_EQ(backoff(kPolicy, 1, 0), Millis(1000));
  EXPECT_EQ(backoff(kPolicy, 2, 0), Millis(4000));
  EXPECT_EQ(backoff(kPolicy, 3, 0), Millis(10'000));
  EXPECT_EQ(backoff(kPolicy, 1000, 0), Millis(10'000));
  EXPECT_EQ(backoff(kPolicy, 1, 0.5), Millis(875));
}

}  // namespace
}  // namespace fh
