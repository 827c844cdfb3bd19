#include "queue/finish.h"

#include <map>

#include "base/check.h"
#include "base/log.h"
#include "store/views.h"

namespace fh {
namespace {

bool is_finished(OutcomeKind kind) {
  return kind == OutcomeKind::done || kind == OutcomeKind::skipped;
}

}  // namespace

std::optional<Obstacle> obstacle_to(Transaction& tx, const JobRow& job, const Effects& effects) {
  if (effects.state && tx.effects.state(job.plugin, job.record).version != effects.state->expected)
    return Obstacle{Obstacle::Kind::state_conflict,
                    "state: another job of " + job.plugin + " changed it meanwhile"};
  std::map<std::string, std::int64_t> more;
  for (const NewJob& fresh : effects.jobs)
    if (tx.tallies.open(fresh.plugin) + more[fresh.plugin]++ >= fresh.backlog)
      return Obstacle{Obstacle::Kind::backlog_full,
                      "enqueue: plugin " + fresh.plugin + " has reached its backlog limit"};
  return std::nullopt;
}

void apply(Transaction& tx, const JobRow& job, const Effects& effects) {
  if (const auto& write = effects.state)
    CHECK(tx.effects.set_state(job.plugin, job.record, write->value, write->expected));
  for (NewJob fresh : effects.jobs) {
    fresh.parent = job.id;
    fresh.record = job.record;
    fresh.event = job.event;
    fresh.delivery = job.delivery;
    fresh.depth = job.depth + 1;
    // It keeps its delay, also where the clock was set since the call.
    fresh.run_at = tx.now + (fresh.run_at - fresh.created_at);
    fresh.created_at = tx.now;
    tx.jobs.insert(fresh);
  }
}

std::optional<JobTransition> finish_run(Transaction& tx, const RunEnd& end) {
  const auto job = tx.jobs.find_running(end.job, end.lease);
  if (!job) return std::nullopt;
  Outcome outcome = end.outcome;
  if (keeps_effects(outcome.kind))
    if (auto obstacle = obstacle_to(tx, *job, end.effects))
      outcome = {.kind = OutcomeKind::retry, .text = std::move(obstacle->text)};
  if (!is_finished(outcome.kind))
    if (const auto who = tx.actions.cancel_asked_by(end.job))
      outcome = {.kind = OutcomeKind::cancelled, .text = "cancelled by " + *who};
  const JobTransition next = after_run(job->counters, outcome, end.backoff, tx.now, end.jitter);
  if (keeps_effects(outcome.kind)) apply(tx, *job, end.effects);
  if (!tx.jobs.end_run(*job, outcome, next, tx.now)) return std::nullopt;
  return next;
}

RecordKey key_for_log(const Store& store, std::int64_t job) {
  try {
    const auto view = Views(store.reader()).job(job);
    return view ? view->record : RecordKey();
  } catch (const std::exception&) {
    return {};
  }
}

void log_if_dead(const JobRow& job, const RecordKey& record, const JobTransition& next) {
  if (next.state != JobState::dead) return;
  if (record.key.empty())
    return log_warning("job_dead",
                       {{"job", job.id}, {"plugin", job.plugin}, {"reason", next.reason}});
  log_warning("job_dead", {{"job", job.id},
                           {"plugin", job.plugin},
                           {"account", record.account},
                           {"type", name_of(record.type)},
                           {"record", record.key},
                           {"reason", next.reason}});
}

}  // namespace fh
