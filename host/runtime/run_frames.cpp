#include "runtime/run_frames.h"

#include <algorithm>

namespace fh {
namespace {

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// The changes are JSON text already; the rest is put around it.
std::string event_json(const Lease& lease) {
  const RecordKey& key = lease.record.key;
  const Json head = {{"id", lease.job.event},
                     {"kind", lease.event.kind},
                     {"mode", lease.event.mode},
                     {"complete", lease.event.complete},
                     {"record",
                      {{"account", key.account},
                       {"type", name_of(key.type)},
                       {"id", key.key},
                       {"uuid", or_null(lease.record.uuid)}}},
                     {"occurred_at", or_null(lease.event.occurred_at)},
                     {"actor", or_null(lease.event.actor)}};
  std::string text = to_text(head);
  text.pop_back();
  return text + ",\"changes\":" + lease.event.changes + "}";
}

}  // namespace

wire::Execute execute_frame(const Lease& lease) {
  const JobRow& job = lease.job;
  wire::Execute frame;
  frame.job_id = static_cast<std::uint64_t>(job.id);
  frame.run = static_cast<std::uint32_t>(job.counters.runs);
  frame.attempt = static_cast<std::uint32_t>(job.counters.attempts + 1);
  frame.max_attempts = static_cast<std::uint32_t>(job.counters.max_attempts);
  frame.deadline_ms = to_ms(lease.until);
  frame.plugin = job.plugin;
  frame.record_type = name_of(lease.record.key.type);
  frame.record_id = lease.record.key.key;
  frame.record = lease.event.snapshot;
  frame.event = event_json(lease);
  frame.delivery = to_text({{"id", job.delivery},
                            {"source", lease.event.source},
                            {"received_at", rfc3339(lease.event.received_at)}});
  frame.matched = job.matched;
  frame.input = job.input;
  return frame;
}

Outcome outcome_of(const wire::Finished& finished) {
  Outcome outcome;
  switch (finished.outcome) {
    case wire::RunOutcome::done: outcome.kind = OutcomeKind::done; break;
    case wire::RunOutcome::skipped: outcome.kind = OutcomeKind::skipped; break;
    case wire::RunOutcome::retry: outcome.kind = OutcomeKind::retry; break;
    case wire::RunOutcome::snooze: outcome.kind = OutcomeKind::snooze; break;
    case wire::RunOutcome::fail: outcome.kind = OutcomeKind::fail; break;
  }
  outcome.text = finished.text;
  if (finished.outcome == wire::RunOutcome::retry || finished.outcome == wire::RunOutcome::fail) {
    if (outcome.text.empty()) outcome.text = "the plugin gave no reason";
    // Readers take a NUL for its end.
    std::replace(outcome.text.begin(), outcome.text.end(), '\0', '?');
  }
  if (finished.after_ms >= 0) outcome.after = std::min(Millis(finished.after_ms), kLongestWait);
  if (outcome.kind == OutcomeKind::snooze)
    outcome.after = std::max(outcome.after.value_or(kShortestSnooze), kShortestSnooze);
  if (outcome.kind != OutcomeKind::done || outcome.text.empty()) return outcome;
  // The work was done, and stays done.
  if (const auto refusal = check_strict(outcome.text))
    outcome.text =
        to_text("the result of done() is left out, for it is no JSON: " + refusal->reason);
  return outcome;
}

Outcome end_that_counts(const Outcome& asked, const Outcome& said, bool work_is_open) {
  const bool finished = said.kind == OutcomeKind::done || said.kind == OutcomeKind::skipped;
  const bool for_good =
      said.kind == OutcomeKind::fail && (asked.kind == OutcomeKind::timed_out ||
                                         (asked.kind == OutcomeKind::interrupted && work_is_open));
  if (finished || for_good) return said;
  Outcome outcome = asked;
  outcome.text += "; then it said " + std::string(name_of(said.kind));
  if (!said.text.empty()) outcome.text += ": " + said.text;
  return outcome;
}

}  // namespace fh
