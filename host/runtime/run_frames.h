// The frames of one run: the EXECUTE made from a lease, and the outcome read from a FINISHED. Pure.
#pragma once

#include "queue/dispatcher.h"
#include "wire/frames.h"

namespace fh {

/// A snooze charges nothing, so that a shorter one could run without end; it is made this long.
inline constexpr Millis kShortestSnooze = std::chrono::seconds(1);

wire::Execute execute_frame(const Lease& lease);

/// The wait it asks for is at most kLongestWait, and a snooze is at least kShortestSnooze. A result
/// that is no JSON is replaced by a note.
Outcome outcome_of(const wire::Finished& finished);

/// What becomes of a run that was asked to end (as `asked`) and then said something. Work that was
/// finished in spite of it stays finished, and what failed for good at the deadline has failed;
/// anything else is what was asked for, with the plugin's reason. work_is_open: it left a once or
/// step with neither commit nor abandon, as when its result cannot be stored. A fail that says so
/// is one for an interrupted run too, since the next run would do the work again.
Outcome end_that_counts(const Outcome& asked, const Outcome& said, bool work_is_open);

}  // namespace fh
