// What is last known of a record: how an event is compared with it, and what it is from then on. On
// the writer's thread, inside the transaction that stores the delivery.
#pragma once

#include "ingress/event_jobs.h"

namespace fh {

/// The reason of an event that is older than what is known.
inline constexpr const char* kStale = "stale";

/// When what the delivery tells was so.
TimePoint told_at(const Transaction& tx, const Arrival& arrival);

/// Whether something newer is known of the event's record.
bool is_stale(Transaction& tx, const Arrival& arrival, const Considered& considered);

/// Finds what changed, with the old values where they are known and wanted, and brings the last
/// known record up to date unless the event is stale; it is saved later. The reason says why
/// nothing counts as changed.
void take_baseline(Transaction& tx, const Arrival& arrival, Considered& considered);

}  // namespace fh
