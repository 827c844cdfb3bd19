#include "queue/recover.h"

#include "base/fault.h"
#include "queue/finish.h"

namespace fh {

int recover(Store& store) {
  constexpr int kRunsPerCommit = 1000;
  int lost = 0;
  while (true) {
    const int ended = store.write([](Transaction& tx) {
      const auto jobs = tx.jobs.leased_before(tx.host_run, kRunsPerCommit);
      for (const JobRow& job : jobs) {
        RunEnd end{.job = job.id, .lease = job.lease, .outcome = {}};
        end.outcome = {.kind = OutcomeKind::lost, .text = "the host ended during the run"};
        CHECK(finish_run(tx, end).has_value());
        fault_point("in_recovery");
      }
      return static_cast<int>(jobs.size());
    });
    lost += ended;
    if (ended < kRunsPerCommit) return lost;
  }
}

}  // namespace fh
