#include "senders/espocrm.h"

#include "senders/body_parts.h"

namespace fh {
namespace {

SenderReading read_record(const Json& item, const SourceTerms& terms) {
  Event event;
  event.type = terms.record;
  event.kind = terms.event;
  event.aliases.id = name_in(member_of(item, "id"));
  if (event.aliases.empty()) return unmapped("an item names no record: it has no \"id\"");
  event.occurred_at = text_in(member_of(item, "modifiedAt"));
  set_actor(event, terms, {text_in(member_of(item, "modifiedById"))});
  if (event.kind == EventKind::created) {
    event.mode = PayloadMode::full_object;
    event.snapshot = SnapshotText(item);
  } else if (event.kind == EventKind::updated) {
    for (const auto& [attribute, value] : item.items())
      if (attribute != "id") event.changes[attribute].to = value;
    if (event.changes.empty()) return unmapped("an item has no attribute beside \"id\"");
  }
  SenderReading reading;
  reading.events.push_back(std::move(event));
  return reading;
}

}  // namespace

SenderReading read_espocrm(const SenderBody& body, const SourceTerms& terms) {
  if (!body.json().is_array()) return unmapped("the body is not a list of records");
  return read_items(body.json(), [&](const Json& item) { return read_record(item, terms); });
}

}  // namespace fh
