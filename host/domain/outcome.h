// Outcome: how a run ended. A closed set; the first five are the plugin's own words, the others are
// the host's. Plain values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace fh {

enum class OutcomeKind {
  done,         // the work is finished
  skipped,      // already_done() said so
  retry,        // try again later; charged as an attempt
  snooze,       // not now; nothing is charged and the turn is given up
  fail,         // for good
  timed_out,    // it outlived its deadline; its worker was killed unless it heeded cancelled()
  crashed,      // the worker ended during the run
  lost,         // the host ended during the run
  interrupted,  // the host drained; nothing is charged
  cancelled,    // an operator cancelled the job
};

struct Outcome {
  OutcomeKind kind = OutcomeKind::done;
  std::string text{};  // done: the result's JSON or ""; else the reason, for people
  std::optional<std::chrono::milliseconds> after{};  // retry: instead of the backoff; snooze: for
  bool charged = true;  // retry: false when the host itself asked for it (a key was busy)
};

std::string_view name_of(OutcomeKind kind);
std::optional<OutcomeKind> outcome_kind_from(std::string_view name);

/// Whether what the run wrote outside once and step is kept: with done and snooze only.
bool keeps_effects(OutcomeKind kind);

}  // namespace fh
