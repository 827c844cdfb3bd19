#include "store/views.h"

#include <algorithm>

#include "store/delivery_table.h"
#include "store/selection.h"

namespace fh {
namespace {

constexpr const char* kJobsRecord =
    " j JOIN records n ON n.id = j.record"
    " JOIN records r ON r.id = coalesce(n.merged_into, n.id)";

std::string job_select(const char* table, const char* more = "") {
  return std::string(
             "SELECT j.id, j.plugin, j.state, j.reason, j.runs, j.attempts, j.crashes,"
             " j.lost, j.max_attempts, j.delivery, j.event, j.parent, j.matched,"
             " j.created_at_ms, j.run_at_ms, j.started_at_ms, j.finished_at_ms,"
             " r.account, r.type, r.key, (SELECT build FROM runs WHERE job = j.id"
             " ORDER BY run DESC LIMIT 1) AS build") +
         more + " FROM " + table + kJobsRecord;
}

RecordKey read_record(const Row& row) {
  return {row.text("account"), record_type_from(row.text("type")).value_or(RecordType::contact),
          row.text("key")};
}

JobView read_job(const Row& row) {
  JobView job;
  job.id = row.integer("id");
  job.plugin = row.text("plugin");
  job.state = row.text("state");
  job.reason = row.text("reason");
  job.counters = {.runs = row.small("runs"),
                  .attempts = row.small("attempts"),
                  .crashes = row.small("crashes"),
                  .lost = row.small("lost"),
                  .max_attempts = row.small("max_attempts")};
  job.record = read_record(row);
  job.delivery = row.integer("delivery");
  job.event = row.integer("event");
  job.parent = row.integer("parent");
  job.matched = row.text("matched");
  job.created_at = row.time("created_at_ms");
  job.run_at = row.time("run_at_ms");
  job.started_at = row.maybe_time("started_at_ms");
  job.finished_at = row.maybe_time("finished_at_ms");
  job.build = row.text("build");
  return job;
}

DeliveryView read_delivery(const Row& row) {
  DeliveryView delivery;
  delivery.id = row.integer("id");
  delivery.source = row.text("source");
  delivery.status = row.text("status");
  delivery.reason = row.text("reason");
  delivery.received_at = row.time("received_at_ms");
  delivery.duplicate_of = row.integer("duplicate_of");
  delivery.jobs = row.small("jobs");
  delivery.secret = row.text("secret");
  return delivery;
}

constexpr const char* kDeliveryColumns =
    "SELECT id, source, status, reason, received_at_ms, duplicate_of, jobs, secret";

Action read_action(const Row& row) {
  return {row.time("at_ms"), row.text("who"), row.text("action"), row.integer("job"),
          row.text("plugin")};
}

void narrow(Selection& select, const JobFilter& filter) {
  if (!filter.state.empty()) select.where("j.state = ?", filter.state);
  if (!filter.plugin.empty()) select.where("j.plugin = ?", filter.plugin);
  if (!filter.account.empty()) select.where("r.account = ?", filter.account);
  if (!filter.type.empty()) select.where("r.type = ?", filter.type);
  if (!filter.record.empty())
    select.where("EXISTS (SELECT 1 FROM aliases WHERE record = r.id AND alias = ?)", filter.record);
  // Written out, or the index of them would be of no use.
  if (filter.parked) select.where("j.state = 'scheduled' AND j.reason <> ''");
  if (filter.delivery != 0) select.where("j.delivery = ?", filter.delivery);
  if (filter.above != 0) select.where("j.id > ?", filter.above);
}

int held(int limit) { return std::clamp(limit, 1, kMaxListed); }

}  // namespace

Views::Views(Poco::Data::Session session) : session_(std::move(session)) { session_.begin(); }

Views::~Views() {
  try {
    session_.rollback();
  } catch (const Poco::Exception&) {
    // It ends with its connection.
  }
}

std::vector<JobView> Views::jobs(const JobFilter& filter) {
  const auto wanted = job_state_from(filter.state);
  const int limit = held(filter.limit);
  std::vector<JobView> found;
  for (const char* table : {"jobs", "job_history"}) {
    const bool final_ones = std::string_view(table) == "job_history";
    if (wanted && is_final(*wanted) != final_ones) continue;
    Selection select(session_, job_select(table));
    narrow(select, filter);
    select.append(" ORDER BY j.id DESC LIMIT " + std::to_string(limit));
    for (JobView& job : select.rows(read_job)) found.push_back(std::move(job));
  }
  std::sort(found.begin(), found.end(),
            [](const JobView& left, const JobView& right) { return left.id > right.id; });
  if (found.size() > static_cast<std::size_t>(limit)) found.resize(static_cast<std::size_t>(limit));
  return found;
}

std::vector<std::int64_t> Views::job_ids(const JobFilter& filter) {
  const bool final_ones = is_final(job_state_from(filter.state).value());
  Selection select(session_, std::string("SELECT j.id FROM ") +
                                 (final_ones ? "job_history" : "jobs") + kJobsRecord);
  narrow(select, filter);
  select.append(" ORDER BY j.id LIMIT " + std::to_string(held(filter.limit)));
  return select.rows([](const Row& row) { return row.integer("id"); });
}

std::vector<Action> Views::actions_on_job(std::int64_t job) {
  Selection select(session_, "SELECT at_ms, who, action, job, plugin FROM actions");
  select.where("job = ?", job);
  select.append(" ORDER BY id DESC LIMIT " + std::to_string(kMaxListed));
  auto actions = select.rows(read_action);
  std::reverse(actions.begin(), actions.end());
  return actions;
}

std::vector<Action> Views::actions_on_plugin(const std::string& plugin) {
  Selection select(session_, "SELECT at_ms, who, action, job, plugin FROM actions");
  select.where("job IS NULL");
  select.where("plugin = ?", plugin);
  select.append(" ORDER BY id DESC LIMIT 100");
  auto actions = select.rows(read_action);
  std::reverse(actions.begin(), actions.end());
  return actions;
}

std::optional<JobView> Views::job(std::int64_t id) {
  for (const char* table : {"jobs", "job_history"}) {
    Selection select(session_, job_select(table, ", j.input"));
    select.where("j.id = ?", id);
    auto found = select.rows([](const Row& row) {
      JobView job = read_job(row);
      job.input = row.text("input");
      return job;
    });
    if (!found.empty()) return std::move(found[0]);
  }
  return std::nullopt;
}

std::vector<RunView> Views::runs_of(std::int64_t job) {
  Selection select(
      session_, "SELECT run, lease, build, outcome, error, started_at_ms, ended_at_ms FROM runs");
  select.where("job = ?", job);
  select.append(" ORDER BY run DESC LIMIT " + std::to_string(kMaxListed));
  auto runs = select.rows([](const Row& row) {
    RunView run{row.small("run"),          row.integer("lease"),
                row.text("build"),         row.text("outcome"),
                row.text("error"),         "",
                row.time("started_at_ms"), row.maybe_time("ended_at_ms")};
    if (run.outcome == name_of(OutcomeKind::done)) std::swap(run.result, run.error);
    return run;
  });
  std::reverse(runs.begin(), runs.end());
  return runs;
}

std::vector<DeliveryView> Views::deliveries(const DeliveryFilter& filter) {
  Selection select(session_, std::string(kDeliveryColumns) + " FROM deliveries");
  if (!filter.source.empty()) select.where("source = ?", filter.source);
  if (!filter.status.empty()) select.where("status = ?", filter.status);
  if (!filter.reason.empty())
    select.where(std::string("instr('") + kReasonSeparator + "' || reason, ?) > 0",
                 kReasonSeparator + filter.reason);
  if (filter.since) select.where("received_at_ms >= ?", to_ms(*filter.since));
  if (filter.until) select.where("received_at_ms <= ?", to_ms(*filter.until));
  if (filter.after > 0) select.where("id > ?", filter.after);
  if (filter.last > 0) select.where("id <= ?", filter.last);
  select.append(std::string(" ORDER BY id") + (filter.oldest_first ? "" : " DESC") + " LIMIT " +
                std::to_string(held(filter.limit)));
  return select.rows(read_delivery);
}

std::int64_t Views::last_delivery() {
  Selection select(session_, "SELECT coalesce(max(id), 0) AS id FROM deliveries");
  return select.rows([](const Row& row) { return row.integer("id"); }).at(0);
}

std::optional<DeliveryView> Views::delivery(std::int64_t id) {
  Selection select(session_, std::string(kDeliveryColumns) +
                                 ", head, CAST(body AS TEXT) AS body, event_reasons"
                                 " FROM deliveries");
  select.where("id = ?", id);
  auto found = select.rows([](const Row& row) {
    DeliveryView delivery = read_delivery(row);
    delivery.head = row.text("head");
    delivery.body = row.text("body");
    delivery.event_reasons = row.text("event_reasons");
    return delivery;
  });
  if (found.empty()) return std::nullopt;
  return std::move(found[0]);
}

std::vector<EventView> Views::events_of(std::int64_t delivery) {
  Selection select(session_,
                   "SELECT e.id, e.ordinal, e.kind, e.mode, e.changes, r.account, r.type, r.key"
                   " FROM events e JOIN records n ON n.id = e.record"
                   " JOIN records r ON r.id = coalesce(n.merged_into, n.id)");
  select.where("e.delivery = ?", delivery);
  select.append(" ORDER BY e.id");  // all: a body holds only so many
  return select.rows([](const Row& row) {
    return EventView{row.integer("id"), row.maybe_small("ordinal"), read_record(row),
                     row.text("kind"),  row.text("mode"),           row.text("changes")};
  });
}

std::map<std::int64_t, std::set<std::string>> Views::plugins_by_event(std::int64_t delivery) {
  std::map<std::int64_t, std::set<std::string>> plugins;
  for (const char* table : {"jobs", "job_history"}) {
    Selection select(session_, std::string("SELECT DISTINCT event, plugin FROM ") + table);
    select.where("parent IS NULL AND delivery = ?", delivery);
    select.rows([&](const Row& row) {
      return plugins[row.integer("event")].insert(row.text("plugin")).second;
    });
  }
  return plugins;
}

std::map<std::string, std::map<std::string, std::int64_t>> Views::tallies() {
  std::map<std::string, std::map<std::string, std::int64_t>> tallies;
  Selection select(session_, "SELECT plugin, state, jobs FROM tallies");
  select.rows([&](const Row& row) {
    tallies[row.text("plugin")][row.text("state")] = row.integer("jobs");
    return 0;
  });
  return tallies;
}

std::map<std::string, std::int64_t> Views::open_jobs() {
  Selection select(session_,
                   "SELECT plugin, sum(jobs) AS jobs FROM tallies"
                   " WHERE state NOT IN ('completed', 'dead', 'cancelled') GROUP BY plugin");
  std::map<std::string, std::int64_t> jobs;
  select.rows([&](const Row& row) { return jobs[row.text("plugin")] = row.integer("jobs"); });
  return jobs;
}

std::vector<ParkedView> Views::parked() {
  Selection select(session_,
                   "SELECT p.plugin, p.jobs, p.until_ms, r.account, r.type, r.key,"
                   " (SELECT reason FROM jobs WHERE id = p.id) AS reason"
                   " FROM (SELECT plugin, record, count(*) AS jobs, min(run_at_ms) AS until_ms,"
                   " id FROM jobs WHERE state = 'scheduled' AND reason <> ''"
                   " GROUP BY plugin, record) p JOIN records n ON n.id = p.record"
                   " JOIN records r ON r.id = coalesce(n.merged_into, n.id)");
  select.append(" ORDER BY p.until_ms LIMIT " + std::to_string(kMaxListed));
  return select.rows([](const Row& row) {
    return ParkedView{row.text("plugin"), read_record(row), row.integer("jobs"), row.text("reason"),
                      row.time("until_ms")};
  });
}

std::map<std::string, std::int64_t> Views::parked_jobs() {
  Selection select(session_,
                   "SELECT plugin, count(*) AS jobs FROM jobs"
                   " WHERE state = 'scheduled' AND reason <> '' GROUP BY plugin");
  std::map<std::string, std::int64_t> jobs;
  select.rows([&](const Row& row) { return jobs[row.text("plugin")] = row.integer("jobs"); });
  return jobs;
}

bool Views::knows_source(const std::string& source) {
  Selection select(session_, "SELECT id FROM deliveries");
  select.where("source = ?", source);
  select.append(" LIMIT 1");
  return !select.rows([](const Row& row) { return row.integer("id"); }).empty();
}

std::optional<TimePoint> Views::last_delivery_of(const std::string& source) {
  Selection select(session_, "SELECT received_at_ms FROM deliveries");
  select.where("source = ?", source);
  select.where("head NOT LIKE ?", std::string(kImportedHead) + "%");
  select.append(" ORDER BY id DESC LIMIT 1");
  auto found = select.rows([](const Row& row) { return row.time("received_at_ms"); });
  Selection removed(session_, "SELECT last_at_ms FROM heard");
  removed.where("source = ?", source);
  for (const TimePoint at : removed.rows([](const Row& row) { return row.time("last_at_ms"); }))
    found.push_back(at);
  if (found.empty()) return std::nullopt;
  return *std::max_element(found.begin(), found.end());
}

std::int64_t Views::holder_of_turn(std::int64_t job) {
  Selection select(session_,
                   "SELECT h.id FROM jobs j JOIN jobs h ON h.plugin = j.plugin AND h.id <> j.id"
                   " AND h.turn IN (SELECT j.turn UNION ALL SELECT id FROM records"
                   " WHERE merged_into = j.turn)"
                   " AND (h.state = 'available' OR h.state = 'running' OR h.state = 'retryable')");
  select.where("j.id = ?", job);
  select.append(" LIMIT 1");
  auto found = select.rows([](const Row& row) { return row.integer("id"); });
  return found.empty() ? 0 : found[0];
}

}  // namespace fh
