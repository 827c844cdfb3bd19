// DeliveryTable: what arrived, the events read from it, and the keys by which a later delivery is
// told to be a duplicate. The writer's thread only, inside a transaction.
#pragma once

#include <vector>

#include "base/clock.h"
#include "domain/delivery.h"
#include "domain/event.h"
#include "store/id_sequence.h"
#include "store/record_table.h"

namespace fh {

/// Between the reasons of a delivery whose events had several.
inline constexpr const char* kReasonSeparator = "; ";

/// How the head of a delivery begins that no request brought: somebody imported it, and it tells
/// nothing of when its source was heard.
inline constexpr std::string_view kImportedHead = R"([["Imported",)";

struct NewDelivery {
  std::int64_t id = 0;  // from Store::new_delivery_id()
  std::string source;
  DeliveryStatus status = DeliveryStatus::ignored;
  std::string reason;  // why it was ignored or what it duplicates; "" when accepted
  TimePoint received_at;
  std::optional<std::int64_t> duplicate_of;
  int jobs = 0;
  std::string secret;  // the name of the secret it was signed with
  std::string head;    // JSON, credentials masked
  std::string_view body;
  std::optional<std::int64_t> record;        // whose baseline is a part of this body
  std::optional<std::string> event_reasons;  // JSON (ingress/reasons.h)
};

struct NewEvent {
  std::int64_t delivery = 0;
  int ordinal = 0;  // Event::ordinal
  std::int64_t record = 0;
  std::string kind;
  std::string mode;
  bool complete = false;              // whether the snapshot came with the event
  std::string changes;                // JSON
  std::string_view snapshot;          // JSON, or else:
  std::optional<BodyPart> body_part;  // where it stands in its delivery's body
  std::string occurred_at;
  std::string actor;
};

struct StoredEvent {
  std::int64_t id = 0;
  std::int64_t record = 0;     // the one that it is part of by now
  std::optional<int> ordinal;  // nullopt: an older fieldhook stored it
  std::string kind;
  std::string changes;  // JSON
};

/// An event as a run needs it, with where and when its delivery came in.
struct EventRow {
  std::int64_t record = 0;  // as it was when the event came: it may have become part of another
  std::string kind;
  std::string mode;
  std::string changes;   // JSON
  std::string snapshot;  // JSON
  std::string occurred_at;
  std::string actor;
  bool complete = false;
  std::string source;
  TimePoint received_at{};
};

class DeliveryTable {
 public:
  explicit DeliveryTable(Database& db) : db_(db) {}

  void insert(const NewDelivery& delivery);
  std::int64_t insert(const NewEvent& event);

  /// Whether it is there still.
  bool has(std::int64_t delivery);
  /// Those of the delivery that are stored, as all are that made a job, the oldest first.
  std::vector<StoredEvent> events_of(std::int64_t delivery);
  /// Throws HostError when it is not there.
  EventRow event(std::int64_t id);
  /// The delivery made further jobs: it counts as accepted from now on.
  void add_jobs(std::int64_t delivery, int jobs);

  /// The delivery that brought the sender's id before, while that id is kept.
  std::optional<std::int64_t> find_sender_id(const std::string& source, const std::string& id,
                                             TimePoint now);
  void keep_sender_id(const std::string& source, const std::string& id, std::int64_t delivery,
                      TimePoint expires_at);
  /// After a rollback.
  void forget() { event_ids_.forget(); }
  /// At an orderly end.
  void give_back_ids() { event_ids_.give_back(); }
  /// Removes at most `limit` sender ids that expired; returns how many.
  int prune_sender_ids(TimePoint now, int limit);

 private:
  Database& db_;
  IdSequence event_ids_{db_, "event"};
};

}  // namespace fh
