#include "store/job_table.h"

namespace fh {
namespace {

constexpr int kAll = -1;  // a LIMIT that is none

}  // namespace

#define JOB_COLUMNS                                                                          \
  "id, plugin, record, event, delivery, depth, turn, state, lease, runs, attempts, crashes," \
  " lost, max_attempts, matched, input, created_at_ms"

JobRow JobTable::read(Query& query) {
  JobRow job;
  job.id = query.integer(0);
  job.plugin = query.text(1);
  job.record = query.integer(2);
  job.event = query.integer(3);
  job.delivery = query.integer(4);
  job.depth = static_cast<int>(query.integer(5));
  job.serial = !query.null(6);
  job.state = job_state_from(query.text(7)).value();
  job.lease = query.integer(8);
  job.counters = {.runs = static_cast<int>(query.integer(9)),
                  .attempts = static_cast<int>(query.integer(10)),
                  .crashes = static_cast<int>(query.integer(11)),
                  .lost = static_cast<int>(query.integer(12)),
                  .max_attempts = static_cast<int>(query.integer(13))};
  job.matched = query.text(14);
  job.input = query.text(15);
  job.created_at = from_ms(query.integer(16));
  return job;
}

bool JobTable::turn_taken(std::int64_t record, const std::string& plugin) {
  auto own = db_.query(
      "SELECT 1 FROM jobs WHERE turn = ? AND plugin = ?"
      " AND (state = 'available' OR state = 'running' OR state = 'retryable')",
      record, plugin);
  if (own.next()) return true;
  if (!records_.any_merged()) return false;
  // A job of a record that was merged into this one may still hold the turn it had.
  auto merged = db_.query(
      "SELECT 1 FROM records r JOIN jobs j ON j.turn = r.id WHERE r.merged_into = ?"
      " AND j.plugin = ?"
      " AND (j.state = 'available' OR j.state = 'running' OR j.state = 'retryable')",
      record, plugin);
  return merged.next();
}

std::int64_t JobTable::insert(const NewJob& job) {
  JobState state = JobState::available;
  if (job.run_at > job.created_at)
    state = JobState::scheduled;
  else if (job.serial && turn_taken(job.record, job.plugin))
    state = JobState::blocked;
  const auto turn = job.serial ? std::optional(job.record) : std::nullopt;
  const std::int64_t id = seq_.next();
  db_.run(
      "INSERT INTO jobs (id, seq, plugin, record, turn, event, delivery, parent, depth, matched,"
      " input, state, reason, run_at_ms, max_attempts, created_at_ms)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      id, id, job.plugin, job.record, turn, job.event, job.delivery, job.parent, job.depth,
      job.matched, job.input, name_of(state), job.reason,
      to_ms(std::max(job.run_at, job.created_at)), job.max_attempts, to_ms(job.created_at));
  tallies_.move(job.plugin, std::nullopt, state);
  if (state == JobState::available) ready_.insert(job.plugin);
  if (state == JobState::scheduled) note_due(job.run_at);
  if (!job.reason.empty()) any_parked_ = true;
  return id;
}

// By the index alone: it tells a damaged row from the others, too.
std::optional<std::int64_t> JobTable::first_ready(const std::string& plugin) {
  auto ready = db_.query(
      "SELECT id FROM jobs WHERE plugin = ? AND state = 'available' ORDER BY seq", plugin);
  while (ready.next())
    if (!left_out_.contains(ready.integer(0))) return ready.integer(0);
  return std::nullopt;
}

void JobTable::leave_out(std::int64_t job, const std::string& plugin, const StoreError& error) {
  if (!error.damaged()) throw error;
  left_out_.insert(job);
  throw FoundDamage(
      "job " + std::to_string(job) + " of plugin " + plugin +
      " is passed over until the host starts again, for its rows are damaged: " + error.what());
}

std::optional<JobRow> JobTable::next_ready(const std::string& plugin) {
  try {
    if (!left_out_.empty()) {
      const auto id = first_ready(plugin);
      return id ? find_open(*id) : std::nullopt;
    }
    auto next = db_.query("SELECT " JOB_COLUMNS
                          " FROM jobs WHERE plugin = ? AND state = 'available'"
                          " ORDER BY seq LIMIT 1",
                          plugin);
    return next.next() ? std::optional(read(next)) : std::nullopt;
  } catch (const StoreError& error) {
    const auto damaged = error.damaged() ? first_ready(plugin) : std::nullopt;
    if (!damaged) throw;
    leave_out(*damaged, plugin, error);
  }
}

std::optional<JobRow> JobTable::lease_next(const std::string& plugin, const LeaseTerms& terms) {
  auto job = next_ready(plugin);
  if (!job) return std::nullopt;
  try {
    start_run(*job, terms);
  } catch (const StoreError& error) {
    leave_out(job->id, plugin, error);
  }
  tallies_.move(plugin, JobState::available, JobState::running);
  return job;
}

void JobTable::start_run(JobRow& job, const LeaseTerms& terms) {
  const int changed = db_.run(
      "UPDATE jobs SET state = 'running', lease = lease + 1, lease_until_ms = ?, host_run = ?,"
      " runs = runs + 1, started_at_ms = ?, reason = '' WHERE id = ? AND lease = ?",
      to_ms(terms.until), terms.host_run, to_ms(terms.now), job.id, job.lease);
  CHECK(changed == 1);
  job.state = JobState::running;
  ++job.lease;
  ++job.counters.runs;
  db_.run(
      "INSERT INTO runs (job, run, lease, host_run, build, started_at_ms)"
      " VALUES (?, ?, ?, ?, ?, ?)",
      job.id, job.counters.runs, job.lease, terms.host_run, terms.build, to_ms(terms.now));
}

std::optional<JobRow> JobTable::find_running(std::int64_t job, std::int64_t lease) {
  auto query =
      db_.query("SELECT " JOB_COLUMNS " FROM jobs WHERE id = ? AND lease = ? AND state = 'running'",
                job, lease);
  return query.next() ? std::optional(read(query)) : std::nullopt;
}

bool JobTable::is_live(std::int64_t job, std::int64_t lease) {
  auto query =
      db_.query("SELECT 1 FROM jobs WHERE id = ? AND lease = ? AND state = 'running'", job, lease);
  return query.next();
}

std::optional<JobRow> JobTable::find_open(std::int64_t job) {
  auto query = db_.query("SELECT " JOB_COLUMNS " FROM jobs WHERE id = ?", job);
  return query.next() ? std::optional(read(query)) : std::nullopt;
}

bool JobTable::end_run(const JobRow& job, const Outcome& outcome, const JobTransition& next,
                       TimePoint now) {
  const JobCounters& counters = next.counters;
  const int changed = db_.run(
      "UPDATE jobs SET state = ?, reason = ?, run_at_ms = ?, lease_until_ms = NULL, attempts = ?,"
      " crashes = ?, lost = ? WHERE id = ? AND lease = ? AND state = 'running'",
      // A final job leaves the table below; until then it waits in a state that the table allows.
      name_of(is_final(next.state) ? JobState::scheduled : next.state), next.reason,
      to_ms(next.run_at), counters.attempts, counters.crashes, counters.lost, job.id, job.lease);
  if (changed == 0) return false;
  db_.run("UPDATE runs SET outcome = ?, error = ?, ended_at_ms = ? WHERE job = ? AND run = ?",
          name_of(outcome.kind),
          outcome.text.empty() ? std::optional<std::string>() : std::optional(outcome.text),
          to_ms(now), job.id, job.counters.runs);
  if (is_final(next.state))
    archive(job.id, job.plugin, JobState::running, next.state, next.reason, now);
  else
    tallies_.move(job.plugin, JobState::running, next.state);
  if (next.state == JobState::available) ready_.insert(job.plugin);
  if (next.state == JobState::scheduled || next.state == JobState::retryable) note_due(next.run_at);
  if (job.serial && !holds_record(next.state)) promote(job.record, job.plugin);
  return true;
}

void JobTable::note_due(TimePoint at) {
  if (!earliest_due_ || at < *earliest_due_) earliest_due_ = at;
}

void JobTable::archive(std::int64_t job, const std::string& plugin, JobState from, JobState to,
                       const std::string& reason, TimePoint now) {
  db_.run(
      "INSERT INTO job_history SELECT id, seq, plugin, record, turn, event, delivery, parent,"
      " depth, matched, input, ?1, ?2, run_at_ms, lease, lease_until_ms, host_run, runs,"
      " attempts, crashes, lost, max_attempts, created_at_ms, started_at_ms, ?3"
      " FROM jobs WHERE id = ?4",
      name_of(to), reason, to_ms(now), job);
  db_.run("DELETE FROM jobs WHERE id = ?", job);
  tallies_.move(plugin, from, to);
}

bool JobTable::close(std::int64_t id, JobState final_state, const std::string& reason,
                     TimePoint now) {
  const auto job = find_open(id);
  if (!job || job->state == JobState::running) return false;
  archive(id, job->plugin, job->state, final_state, reason, now);
  if (job->serial && holds_record(job->state)) promote(job->record, job->plugin);
  return true;
}

std::optional<JobPlace> JobTable::find_place(std::int64_t job) {
  auto query = db_.query(
      "SELECT plugin, state FROM jobs WHERE id = ?1"
      " UNION ALL SELECT plugin, state FROM job_history WHERE id = ?1",
      job);
  if (!query.next()) return std::nullopt;
  return JobPlace{query.text(0), job_state_from(query.text(1)).value()};
}

bool JobTable::set_aside(std::int64_t id, const std::string& reason, TimePoint now) {
  auto query = db_.query("SELECT plugin FROM job_history WHERE id = ? AND state = 'dead'", id);
  if (!query.next()) return false;
  const std::string plugin = query.text(0);
  db_.run("UPDATE job_history SET state = 'cancelled', reason = ?, finished_at_ms = ? WHERE id = ?",
          reason, to_ms(now), id);
  tallies_.move(plugin, JobState::dead, JobState::cancelled);
  return true;
}

bool JobTable::reopen(std::int64_t id, TimePoint now) {
  // Its record may have become part of another one since: the history is not rewritten.
  auto query = db_.query(
      "SELECT h.plugin, coalesce(r.merged_into, h.record), h.turn, h.state"
      " FROM job_history h LEFT JOIN records r ON r.id = h.record WHERE h.id = ?",
      id);
  if (!query.next()) return false;
  const std::string plugin = query.text(0);
  const std::int64_t record = query.integer(1);
  const bool serial = !query.null(2);
  const JobState was = job_state_from(query.text(3)).value();
  const JobState state =
      serial && turn_taken(record, plugin) ? JobState::blocked : JobState::available;
  // The lease goes on rising over a job's whole life, so nothing from before can finish it.
  db_.run(
      "INSERT INTO jobs SELECT id, ?2, plugin, ?5, CASE WHEN turn IS NULL THEN NULL"
      " ELSE ?5 END, event, delivery, parent, depth, matched, input, ?3, '', ?4, lease,"
      " NULL, NULL, runs, 0, 0, 0, max_attempts, created_at_ms, started_at_ms, NULL"
      " FROM job_history WHERE id = ?1",
      id, seq_.next(), name_of(state), to_ms(now), record);
  db_.run("DELETE FROM job_history WHERE id = ?", id);
  tallies_.move(plugin, was, state);
  if (state == JobState::available) ready_.insert(plugin);
  return true;
}

void JobTable::place(std::int64_t job, const std::string& plugin, JobState from, JobState to) {
  db_.run("UPDATE jobs SET state = ? WHERE id = ?", name_of(to), job);
  tallies_.move(plugin, from, to);
  if (to == JobState::available) ready_.insert(plugin);
}

void JobTable::promote(std::int64_t record, const std::string& plugin) {
  if (turn_taken(record, plugin)) return;
  auto query = db_.query(
      "SELECT id FROM jobs WHERE turn = ? AND plugin = ? AND state = 'blocked'"
      " ORDER BY seq LIMIT 1",
      record, plugin);
  if (!query.next()) return;
  const std::int64_t oldest = query.integer(0);
  if (left_out_.contains(oldest)) return;  // as one that is ready it would hold the turn, too
  try {
    place(oldest, plugin, JobState::blocked, JobState::available);
  } catch (const StoreError& error) {
    leave_out(oldest, plugin, error);
  }
}

void JobTable::promote_unheld() {
  std::vector<std::pair<std::int64_t, std::string>> turns;
  {
    auto query = db_.query("SELECT DISTINCT turn, plugin FROM jobs WHERE state = 'blocked'");
    while (query.next()) turns.emplace_back(query.integer(0), query.text(1));
  }
  for (const auto& [turn, plugin] : turns) promote(turn, plugin);
}

std::vector<std::int64_t> JobTable::waiting_of(const std::string& plugin, int limit) {
  std::vector<std::int64_t> jobs;
  auto query =
      db_.query("SELECT id FROM jobs WHERE plugin = ? AND state <> 'running' ORDER BY seq LIMIT ?",
                plugin, limit);
  while (query.next()) jobs.push_back(query.integer(0));
  return jobs;
}

std::vector<std::int64_t> JobTable::due(TimePoint now, int limit) {
  std::vector<std::int64_t> jobs;
  auto query = db_.query(
      "SELECT id FROM jobs WHERE (state = 'scheduled' OR state = 'retryable') AND run_at_ms <= ?"
      " ORDER BY run_at_ms LIMIT ?",
      to_ms(now), limit);
  while (query.next()) jobs.push_back(query.integer(0));
  return jobs;
}

std::optional<TimePoint> JobTable::next_due() {
  auto query = db_.query(
      "SELECT run_at_ms FROM jobs WHERE (state = 'scheduled' OR state = 'retryable')"
      " ORDER BY run_at_ms LIMIT 1");
  return query.next() ? std::optional(from_ms(query.integer(0))) : std::nullopt;
}

void JobTable::wake(std::int64_t id) {
  const auto job = find_open(id);
  if (!job) return;
  if (job->state == JobState::retryable) {
    place(id, job->plugin, JobState::retryable, JobState::available);
    return;
  }
  if (job->state != JobState::scheduled) return;
  if (any_parked_ == true) any_parked_.reset();  // it may have been the last
  if (!job->serial) {
    db_.run("UPDATE jobs SET reason = '' WHERE id = ?", id);
    place(id, job->plugin, JobState::scheduled, JobState::available);
  } else {
    // To the back of its record's queue first, then the oldest of that queue moves up: going
    // straight to available could collide with another holder of the turn. Its record may have
    // become part of another one while it held the turn: from here on it waits for that one's.
    db_.run("UPDATE jobs SET seq = ?, turn = record, reason = '' WHERE id = ?", seq_.next(), id);
    place(id, job->plugin, JobState::scheduled, JobState::blocked);
    promote(job->record, job->plugin);
  }
}

std::optional<TimePoint> JobTable::parked_until(const std::string& plugin, std::int64_t record) {
  if (!any_parked_)
    // SQLite would rather go through all that waits, and read each row for its reason.
    any_parked_ = db_.query(
                         "SELECT 1 FROM jobs INDEXED BY jobs_parked"
                         " WHERE state = 'scheduled' AND reason <> '' LIMIT 1")
                      .next();
  if (!*any_parked_) return std::nullopt;
  auto query = db_.query(
      "SELECT run_at_ms FROM jobs WHERE plugin = ? AND record = ? AND state = 'scheduled'"
      " AND reason <> '' ORDER BY run_at_ms DESC LIMIT 1",
      plugin, record);
  return query.next() ? std::optional(from_ms(query.integer(0))) : std::nullopt;
}

void JobTable::shift_due(Millis by) {
  const auto ms = static_cast<std::int64_t>(by.count());
  const std::size_t known = left_out_.size();
  try {
    if (known > 0) return shift_the_whole(ms);
    db_.run(
        "UPDATE jobs SET run_at_ms = run_at_ms + ?"
        " WHERE (state = 'scheduled' OR state = 'retryable')",
        ms);
  } catch (const StoreError& error) {
    if (!error.damaged()) throw;
    // By reading: once it has met damage, SQLite writes nothing more in this transaction.
    for (const std::int64_t job : due(TimePoint::max(), kAll)) try {
        (void)find_open(job);
      } catch (const StoreError&) {
        left_out_.insert(job);
      }
    if (left_out_.size() == known) throw;
    throw FoundDamage(std::string("what waits keeps its time where its row is damaged: ") +
                      error.what());
  }
}

// Row by row, past those that are damaged.
void JobTable::shift_the_whole(std::int64_t ms) {
  for (const std::int64_t job : due(TimePoint::max(), kAll))
    if (!left_out_.contains(job))
      db_.run("UPDATE jobs SET run_at_ms = run_at_ms + ? WHERE id = ?", ms, job);
}

std::vector<std::int64_t> JobTable::leased_before(std::int64_t host_run) {
  std::vector<std::int64_t> jobs;
  auto query = db_.query("SELECT id FROM jobs WHERE state = 'running' AND host_run < ?", host_run);
  while (query.next()) jobs.push_back(query.integer(0));
  return jobs;
}

std::set<std::string> JobTable::ready_plugins() {
  // One seek per plugin: a DISTINCT over all ready rows would read every one of them.
  std::set<std::string> plugins;
  std::string last;
  while (true) {
    auto query = db_.query(
        "SELECT plugin FROM jobs WHERE state = 'available' AND plugin > ? ORDER BY plugin LIMIT 1",
        last);
    if (!query.next()) return plugins;
    last = query.text(0);
    plugins.insert(last);
  }
}

bool JobTable::has_ready(const std::string& plugin) { return first_ready(plugin).has_value(); }

}  // namespace fh
