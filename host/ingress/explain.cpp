#include "ingress/explain.h"

#include <algorithm>

#include "base/json_pointer.h"
#include "ingress/reasons.h"

namespace fh {
namespace {

// What the store has of a delivery and its events.
struct Kept {
  Kept(const DeliveryView& view, const std::vector<EventView>& with_jobs)
      : delivery(view), stored(with_jobs), reasons(reasons_by_ordinal(view.event_reasons)) {}

  const DeliveryView& delivery;
  const std::vector<EventView>& stored;  // those that made a job
  std::map<int, std::string> reasons;    // of a batch: of those that made none
};

Json alias_json(const Event& event) {
  Json json = {{"type", name_of(event.type)}};
  if (!event.aliases.uuid.empty()) json["uuid"] = event.aliases.uuid;
  if (!event.aliases.id.empty()) json["id"] = event.aliases.id;
  return json;
}

constexpr const char* kNotRead = "it was not read as an event when it arrived";
constexpr const char* kNotKept = "what became of it when it arrived was not kept";

// What was found to have changed when the event arrived, where that was kept.
std::optional<Changes> stored_changes(const Event& event, const std::vector<EventView>& stored) {
  const auto same = [&](const EventView& view) {
    const std::string& key = view.record.key;
    const bool named = view.ordinal || key == event.aliases.uuid || key == event.aliases.id;
    return view.record.type == event.type && named &&
           is_stored_as(event, {view.id, 0, view.ordinal, view.kind, view.changes});
  };
  const auto found = std::find_if(stored.begin(), stored.end(), same);
  if (found == stored.end()) return std::nullopt;
  return changes_from_json(Json::parse(found->changes));
}

// Why an event that is not stored made no job when it arrived, as far as that is known. Of a batch
// an older fieldhook kept the reasons, and not whose each was, and none when one event made a job.
std::string why_no_job(const Event& event, const Kept& kept) {
  const DeliveryView& delivery = kept.delivery;
  if (!delivery.event_reasons.empty()) {
    const auto own = kept.reasons.find(event.ordinal);
    return own == kept.reasons.end() ? kNotRead : own->second;
  }
  if (delivery.status == "duplicate") return "duplicate " + delivery.reason;
  const bool several = delivery.reason.find(kReasonSeparator) != std::string::npos;
  if (!delivery.reason.empty() && !several) return delivery.reason;
  if (!event.set_aside.empty()) return event.set_aside;
  return several ? "one of: " + delivery.reason : kNotKept;
}

// Why it was compared with nothing when it arrived; "": it was.
std::string why_not_compared(const std::string& reason) {
  if (reason == "capture") return "its source only kept it (capture)";
  if (reason.starts_with("duplicate ")) return "it was a " + reason;
  if (reason == kNotRead) return kNotRead;
  return reason.starts_with("unmapped: ") ? "it could not be read then (unmapped)" : "";
}

// Why a whole record did not meet a watch of the field; `reason` is why_no_job().
std::string why_compared(const std::string& field, const std::string& reason) {
  constexpr std::string_view kNoMatch = "no_match: ";
  const std::string whole = "the body is a whole record; ";
  if (const auto why = why_not_compared(reason); !why.empty())
    return whole + why + ", so nothing of it counted as changed when it arrived";
  if (reason == kNotKept) return whole + kNotKept;
  if (reason.starts_with("one of: ")) return whole + "what became of it is " + reason;
  if (reason == "first_seen")
    return whole +
           "it was the first whole one of its record, and what was not known counts as no change "
           "(the source's first_seen)";
  if (reason == "stale")
    return whole + "it was older than the one known when it arrived, so nothing of it counts";
  return whole + "compared with the one known when it arrived, " + field +
         " had not changed to this watch's liking" +
         (reason.starts_with(kNoMatch) ? "; changed: " + reason.substr(kNoMatch.size()) : "");
}

// What an event is told by: its changes, and why it made no job, "" when it did.
struct Told {
  bool stored = false;
  Changes changes;
  std::string no_job;
};

Told told_of(const Event& event, const Kept& kept) {
  if (auto changes = stored_changes(event, kept.stored)) return {true, std::move(*changes), ""};
  return {false, event.changes, why_no_job(event, kept)};
}

struct Judged {
  bool met = false;
  std::string why;
};

Judged judge(const Watch& watch, const Event& event, const Told& told) {
  std::string why = why_not(watch, {event, told.changes, event.snapshot});
  if (why.empty()) return {true, ""};
  const bool compared = event.mode == PayloadMode::full_object && !told.stored;
  if (compared && watch.type == event.type && !watch.field.empty())
    why = why_compared(watch.field, told.no_job);
  return {false, std::move(why)};
}

// No watch in force when the event arrived was met then: what its body meets now is another thing.
Judged judge_again(Judged now, const Told& told, const ActivePlugin& plugin,
                   const DeliveryView& delivery) {
  const bool no_match = told.no_job.starts_with("no_match");
  if (!now.met || !(no_match || told.no_job == "stale")) return now;
  const TimePoint since = plugin.row.activated_at;
  if (since > delivery.received_at)
    return {true, "this build came later, at " + rfc3339(since) + "; no watch of then was met"};
  if (no_match)
    return {false,
            "as the body is read now it would be met; when it arrived it was not, with the old "
            "values known then, which are not kept"};
  return now;
}

Json explain_event(const Event& event, const Kept& kept, const std::vector<ActivePlugin>& plugins) {
  const Told told = told_of(event, kept);
  Json watches = Json::array();
  for (const ActivePlugin& plugin : plugins) {
    for (const Watch& watch : plugin.manifest.watches) {
      const Judged judged = judge_again(judge(watch, event, told), told, plugin, kept.delivery);
      watches.push_back({{"plugin", plugin.row.name},
                         {"watch", describe(watch)},
                         {"met", judged.met},
                         {"why", judged.why.empty() ? Json() : Json(judged.why)}});
    }
  }
  return {{"record", alias_json(event)},
          {"kind", name_of(event.kind)},
          {"mode", name_of(event.mode)},
          {"changes", to_json(told.changes)},
          {"no_job", told.no_job.empty() ? Json() : Json(told.no_job)},
          {"watches", watches}};
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

Json explain(const Arrival& arrival, const DeliveryView& delivery,
             const std::vector<EventView>& stored, const std::vector<ActivePlugin>& plugins) {
  const Kept kept(delivery, stored);
  Json events = Json::array();
  for (const ArrivedEvent& arrived : arrival.events)
    events.push_back(explain_event(arrived.event, kept, plugins));
  Json json = {{"events", events},
               {"mapping", explain_mapping(arrival.source->mapping, delivery.body)}};
  if (!arrival.unmapped.empty()) json["unmapped"] = arrival.unmapped;
  if (!arrival.ignored.empty()) json["ignored"] = arrival.ignored;
  return json;
}

}  // namespace fh
