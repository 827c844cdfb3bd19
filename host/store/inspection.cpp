#include "store/inspection.h"

#include <map>

namespace fh {

Inspection::Inspection(const std::filesystem::path& store)
    : store_(store), handle_(open_for_reading(store)), db_(handle_.get()) {
  // One moment for all that is asked.
  db_.run("BEGIN");
}

int Inspection::schema() {
  auto query = db_.query("PRAGMA user_version");
  return query.next() ? static_cast<int>(query.integer(0)) : 0;
}

std::vector<std::string> Inspection::damage() {
  std::vector<std::string> damage;
  auto query = db_.query("PRAGMA integrity_check(10)");
  while (query.next())
    if (query.text(0) != "ok") damage.push_back(query.text(0));
  return damage;
}

std::vector<std::string> Inspection::miscounts() {
  struct Counts {
    std::int64_t tallied = 0;
    std::int64_t counted = 0;
  };
  std::map<std::pair<std::string, std::string>, Counts> all;
  auto tallied = db_.query("SELECT plugin, state, jobs FROM tallies");
  while (tallied.next()) all[{tallied.text(0), tallied.text(1)}].tallied = tallied.integer(2);
  auto counted = db_.query(
      "SELECT plugin, state, count(*) FROM (SELECT plugin, state FROM jobs"
      " UNION ALL SELECT plugin, state FROM job_history) GROUP BY plugin, state");
  while (counted.next()) all[{counted.text(0), counted.text(1)}].counted = counted.integer(2);
  std::vector<std::string> miscounts;
  for (const auto& [place, counts] : all)
    if (counts.tallied != counts.counted)
      miscounts.push_back("plugin " + place.first + " has " + std::to_string(counts.counted) + " " +
                          place.second + " jobs, and " + std::to_string(counts.tallied) +
                          " by the tallies");
  return miscounts;
}

std::vector<OpenLease> Inspection::leases() {
  std::vector<OpenLease> leases;
  auto query = db_.query(
      "SELECT id, plugin, host_run = (SELECT max(id) FROM host_runs) FROM jobs"
      " WHERE state = 'running' ORDER BY id");
  while (query.next()) leases.push_back({query.integer(0), query.text(1), query.integer(2) != 0});
  return leases;
}

std::optional<TimePoint> Inspection::latest() {
  auto query = db_.query(
      "SELECT max(at) FROM ("
      "SELECT * FROM (SELECT started_at_ms AS at FROM host_runs ORDER BY id DESC LIMIT 1)"
      " UNION ALL"
      " SELECT * FROM (SELECT received_at_ms FROM deliveries ORDER BY id DESC LIMIT 1))");
  if (!query.next() || query.null(0)) return std::nullopt;
  return from_ms(query.integer(0));
}

std::vector<PluginRow> Inspection::plugins() { return PluginTable(db_).all(); }

Holds Inspection::holds() { return HoldTable(db_).all(); }

}  // namespace fh
