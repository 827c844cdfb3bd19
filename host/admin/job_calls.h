// JobCalls: the calls of the admin API about jobs. Any number of threads.
#pragma once

#include "admin/call.h"
#include "admin/parts.h"
#include "queue/job_action.h"
#include "store/views.h"

namespace fh {

class JobCalls {
 public:
  explicit JobCalls(const ApiParts& parts) : p_(parts) {}

  Answer list(const Call& call);
  Answer show(std::int64_t id);
  /// On one job.
  Answer act(JobAction action, std::int64_t id, const Call& call);
  /// On every job that matches the call's filters.
  Answer act_on_all(JobAction action, const Call& call);

 private:
  std::string why_of(Views& views, const JobView& job, const std::vector<RunView>& runs);
  std::vector<JobActionResult> carry_out(JobAction action, const std::vector<std::int64_t>& ids,
                                         const std::string& who);

  const ApiParts& p_;
};

}  // namespace fh
