#include "store/hold_table.h"

#include "base/json.h"

namespace fh {

void Holds::replace(const std::string& plugin, Holds held) {
  pauses.erase(plugin);
  std::erase_if(quarantines, [&](const auto& one) { return one.first.first == plugin; });
  pauses.merge(held.pauses);
  quarantines.merge(held.quarantines);
}

Holds HoldTable::all() {
  return read(db_.query("SELECT plugin, who, at_ms FROM pauses"),
              db_.query("SELECT plugin, build, reason, jobs, at_ms FROM quarantines"));
}

Holds HoldTable::of(const std::string& plugin) {
  return read(
      db_.query("SELECT plugin, who, at_ms FROM pauses WHERE plugin = ?", plugin),
      db_.query("SELECT plugin, build, reason, jobs, at_ms FROM quarantines WHERE plugin = ?",
                plugin));
}

Holds HoldTable::read(Query pauses, Query quarantines) {
  Holds holds;
  while (pauses.next()) holds.pauses[pauses.text(0)] = {pauses.text(1), from_ms(pauses.integer(2))};
  while (quarantines.next())
    holds.quarantines[{quarantines.text(0), quarantines.text(1)}] = {
        quarantines.text(2), Json::parse(quarantines.text(3)).get<std::vector<std::int64_t>>(),
        from_ms(quarantines.integer(4))};
  return holds;
}

void HoldTable::pause(const std::string& plugin, const std::string& who, TimePoint now) {
  db_.run("INSERT OR IGNORE INTO pauses (plugin, who, at_ms) VALUES (?, ?, ?)", plugin, who,
          to_ms(now));
}

bool HoldTable::resume(const std::string& plugin) {
  return db_.run("DELETE FROM pauses WHERE plugin = ?", plugin) == 1;
}

bool HoldTable::is_paused(const std::string& plugin) {
  return db_.query("SELECT 1 FROM pauses WHERE plugin = ?", plugin).next();
}

void HoldTable::quarantine(const std::string& plugin, const std::string& build,
                           const Quarantine& why) {
  db_.run(
      "INSERT OR REPLACE INTO quarantines (plugin, build, reason, jobs, at_ms)"
      " VALUES (?, ?, ?, ?, ?)",
      plugin, build, why.reason, to_text(Json(why.jobs)), to_ms(why.at));
}

bool HoldTable::is_quarantined(const std::string& plugin, const std::string& build) {
  return db_.query("SELECT 1 FROM quarantines WHERE plugin = ? AND build = ?", plugin, build)
      .next();
}

void HoldTable::lift_quarantines(const std::string& plugin) {
  db_.run("DELETE FROM quarantines WHERE plugin = ?", plugin);
  db_.run("DELETE FROM crashes WHERE plugin = ?", plugin);
}

void HoldTable::note_crash(const std::string& plugin, const std::string& build, std::int64_t job,
                           TimePoint now) {
  db_.run("INSERT INTO crashes (plugin, build, job, at_ms) VALUES (?, ?, ?, ?)", plugin, build, job,
          to_ms(now));
}

std::vector<std::int64_t> HoldTable::crashes_since(const std::string& plugin,
                                                   const std::string& build, TimePoint since) {
  std::vector<std::int64_t> jobs;
  auto query = db_.query(
      "SELECT job FROM crashes WHERE plugin = ? AND build = ? AND at_ms > ? ORDER BY at_ms", plugin,
      build, to_ms(since));
  while (query.next()) jobs.push_back(query.integer(0));
  return jobs;
}

void HoldTable::prune_crashes(TimePoint before, TimePoint now) {
  db_.run("DELETE FROM crashes WHERE at_ms <= ? OR at_ms > ?", to_ms(before), to_ms(now));
}

}  // namespace fh
