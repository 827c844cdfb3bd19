#include "ingress/deliveries.h"

#include <algorithm>

#include "base/digest.h"
#include "base/json_pointer.h"
#include "domain/snapshot.h"
#include "ingress/read_delivery.h"

namespace fh {
namespace {

// The head of what was imported; no request has one without a length.
constexpr const char* kImportedHead = R"([["Imported","true"]])";
constexpr const char* kImportedCells = R"([["Imported","cells"]])";  // its values are texts

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

std::string alias_at(const Json& record, const char* key) {
  const auto found = record.find(key);
  if (found == record.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? to_text(*found) : "";
}

// A record of an export, whatever the source's sender would have made of it.
Event imported_event(const SourceConfig& source, const std::string& record) {
  StrictJson parsed = parse_strict(record);
  if (parsed.refusal) throw NotReadable("no JSON: " + parsed.refusal->reason);
  if (!parsed.value.is_object()) throw NotReadable("a record must be a JSON object");
  Event event;
  event.type = source.record;
  event.mode = PayloadMode::full_object;
  event.aliases = {alias_at(parsed.value, "uuid"), alias_at(parsed.value, "id")};
  if (event.aliases.empty()) throw NotReadable("the record has no \"uuid\" and no \"id\"");
  event.snapshot = SnapshotText(parsed.value);
  return event;
}

// A table's cell as the kind of value the record is known to have there.
Json typed_like(const Json& known, const std::string& cell) {
  if (known.is_string() || known.is_null()) return cell;
  Json parsed = Json::parse(cell, nullptr, false);
  const bool same_kind = parsed.type() == known.type() || (parsed.is_number() && known.is_number());
  return same_kind ? parsed : Json(cell);
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

// A row of a table, its cells typed like what is known of the record now.
ArrivedEvent with_typed_cells(Transaction& tx, const SourceConfig& source, Event event) {
  const auto baseline =
      tx.records.baseline(tx.records.resolve(source.account, event.type, event.aliases));
  if (!baseline) return ArrivedEvent(std::move(event));
  const Json known = Json::parse(*baseline);
  Json record = event.snapshot.json();
  for (auto& [field, value] : record.items()) {
    const Json* there = find_field(known, field);
    if (there != nullptr && value.is_string()) value = typed_like(*there, value);
  }
  event.snapshot = SnapshotText(record);
  return ArrivedEvent(std::move(event));
}

}  // namespace

Arrival Deliveries::read(const DeliveryView& delivery) const {
  const auto source =
      std::find_if(config_.sources.begin(), config_.sources.end(),
                   [&](const SourceConfig& one) { return one.name == delivery.source; });
  if (source == config_.sources.end())
    throw NotReadable("the configuration has no source \"" + delivery.source +
                      "\" any more: add it again to read its deliveries");
  if (delivery.head != kImportedHead && delivery.head != kImportedCells)
    return read_stored(*source, delivery.id, delivery.body);
  Arrival arrival;
  arrival.source = &*source;
  arrival.delivery = delivery.id;
  arrival.body = delivery.body;
  arrival.events.emplace_back(imported_event(*source, delivery.body));
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
  try {
    return store_.write([&](Transaction& tx) {
      Arrival typed = arrival;
      if (delivery.head == kImportedCells)
        typed.events = {with_typed_cells(tx, *arrival.source, arrival.events.front().event)};
      Replayed replayed = fh::replay(tx, typed, order, catalog_);
      if (order.dry_run) throw DryRun<Replayed>{std::move(replayed)};
      return replayed;
    });
  } catch (const DryRun<Replayed>& dry) {
    return dry.result;
  }
}

Acceptance Deliveries::import(const SourceConfig& source, const std::string& record,
                              const Import& order) {
  const Event event = imported_event(source, record);
  Arrival arrival;
  arrival.source = &source;
  arrival.delivery = store_.new_delivery_id();
  arrival.head = order.text_cells ? kImportedCells : kImportedHead;
  arrival.body = record;
  arrival.body_hash = bytes_of(sha256(record));
  const auto take = [&](Transaction& tx) {
    arrival.events = {order.text_cells ? with_typed_cells(tx, source, event) : ArrivedEvent(event)};
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
