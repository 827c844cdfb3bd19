#include "ingress/accept.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/fault.h"
#include "domain/echo.h"
#include "ingress/last_known.h"
#include "ingress/reasons.h"

namespace fh {
namespace {

constexpr const char* kOnlyNoise = "only ignore_fields changed";
constexpr const char* kEcho = "echo";

std::string sender_id_of(const Arrival& arrival, const Event& event) {
  return event.sender_id.empty() ? arrival.sender_id : event.sender_id;
}

std::optional<std::int64_t> find_original(Transaction& tx, const Arrival& arrival,
                                          const Considered& considered) {
  const std::string& source = arrival.source->name;
  const Event& event = considered.arrived->event;
  if (const auto id = sender_id_of(arrival, event); !id.empty()) {
    const auto original = tx.deliveries.find_sender_id(source, id, tx.now);
    // The events of one delivery share its id, and are no duplicates of each other.
    const bool sibling = original == arrival.delivery && event.sender_id.empty();
    return sibling ? std::nullopt : original;
  }
  const auto latest = tx.records.latest(considered.record, source);
  const Millis window = arrival.source->dedupe_window;
  const bool same = latest && latest->delivery != arrival.delivery &&
                    latest->body_hash == arrival.body_hash && window > Millis(0) &&
                    told_at(tx, arrival) - latest->received_at <= window;
  return same ? std::optional(latest->delivery) : std::nullopt;
}

// As plugins see it: other ways to write a time are brought to RFC 3339.
std::string shown_time(const std::string& given) {
  if (given.empty() || parse_rfc3339(given)) return given;
  const auto at = parse_time(given);
  return at ? rfc3339(*at) : given;
}

std::optional<TimePoint> updated_at(const Event& event) {
  if (const auto at = parse_time(event.snapshot.updated_at())) return at;
  return parse_time(event.occurred_at);
}

// By plugin: the changed fields that it said it would change so itself.
using Announced = std::map<std::string, std::set<std::string>>;

// What was announced is used up by the event that brings it, whatever becomes of that.
Announced take_echoes(Transaction& tx, const Considered& considered) {
  if (considered.changes.empty()) return {};
  const std::int64_t record = considered.record.id;
  Announced announced;
  for (const auto& [plugin, expected] : tx.effects.echoes(record, tx.now)) {
    for (const auto& [field, change] : considered.changes) {
      std::size_t known = 0;
      const auto echoes = echoes_of(field, change.to);
      for (const Echo& echo : echoes)
        if (expected.contains(echo))
          known += tx.effects.take_echo(plugin, record, echo.field, echo.value, tx.now);
      if (known == echoes.size()) announced[plugin].insert(field);
    }
  }
  return announced;
}

// Without the changes that the plugin said it would cause itself.
bool still_matches(const Considered& considered, const Announced& announced, Match& match,
                   const WatchIndex& watches) {
  const auto own = announced.find(match.plugin);
  if (own == announced.end()) return true;
  Changes rest = considered.changes;
  for (const std::string& field : own->second) rest.erase(field);
  const Event& event = considered.arrived->event;
  for (Match& again : watches.match({event, rest, event.snapshot})) {
    if (again.plugin != match.plugin) continue;
    match = std::move(again);
    return true;
  }
  return false;
}

// Finds what changed, and brings the last known record up to date; the reason says why nothing
// counts. A deletion changes no field, and leaves the last known record as it was: plugins see it,
// and a record that comes back is compared with it.
void take_changes(Transaction& tx, const Arrival& arrival, Considered& considered) {
  const Event& event = considered.arrived->event;
  considered.is_stale = is_stale(tx, arrival, considered);
  if (event.kind != EventKind::deleted) {
    take_baseline(tx, arrival, considered);
    const bool had_changes = !considered.changes.empty();
    drop_noise(considered.changes, event, arrival.source->ignore_fields);
    const bool is_update = event.kind == EventKind::updated;
    if (had_changes && considered.changes.empty() && is_update) considered.reason = kOnlyNoise;
  }
  if (!event.set_aside.empty()) considered.reason = event.set_aside;
}

std::string why_unmet(const Considered& considered) {
  const Event& event = considered.arrived->event;
  const bool compared = event.mode != PayloadMode::full_object || !considered.is_stale;
  return compared ? no_match(event, considered.changes) : kStale;
}

Considered consider(Transaction& tx, const Arrival& arrival, const ArrivedEvent& arrived,
                    const WatchIndex& watches) {
  const Event& event = arrived.event;
  Considered considered;
  considered.arrived = &arrived;
  considered.record = tx.records.resolve(arrival.source->account, event.type, event.aliases);
  considered.may_match = considered.wants_old_values = arrival.unmet.get() != &watches;
  considered.duplicate_of = find_original(tx, arrival, considered);
  if (considered.duplicate_of) return considered;
  take_changes(tx, arrival, considered);
  const Announced announced = take_echoes(tx, considered);
  if (!considered.reason.empty()) return considered;
  considered.matches = watches.match({event, considered.changes, event.snapshot});
  const std::size_t matched = considered.matches.size();
  if (!announced.empty())
    std::erase_if(considered.matches, [&](Match& match) {
      return !still_matches(considered, announced, match, watches);
    });
  if (considered.matches.empty()) considered.reason = matched > 0 ? kEcho : why_unmet(considered);
  return considered;
}

// As take_changes(), for an event that made no job when its delivery came. One that was not taken
// into account then is news, unless something newer is known.
void take_changes_late(Transaction& tx, const Arrival& arrival, Considered& considered) {
  const bool is_latest =
      !considered.arrived->was_taken &&
      tx.records.last_told(considered.record.id) <= ToldBy{told_at(tx, arrival), arrival.delivery};
  considered.wants_old_values = considered.is_late_news = is_latest;
  take_changes(tx, arrival, considered);
}

// News is known from now on, and what it changed is stored: no later replay could find it again.
void remember_late(Transaction& tx, const Arrival& arrival, Considered& considered) {
  const Event& event = considered.arrived->event;
  // Without a key: the same body may come again.
  tx.records.set_latest(considered.record, arrival.source->name,
                        {arrival.delivery, {}, told_at(tx, arrival)});
  tx.records.save(considered.record);
  const bool says_something = event.kind != EventKind::updated || !considered.changes.empty();
  if (considered.reason.empty() && says_something)
    considered.event = insert_event(tx, arrival, considered);
}

// As consider(), for a delivery that is here already, and of which these events are stored.
Considered reconsider(Transaction& tx, const Arrival& arrival, const ArrivedEvent& arrived,
                      const std::vector<StoredEvent>& stored) {
  const Event& event = arrived.event;
  Considered considered;
  considered.arrived = &arrived;
  considered.record = tx.records.resolve(arrival.source->account, event.type, event.aliases);
  const auto same = std::find_if(stored.begin(), stored.end(), [&](const StoredEvent& one) {
    return one.record == considered.record.id && is_stored_as(event, one);
  });
  if (same == stored.end()) {
    take_changes_late(tx, arrival, considered);
  } else {
    considered.event = same->id;
    considered.changes = changes_from_json(Json::parse(same->changes));
  }
  return considered;
}

// That two records are one is known before anything is decided about either, also where a later
// event of the batch tells it: a job is made for the record that stays.
void join_records(Transaction& tx, const Arrival& arrival) {
  if (arrival.events.size() < 2) return;
  for (const ArrivedEvent& arrived : arrival.events) {
    const Aliases& aliases = arrived.event.aliases;
    if (!aliases.uuid.empty() && !aliases.id.empty())
      tx.records.resolve(arrival.source->account, arrived.event.type, aliases);
  }
}

Acceptance judge(const Arrival& arrival, const std::vector<Considered>& all) {
  if (!arrival.unmapped.empty() && all.empty())
    return {DeliveryStatus::ignored, "unmapped: " + arrival.unmapped, 0};
  if (all.empty())
    return {DeliveryStatus::ignored, arrival.ignored.empty() ? "no_events" : arrival.ignored, 0};
  int jobs = 0;
  for (const Considered& one : all) jobs += static_cast<int>(one.matches.size());
  if (jobs > 0) return {DeliveryStatus::accepted, "", jobs};
  if (std::all_of(all.begin(), all.end(),
                  [](const auto& one) { return one.duplicate_of.has_value(); }))
    return {DeliveryStatus::duplicate, of_delivery(*all[0].duplicate_of), 0};
  return {DeliveryStatus::ignored, joined_reasons(arrival, all), 0};
}

void keep_sender_id(Transaction& tx, const Arrival& arrival, const Event& event) {
  if (const auto id = sender_id_of(arrival, event); !id.empty())
    tx.deliveries.keep_sender_id(arrival.source->name, id, arrival.delivery,
                                 tx.now + kSenderIdKept);
}

EventPlace place_of(const Arrival& arrival, const Considered& one) {
  return {arrival.delivery, one.arrived->event.ordinal};
}

// An echo's announcement is used up: the same delivery would not be known for one again.
bool leaves_key(const Considered& one) { return !one.matches.empty() || one.reason == kEcho; }

void remember(Transaction& tx, const Arrival& arrival, Considered& one) {
  if (one.duplicate_of) return;
  // It told nothing, and what came after its export did.
  if (arrival.told_at && one.reason == kStale) return;
  if (!one.matches.empty())
    one.record.accepted = std::max(one.record.accepted, place_of(arrival, one));
  const std::string& source = arrival.source->name;
  LatestDelivery latest{arrival.delivery, {}, told_at(tx, arrival)};
  if (leaves_key(one)) {
    keep_sender_id(tx, arrival, one.arrived->event);
    latest.body_hash = arrival.body_hash;
  }
  tx.records.set_latest(one.record, source, std::move(latest));
  tx.records.save(one.record);
}

// A batch that comes again is known as a whole where one of its events left its key: the others
// would be taken for news, and set back what is known of their records.
void remember_the_others(Transaction& tx, const Arrival& arrival,
                         const std::vector<Considered>& all) {
  if (std::none_of(all.begin(), all.end(), leaves_key)) return;
  for (const Considered& one : all) {
    const Event& event = one.arrived->event;
    const bool unknown = !one.duplicate_of && !leaves_key(one) && !event.sender_id.empty();
    if (unknown) keep_sender_id(tx, arrival, event);
  }
}

}  // namespace

ArrivedEvent::ArrivedEvent(Event read) : event(std::move(read)) {
  event.occurred_at = shown_time(event.occurred_at);
  if (event.snapshot.known()) updated_at = fh::updated_at(event);
}

Acceptance accept(Transaction& tx, const Arrival& arrival, const Catalog& catalog) {
  const auto watches = catalog.watches();
  join_records(tx, arrival);
  std::vector<Considered> all;
  for (const ArrivedEvent& arrived : arrival.events) {
    all.push_back(consider(tx, arrival, arrived, *watches));
    // At once, so that an event that stands twice in one batch is seen the second time.
    remember(tx, arrival, all.back());
  }
  Acceptance acceptance = judge(arrival, all);
  if (all.size() > 1) remember_the_others(tx, arrival, all);
  NewDelivery delivery;
  delivery.id = arrival.delivery;
  delivery.source = arrival.source->name;
  delivery.status = acceptance.status;
  delivery.reason = acceptance.reason;
  delivery.received_at = tx.now;
  if (acceptance.status == DeliveryStatus::duplicate) delivery.duplicate_of = all[0].duplicate_of;
  delivery.jobs = acceptance.jobs;
  delivery.secret = arrival.secret;
  delivery.head = arrival.head;
  delivery.body = arrival.body;
  delivery.event_reasons = event_reasons(arrival, all);
  for (const Considered& one : all)
    if (one.record.in_body && one.record.in_body->delivery == arrival.delivery)
      delivery.record = one.record.id;
  tx.deliveries.insert(delivery);
  fault_point("in_accept");
  int jobs = 0;
  for (const Considered& one : all) jobs += insert_jobs(tx, arrival, one, catalog);
  acceptance.jobs = jobs;
  return acceptance;
}

std::vector<std::string> replay(Transaction& tx, const Arrival& arrival, const Replay& order,
                                const Catalog& catalog) {
  const auto watches = catalog.watches();
  join_records(tx, arrival);
  // Not what this replay is about to store.
  const auto stored = tx.deliveries.events_of(arrival.delivery);
  std::vector<std::string> plugins;
  std::set<std::string> matched;  // of events with an id of their own: one may stand there twice
  int jobs = 0;
  for (const ArrivedEvent& arrived : arrival.events) {
    const Event& event = arrived.event;
    if (matched.contains(event.sender_id)) continue;
    Considered considered = reconsider(tx, arrival, arrived, stored);
    if (considered.reason.empty())
      considered.matches = watches->match({event, considered.changes, event.snapshot});
    if (considered.is_late_news) remember_late(tx, arrival, considered);
    if (!considered.matches.empty() && !event.sender_id.empty()) matched.insert(event.sender_id);
    if (!order.plugin.empty())
      std::erase_if(considered.matches,
                    [&](const Match& match) { return match.plugin != order.plugin; });
    if (!considered.matches.empty())
      tx.records.note_accepted(considered.record.id, place_of(arrival, considered));
    for (const Match& match : considered.matches) plugins.push_back(match.plugin);
    jobs += insert_jobs(tx, arrival, considered, catalog);
  }
  if (jobs > 0) tx.deliveries.add_jobs(arrival.delivery, jobs);
  return plugins;
}

}  // namespace fh
