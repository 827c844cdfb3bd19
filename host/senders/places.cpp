#include "senders/places.h"

#include <algorithm>

#include "base/json_pointer.h"
#include "domain/snapshot.h"
#include "senders/body_parts.h"

namespace fh {
namespace {

bool is_given(const Mapping& mapping) {
  const auto& keys = mapping_keys();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const MappingKey& key) { return (mapping.*key.part).has_value(); });
}

// The mapping's places instead of the profile's, part by part.
Places with_mapping(Places places, const Mapping& mapping) {
  const auto put = [](Pointers& part, const std::optional<std::string>& pointer) {
    if (pointer) part = {*pointer};
  };
  put(places.uuid, mapping.uuid);
  put(places.id, mapping.id);
  put(places.type, mapping.type);
  put(places.changes, mapping.changes);
  put(places.previous, mapping.previous);
  put(places.time, mapping.time);
  put(places.actor, mapping.actor);
  put(places.snapshot, mapping.snapshot);
  if (mapping.snapshot) places.whole.clear();
  // Whoever names the place of an event's id knows it; the prefix only helps to guess.
  put(places.event_id, mapping.event_id);
  if (mapping.event_id) places.any_event_id = true;
  return places;
}

class EventReader {
 public:
  EventReader(Json& body, const SourceTerms& terms, const Places& places)
      : body_(body), terms_(terms), places_(places) {}

  SenderReading read() {
    if (!body_.is_object()) return unmapped("the event is not a JSON object");
    event_.type = terms_.record;
    event_.kind = terms_.event;
    if (!places_.type.empty())
      if (auto why = read_type()) return *std::move(why);
    event_.aliases = {first_name(places_.uuid), first_name(places_.id)};
    if (event_.aliases.empty())
      return unmapped("the body names no record: nothing at " + listed(places_.uuid, places_.id));
    find_record();
    if (event_.kind != EventKind::deleted) read_changes();
    if (!says_something())
      return unmapped("no changes and no record at " + listed(places_.changes, places_.snapshot));
    event_.sender_id = event_id();
    event_.occurred_at = first_text(places_.time);
    std::vector<std::string> actors;
    for (const std::string& place : places_.actor) actors.push_back(text_in(at(place)));
    set_actor(event_, terms_, actors);
    // Last, because it takes the body with it when the record is the body.
    if (record_ != nullptr) {
      event_.snapshot = std::move(*record_);
      event_.snapshot_at = std::move(record_at_);
    }
    SenderReading reading;
    reading.events.push_back(std::move(event_));
    return reading;
  }

 private:
  const Json* at(const std::string& place) const { return find_at(std::as_const(body_), place); }

  static std::string listed(const Pointers& some, const Pointers& more) {
    std::string text;
    for (const Pointers* list : {&some, &more})
      for (const std::string& place : *list) text += (text.empty() ? "" : ", ") + place;
    return text.empty() ? "any place (the source's mapping names none)" : text;
  }

  std::string first_text(const Pointers& places) const {
    for (const std::string& place : places)
      if (auto text = text_in(at(place)); !text.empty()) return text;
    return "";
  }

  std::string first_name(const Pointers& places) const {
    const std::string& never = places_.event_id_prefix;
    for (const std::string& place : places) {
      auto name = name_in(at(place));
      if (!name.empty() && (never.empty() || !name.starts_with(never))) return name;
    }
    return "";
  }

  std::string event_id() const {
    const std::string id = first_text(places_.event_id);
    return places_.any_event_id || id.starts_with(places_.event_id_prefix) ? id : "";
  }

  std::optional<RecordType> own_type_of(const std::string& word) const {
    for (const auto& [own, type] : places_.words)
      if (own == word) return type;
    return record_type_of(word);
  }

  // nullopt: known.
  std::optional<SenderReading> read_type() {
    std::string all;
    for (const std::string& place : places_.type)
      if (const auto text = text_in(at(place)); !text.empty())
        all += (all.empty() ? "" : ".") + text;
    if (all.empty()) return unmapped("no record type at " + listed(places_.type, {}));
    std::optional<RecordType> type;
    std::optional<EventKind> kind;
    for (const std::string& word : words_in(all)) {
      if (!type) type = own_type_of(word);
      if (!kind) kind = event_kind_of(word);
    }
    if (!type) return other_record(all);
    event_.type = *type;
    event_.kind = kind.value_or(event_.kind);
    return std::nullopt;
  }

  Json* first_object(const Pointers& places, std::string* found_at = nullptr) {
    for (const std::string& place : places) {
      Json* found = find_at(body_, place);
      if (found == nullptr || !found->is_object()) continue;
      if (found_at != nullptr) *found_at = place;
      return found;
    }
    return nullptr;
  }

  bool has_changes() const {
    for (const std::string& place : places_.changes)
      if (const Json* list = at(place); list != nullptr && list->is_structured()) return true;
    return false;
  }

  bool names_record(const Json& object) const {
    for (const char* key : {"uuid", "id"}) {
      const auto name = name_in(member_of(object, key));
      const std::string& never = places_.event_id_prefix;
      if (!name.empty() && (never.empty() || !name.starts_with(never))) return true;
    }
    return false;
  }

  void find_record() {
    record_ = first_object(places_.snapshot, &record_at_);
    if (record_ != nullptr || has_changes()) return;
    for (const std::string& place : places_.whole) {
      Json* found = find_at(body_, place);
      if (found == nullptr || !found->is_object()) continue;
      if (!names_record(*found) && place != places_.whole.back()) continue;
      record_ = found;
      record_at_ = place;
      return;
    }
  }

  const Json& record() const {
    static const Json kNone;
    return record_ == nullptr ? kNone : *record_;
  }

  void read_changes() {
    const Json* previous = first_object(places_.previous);
    for (const std::string& place : places_.changes) add_list(at(place));
    if (previous != nullptr) add_previous(*previous);
    if (record_ == nullptr)
      event_.mode = PayloadMode::changes_only;
    else if (event_.changes.empty() && (event_.kind == EventKind::created || !has_changes()))
      event_.mode = PayloadMode::full_object;
    else
      event_.mode = PayloadMode::changes_with_snapshot;
  }

  // {field: value}, or a list of fields' names whose values are the record's.
  void add_list(const Json* list) {
    if (list == nullptr) return;
    if (list->is_object())
      each_field(*list, [&](const std::string& field, const Json& value) {
        event_.changes.emplace(field, change_in(value));
      });
    if (!list->is_array()) return;
    for (const Json& name : *list)
      if (name.is_string()) event_.changes.emplace(name, Change{std::nullopt, value_now(name)});
  }

  // Old values; where nothing lists the changes, these are the fields that changed.
  void add_previous(const Json& previous) {
    const bool are_the_list = !has_changes() && event_.kind == EventKind::updated;
    each_field(previous, [&](const std::string& field, const Json& value) {
      if (are_the_list) event_.changes.emplace(field, Change{std::nullopt, value_now(field)});
      if (const auto change = event_.changes.find(field); change != event_.changes.end())
        change->second.from = value;
    });
  }

  // A changed field that the whole record no longer has was cleared.
  Json value_now(const std::string& field) const {
    const Json* value = find_field(record(), field);
    return value == nullptr ? Json() : *value;
  }

  template <class Use>
  void each_field(const Json& object, Use use) const {
    for (const auto& [field, value] : object.items()) {
      const bool group = field == kCustomFields && value.is_object();
      if (!group) use(bare_name(std::string(bare_field(field)), bare_field(field) != field), value);
      if (group)
        for (const auto& [inner, inner_value] : value.items())
          use(bare_name(inner, true), inner_value);
    }
  }

  // A custom field goes by its bare name unless a standard field has the same.
  std::string bare_name(const std::string& field, bool custom) const {
    const bool shadowed = custom && record().is_object() && record().contains(field);
    return shadowed ? std::string(kCustomFields) + "." + field : field;
  }

  bool says_something() const {
    return event_.kind != EventKind::updated || record_ != nullptr || has_changes() ||
           !event_.changes.empty();
  }

  Json& body_;
  const SourceTerms& terms_;
  const Places& places_;
  Event event_;
  Json* record_ = nullptr;
  std::string record_at_;
};

}  // namespace

SenderReading read_one_event(Json& part, const SourceTerms& terms, const Places& places) {
  SenderReading reading = EventReader(part, terms, places).read();
  // The part may be one of many, or not what it was in the body.
  for (Event& event : reading.events) event.snapshot_at.reset();
  return reading;
}

SenderReading read_places(Json body, const SourceTerms& terms, const Places& places) {
  if (terms.mapping != nullptr && is_given(*terms.mapping)) {
    SourceTerms rest = terms;
    rest.mapping = nullptr;
    const Places mapped = with_mapping(places, *terms.mapping);
    if (!terms.mapping->events) return read_places(std::move(body), rest, mapped);
    Json* list = find_at(body, *terms.mapping->events);
    if (list == nullptr || !list->is_array())
      return unmapped("no list of events at " + *terms.mapping->events);
    return read_places(std::move(*list), rest, mapped);
  }
  if (!body.is_array()) return EventReader(body, terms, places).read();
  return read_items(body, [&](Json& item) { return read_one_event(item, terms, places); });
}

}  // namespace fh
