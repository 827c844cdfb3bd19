#include "queue/recover.h"

#include "base/fault.h"
#include "base/log.h"
#include "queue/finish.h"

namespace fh {
namespace {

struct Ended {
  JobRow job;
  JobTransition next;
};

Ended end_lost(Transaction& tx, std::int64_t id) {
  const auto job = tx.jobs.find_open(id);
  CHECK(job);
  RunEnd end{.job = id, .lease = job->lease, .outcome = {}};
  end.outcome = {.kind = OutcomeKind::lost, .text = "the host ended during the run"};
  const auto next = finish_run(tx, end);
  CHECK(next.has_value());
  fault_point("in_recovery");
  return {*job, *next};
}

// A row that is damaged keeps no host from starting.
void pass_over(const std::exception_ptr& failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const StoreError& error) {
    if (!error.damaged()) throw;
    log_error("recovery_failed", {{"error", error.what()}});
  }
}

}  // namespace

int recover(Store& store) {
  const auto jobs = store.write([](Transaction& tx) { return tx.jobs.leased_before(tx.host_run); });
  std::vector<std::optional<Ended>> ended(jobs.size());
  std::vector<std::exception_ptr> failures(jobs.size() + 1);
  // Together in as few commits as may be, and a bad one for itself.
  for (std::size_t i = 0; i < jobs.size(); ++i)
    store.write_then([&, i](Transaction& tx) { ended[i] = end_lost(tx, jobs[i]); },
                     [&, i](std::exception_ptr failure) { failures[i] = std::move(failure); });
  // None should need it; but a job that waits for nobody would wait for ever.
  store.write_then([](Transaction& tx) { tx.jobs.promote_unheld(); },
                   [&](std::exception_ptr failure) { failures.back() = std::move(failure); });
  store.write([](Transaction&) {});  // all of that is done
  for (const auto& failure : failures) pass_over(failure);
  int lost = 0;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (failures[i]) continue;
    ++lost;
    if (ended[i]->next.state == JobState::dead)
      log_if_dead(ended[i]->job, key_for_log(store, jobs[i]), ended[i]->next);
  }
  return lost;
}

}  // namespace fh
