#include "ingress/explain.h"

#include <algorithm>
#include <set>

#include "base/json_pointer.h"
#include "ingress/reasons.h"

namespace fh {
namespace {

// What the store has of a delivery and its events.
struct Kept {
  Kept(const Arrival& arrival, const StoredParts& parts)
      : source(*arrival.source),
        delivery(parts.delivery),
        stored(parts.events),
        plugins(parts.plugins),
        reasons(reasons_by_ordinal(parts.delivery.event_reasons)) {}

  const SourceConfig& source;
  const DeliveryView& delivery;
  const std::vector<EventView>& stored;
  const std::map<std::int64_t, std::set<std::string>>& plugins;
  std::map<int, std::string> reasons;  // of a batch: of those that made no job when they came
};

Json alias_json(const Event& event) {
  Json json = {{"type", name_of(event.type)}};
  if (!event.aliases.uuid.empty()) json["uuid"] = event.aliases.uuid;
  if (!event.aliases.id.empty()) json["id"] = event.aliases.id;
  return json;
}

constexpr const char* kNotRead = "it was not read as an event when it arrived";
constexpr const char* kNotKept = "what became of it when it arrived was not kept";

// The event as it was found when it arrived, where that was kept; null: it was not.
const EventView* stored_event(const Event& event, const std::vector<EventView>& stored) {
  const auto same = [&](const EventView& view) {
    const std::string& key = view.record.key;
    const bool named = view.ordinal || key == event.aliases.uuid || key == event.aliases.id;
    return view.record.type == event.type && named &&
           is_stored_as(event, {view.id, 0, view.ordinal, view.kind, view.changes});
  };
  const auto found = std::find_if(stored.begin(), stored.end(), same);
  return found == stored.end() ? nullptr : &*found;
}

// Why an event that is not stored made no job when it arrived, as far as that is known. Of a batch
// an older fieldhook kept the reasons, and not whose each was, and none when one event made a job.
std::string why_no_job(const Event& event, const Kept& kept) {
  const DeliveryView& delivery = kept.delivery;
  if (!delivery.event_reasons.empty()) {
    const auto own = kept.reasons.find(event.ordinal);
    return own == kept.reasons.end() ? kNotRead : own->second;
  }
  if (delivery.status == name_of(DeliveryStatus::duplicate)) return "duplicate " + delivery.reason;
  const bool several = delivery.reason.find(kReasonSeparator) != std::string::npos;
  if (!delivery.reason.empty() && !several) return delivery.reason;
  if (!event.set_aside.empty()) return event.set_aside;
  return several ? "one of: " + delivery.reason : kNotKept;
}

// Why it was compared with nothing when it arrived; "": it was.
std::string why_not_compared(const std::string& reason) {
  if (reason == "capture") return "its source only kept it (capture)";
  if (reason.starts_with("duplicate ")) return "it was a " + reason;
  if (reason.starts_with("unmapped: ")) return "it could not be read then (unmapped)";
  return reason == kNotRead || is_not_read(reason) ? kNotRead : "";
}

// Why a whole record is not known to meet a watch of the field; `reason` is why_no_job().
std::string why_compared(const std::string& field, const std::string& reason,
                         const std::string& later) {
  constexpr std::string_view kNoMatch = "no_match: ";
  const std::string whole = "the body is a whole record; ";
  if (const auto why = why_not_compared(reason); !why.empty())
    return whole + why + ", so nothing of it counted as changed when it arrived";
  if (reason == kNotKept) return whole + kNotKept;
  if (reason == "echo" || reason == "actor")
    return whole + "what had changed in it was not kept (" + reason + ")";
  if (reason.starts_with("one of: ")) return whole + "what became of it is " + reason;
  if (reason == "first_seen")
    return whole +
           "it was the first whole one of its record, and what was not known counts as no change "
           "(the source's first_seen)";
  if (reason == "stale")
    return whole + "it was older than the one known when it arrived, so nothing of it counts";
  if (!later.empty() && reason.starts_with(kNoMatch))
    return later + "what had changed then: " + reason.substr(kNoMatch.size());
  return whole + "compared with the one known when it arrived, " + field +
         " had not changed to this watch's liking" +
         (reason.starts_with(kNoMatch) ? "; changed: " + reason.substr(kNoMatch.size()) : "");
}

// What an event is told by.
struct Told {
  const Event& event;
  const SourceConfig& source;
  bool stored = false;
  Changes changes;
  std::string no_job;             // why it made none; "" when it did
  std::set<std::string> plugins;  // whose it made
};

Told told_of(const Event& event, const Kept& kept) {
  Told told{event, kept.source, false, event.changes, "", {}};
  if (const EventView* stored = stored_event(event, kept.stored)) {
    told.stored = true;
    told.changes = changes_from_json(Json::parse(stored->changes));
    if (const auto own = kept.plugins.find(stored->id); own != kept.plugins.end())
      told.plugins = own->second;
  } else {
    drop_noise(told.changes, event, kept.source.ignore_fields);
  }
  if (told.plugins.empty()) told.no_job = why_no_job(event, kept);
  return told;
}

struct Judged {
  bool met = false;
  std::string why;
};

bool is_ignored(const Watch& watch, const Told& told) {
  const auto& fields = told.source.ignore_fields;
  return std::any_of(fields.begin(), fields.end(), [&](const std::string& field) {
    return is_change_of(watch.field, field, told.event) ||
           is_change_of(field, watch.field, told.event);
  });
}

// `later` says that the plugin's build is newer than the delivery; "": it is not.
Judged judge(const Watch& watch, const Told& told, const std::string& later) {
  const Event& event = told.event;
  const Occurrence occurrence(event, told.changes, event.snapshot);
  const std::string why =
      why_not(watch, occurrence, told.stored ? "an unknown value" : "a value that was not kept");
  if (why.empty()) return {true, ""};
  if (watch.type != event.type || watch.field.empty()) return {false, why};
  if (is_ignored(watch, told) && !change_at(occurrence, watch.field).changed)
    return {false, watch.field + " is one of the source's ignore_fields"};
  if (told.stored) return {false, why};
  if (event.mode == PayloadMode::full_object)
    return {false, why_compared(watch.field, told.no_job, later)};
  return {false, why};
}

// No watch in force when the event arrived was met then: what its body meets now is another thing.
// Nor was one of a plugin that has no job, though others have.
Judged judge_again(Judged now, const Told& told, const std::string& plugin,
                   const std::string& later) {
  if (now.met && told.no_job.empty() && !told.plugins.contains(plugin))
    return {true, later.empty() ? "its plugin has no job of it: the change was an echo that it "
                                  "announced, or the jobs are of a replay for others"
                                : later + "a replay makes its job"};
  const bool no_match = told.no_job.starts_with("no_match");
  if (!now.met || !(no_match || told.no_job == "stale")) return now;
  if (!later.empty()) return {true, later + "no watch of then was met"};
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
    const TimePoint since = plugin.row.activated_at;
    const std::string later = since > kept.delivery.received_at
                                  ? "this build came later, at " + rfc3339(since) + "; "
                                  : "";
    for (const Watch& watch : plugin.manifest.watches) {
      const Judged judged = judge_again(judge(watch, told, later), told, plugin.row.name, later);
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

Json explain(const Arrival& arrival, const StoredParts& parts,
             const std::vector<ActivePlugin>& plugins) {
  const Kept kept(arrival, parts);
  Json events = Json::array();
  for (const ArrivedEvent& arrived : arrival.events)
    events.push_back(explain_event(arrived.event, kept, plugins));
  Json json = {{"events", events},
               {"mapping", explain_mapping(arrival.source->mapping, parts.delivery.body)}};
  if (!arrival.unmapped.empty()) json["unmapped"] = arrival.unmapped;
  if (!arrival.ignored.empty()) json["ignored"] = arrival.ignored;
  return json;
}

}  // namespace fh
