// Job: one durable piece of work, one plugin and one event. This header holds its states, what is
// counted against it, and the one function that decides what a run's outcome makes of it
// (docs/job-life-cycle.md draws it). Pure; safe from any thread.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "domain/backoff.h"
#include "domain/outcome.h"

namespace fh {

enum class JobState {
  scheduled,  // due later; holds no turn
  available,  // ready for a worker
  running,    // leased by a worker
  retryable,  // waits out a backoff; holds its record's turn
  blocked,    // behind another job of the same plugin and record
  completed,  // final
  dead,       // final: out of attempts, or failed for good
  cancelled,  // final
};
inline constexpr int kJobStates = 8;

std::string_view name_of(JobState state);
std::optional<JobState> job_state_from(std::string_view name);
bool is_final(JobState state);
/// Whether a job in this state keeps others of its plugin and record waiting.
bool holds_record(JobState state);

/// Crashes and losses are counted apart from attempts, each against its own maximum.
inline constexpr int kMaxCrashes = 2;
inline constexpr int kMaxLost = 5;
inline constexpr int kDefaultMaxAttempts = 5;

/// Stated limit of every wait that a plugin asks for; a longer one is cut to it.
inline constexpr Millis kLongestWait = std::chrono::hours(3650 * 24);

struct JobCounters {
  int runs = 0;      // starts, every one
  int attempts = 0;  // runs charged against max_attempts
  int crashes = 0;
  int lost = 0;
  int max_attempts = kDefaultMaxAttempts;
};

struct JobTransition {
  JobState state = JobState::completed;
  TimePoint run_at{};    // when it is next due; now for available and final states
  JobCounters counters;  // after the charge
  std::string reason;    // why, for people; empty when it completed
};

/// What a run that ended with `outcome` makes of a job that was running.
JobTransition after_run(const JobCounters& before, const Outcome& outcome,
                        const BackoffPolicy& policy, TimePoint now, double jitter);

}  // namespace fh
