// Run: the conversation with a worker about one job, from EXECUTE to its end, whatever ends it: the
// plugin's outcome, the worker's death, the deadline, an operator, a drain. First cancelled() turns
// true, after a grace the worker's process group is killed. The slot's thread only; RunSignals are
// set by others.
#pragma once

#include <atomic>
#include <string>

#include "base/guarded.h"
#include "runtime/plugin_lines.h"
#include "runtime/run_calls.h"
#include "runtime/worker_process.h"

namespace fh {

/// One run among all: a job's leases are never used twice.
struct RunName {
  std::int64_t job = 0;
  std::int64_t lease = 0;
  bool operator==(const RunName&) const = default;
};

/// What others may tell a run; whoever sets one also signals the slot's WakeUp.
struct RunSignals {
  std::atomic<bool> interrupted{false};
  Guarded<RunName> cancelled;
};

struct RunTerms {
  Millis timeout;
  Millis cancel_grace;
  std::string build;  // that runs it, for the report of a crash
};

class Run {
 public:
  /// The worker is at work: begin_work().
  Run(WorkerProcess& worker, const Lease& lease, RunSurroundings surroundings, RunTerms terms,
      const RunSignals& signals);

  Outcome converse();

  /// False: the worker has ended, or is to be replaced before another run.
  bool keeps_worker() const { return keeps_worker_; }
  /// How the worker ended, if that was before it had read what to do: as an idle one. Else "".
  const std::string& idle_end() const { return idle_end_; }
  Effects take_effects() { return calls_.take_effects(); }

 private:
  std::optional<Outcome> on_frame(const wire::Frame& frame);
  Outcome too_large(std::size_t size) const;
  Outcome on_finished(const wire::Finished& finished);
  Outcome on_ended(const WorkerEnded& ended);
  std::string memory_remedy() const;
  void replace_if_full();
  void heed_signals();
  void on_deadline();
  void ask_to_end(OutcomeKind why, std::string text);

  WorkerProcess& worker_;
  const Lease& lease_;
  RunCalls calls_;
  const RunTerms terms_;
  const RunSignals& signals_;
  WorkerProcess::Deadline deadline_;
  std::optional<Outcome> asked_to_end_;  // as what, once the host wants the run to end
  bool keeps_worker_ = true;
  bool was_heard_ = false;
  std::string idle_end_;
  PluginLines lines_;
};

}  // namespace fh
