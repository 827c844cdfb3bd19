#include "queue/recover.h"

#include "base/fault.h"
#include "queue/finish.h"

namespace fh {
namespace {

// For the log alone. What cannot be read keeps no host from starting.
RecordKey key_of(Transaction& tx, std::int64_t record) {
  try {
    return tx.records.load(record).key;
  } catch (const HostError&) {
    return {};
  }
}

}  // namespace

int recover(Store& store) {
  constexpr int kRunsPerCommit = 1000;
  int lost = 0;
  while (true) {
    struct Ended {
      JobRow job;
      RecordKey record;
      JobTransition next;
    };
    std::vector<Ended> ended;
    store.write([&](Transaction& tx) {
      ended.clear();
      const auto jobs = tx.jobs.leased_before(tx.host_run, kRunsPerCommit);
      for (const JobRow& job : jobs) {
        RunEnd end{.job = job.id, .lease = job.lease, .outcome = {}};
        end.outcome = {.kind = OutcomeKind::lost, .text = "the host ended during the run"};
        const auto next = finish_run(tx, end);
        CHECK(next.has_value());
        ended.push_back({job, key_of(tx, job.record), *next});
        fault_point("in_recovery");
      }
    });
    for (const Ended& one : ended) log_if_dead(one.job, one.record, one.next);
    lost += static_cast<int>(ended.size());
    if (ended.size() < std::size_t{kRunsPerCommit}) return lost;
  }
}

}  // namespace fh
