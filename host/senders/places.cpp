#include "senders/places.h"

#include <algorithm>

#include "domain/snapshot.h"
#include "domain/stored_json.h"
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
  EventReader(std::string_view body, const SourceTerms& terms, const Places& places)
      : body_(body), stored_(body), terms_(terms), places_(places) {}

  SenderReading read() {
    if (!is_stored_object(stored_.at("").value()))
      return unmapped("the event is not a JSON object");
    event_.type = terms_.record;
    event_.kind = terms_.event;
    if (!places_.type.empty())
      if (auto why = read_type()) return *std::move(why);
    event_.aliases = {first_name(places_.uuid), first_name(places_.id)};
    if (event_.aliases.empty())
      return unmapped("the body names no record: nothing at " + listed(places_.uuid, places_.id));
    find_record();
    if (event_.kind != EventKind::deleted) read_changes();
    if (names_only_)
      return unmapped("the changes are fields' names, and no record at " +
                      listed(places_.snapshot, places_.whole) + " has their values");
    if (!says_something())
      return unmapped("no changes and no record at " + listed(places_.changes, places_.snapshot));
    event_.sender_id = event_id();
    event_.occurred_at = first_text(places_.time);
    std::vector<std::string> actors;
    for (const std::string& place : places_.actor) actors.push_back(text_at(place));
    set_actor(event_, terms_, actors);
    if (record_) {
      const std::string_view text = stored_.at(*record_).value();
      event_.snapshot = SnapshotText(text, stored_.members(*record_));
      event_.snapshot_at = text.data() - body_.data();
    }
    SenderReading reading;
    reading.events.push_back(std::move(event_));
    return reading;
  }

 private:
  // Null when nothing stands there.
  Json at(const std::string& place) {
    const auto text = stored_.at(place);
    return text ? stored_value(*text) : Json();
  }
  std::string text_at(const std::string& place) {
    const Json value = at(place);
    return text_in(&value);
  }
  bool is_object(const std::string& place) {
    const auto text = stored_.at(place);
    return text && is_stored_object(*text);
  }

  static std::string listed(const Pointers& some, const Pointers& more) {
    std::string text;
    for (const Pointers* list : {&some, &more})
      for (const std::string& place : *list) text += (text.empty() ? "" : ", ") + place;
    return text.empty() ? "any place (the source's mapping names none)" : text;
  }

  std::string first_text(const Pointers& places) {
    for (const std::string& place : places)
      if (auto text = text_at(place); !text.empty()) return text;
    return "";
  }

  // "" when it names no record.
  std::string name_at(const std::string& place) {
    const Json value = at(place);
    std::string name = name_in(&value);
    const std::string& never = places_.event_id_prefix;
    return never.empty() || !name.starts_with(never) ? name : "";
  }

  std::string first_name(const Pointers& places) {
    for (const std::string& place : places)
      if (auto name = name_at(place); !name.empty()) return name;
    return "";
  }

  std::string event_id() {
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
      if (const auto text = text_at(place); !text.empty()) all += (all.empty() ? "" : ".") + text;
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

  std::optional<std::string> first_object(const Pointers& places) {
    for (const std::string& place : places)
      if (is_object(place)) return place;
    return std::nullopt;
  }

  bool has_changes() {
    return std::any_of(places_.changes.begin(), places_.changes.end(), [&](const auto& place) {
      const auto text = stored_.at(place);
      return text && (is_stored_object(*text) || is_stored_array(*text));
    });
  }

  void find_record() {
    record_ = first_object(places_.snapshot);
    if (record_ || has_changes()) return;
    for (const std::string& place : places_.whole) {
      if (!is_object(place)) continue;
      const bool named = !name_at(place + "/uuid").empty() || !name_at(place + "/id").empty();
      if (!named && place != places_.whole.back()) continue;
      record_ = place;
      return;
    }
  }

  void read_changes() {
    const auto previous = first_object(places_.previous);
    for (const std::string& place : places_.changes) add_list(at(place));
    if (previous) add_previous(at(*previous));
    if (!record_)
      event_.mode = PayloadMode::changes_only;
    else if (event_.changes.empty() && (event_.kind == EventKind::created || !has_changes()))
      event_.mode = PayloadMode::full_object;
    else
      event_.mode = PayloadMode::changes_with_snapshot;
  }

  // {field: value}, or a list of fields' names whose values are the record's.
  void add_list(const Json& list) {
    if (list.is_object())
      each_field(list, [&](const std::string& field, const Json& value) {
        event_.changes.emplace(field, change_in(value));
      });
    if (!list.is_array()) return;
    for (const Json& name : list)
      if (name.is_string() && !event_.changes.contains(name)) add_named(name);
  }

  // Old values; where nothing lists the changes, these are the fields that changed.
  void add_previous(const Json& previous) {
    const bool are_the_list = !has_changes() && event_.kind == EventKind::updated;
    each_field(previous, [&](const std::string& field, const Json& value) {
      if (are_the_list) add_named(field);
      if (const auto change = event_.changes.find(field); change != event_.changes.end())
        change->second.from = value;
    });
  }

  // A changed field that the whole record no longer has was cleared.
  void add_named(const std::string& field) {
    names_only_ |= !record_;
    const Json* value = find_field(record(), field);
    event_.changes.emplace(field, Change{std::nullopt, value == nullptr ? Json() : *value});
  }

  // Read once, for those who ask for many values.
  const Json& record() {
    if (!record_json_) record_json_ = record_ ? at(*record_) : Json();
    return *record_json_;
  }

  template <class Use>
  void each_field(const Json& object, Use use) {
    for (const auto& [field, value] : object.items()) {
      const bool group = field == kCustomFields && value.is_object();
      if (!group) use(bare_name(std::string(bare_field(field)), bare_field(field) != field), value);
      if (group)
        for (const auto& [inner, inner_value] : value.items())
          use(bare_name(inner, true), inner_value);
    }
  }

  // A custom field goes by its bare name unless a standard field has the same.
  std::string bare_name(const std::string& field, bool custom) {
    return custom && record_has(field) ? std::string(kCustomFields) + "." + field : field;
  }

  bool record_has(const std::string& field) {
    constexpr std::size_t kFew = 64;
    if (!record_) return false;
    const auto& members = stored_.members(*record_);
    if (members.size() > kFew) return record().contains(field);
    return find_named(members, field).has_value();
  }

  bool says_something() {
    return event_.kind != EventKind::updated || record_ || has_changes() || !event_.changes.empty();
  }

  const std::string_view body_;
  StoredPlaces stored_;
  const SourceTerms& terms_;
  const Places& places_;
  Event event_;
  std::optional<std::string> record_;  // where it stands
  std::optional<Json> record_json_;
  bool names_only_ = false;  // changes without values
};

}  // namespace

SenderReading read_one_event(const SenderBody& part, const SourceTerms& terms,
                             const Places& places) {
  return EventReader(part.text(), terms, places).read();
}

SenderReading read_places(const SenderBody& body, const SourceTerms& terms, const Places& places) {
  std::string_view whole = body.text();
  const Places* in_force = &places;
  Places mapped;
  if (terms.mapping != nullptr && is_given(*terms.mapping)) {
    mapped = with_mapping(places, *terms.mapping);
    in_force = &mapped;
    if (const auto& list = terms.mapping->events) {
      whole = StoredPlaces(body.text()).at(*list).value_or("");
      if (!is_stored_array(whole)) return unmapped("no list of events at " + *list);
    }
  }
  if (!is_stored_array(StoredPlaces(whole).at("").value()))
    return EventReader(whole, terms, *in_force).read();
  return read_items(stored_members(whole), [&](const StoredMember& item) {
    SenderReading reading = EventReader(item.value, terms, *in_force).read();
    for (Event& event : reading.events)
      if (event.snapshot_at) *event.snapshot_at += item.value.data() - body.text().data();
    return reading;
  });
}

}  // namespace fh
