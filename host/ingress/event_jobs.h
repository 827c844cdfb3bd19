// What becomes of an event that was looked at: its row, and a job for each plugin whose watch it
// met. On the writer's thread, inside the transaction that stores its delivery.
#pragma once

#include "ingress/accept.h"

namespace fh {

/// What became of one event of the delivery.
struct Considered {
  const ArrivedEvent* arrived = nullptr;
  Changes changes;  // completed from the baseline
  StoredRecord record;
  std::optional<std::int64_t> duplicate_of;
  bool is_stale = false;  // something newer is known of the record
  std::string reason;     // why it makes no job, when it does not
  std::vector<Match> matches;
  std::int64_t event = 0;        // its row, where it has one already
  bool may_match = true;         // else no watch can be met, whatever is known of the record
  bool wants_old_values = true;  // else what is known is not what the event changed
  bool is_late_news = false;     // of a replay: to be remembered as if it came now
};

/// Whether the stored event, of the same delivery and record, is this one. Where it has no ordinal,
/// what changed tells the events of a record apart.
bool is_stored_as(const Event& event, const StoredEvent& stored);

/// Takes out the fields that its source does not count, wherever the changes are from.
void drop_noise(Changes& changes, const Event& event,
                const std::vector<std::string>& ignore_fields);

/// Where the event's snapshot stands in the body of the delivery that is being stored.
std::optional<BodyPart> body_part(const Arrival& arrival, const Event& event);

/// The number of its new row.
std::int64_t insert_event(Transaction& tx, const Arrival& arrival, const Considered& considered);

/// How many were made. Throws BacklogFull.
int insert_jobs(Transaction& tx, const Arrival& arrival, const Considered& considered,
                const Catalog& catalog);

}  // namespace fh
