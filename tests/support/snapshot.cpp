#include "support/snapshot.h"

namespace fh::test {
namespace {

constexpr const char* kOpenJobs =
    "SELECT id, plugin, record, turn, delivery, parent, state, run_at_ms, lease, lease_until_ms,"
    " host_run, runs, attempts, crashes, lost FROM jobs";
constexpr const char* kFinalJobs =
    "SELECT id, plugin, record, turn, delivery, parent, state, run_at_ms, lease, lease_until_ms,"
    " host_run, runs, attempts, crashes, lost FROM job_history";

// One that stands in a delivery's body goes with that body.
constexpr const char* kBaselines =
    "SELECT r.id, coalesce(r.snapshot, CAST(substr(d.body, r.body_at + 1, r.body_size) AS TEXT))"
    " FROM records r LEFT JOIN deliveries d ON d.id = r.body_of"
    " WHERE r.snapshot IS NOT NULL OR d.id IS NOT NULL";

int small(const Query& query, int column) { return static_cast<int>(query.integer(column)); }

void read_jobs(Query query, bool in_history, Snapshot& snapshot) {
  while (query.next()) {
    SeenJob job;
    job.id = query.integer(0);
    job.plugin = query.text(1);
    job.record = query.integer(2);
    job.serial = !query.null(3);
    job.delivery = query.integer(4);
    job.parent = query.integer(5);
    job.state = query.text(6);
    job.run_at_ms = query.integer(7);
    job.lease = query.integer(8);
    job.has_deadline = !query.null(9);
    job.host_run = query.integer(10);
    job.runs = small(query, 11);
    job.attempts = small(query, 12);
    job.crashes = small(query, 13);
    job.lost = small(query, 14);
    job.in_history = in_history;
    snapshot.jobs[job.id].push_back(job);
  }
}

SeenEffect effect_of(const Query& query) {
  SeenEffect effect{query.integer(2), query.integer(3), {}};
  if (!query.null(4)) effect.result = query.text(4);
  return effect;
}

void read_effects(Database& db, Snapshot& snapshot) {
  auto once = db.query("SELECT plugin, key, job, lease, result FROM once_keys");
  while (once.next()) snapshot.once[{once.text(0), once.text(1)}] = effect_of(once);
  auto steps = db.query("SELECT job, name, job, lease, result FROM steps");
  while (steps.next()) snapshot.steps[{steps.integer(0), steps.text(1)}] = effect_of(steps);
  auto states = db.query("SELECT plugin, record, version, value FROM plugin_states");
  while (states.next())
    snapshot.states[{states.text(0), states.integer(1)}] = {states.integer(2), states.text(3)};
}

}  // namespace

SnapshotReader::SnapshotReader(const std::string& path) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) throw HostError("cannot read " + path);
  db_ = std::make_unique<Database>(handle);
}

std::string SnapshotReader::integrity() {
  auto check = db_->query("PRAGMA integrity_check");
  return check.next() ? check.text(0) : "";
}

Snapshot SnapshotReader::read() {
  Snapshot snapshot;
  db_->run("BEGIN");
  read_jobs(db_->query(kOpenJobs), false, snapshot);
  read_jobs(db_->query(kFinalJobs), true, snapshot);
  auto runs = db_->query("SELECT job, lease, outcome, ended_at_ms FROM runs ORDER BY job, run");
  while (runs.next())
    snapshot.runs[runs.integer(0)].push_back({runs.integer(1), runs.text(2), !runs.null(3)});
  auto tallies = db_->query("SELECT plugin, state, jobs FROM tallies WHERE jobs <> 0");
  while (tallies.next()) snapshot.tallies[{tallies.text(0), tallies.text(1)}] = tallies.integer(2);
  read_effects(*db_, snapshot);
  auto deliveries = db_->query("SELECT id, status FROM deliveries");
  while (deliveries.next()) snapshot.deliveries[deliveries.integer(0)] = deliveries.text(1);
  auto events = db_->query("SELECT DISTINCT delivery FROM events");
  while (events.next()) snapshot.with_events.insert(events.integer(0));
  auto baselines = db_->query(kBaselines);
  while (baselines.next()) snapshot.baselines[baselines.integer(0)] = baselines.text(1);
  db_->run("COMMIT");
  return snapshot;
}

}  // namespace fh::test
