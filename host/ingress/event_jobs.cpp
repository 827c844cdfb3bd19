#include "ingress/event_jobs.h"

#include <algorithm>

#include "base/log.h"
#include "domain/snapshot.h"

namespace fh {
namespace {

// What brought no whole record shows the last known one; before a deletion there may be none. A
// deletion, and an export, may bring some of the fields.
std::optional<std::string> shows_last_known(Transaction& tx, const Considered& considered) {
  const Event& event = considered.arrived->event;
  const bool brings_all = event.kind != EventKind::deleted && !event.may_lack_fields;
  if (event.snapshot.known() && brings_all) return std::nullopt;
  auto known = tx.records.baseline(considered.record);
  if (event.snapshot.known() && (!known || covers(event.snapshot.json(), Json::parse(*known))))
    return std::nullopt;
  return known ? std::move(known) : "{}";
}

// A loop, most likely: the plugin's own write comes back. The job is kept, visibly, and runs later,
// behind those of its record that wait already.
void put_off(NewJob& job, const std::optional<TimePoint>& parked_until) {
  job.run_at = parked_until ? std::max(*parked_until, job.created_at + Millis(1))
                            : job.created_at + StormGuard::kWindow;
  job.reason = "its record brought the plugin more than " + std::to_string(job.per_record) +
               " jobs in ten minutes: does the plugin's own write trigger it? Use expect_echo, or "
               "raise plugins.limits." +
               job.plugin + ".per_record";
}

void log_storm(const NewJob& job, const RecordKey& record) {
  log_warning("storm", {{"plugin", job.plugin},
                        {"account", record.account},
                        {"type", name_of(record.type)},
                        {"record", record.key},
                        {"until", rfc3339(job.run_at)},
                        {"reason", job.reason}});
}

}  // namespace

bool is_stored_as(const Event& event, const StoredEvent& stored) {
  if (stored.kind != name_of(event.kind)) return false;
  if (stored.ordinal) return *stored.ordinal == event.ordinal;
  if (event.mode == PayloadMode::full_object) return true;
  const Changes changes = changes_from_json(Json::parse(stored.changes));
  return std::all_of(changes.begin(), changes.end(), [&](const auto& change) {
    const auto same = event.changes.find(change.first);
    return same != event.changes.end() && same->second.to == change.second.to;
  });
}

void drop_noise(Changes& changes, const Event& event,
                const std::vector<std::string>& ignore_fields) {
  for (const std::string& field : ignore_fields) {
    if (changes.erase(field) > 0) continue;
    const std::string_view bare = bare_field(field);
    if (bare != field && is_change_of(field, bare, event)) changes.erase(std::string(bare));
  }
}

std::optional<BodyPart> body_part(const Arrival& arrival, const Event& event) {
  if (!event.snapshot_at) return std::nullopt;
  return BodyPart{arrival.delivery, static_cast<std::int64_t>(*event.snapshot_at),
                  static_cast<std::int64_t>(event.snapshot.text().size())};
}

std::int64_t insert_event(Transaction& tx, const Arrival& arrival, const Considered& considered) {
  const Event& event = considered.arrived->event;
  const auto last_known = shows_last_known(tx, considered);
  NewEvent stored;
  stored.delivery = arrival.delivery;
  stored.ordinal = event.ordinal;
  stored.record = considered.record.id;
  stored.kind = name_of(event.kind);
  stored.mode = name_of(event.mode);
  stored.complete = !last_known;
  stored.changes = to_text(to_json(considered.changes));
  stored.snapshot = last_known ? *last_known : event.snapshot.text();
  if (!last_known) stored.body_part = body_part(arrival, event);
  stored.occurred_at = event.occurred_at;
  stored.actor = event.actor;
  return tx.deliveries.insert(stored);
}

int insert_jobs(Transaction& tx, const Arrival& arrival, const Considered& considered,
                const Catalog& catalog) {
  if (considered.matches.empty()) return 0;
  const std::int64_t event =
      considered.event > 0 ? considered.event : insert_event(tx, arrival, considered);
  int jobs = 0;
  for (const Match& match : considered.matches) {
    auto job = catalog.job_for(match.plugin);
    if (!job) continue;  // removed since the index was read
    if (tx.tallies.open(match.plugin) >= job->backlog) throw BacklogFull(*job);
    job->record = considered.record.id;
    job->event = event;
    job->delivery = arrival.delivery;
    job->matched = to_text(Json(match.watches));
    job->created_at = job->run_at = tx.now;
    const bool storm = !tx.storms.enter(match.plugin, job->record, job->per_record, tx.now);
    const auto parked_until = tx.jobs.parked_until(match.plugin, job->record);
    if (storm || parked_until) put_off(*job, parked_until);
    if (storm && tx.storms.to_be_told(match.plugin, job->record, tx.now))
      log_storm(*job, considered.record.key);
    tx.jobs.insert(*job);
    ++jobs;
  }
  return jobs;
}

}  // namespace fh
