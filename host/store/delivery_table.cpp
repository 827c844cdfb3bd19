#include "store/delivery_table.h"

namespace fh {

void DeliveryTable::insert(const NewDelivery& d) {
  db_.run(
      "INSERT INTO deliveries (id, source, status, reason, received_at_ms, duplicate_of, jobs,"
      " secret, head, body, record, event_reasons) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      d.id, d.source, name_of(d.status), d.reason, to_ms(d.received_at), d.duplicate_of, d.jobs,
      d.secret, d.head, Blob{d.body}, d.record, d.event_reasons);
}

std::int64_t DeliveryTable::insert(const NewEvent& e) {
  const std::int64_t id = event_ids_.next();
  const auto& part = e.body_part;
  CHECK(!part || part->delivery == e.delivery);
  db_.run(
      "INSERT INTO events (id, delivery, ordinal, record, kind, mode, complete, changes, snapshot,"
      " occurred_at, actor, body_at, body_size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      id, e.delivery, e.ordinal, e.record, e.kind, e.mode, e.complete, e.changes,
      part ? std::string_view() : e.snapshot, e.occurred_at, e.actor,
      part ? std::optional(part->at) : std::nullopt,
      part ? std::optional(part->size) : std::nullopt);
  return id;
}

bool DeliveryTable::has(std::int64_t delivery) {
  return db_.query("SELECT 1 FROM deliveries WHERE id = ?", delivery).next();
}

std::vector<StoredEvent> DeliveryTable::events_of(std::int64_t delivery) {
  auto query = db_.query(
      "SELECT e.id, coalesce(r.merged_into, r.id), e.ordinal, e.kind, e.changes"
      " FROM events e JOIN records r ON r.id = e.record WHERE e.delivery = ? ORDER BY e.id",
      delivery);
  std::vector<StoredEvent> events;
  while (query.next()) {
    StoredEvent event{query.integer(0), query.integer(1), {}, query.text(3), query.text(4)};
    if (!query.null(2)) event.ordinal = static_cast<int>(query.integer(2));
    events.push_back(std::move(event));
  }
  return events;
}

EventRow DeliveryTable::event(std::int64_t id) {
  auto query = db_.query(
      "SELECT e.kind, e.mode, e.changes, CASE WHEN e.body_size IS NULL THEN e.snapshot"
      " ELSE substr(d.body, e.body_at + 1, e.body_size) END, e.occurred_at, e.actor, e.complete,"
      " d.source, d.received_at_ms, e.record FROM events e JOIN deliveries d ON d.id = e.delivery"
      " WHERE e.id = ?",
      id);
  if (!query.next()) throw HostError("store: event " + std::to_string(id) + " is missing");
  return {query.integer(9), query.text(0),
          query.text(1),    query.text(2),
          query.text(3),    query.text(4),
          query.text(5),    query.integer(6) != 0,
          query.text(7),    from_ms(query.integer(8))};
}

void DeliveryTable::add_jobs(std::int64_t delivery, int jobs) {
  db_.run(
      "UPDATE deliveries SET jobs = jobs + ?, status = 'accepted', reason = '',"
      " duplicate_of = NULL WHERE id = ?",
      jobs, delivery);
}

std::optional<std::int64_t> DeliveryTable::find_sender_id(const std::string& source,
                                                          const std::string& id, TimePoint now) {
  auto query = db_.query(
      "SELECT delivery FROM sender_ids WHERE source = ? AND sender_id = ? AND expires_at_ms > ?",
      source, id, to_ms(now));
  return query.next() ? std::optional(query.integer(0)) : std::nullopt;
}

void DeliveryTable::keep_sender_id(const std::string& source, const std::string& id,
                                   std::int64_t delivery, TimePoint expires_at) {
  db_.run(
      "INSERT OR REPLACE INTO sender_ids (source, sender_id, delivery, expires_at_ms)"
      " VALUES (?, ?, ?, ?)",
      source, id, delivery, to_ms(expires_at));
}

int DeliveryTable::prune_sender_ids(TimePoint now, int limit) {
  return db_.run(
      "DELETE FROM sender_ids WHERE (source, sender_id) IN (SELECT source, sender_id"
      " FROM sender_ids WHERE expires_at_ms <= ? LIMIT ?)",
      to_ms(now), limit);
}

}  // namespace fh
