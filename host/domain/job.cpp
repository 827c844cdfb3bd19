#include "domain/job.h"

namespace fh {
namespace {

constexpr std::string_view kStateNames[kJobStates] = {
    "scheduled", "available", "running", "retryable", "blocked", "completed", "dead", "cancelled"};

// Out of tries: dead. Otherwise it waits, holding its record's turn.
void again_or_dead(JobTransition& next, bool out_of_tries, Millis wait, TimePoint now) {
  next.state = out_of_tries ? JobState::dead : JobState::retryable;
  next.run_at = out_of_tries ? now : now + wait;
}

}  // namespace

std::string_view name_of(JobState state) { return kStateNames[static_cast<int>(state)]; }

std::optional<JobState> job_state_from(std::string_view name) {
  for (int state = 0; state < kJobStates; ++state)
    if (name == kStateNames[state]) return static_cast<JobState>(state);
  return std::nullopt;
}

bool is_final(JobState state) {
  return state == JobState::completed || state == JobState::dead || state == JobState::cancelled;
}

bool holds_record(JobState state) {
  return state == JobState::available || state == JobState::running || state == JobState::retryable;
}

JobTransition after_run(const JobCounters& before, const Outcome& outcome,
                        const BackoffPolicy& policy, TimePoint now, double jitter) {
  JobTransition next{.state = JobState::completed,
                     .run_at = now,
                     .counters = before,
                     .reason = keeps_effects(outcome.kind) ? "" : outcome.text};
  JobCounters& counters = next.counters;
  switch (outcome.kind) {
    case OutcomeKind::done:
    case OutcomeKind::skipped: break;
    case OutcomeKind::retry:
    case OutcomeKind::timed_out: {
      if (outcome.charged) ++counters.attempts;
      const Millis wait = outcome.after.value_or(backoff(policy, counters.attempts, jitter));
      again_or_dead(next, counters.attempts >= counters.max_attempts, wait, now);
      break;
    }
    case OutcomeKind::crashed:
      ++counters.crashes;
      again_or_dead(next, counters.crashes >= kMaxCrashes,
                    backoff(policy, counters.crashes, jitter), now);
      break;
    case OutcomeKind::fail:
      ++counters.attempts;
      next.state = JobState::dead;
      break;
    case OutcomeKind::snooze:
      next.state = JobState::scheduled;
      next.run_at = now + outcome.after.value_or(Millis(0));
      break;
    case OutcomeKind::lost:
      ++counters.lost;
      next.state = counters.lost >= kMaxLost ? JobState::dead : JobState::available;
      break;
    case OutcomeKind::interrupted: next.state = JobState::available; break;
    case OutcomeKind::cancelled: next.state = JobState::cancelled; break;
  }
  return next;
}

}  // namespace fh
