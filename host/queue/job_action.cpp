#include "queue/job_action.h"

namespace fh {
namespace {

// Whoever lets the last job go that a storm has put off lets the record bring more. As long as one
// is left, what is new is put off behind it.
void release(Transaction& tx, std::int64_t job) {
  const auto row = tx.jobs.find_open(job);
  CHECK(row);
  const bool stormed = tx.jobs.parked_until(row->plugin, row->record).has_value();
  tx.jobs.wake(job);
  if (stormed && !tx.jobs.parked_until(row->plugin, row->record))
    tx.storms.resume(row->plugin, row->record);
}

bool carry_out(Transaction& tx, JobAction action, std::int64_t job, JobState state,
               const std::string& who) {
  switch (action) {
    case JobAction::retry: return tx.jobs.reopen(job, tx.now);
    case JobAction::cancel:
      return tx.jobs.close(job, JobState::cancelled, "cancelled by " + who, tx.now);
    case JobAction::release: release(tx, job); return true;
    case JobAction::discard: break;
  }
  const std::string reason = "discarded by " + who;
  return state == JobState::dead ? tx.jobs.set_aside(job, reason, tx.now)
                                 : tx.jobs.close(job, JobState::cancelled, reason, tx.now);
}

}  // namespace

std::string_view name_of(JobAction action) {
  switch (action) {
    case JobAction::retry: return "retry";
    case JobAction::cancel: return "cancel";
    case JobAction::release: return "release";
    case JobAction::discard: return "discard";
  }
  return "";
}

std::optional<JobAction> job_action_from(std::string_view name) {
  for (const JobAction action :
       {JobAction::retry, JobAction::cancel, JobAction::release, JobAction::discard})
    if (name == name_of(action)) return action;
  return std::nullopt;
}

bool fits(JobAction action, JobState state) {
  switch (action) {
    case JobAction::retry: return is_final(state);
    case JobAction::cancel: return !is_final(state);
    case JobAction::release: return state == JobState::scheduled || state == JobState::retryable;
    case JobAction::discard:
      return state == JobState::dead || (!is_final(state) && state != JobState::running);
  }
  return false;
}

JobActionResult act_on_job(Transaction& tx, JobAction action, std::int64_t job,
                           const std::string& who) {
  const auto place = tx.jobs.find_place(job);
  if (!place) return JobActionResult::not_found;
  if (!fits(action, place->state)) return JobActionResult::misfit;
  tx.actions.add({tx.now, who, std::string(name_of(action)), job, place->plugin});
  if (action == JobAction::cancel && place->state == JobState::running)
    return JobActionResult::asked;
  CHECK(carry_out(tx, action, job, place->state, who));
  return JobActionResult::done;
}

}  // namespace fh
