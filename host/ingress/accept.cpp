#include "ingress/accept.h"

#include <algorithm>

#include "domain/snapshot.h"

namespace fh {
namespace {

// What became of one event of the delivery.
struct Considered {
  Event event;  // with its changes and old values filled in
  StoredRecord record;
  std::optional<std::int64_t> duplicate_of;
  std::string reason;  // why it makes no job, when it does not
  std::vector<Match> matches;
};

std::string sender_id_of(const Arrival& arrival, const Event& event) {
  return event.sender_id.empty() ? arrival.sender_id : event.sender_id;
}

std::optional<std::int64_t> find_original(Transaction& tx, const Arrival& arrival,
                                          const Considered& considered) {
  const std::string& source = arrival.source->name;
  if (const auto id = sender_id_of(arrival, considered.event); !id.empty())
    return tx.deliveries.find_sender_id(source, id, tx.now);
  const auto latest = tx.deliveries.latest(considered.record.id, source);
  const bool same = latest && latest->body_hash == arrival.body_hash &&
                    tx.now - latest->received_at <= arrival.source->dedupe_window;
  return same ? std::optional(latest->delivery) : std::nullopt;
}

std::optional<TimePoint> updated_at(const Event& event) {
  if (!event.snapshot.is_object()) return std::nullopt;
  const auto at = event.snapshot.find("updated_at");
  if (at == event.snapshot.end() || !at->is_string()) return std::nullopt;
  return parse_rfc3339(at->get_ref<const std::string&>());
}

// Compares a full object with the baseline; the reason says why nothing counts as changed.
std::string find_changes(Event& event, const Json& baseline, bool first_sight, bool stale,
                         SourceConfig::FirstSeen first_seen) {
  if (stale) return "stale";
  const bool counts =
      event.kind == EventKind::created || first_seen == SourceConfig::FirstSeen::changed;
  if (first_sight && !counts) return "first_seen";
  event.changes = compare(first_sight ? Json::object() : baseline, event.snapshot);
  return "";
}

void take_baseline(Transaction& tx, const Arrival& arrival, Considered& considered) {
  StoredRecord& record = considered.record;
  Event& event = considered.event;
  const bool first_sight = !record.snapshot;
  const auto at = updated_at(event);
  const bool stale = at && record.updated_at && *at < *record.updated_at;
  const Json baseline = first_sight ? Json() : Json::parse(*record.snapshot);
  if (event.mode == PayloadMode::full_object)
    considered.reason =
        find_changes(event, baseline, first_sight, stale, arrival.source->first_seen);
  else
    fill_old_values(event.changes, baseline);
  const Json known = stale ? baseline : merge(baseline, event);
  if (!stale) {
    record.snapshot = to_text(known);
    tx.records.save_baseline(record.id, *record.snapshot, at ? at : record.updated_at);
  }
  // A plugin sees the event's own snapshot, or else the last known record.
  if (!event.snapshot.is_object()) event.snapshot = known;
}

// Without the changes that the plugin said it would cause itself.
bool still_matches(Transaction& tx, const Considered& considered, Match& match,
                   const WatchIndex& watches) {
  std::vector<std::string> echoed;
  for (const auto& [field, change] : considered.event.changes)
    if (tx.effects.take_echo(match.plugin, considered.record.id, field, to_text(change.to), tx.now))
      echoed.push_back(field);
  if (echoed.empty()) return true;
  Event rest = considered.event;
  for (const std::string& field : echoed) rest.changes.erase(field);
  for (Match& again : watches.match(rest)) {
    if (again.plugin != match.plugin) continue;
    match = std::move(again);
    return true;
  }
  return false;
}

Considered consider(Transaction& tx, const Arrival& arrival, const Event& event,
                    const WatchIndex& watches) {
  Considered considered;
  considered.event = event;
  considered.record = tx.records.resolve(arrival.source->account, event.type, event.aliases);
  considered.duplicate_of = find_original(tx, arrival, considered);
  if (considered.duplicate_of) return considered;
  take_baseline(tx, arrival, considered);
  if (!considered.reason.empty()) return considered;
  considered.matches = watches.match(considered.event);
  const std::size_t matched = considered.matches.size();
  std::erase_if(considered.matches,
                [&](Match& match) { return !still_matches(tx, considered, match, watches); });
  if (considered.matches.empty()) considered.reason = matched > 0 ? "echo" : "no_match";
  return considered;
}

int insert_jobs(Transaction& tx, const Arrival& arrival, const Considered& considered,
                const Catalog& catalog) {
  if (considered.matches.empty()) return 0;
  const Event& event = considered.event;
  NewEvent stored;
  stored.delivery = arrival.delivery;
  stored.record = considered.record.id;
  stored.kind = name_of(event.kind);
  stored.mode = name_of(event.mode);
  stored.complete = event.mode != PayloadMode::changes_only;
  stored.changes = to_text(to_json(event.changes));
  stored.snapshot = to_text(event.snapshot);
  stored.occurred_at = event.occurred_at;
  stored.actor = event.actor;
  const std::int64_t event_id = tx.deliveries.insert(stored);
  int jobs = 0;
  for (const Match& match : considered.matches) {
    auto job = catalog.job_for(match.plugin);
    if (!job) continue;  // removed since the index was read
    if (tx.tallies.open(match.plugin) >= job->backlog) throw BacklogFull(match.plugin);
    job->record = considered.record.id;
    job->event = event_id;
    job->delivery = arrival.delivery;
    job->matched = to_text(Json(match.watches));
    job->created_at = job->run_at = tx.now;
    tx.jobs.insert(*job);
    ++jobs;
  }
  return jobs;
}

Acceptance judge(const Arrival& arrival, const std::vector<Considered>& all) {
  if (!arrival.unmapped.empty()) return {"ignored", "unmapped: " + arrival.unmapped, 0};
  Acceptance acceptance{"ignored", "no_events", 0};
  bool duplicates_only = !all.empty();
  for (const Considered& one : all) {
    acceptance.jobs += static_cast<int>(one.matches.size());
    if (one.duplicate_of) continue;
    duplicates_only = false;
    acceptance.reason = one.reason;
  }
  if (acceptance.jobs > 0) return {"accepted", "", acceptance.jobs};
  if (duplicates_only)
    return {"duplicate", "of delivery " + std::to_string(*all[0].duplicate_of), 0};
  return acceptance;
}

void remember(Transaction& tx, const Arrival& arrival, const Considered& one, bool leaves_key) {
  if (one.duplicate_of) return;
  const std::string& source = arrival.source->name;
  const auto id = sender_id_of(arrival, one.event);
  if (leaves_key && !id.empty())
    tx.deliveries.keep_sender_id(source, id, arrival.delivery, tx.now + kSenderIdKept);
  LatestDelivery latest{arrival.delivery, {}, tx.now};
  if (leaves_key) latest.body_hash = arrival.body_hash;
  tx.deliveries.set_latest(one.record.id, source, latest);
}

}  // namespace

Acceptance accept(Transaction& tx, const Arrival& arrival, const Catalog& catalog) {
  const auto watches = catalog.watches();
  std::vector<Considered> all;
  for (const Event& event : arrival.events) {
    all.push_back(consider(tx, arrival, event, *watches));
    // At once, so that an event that stands twice in one batch is seen the second time.
    remember(tx, arrival, all.back(), !all.back().matches.empty());
  }
  Acceptance acceptance = judge(arrival, all);
  NewDelivery delivery;
  delivery.id = arrival.delivery;
  delivery.source = arrival.source->name;
  delivery.status = acceptance.status;
  delivery.reason = acceptance.reason;
  delivery.received_at = tx.now;
  if (acceptance.status == "duplicate") delivery.duplicate_of = all[0].duplicate_of;
  delivery.jobs = acceptance.jobs;
  delivery.secret = arrival.secret;
  delivery.head = arrival.head;
  delivery.body = arrival.body;
  tx.deliveries.insert(delivery);
  int jobs = 0;
  for (const Considered& one : all) jobs += insert_jobs(tx, arrival, one, catalog);
  acceptance.jobs = jobs;
  return acceptance;
}

}  // namespace fh
