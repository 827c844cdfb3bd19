// Why the events of a delivery made no job: told for the delivery as a whole and for each event
// when it is stored, and found again for operators. Pure; any thread.
#pragma once

#include <map>

#include "ingress/event_jobs.h"

namespace fh {

/// Why the event met no watch, with what was found to have changed.
std::string no_match(const Event& event, const Changes& changes);

/// "of delivery 12".
std::string of_delivery(std::int64_t id);

/// Why nothing of a delivery makes a job, each reason once; last, of what was not read as an event.
std::string joined_reasons(const Arrival& arrival, const std::vector<Considered>& all);

/// Whether a delivery of this reason, or an event of it, was not looked at when it came.
bool is_not_read(std::string_view reason);

/// {reason: [ordinals]} of the events that made no job. nullopt: the delivery is one event and no
/// more, whose reason is the delivery's own.
std::optional<std::string> event_reasons(const Arrival& arrival,
                                         const std::vector<Considered>& all);

/// The same by ordinal. `event_reasons` may be "".
std::map<int, std::string> reasons_by_ordinal(const std::string& event_reasons);

}  // namespace fh
