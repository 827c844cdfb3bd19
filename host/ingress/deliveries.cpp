#include "ingress/deliveries.h"

#include <algorithm>

#include "base/digest.h"
#include "base/json_pointer.h"
#include "ingress/read_delivery.h"

namespace fh {
namespace {

// Thrown out of a transaction so that nothing of it stays; carries what it would have done.
template <class Result>
struct DryRun {
  Result result;
};

Json alias_json(const Event& event) {
  Json json = {{"type", name_of(event.type)}};
  if (!event.aliases.uuid.empty()) json["uuid"] = event.aliases.uuid;
  if (!event.aliases.id.empty()) json["id"] = event.aliases.id;
  return json;
}

// What was found to have changed when the event arrived, where that was kept.
std::optional<Changes> stored_changes(const Event& event, const std::vector<EventView>& stored) {
  const auto same = [&](const EventView& view) {
    return view.record.type == event.type && view.kind == name_of(event.kind) &&
           (stored.size() == 1 || view.record.key == event.aliases.uuid ||
            view.record.key == event.aliases.id);
  };
  const auto found = std::find_if(stored.begin(), stored.end(), same);
  if (found == stored.end()) return std::nullopt;
  return changes_from_json(Json::parse(found->changes));
}

// Why an event made no job when it arrived, as far as that is known; "": it is not, or it did. Of
// a batch the delivery has the reasons, and not whose each was.
std::string why_no_job(const Event& event, const DeliveryView& delivery) {
  if (delivery.status == "duplicate") return "duplicate " + delivery.reason;
  const bool several = delivery.reason.find(kReasonSeparator) != std::string::npos;
  if (!delivery.reason.empty() && !several) return delivery.reason;
  if (!event.set_aside.empty()) return event.set_aside;
  return several ? "one of: " + delivery.reason : "";
}

// Why it was compared with nothing when it arrived; "": it was.
std::string why_not_compared(const std::string& reason) {
  if (reason == "capture") return "its source only kept it (capture)";
  if (reason.starts_with("duplicate ")) return "it was a " + reason;
  return reason.starts_with("unmapped: ") ? "it could not be read then (unmapped)" : "";
}

// Why a whole record did not meet a watch of the field; `reason` is why_no_job().
std::string why_compared(const std::string& field, const std::string& reason) {
  constexpr std::string_view kNoMatch = "no_match: ";
  const std::string whole = "the body is a whole record; ";
  if (const auto why = why_not_compared(reason); !why.empty())
    return whole + why + ", so nothing of it counted as changed when it arrived";
  if (reason.starts_with("one of: ")) return whole + "what became of it is " + reason;
  if (reason == "first_seen")
    return whole +
           "it was the first one of its record, and nothing of that counts as changed "
           "(the source's first_seen)";
  if (reason == "stale")
    return whole + "it was older than the one known when it arrived, so nothing of it counts";
  return whole + "compared with the one known when it arrived, " + field +
         " had not changed to this watch's liking" +
         (reason.starts_with(kNoMatch) ? "; changed: " + reason.substr(kNoMatch.size()) : "");
}

const Json* first_of(const Json* list) {
  return list != nullptr && list->is_array() && !list->empty() ? &list->front() : nullptr;
}

// Which of the source's pointers lead somewhere in the body; of a list of events, in its first one.
Json explain_mapping(const Mapping& mapping, const std::string& text) {
  const Json body = parse_strict(text).value;
  const Json* events = mapping.events ? find_at(body, *mapping.events) : nullptr;
  const bool listed = mapping.events || body.is_array();
  const Json* event = listed ? first_of(mapping.events ? events : &body) : &body;
  Json explained = Json::array();
  for (const MappingKey& key : mapping_keys()) {
    const auto& pointer = mapping.*key.part;
    if (!pointer) continue;
    const bool of_body = key.part == &Mapping::events;
    const Json* found = of_body ? events : event != nullptr ? find_at(*event, *pointer) : nullptr;
    explained.push_back({{"part", key.key}, {"pointer", *pointer}, {"found", found != nullptr}});
  }
  return explained;
}

}  // namespace

Arrival Deliveries::read(const DeliveryView& delivery) const {
  const auto source =
      std::find_if(config_.sources.begin(), config_.sources.end(),
                   [&](const SourceConfig& one) { return one.name == delivery.source; });
  if (source == config_.sources.end())
    throw NotReadable("the configuration has no source \"" + delivery.source +
                      "\" any more: add it again to read its deliveries");
  const auto imported = imported_terms(delivery.head, *source);
  if (!imported) return read_stored(*source, delivery.id, delivery.body);
  Arrival arrival;
  arrival.source = &*source;
  arrival.delivery = delivery.id;
  arrival.body = delivery.body;
  arrival.events.emplace_back(imported_event(*imported, delivery.body));
  return arrival;
}

Replayed Deliveries::replay(const DeliveryView& delivery, const Replay& order) {
  const Arrival arrival = read(delivery);
  if (!arrival.unmapped.empty() && arrival.events.empty()) {
    const Sender* sender = find_sender_named(arrival.source->sender);
    const bool mapped = sender != nullptr && sender->takes_mapping;
    throw NotReadable("unmapped: " + arrival.unmapped +
                      (mapped ? ": correct the source's mapping first" : ""));
  }
  const auto imported = imported_terms(delivery.head, *arrival.source);
  try {
    return store_.write([&](Transaction& tx) {
      Arrival placed = arrival;
      placed.is_news = delivery.reason.starts_with("unmapped") || delivery.reason == "capture";
      if (imported)
        placed.events = {
            placed_as_known(tx, *arrival.source, *imported, arrival.events.front().event)};
      Replayed replayed = fh::replay(tx, placed, order, catalog_);
      if (order.dry_run) throw DryRun<Replayed>{std::move(replayed)};
      return replayed;
    });
  } catch (const DryRun<Replayed>& dry) {
    return dry.result;
  }
}

ImportTerms Deliveries::import_terms(const SourceConfig& source, const std::string& type,
                                     bool text_cells) {
  if (source.capture)
    throw NotReadable("source \"" + source.name +
                      "\" has \"capture\": true, so nothing may run for it: take that out first");
  if (const auto given = record_type_from(type)) return {*given, text_cells};
  if (!type.empty()) throw NotReadable("type must be contact or company, not \"" + type + "\"");
  if (!source.only_record)
    throw NotReadable("source \"" + source.name +
                      "\" has records of both types, and an export does not say which: add --type "
                      "contact or --type company");
  return {source.record, text_cells};
}

Acceptance Deliveries::import(const SourceConfig& source, const std::string& record,
                              const Import& order) {
  const Event event = imported_event(order.terms, record);
  Arrival arrival;
  arrival.source = &source;
  arrival.delivery = store_.new_delivery_id();
  arrival.head = imported_head(order.terms);
  arrival.body = record;
  arrival.body_hash = bytes_of(sha256(record));
  const auto take = [&](Transaction& tx) {
    arrival.events = {placed_as_known(tx, source, order.terms, event)};
    Acceptance acceptance = accept(tx, arrival, catalog_);
    if (order.dry_run) throw DryRun<Acceptance>{std::move(acceptance)};
    return acceptance;
  };
  try {
    return store_.write(take);
  } catch (const DryRun<Acceptance>& dry) {
    return dry.result;
  }
}

Json Deliveries::explain(const DeliveryView& delivery, const std::vector<EventView>& stored) const {
  const Arrival arrival = read(delivery);
  Json events = Json::array();
  for (const ArrivedEvent& arrived : arrival.events)
    events.push_back(explain_event(arrived.event, delivery, stored));
  Json json = {{"events", events},
               {"mapping", explain_mapping(arrival.source->mapping, delivery.body)}};
  if (!arrival.unmapped.empty()) json["unmapped"] = arrival.unmapped;
  if (!arrival.ignored.empty()) json["ignored"] = arrival.ignored;
  return json;
}

Json Deliveries::explain_event(const Event& event, const DeliveryView& delivery,
                               const std::vector<EventView>& stored) const {
  const auto known = stored_changes(event, stored);
  const Changes& changes = known ? *known : event.changes;
  const std::string reason = known ? "" : why_no_job(event, delivery);
  const bool compared = event.mode == PayloadMode::full_object && !known;
  Json watches = Json::array();
  for (const ActivePlugin& plugin : catalog_.all()) {
    for (const Watch& watch : plugin.manifest.watches) {
      std::string why = why_not(watch, {event, changes, event.snapshot});
      const bool met = why.empty();
      if (compared && !met && watch.type == event.type && !watch.field.empty())
        why = why_compared(watch.field, reason);
      watches.push_back({{"plugin", plugin.row.name},
                         {"watch", describe(watch)},
                         {"met", met},
                         {"why", met ? Json() : Json(why)}});
    }
  }
  return {{"record", alias_json(event)},
          {"kind", name_of(event.kind)},
          {"mode", name_of(event.mode)},
          {"changes", to_json(changes)},
          {"no_job", reason.empty() ? Json() : Json(reason)},
          {"watches", watches}};
}

}  // namespace fh
