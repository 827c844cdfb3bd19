#include "domain/outcome.h"

namespace fh {

std::string_view name_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::done: return "done";
    case OutcomeKind::skipped: return "skipped";
    case OutcomeKind::retry: return "retry";
    case OutcomeKind::snooze: return "snooze";
    case OutcomeKind::fail: return "fail";
    case OutcomeKind::timed_out: return "timed_out";
    case OutcomeKind::crashed: return "crashed";
    case OutcomeKind::lost: return "lost";
    case OutcomeKind::interrupted: return "interrupted";
    case OutcomeKind::cancelled: return "cancelled";
  }
  return "";
}

std::optional<OutcomeKind> outcome_kind_from(std::string_view name) {
  for (int kind = 0; kind <= static_cast<int>(OutcomeKind::cancelled); ++kind)
    if (name == name_of(static_cast<OutcomeKind>(kind))) return static_cast<OutcomeKind>(kind);
  return std::nullopt;
}

bool keeps_effects(OutcomeKind kind) {
  return kind == OutcomeKind::done || kind == OutcomeKind::snooze;
}

}  // namespace fh
