#include "store/record_table.h"

#include <algorithm>

#include "base/log.h"
#include "domain/snapshot.h"

namespace fh {
namespace {

std::optional<std::int64_t> ms_of(const std::optional<TimePoint>& time) {
  return time ? std::optional(to_ms(*time)) : std::nullopt;
}

std::string key_of(const std::string& account, RecordType type, const char* kind,
                   const std::string& alias) {
  std::string key = account;
  return key.append(1, '\0').append(name_of(type)).append(kind).append(1, '\0').append(alias);
}

}  // namespace

std::optional<std::int64_t> RecordTable::find(const std::string& account, RecordType type,
                                              const char* kind, const std::string& alias) {
  if (alias.empty()) return std::nullopt;
  std::string key = key_of(account, type, kind, alias);
  if (const auto known = kept_.find(key); known != kept_.end()) return known->second;
  auto query = db_.query(
      "SELECT record FROM aliases WHERE account = ? AND type = ? AND kind = ? AND alias = ?",
      account, name_of(type), kind, alias);
  if (!query.next()) return std::nullopt;
  const std::int64_t record = query.integer(0);
  if (key.size() > kLongestKept) return record;
  if (kept_.size() >= kMostKept) kept_.clear();
  kept_.emplace(std::move(key), record);
  return record;
}

void RecordTable::name(std::int64_t record, const std::string& account, RecordType type,
                       const char* kind, const std::string& alias) {
  db_.run(
      "INSERT OR IGNORE INTO aliases (account, type, kind, alias, record)"
      " VALUES (?, ?, ?, ?, ?)",
      account, name_of(type), kind, alias, record);
}

void RecordTable::forget_names() {
  kept_.clear();
  any_merged_.reset();
}

void RecordTable::forget(std::size_t states_left) {
  forget_names();
  left_.resize(states_left);
}

void RecordTable::keep() {
  for (const auto& [plugin, record] : std::exchange(left_, {}))
    log_warning("state_left", {{"plugin", plugin},
                               {"account", record.account},
                               {"type", name_of(record.type)},
                               {"record", record.key},
                               {"reason",
                                "two records turned out to be one, and both had a state: the one "
                                "that was known first keeps its own"}});
}

bool RecordTable::any_merged() {
  if (!any_merged_)
    any_merged_ = db_.query("SELECT 1 FROM records WHERE merged_into IS NOT NULL LIMIT 1").next();
  return *any_merged_;
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
      "SELECT account, type, key, uuid, snapshot, body_of, body_at, body_size, updated_at_ms,"
      " shape, latest_source, latest_delivery, latest_hash, latest_at_ms, accepted_delivery,"
      " accepted_ordinal FROM records WHERE id = ?",
      id);
  if (!query.next()) throw HostError("store: record " + std::to_string(id) + " is missing");
  const auto type = record_type_from(query.text(1));
  if (!type)
    throw HostError("store: record " + std::to_string(id) + " has a type that is none, \"" +
                    query.text(1) + "\"");
  StoredRecord record;
  record.id = id;
  record.key = {query.text(0), *type, query.text(2)};
  record.uuid = query.text(3);
  if (!query.null(4)) record.snapshot = query.text(4);
  if (!query.null(5)) record.in_body = {query.integer(5), query.integer(6), query.integer(7)};
  record.has_baseline = record.snapshot || record.in_body;
  if (!query.null(8)) record.updated_at = from_ms(query.integer(8));
  record.shape = query.integer(9);
  record.latest_source = query.text(10);
  record.latest = {query.integer(11), {}, from_ms(query.integer(13))};
  if (!query.null(12)) record.latest.body_hash = query.text(12);
  record.accepted = {query.integer(14), query.integer(15)};
  return record;
}

std::optional<std::string> RecordTable::baseline(const StoredRecord& record) {
  if (!record.in_body) return record.snapshot;
  const BodyPart& part = *record.in_body;
  auto query = db_.query("SELECT substr(body, ?2, ?3) FROM deliveries WHERE id = ?1", part.delivery,
                         part.at + 1, part.size);
  if (!query.next())
    throw HostError("store: delivery " + std::to_string(part.delivery) +
                    ", whose body has the last known state of record " + std::to_string(record.id) +
                    ", is missing: see what 'fieldhook doctor' says");
  return query.text(0);
}

void RecordTable::save(const StoredRecord& record) {
  const auto part = [&](std::int64_t BodyPart::*member) {
    return record.in_body ? std::optional((*record.in_body).*member) : std::nullopt;
  };
  const auto hash =
      record.latest.body_hash ? std::optional(Blob{*record.latest.body_hash}) : std::nullopt;
  db_.run(
      "UPDATE records SET snapshot = ?, body_of = ?, body_at = ?, body_size = ?, updated_at_ms = ?,"
      " shape = ?, latest_source = ?, latest_delivery = ?, latest_hash = ?, latest_at_ms = ?,"
      " accepted_delivery = ?, accepted_ordinal = ? WHERE id = ?",
      record.snapshot, part(&BodyPart::delivery), part(&BodyPart::at), part(&BodyPart::size),
      ms_of(record.updated_at), record.shape, record.latest_source, record.latest.delivery, hash,
      to_ms(record.latest.received_at), record.accepted.delivery, record.accepted.ordinal,
      record.id);
}

std::optional<LatestDelivery> RecordTable::latest(const StoredRecord& record,
                                                  const std::string& source) {
  if (record.latest_source == source) return record.latest;
  auto query = db_.query(
      "SELECT delivery, body_hash, received_at_ms FROM latest WHERE record = ? AND source = ?",
      record.id, source);
  if (!query.next()) return std::nullopt;
  LatestDelivery latest{query.integer(0), {}, from_ms(query.integer(2))};
  if (!query.null(1)) latest.body_hash = query.text(1);
  return latest;
}

void RecordTable::set_latest(StoredRecord& record, const std::string& source,
                             LatestDelivery latest) {
  // One that is newer than the record's latest has left no key yet.
  const bool may_have_left_one =
      record.latest_source.empty() || latest.delivery <= record.latest.delivery;
  if (!latest.body_hash && may_have_left_one) {
    auto before = this->latest(record, source);
    if (before && before->delivery == latest.delivery) latest = std::move(*before);
  }
  if (!record.latest_source.empty() && record.latest_source != source) spill_latest(record.id);
  record.latest_source = source;
  record.latest = std::move(latest);
}

// Into the table, where the latest of each other source is.
void RecordTable::spill_latest(std::int64_t record) {
  db_.run(
      "INSERT OR REPLACE INTO latest (record, source, delivery, body_hash, received_at_ms)"
      " SELECT id, latest_source, latest_delivery, latest_hash, latest_at_ms FROM records"
      " WHERE id = ? AND latest_source <> ''",
      record);
}

ToldBy RecordTable::last_told(std::int64_t record) {
  auto query = db_.query(
      "SELECT received_at_ms, delivery FROM latest WHERE record = ?1 UNION ALL"
      " SELECT latest_at_ms, latest_delivery FROM records WHERE id = ?1 AND latest_source <> ''"
      " ORDER BY 1 DESC, 2 DESC LIMIT 1",
      record);
  return query.next() ? ToldBy{from_ms(query.integer(0)), query.integer(1)} : ToldBy{};
}

void RecordTable::note_accepted(std::int64_t record, const EventPlace& event) {
  db_.run(
      "UPDATE records SET accepted_delivery = ?2, accepted_ordinal = ?3 WHERE id = ?1"
      " AND (accepted_delivery, accepted_ordinal) < (?2, ?3)",
      record, event.delivery, event.ordinal);
}

bool RecordTable::is_superseded(std::int64_t record, std::int64_t event) {
  return db_
      .query(
          "SELECT 1 FROM records r JOIN events e ON e.id = ?2 WHERE r.id = ?1"
          " AND (r.accepted_delivery, r.accepted_ordinal) > (e.delivery, coalesce(e.ordinal, 0))",
          record, event)
      .next();
}

// What the CRM touched last is laid over the other; where it does not say when, what was told last.
std::string RecordTable::joined_baselines(const StoredRecord& elder, const StoredRecord& younger) {
  const auto known = [this](const StoredRecord& record) {
    const auto text = baseline(record);
    return text ? Json::parse(*text) : Json::object();
  };
  const bool both_times = younger.updated_at && elder.updated_at;
  const bool later = both_times ? *younger.updated_at > *elder.updated_at
                                : last_told(younger.id) > last_told(elder.id);
  Event last;
  last.snapshot = SnapshotText(known(later ? younger : elder));
  return to_text(fh::merge(known(later ? elder : younger), last));
}

// Where both have one the elder's stays, with a version that neither had: a run that is based on
// either of them is told that it changed.
void RecordTable::merge_states(const StoredRecord& elder, std::int64_t from) {
  std::string plugin;
  while (true) {
    // One seek per plugin: there may be a state for every record there ever was.
    auto query = db_.query(
        "SELECT plugin FROM plugin_states WHERE plugin > ? ORDER BY plugin LIMIT 1", plugin);
    if (!query.next()) return;
    plugin = query.text(0);
    db_.run("UPDATE OR IGNORE plugin_states SET record = ?1 WHERE plugin = ?3 AND record = ?2",
            elder.id, from, plugin);
    const int both = db_.run(
        "UPDATE plugin_states AS stays SET version = max(stays.version, gone.version) + 1"
        " FROM plugin_states AS gone WHERE stays.plugin = ?3 AND stays.record = ?1"
        " AND gone.plugin = ?3 AND gone.record = ?2",
        elder.id, from, plugin);
    if (both > 0) left_.emplace_back(plugin, elder.key);
  }
}

void RecordTable::merge(std::int64_t into, std::int64_t from) {
  forget_names();
  spill_latest(into);
  spill_latest(from);
  StoredRecord elder = load(into);
  const StoredRecord younger = load(from);
  if (younger.has_baseline) {
    elder.snapshot = joined_baselines(elder, younger);
    elder.in_body.reset();
    elder.updated_at = std::max(elder.updated_at, younger.updated_at);
    elder.shape =
        elder.shape != 0 || younger.shape != 0 ? stored_shape(stored_members(*elder.snapshot)) : 0;
  }
  elder.latest_source = "";
  elder.accepted = std::max(elder.accepted, younger.accepted);
  save(elder);
  if (elder.uuid.empty()) db_.run("UPDATE records SET uuid = ? WHERE id = ?", younger.uuid, into);
  db_.run("UPDATE aliases SET record = ?1 WHERE record = ?2", into, from);
  db_.run(
      "INSERT OR REPLACE INTO latest (record, source, delivery, body_hash, received_at_ms)"
      " SELECT ?1, source, delivery, body_hash, received_at_ms FROM latest l WHERE record = ?2"
      " AND NOT EXISTS (SELECT 1 FROM latest m WHERE m.record = ?1 AND m.source = l.source"
      " AND (m.received_at_ms, m.delivery) > (l.received_at_ms, l.delivery))",
      into, from);
  db_.run("DELETE FROM latest WHERE record = ?", from);
  merge_states(elder, from);
  db_.run("UPDATE OR IGNORE echoes SET record = ?1 WHERE record = ?2", into, from);
  // Jobs of both now wait for one turn. A job that already holds the younger record's turn keeps
  // it until its end; the others queue behind whatever holds the elder's.
  db_.run(
      "UPDATE jobs SET record = ?1, turn = CASE WHEN turn = ?2 AND state NOT IN ('available',"
      " 'running', 'retryable') THEN ?1 ELSE turn END WHERE record = ?2",
      into, from);
  // The younger's row stays as a signpost for what was stored under it.
  db_.run(
      "UPDATE records SET merged_into = ?1, snapshot = NULL, body_of = NULL, latest_source = ''"
      " WHERE id = ?2 OR merged_into = ?2",
      into, from);
}

}  // namespace fh
