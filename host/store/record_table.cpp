#include "store/record_table.h"

#include <algorithm>

namespace fh {
namespace {

std::optional<std::int64_t> ms_of(const std::optional<TimePoint>& time) {
  return time ? std::optional(to_ms(*time)) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> RecordTable::find(const std::string& account, RecordType type,
                                              const char* kind, const std::string& alias) {
  if (alias.empty()) return std::nullopt;
  auto query = db_.query(
      "SELECT record FROM aliases WHERE account = ? AND type = ? AND kind = ? AND alias = ?",
      account, name_of(type), kind, alias);
  return query.next() ? std::optional(query.integer(0)) : std::nullopt;
}

void RecordTable::name(std::int64_t record, const std::string& account, RecordType type,
                       const char* kind, const std::string& alias) {
  db_.run(
      "INSERT OR IGNORE INTO aliases (account, type, kind, alias, record)"
      " VALUES (?, ?, ?, ?, ?)",
      account, name_of(type), kind, alias, record);
}

StoredRecord RecordTable::resolve(const std::string& account, RecordType type,
                                  const Aliases& aliases) {
  CHECK(!aliases.empty());
  auto by_uuid = find(account, type, "uuid", aliases.uuid);
  auto by_id = find(account, type, "id", aliases.id);
  if (by_uuid && by_id && *by_uuid != *by_id) {
    const auto [elder, younger] = std::minmax(*by_uuid, *by_id);
    merge(elder, younger);
    by_uuid = by_id = elder;
  }
  std::optional<std::int64_t> record = by_uuid ? by_uuid : by_id;
  if (!record) {
    db_.run("INSERT INTO records (account, type, key, uuid) VALUES (?, ?, ?, ?)", account,
            name_of(type), aliases.first(), aliases.uuid);
    record = db_.last_id();
  }
  if (!aliases.uuid.empty() && !by_uuid) {
    name(*record, account, type, "uuid", aliases.uuid);
    db_.run("UPDATE records SET uuid = ? WHERE id = ?", aliases.uuid, *record);
  }
  if (!aliases.id.empty() && !by_id) name(*record, account, type, "id", aliases.id);
  return load(*record);
}

StoredRecord RecordTable::load(std::int64_t id) {
  auto query = db_.query(
      "SELECT account, type, key, uuid, coalesce(snapshot, (SELECT substr(d.body, r.body_at + 1,"
      " r.body_size) FROM deliveries d WHERE d.id = r.body_of)), updated_at_ms, shape"
      " FROM records r WHERE id = ?",
      id);
  if (!query.next()) throw HostError("store: record " + std::to_string(id) + " is missing");
  StoredRecord record;
  record.id = id;
  record.key = {query.text(0), record_type_from(query.text(1)).value(), query.text(2)};
  record.uuid = query.text(3);
  if (!query.null(4)) record.snapshot = query.text(4);
  if (!query.null(5)) record.updated_at = from_ms(query.integer(5));
  record.shape = query.integer(6);
  return record;
}

void RecordTable::save_baseline(const StoredRecord& record) {
  db_.run(
      "UPDATE records SET snapshot = ?, body_of = NULL, updated_at_ms = ?, shape = ? WHERE id = ?",
      record.snapshot, ms_of(record.updated_at), record.shape, record.id);
}

void RecordTable::save_baseline(const StoredRecord& record, const BodyPart& snapshot) {
  db_.run(
      "UPDATE records SET snapshot = NULL, body_of = ?, body_at = ?, body_size = ?,"
      " updated_at_ms = ?, shape = ? WHERE id = ?",
      snapshot.delivery, snapshot.at, snapshot.size, ms_of(record.updated_at), record.shape,
      record.id);
}

void RecordTable::merge(std::int64_t into, std::int64_t from) {
  // The baseline that the CRM touched last stays; an unknown time is the older one.
  const StoredRecord elder = load(into);
  StoredRecord younger = load(from);
  if (younger.snapshot && (!elder.snapshot || younger.updated_at > elder.updated_at)) {
    younger.id = into;
    save_baseline(younger);
  }
  db_.run("UPDATE aliases SET record = ?1 WHERE record = ?2", into, from);
  db_.run(
      "INSERT OR REPLACE INTO latest (record, source, delivery, body_hash, received_at_ms)"
      " SELECT ?1, source, delivery, body_hash, received_at_ms FROM latest l WHERE record = ?2"
      " AND NOT EXISTS (SELECT 1 FROM latest m WHERE m.record = ?1 AND m.source = l.source"
      " AND m.delivery > l.delivery)",
      into, from);
  db_.run("DELETE FROM latest WHERE record = ?", from);
  db_.run("UPDATE OR IGNORE plugin_states SET record = ?1 WHERE record = ?2", into, from);
  db_.run("UPDATE OR IGNORE echoes SET record = ?1 WHERE record = ?2", into, from);
  // Jobs of both now wait for one turn. A job that already holds the younger record's turn keeps
  // it until its end; the others queue behind whatever holds the elder's.
  db_.run("UPDATE jobs SET record = ?1 WHERE record = ?2", into, from);
  db_.run(
      "UPDATE jobs SET turn = ?1 WHERE turn = ?2"
      " AND state NOT IN ('available', 'running', 'retryable')",
      into, from);
  // The younger's row stays as a signpost for what was stored under it.
  db_.run(
      "UPDATE records SET merged_into = ?1, snapshot = NULL, body_of = NULL WHERE id = ?2"
      " OR merged_into = ?2",
      into, from);
}

}  // namespace fh
