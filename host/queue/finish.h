// Finishing a run: the job's next state, its history and what the run wrote, in one transaction,
// fenced by the lease. Runs on the writer's thread.
#pragma once

#include <optional>
#include <vector>

#include "store/store.h"

namespace fh {

/// A write of the plugin's state for the job's record.
struct StateWrite {
  std::string value;          // JSON
  std::int64_t expected = 0;  // the version it was based on
};

/// What a run, or one once or step of it, leaves behind if it succeeds.
struct Effects {
  std::optional<StateWrite> state;
  std::vector<NewJob> jobs;  // run_at - created_at: how long each waits once it is stored
};

struct RunEnd {
  std::int64_t job = 0;
  std::int64_t lease = 0;
  Outcome outcome;
  Effects effects{};  // outside once and step; kept with done and snooze only
  BackoffPolicy backoff{};
  double jitter = 0;  // [0, 1)
};

/// Why what a run wrote is not kept.
struct Obstacle {
  enum class Kind {
    lease_lost,      // the run is not live any more
    state_conflict,  // somebody else wrote the state since the version that it was based on
    backlog_full,    // a job was enqueued for a plugin that has as many open ones as it may have
  };
  Kind kind;
  std::string text;
};

/// What keeps the effects of a live run from being stored; nullopt: nothing does.
std::optional<Obstacle> obstacle_to(Transaction& tx, const JobRow& job, const Effects& effects);
/// There must be no obstacle to them.
void apply(Transaction& tx, const JobRow& job, const Effects& effects);

/// Where the job went; nullopt: the lease was lost and nothing changed. A state conflict, or a full
/// backlog of a plugin that was enqueued, turns the outcome into a retry. A job that an operator
/// asked to cancel is cancelled unless its work was finished.
std::optional<JobTransition> finish_run(Transaction& tx, const RunEnd& end);

/// The job's record, for a line of the log, where nobody has it at hand; an empty key when it
/// cannot be read.
RecordKey key_for_log(const Store& store, std::int64_t job);

/// A line in the log when the job died: an operator has to look at it. After the commit.
void log_if_dead(const JobRow& job, const RecordKey& record, const JobTransition& next);

}  // namespace fh
