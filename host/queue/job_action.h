// What an operator does to one job: retry, cancel or discard it, recorded with who did it in the
// transaction that does it. Runs on the writer's thread.
#pragma once

#include "store/transaction.h"

namespace fh {

enum class JobAction {
  retry,    // a final job is open again, its counters at zero; its runs and steps stay
  cancel,   // an open job; a running one is asked to end
  release,  // a job that waits for its time need not wait any longer
  discard,  // a waiting or dead job is set aside for good
};
std::string_view name_of(JobAction action);
std::optional<JobAction> job_action_from(std::string_view name);

/// The states in which a job can be acted on so.
bool fits(JobAction action, JobState state);

enum class JobActionResult {
  done,
  asked,      // it runs: who wrote this has to tell its run (Supervisor::cancel)
  not_found,  // there is no such job
  misfit,     // its state does not allow it
};

JobActionResult act_on_job(Transaction& tx, JobAction action, std::int64_t job,
                           const std::string& who);

}  // namespace fh
