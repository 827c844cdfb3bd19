#include "runtime/run.h"

#include <algorithm>

#include "base/log.h"
#include "config/quantity.h"
#include "runtime/run_frames.h"
#include "runtime/steady_time.h"

namespace fh {
namespace {

constexpr int kRunsBetweenLooks = 1000;  // at the memory of a worker whose runs go well
// For another job that is at work on a key, unless the plugin names a longer wait.
constexpr Millis kBusyWait(1000);

}  // namespace

Run::Run(WorkerProcess& worker, const Lease& lease, RunSurroundings surroundings, RunTerms terms,
         const RunSignals& signals)
    : worker_(worker),
      lease_(lease),
      calls_(lease, std::move(surroundings)),
      terms_(std::move(terms)),
      signals_(signals),
      deadline_(steady_now() + terms_.timeout),
      lines_(lease.job.plugin, lease.job.id) {}

Outcome Run::converse() {
  try {
    worker_.send(execute_frame(lease_));
  } catch (const FrameTooLarge& error) {
    worker_.end_work();
    return too_large(error.size());
  }
  while (true) {
    heed_signals();
    Happening happening = worker_.wait(deadline_);
    if (const auto* line = std::get_if<OutputLine>(&happening)) {
      lines_.printed(*line);
    } else if (const auto* frame = std::get_if<wire::Frame>(&happening)) {
      if (auto outcome = on_frame(*frame)) return *outcome;
    } else if (const auto* ended = std::get_if<WorkerEnded>(&happening)) {
      return on_ended(*ended);
    } else if (std::holds_alternative<TimedOut>(happening)) {
      on_deadline();
    }
  }
}

std::optional<Outcome> Run::on_frame(const wire::Frame& frame) {
  was_heard_ = true;
  if (const auto* call = std::get_if<wire::Call>(&frame)) {
    worker_.send(calls_.serve(*call));
  } else if (const auto* log = std::get_if<wire::Log>(&frame)) {
    lines_.logged(*log);
  } else if (const auto* finished = std::get_if<wire::Finished>(&frame)) {
    if (finished->job_id == static_cast<std::uint64_t>(lease_.job.id))
      return on_finished(*finished);
  }
  return std::nullopt;
}

// The worker never hears of it: no attempt would fare better.
Outcome Run::too_large(std::size_t size) const {
  return {.kind = OutcomeKind::fail,
          .text = "the record and its changes make " + std::to_string(size) +
                  " bytes, and a worker is given " + std::to_string(wire::kMaxPayload) +
                  " at most: let source \"" + lease_.event.source +
                  "\" send less of a record, or lower its max_body so that it is refused"};
}

Outcome Run::on_finished(const wire::Finished& finished) {
  Outcome outcome = outcome_of(finished);
  worker_.end_work();
  if (worker_.is_spent()) keeps_worker_ = false;
  if (asked_to_end_) return end_that_counts(*asked_to_end_, outcome, calls_.has_open_scope());
  const bool is_retry = outcome.kind == OutcomeKind::retry;
  if (is_retry || worker_.runs() % kRunsBetweenLooks == 0) replace_if_full();
  if (is_retry && calls_.is_told_busy(outcome.text)) {
    outcome.charged = false;
    outcome.after = std::max(outcome.after.value_or(kBusyWait), kBusyWait);
  }
  return outcome;
}

Outcome Run::on_ended(const WorkerEnded& ended) {
  keeps_worker_ = false;
  if (asked_to_end_) return *asked_to_end_;
  // Nothing but the EXECUTE was sent to it since it was idle.
  if (ended.left_unread && !was_heard_) {
    idle_end_ = ended.how;
    return {.kind = OutcomeKind::interrupted,
            .text = "the worker ended with " + ended.how + " before its run began"};
  }
  Outcome crashed{.kind = OutcomeKind::crashed};
  crashed.text = "the worker of build " + terms_.build.substr(0, 12) + " ended with " + ended.how +
                 " during the run";
  if (ended.short_of_memory) crashed.text += memory_remedy();
  if (!ended.last_errors.empty()) crashed.text += "; its last words: " + ended.last_errors;
  return crashed;
}

std::string Run::memory_remedy() const {
  return ": let it use less memory, or raise plugins.limits." + lease_.job.plugin + ".memory";
}

// What one run has leaked, the next one lacks: it is to find a new worker.
void Run::replace_if_full() {
  if (!worker_.is_short_of_memory()) return;
  log_warning("worker_full", {{"job", lease_.job.id},
                              {"plugin", lease_.job.plugin},
                              {"reason", "its memory is nearly used up" + memory_remedy()}});
  keeps_worker_ = false;
}

void Run::heed_signals() {
  const RunName self{lease_.job.id, lease_.job.lease};
  if (signals_.cancelled.with([&](const RunName& cancelled) { return cancelled == self; }))
    ask_to_end(OutcomeKind::cancelled, "cancelled by an operator");
  if (signals_.interrupted) ask_to_end(OutcomeKind::interrupted, "the host is stopping");
}

void Run::on_deadline() {
  if (asked_to_end_) {
    worker_.kill();
    deadline_ = steady_now() + kNoDeadline;
    return;
  }
  ask_to_end(OutcomeKind::timed_out,
             "the run took longer than its timeout of " + duration_text(terms_.timeout) +
                 ": make it shorter, or raise plugins.limits." + lease_.job.plugin + ".timeout");
}

void Run::ask_to_end(OutcomeKind why, std::string text) {
  if (asked_to_end_) return;
  asked_to_end_ = Outcome{.kind = why, .text = std::move(text)};
  deadline_ = steady_now() + terms_.cancel_grace;
  worker_.send(wire::Cancel{static_cast<std::uint64_t>(lease_.job.id)});
}

}  // namespace fh
