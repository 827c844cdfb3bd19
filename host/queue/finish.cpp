#include "queue/finish.h"

namespace fh {
namespace {

// Checked before anything is written, so that a conflict needs no undoing.
bool conflicts(Transaction& tx, const JobRow& job, const Effects& effects) {
  if (effects.states.empty()) return false;
  return tx.effects.state(job.plugin, job.record).version != effects.states.front().expected;
}

}  // namespace

void apply(Transaction& tx, const JobRow& job, const Effects& effects) {
  for (const StateWrite& write : effects.states)
    if (!tx.effects.set_state(job.plugin, job.record, write.value, write.expected))
      throw StateConflict(job.plugin);
  for (NewJob fresh : effects.jobs) {
    fresh.parent = job.id;
    fresh.record = job.record;
    fresh.event = job.event;
    fresh.delivery = job.delivery;
    fresh.depth = job.depth + 1;
    tx.jobs.insert(fresh);
  }
}

std::optional<JobTransition> finish_run(Transaction& tx, const RunEnd& end) {
  const auto job = tx.jobs.find_running(end.job, end.lease);
  if (!job) return std::nullopt;
  Outcome outcome = end.outcome;
  if (keeps_effects(outcome.kind) && conflicts(tx, *job, end.effects))
    outcome = {.kind = OutcomeKind::retry, .text = StateConflict(job->plugin).what()};
  const JobTransition next = after_run(job->counters, outcome, end.backoff, tx.now, end.jitter);
  if (keeps_effects(outcome.kind)) apply(tx, *job, end.effects);
  if (!tx.jobs.end_run(*job, outcome, next, tx.now)) return std::nullopt;
  return next;
}

}  // namespace fh
