// Event: one record's change read from a delivery. Absent, null and "" are three things: a change
// without `from` means the old value is unknown, a null one means it was null. Plain values.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "domain/record.h"
#include "domain/snapshot_text.h"

namespace fh {

struct Change {
  std::optional<Json> from;  // nullopt: not known
  Json to;
  bool custom = false;  // named as a custom field, though by its bare name here
};

/// By field; a custom field goes by its bare name unless a standard field has the same one.
using Changes = std::map<std::string, Change>;

enum class EventKind { created, updated, deleted };

/// What the payload held: the whole record, its changes, or both.
enum class PayloadMode { full_object, changes_only, changes_with_snapshot };

struct Event {
  RecordType type = RecordType::contact;
  EventKind kind = EventKind::updated;
  PayloadMode mode = PayloadMode::changes_only;
  Aliases aliases;
  Changes changes;                         // full_object: empty until compared with the baseline
  Changes unchanged;                       // of a change list alone: told, and as before
  SnapshotText snapshot;                   // none: no whole record; else has what changed, too
  std::optional<std::size_t> snapshot_at;  // where its text begins in the body
  bool may_lack_fields = false;            // the snapshot is some of the record's fields, or all
  int ordinal = 0;                         // which item of the body's list it was read from
  std::string sender_id;    // the sender's own id of this event; empty when it has none
  std::string occurred_at;  // as the sender wrote it; empty when unknown
  std::string actor;        // who made the change, as the sender wrote it; empty when unknown
  std::string set_aside;    // why it makes no job whatever it changes; empty when it may
};

/// An event as watches see it: with its changes completed from the baseline, and the last known
/// record where the payload held none. Refers to its parts; lives no longer than they.
struct Occurrence {
  Occurrence(const Event& e) : event(e), changes(e.changes), snapshot(e.snapshot) {}  // NOLINT
  Occurrence(const Event& e, const Changes& c, const SnapshotText& s)
      : event(e), changes(c), snapshot(s) {}

  const Event& event;
  const Changes& changes;
  const SnapshotText& snapshot;
};

std::string_view name_of(EventKind kind);
std::optional<EventKind> event_kind_from(std::string_view name);
std::string_view name_of(PayloadMode mode);

/// {"field": {"from": old, "to": new}}; "from" is left out when it is unknown.
Json to_json(const Changes& changes);
Changes changes_from_json(const Json& json);

}  // namespace fh
