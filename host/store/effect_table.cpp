#include "store/effect_table.h"

namespace fh {
namespace {

EffectRow row_of(const Query& query) {
  EffectRow row{query.integer(0), query.integer(1), {}};
  if (!query.null(2)) row.result = query.text(2);
  return row;
}

}  // namespace

std::optional<EffectRow> EffectTable::find_once(const std::string& plugin, const std::string& key) {
  auto query = db_.query(
      "SELECT job, lease, result, interrupted FROM once_keys WHERE plugin = ? AND key = ?", plugin,
      key);
  if (!query.next()) return std::nullopt;
  EffectRow row = row_of(query);
  row.interrupted = query.integer(3) != 0;
  return row;
}

void EffectTable::begin_once(const std::string& plugin, const std::string& key, std::int64_t job,
                             std::int64_t lease, TimePoint now) {
  db_.run(
      "INSERT INTO once_keys (plugin, key, job, lease, started_at_ms) VALUES (?, ?, ?, ?, ?)"
      " ON CONFLICT DO UPDATE SET job = excluded.job, lease = excluded.lease,"
      " started_at_ms = excluded.started_at_ms, interrupted = interrupted OR lease <> 0",
      plugin, key, job, lease, to_ms(now));
}

void EffectTable::finish_once(const std::string& plugin, const std::string& key,
                              const std::string& result, TimePoint now) {
  db_.run(
      "UPDATE once_keys SET lease = 0, result = ?, finished_at_ms = ?"
      " WHERE plugin = ? AND key = ?",
      result, to_ms(now), plugin, key);
}

void EffectTable::leave_once(const std::string& plugin, const std::string& key) {
  db_.run("UPDATE once_keys SET lease = 0 WHERE plugin = ? AND key = ?", plugin, key);
}

std::optional<EffectRow> EffectTable::find_step(std::int64_t job, const std::string& name) {
  auto query =
      db_.query("SELECT job, lease, result FROM steps WHERE job = ? AND name = ?", job, name);
  return query.next() ? std::optional(row_of(query)) : std::nullopt;
}

void EffectTable::begin_step(std::int64_t job, const std::string& name, std::int64_t lease,
                             TimePoint now) {
  db_.run("INSERT OR REPLACE INTO steps (job, name, lease, started_at_ms) VALUES (?, ?, ?, ?)", job,
          name, lease, to_ms(now));
}

void EffectTable::finish_step(std::int64_t job, const std::string& name, const std::string& result,
                              TimePoint now) {
  db_.run("UPDATE steps SET lease = 0, result = ?, finished_at_ms = ? WHERE job = ? AND name = ?",
          result, to_ms(now), job, name);
}

void EffectTable::leave_step(std::int64_t job, const std::string& name) {
  db_.run("UPDATE steps SET lease = 0 WHERE job = ? AND name = ?", job, name);
}

StateRow EffectTable::state(const std::string& plugin, std::int64_t record) {
  auto query = db_.query("SELECT version, value FROM plugin_states WHERE plugin = ? AND record = ?",
                         plugin, record);
  return query.next() ? StateRow{query.integer(0), query.text(1)} : StateRow{};
}

bool EffectTable::set_state(const std::string& plugin, std::int64_t record,
                            const std::string& value, std::int64_t expected) {
  if (expected == 0)
    return db_.run(
               "INSERT OR IGNORE INTO plugin_states (plugin, record, version, value)"
               " VALUES (?, ?, 1, ?)",
               plugin, record, value) == 1;
  return db_.run(
             "UPDATE plugin_states SET version = version + 1, value = ?"
             " WHERE plugin = ? AND record = ? AND version = ?",
             value, plugin, record, expected) == 1;
}

void EffectTable::expect_echo(const std::string& plugin, std::int64_t record,
                              const std::string& field, const std::string& value,
                              TimePoint expires_at) {
  db_.run(
      "INSERT OR REPLACE INTO echoes (plugin, record, field, value, expires_at_ms)"
      " VALUES (?, ?, ?, ?, ?)",
      plugin, record, field, value, to_ms(expires_at));
}

std::map<std::string, std::set<Echo>> EffectTable::echoes(std::int64_t record, TimePoint now) {
  auto query =
      db_.query("SELECT plugin, field, value FROM echoes WHERE record = ? AND expires_at_ms > ?",
                record, to_ms(now));
  std::map<std::string, std::set<Echo>> expected;
  while (query.next()) expected[query.text(0)].insert({query.text(1), query.text(2)});
  return expected;
}

bool EffectTable::take_echo(const std::string& plugin, std::int64_t record,
                            const std::string& field, const std::string& value, TimePoint now) {
  return db_.run(
             "DELETE FROM echoes WHERE plugin = ? AND record = ? AND field = ? AND value = ?"
             " AND expires_at_ms > ?",
             plugin, record, field, value, to_ms(now)) == 1;
}

int EffectTable::prune_echoes(TimePoint now, int limit) {
  return db_.run(
      "DELETE FROM echoes WHERE (record, plugin, field, value) IN (SELECT record, plugin, field,"
      " value FROM echoes WHERE expires_at_ms <= ? LIMIT ?)",
      to_ms(now), limit);
}

}  // namespace fh
