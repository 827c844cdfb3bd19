#include "senders/places.h"

#include "base/json_pointer.h"
#include "domain/snapshot.h"
#include "domain/stored_json.h"
#include "domain/watch.h"
#include "senders/body_parts.h"
#include "senders/mapped_places.h"

namespace fh {
namespace {

// What the pointer says from the place on; nullopt when there is none, or it leads elsewhere.
std::optional<std::string> seen_from(const std::string& place, const std::string* pointer) {
  if (pointer == nullptr || !pointer->starts_with(place + "/")) return std::nullopt;
  return pointer->substr(place.size());
}

// In a change that is told by its field's name alone, until it is the record's value.
const Json kOfRecord(Json::value_t::discarded);

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
      return unmapped("the body names no record: " + what_is_no_name() + " at " +
                      listed(places_.uuid, places_.id));
    const std::string no_list = find_lists();
    find_record();
    if (event_.kind != EventKind::deleted) {
      if (!no_list.empty())
        return unmapped("what stands at " + no_list +
                        " is no change list: neither fields with their new values, nor a list of "
                        "fields' names or of {\"field\", \"old\", \"new\"}");
      read_changes();
    }
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
    if (record_) set_snapshot();
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

  static std::string shown(const std::string& place) {
    return place.empty() ? "the body itself" : place;
  }

  static std::string listed(const Pointers& some, const Pointers& more) {
    std::string text;
    for (const Pointers* list : {&some, &more})
      for (const std::string& place : *list) text += (text.empty() ? "" : ", ") + shown(place);
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

  // Why no place names the record.
  std::string what_is_no_name() {
    for (const Pointers* places : {&places_.uuid, &places_.id})
      for (const std::string& place : *places)
        if (const Json value = at(place); !value.is_null() && value != "" && name_in(&value) == "")
          return value.is_string() ? "a text with control characters" : "no text or whole number";
    return "nothing";
  }

  std::string event_id() {
    const std::string id = first_text(places_.event_id);
    return places_.any_event_id || id.starts_with(places_.event_id_prefix) ? id : "";
  }

  // nullopt: known.
  std::optional<SenderReading> read_type() {
    std::string all;
    for (const std::string& place : places_.type)
      if (const auto text = text_at(place); !text.empty()) all += (all.empty() ? "" : ".") + text;
    if (all.empty()) return unmapped("no record type at " + listed(places_.type, {}));
    const NamedType named = named_type(all, places_.words);
    // Alone: "event.created" may as well be of another record, which is called an event.
    const bool only_what = !named.record && named.kind && words_in(all).size() == 1;
    if (only_what && !terms_.only_record)
      return unmapped("the type at " + listed(places_.type, {}) + ", \"" + all +
                      "\", says what happened and not to which record: give the source a record");
    if (!named.record && !only_what) return other_record(all);
    if (named.says_more) return other_event(all);
    event_.type = named.record.value_or(event_.type);
    event_.kind = named.kind.value_or(event_.kind);
    return std::nullopt;
  }

  std::optional<std::string> first_object(const Pointers& places) {
    for (const std::string& place : places)
      if (is_object(place)) return place;
    return std::nullopt;
  }

  // Null is no list. The place of what cannot be read as one; "" when there is none.
  std::string find_lists() {
    std::string no_list;
    for (const std::string& place : places_.changes) {
      Json list = at(place);
      if (list.is_null()) continue;
      if (!is_change_list(list) && no_list.empty()) no_list = shown(place);
      if (list.is_structured()) lists_.push_back(std::move(list));
    }
    return no_list;
  }

  bool has_changes() const { return !lists_.empty(); }

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
    for (const Json& list : lists_) add_list(list);
    const auto place = first_object(places_.previous);
    const Json previous = place ? at(*place) : Json();
    // Where nothing lists the changes, these are the fields that changed.
    if (!has_changes() && event_.kind == EventKind::updated)
      each_field(previous, [&](const std::string& field, const Json&) { add_named(field); });
    if (record_)
      for (auto& [field, change] : event_.changes) complete(field, change);
    name_custom_fields();
    add_old_values(previous);
    // Where the body has both values, it says itself what did not change. Without a record beside
    // it that is known of the record all the same.
    std::erase_if(event_.changes, [this](const auto& named) {
      const Change& change = named.second;
      if (!change.from || *change.from != change.to) return false;
      if (!record_) event_.unchanged.insert(named);
      return true;
    });
    if (!record_)
      event_.mode = PayloadMode::changes_only;
    else if (event_.changes.empty() && (event_.kind == EventKind::created || !has_changes()))
      event_.mode = PayloadMode::full_object;
    else
      event_.mode = PayloadMode::changes_with_snapshot;
  }

  // {field: value}, or a list of changes, or of fields' names whose values are the record's.
  void add_list(const Json& list) {
    if (list.is_object())
      each_field(
          list, [&](const std::string& field, const Json& value) { add(field, change_in(value)); });
    if (!list.is_array()) return;
    for (auto& [field, change] : listed_changes(list)) add(field, std::move(change));
    for (const Json& item : list)
      if (item.is_string()) add_named(item);
  }

  // One by the field's other name only where there is none by the change's own.
  void add_old_values(const Json& previous) {
    each_field(previous, [&](const std::string& field, const Json& value) {
      const auto change = event_.changes.find(key_of(field));
      if (change == event_.changes.end()) return;
      const std::string bare(bare_field(field));
      const std::string own = change->second.custom ? custom_path(bare) : bare;
      if (own == field || find_inside(previous, own) == nullptr) change->second.from = value;
    });
  }

  void add(const std::string& field, Change change) {
    if (field == kCustomFields && !change.to.is_object()) return;  // it says nothing
    change.custom = is_custom(field);
    event_.changes.emplace(field, std::move(change));
  }

  void add_named(const std::string& field) {
    names_only_ |= !record_;
    if (field == kCustomFields && !(record_ && is_object(*record_ + "/" + field))) return;
    event_.changes.emplace(field, Change{std::nullopt, kOfRecord, is_custom(field)});
  }

  // Whether the field is a path into a value that the record has, and no name with a dot.
  bool leads_inside(const std::string& field) {
    return bare_field(field).find('.') != std::string_view::npos &&
           find_field(record(), first_segment(field)) != nullptr;
  }

  // What changed belongs to the record, also where that leaves it out: what is known of it later,
  // and what plugins see, is then what the change list says. A changed field that the whole record
  // no longer has was cleared.
  void complete(const std::string& field, Change& change) {
    const bool custom = change.custom;
    const std::string bare(bare_field(field));
    if (change.to.is_discarded()) {
      const Json* value = find_changed(record(), event_.changes, field);
      change.to = value == nullptr ? Json() : *value;
      if (value != nullptr || leads_inside(field)) return;
    } else if (bare.find('.') != std::string::npos) {
      return;  // a path leads into something that is not for us to make
    }
    if (has_field(bare, custom)) return;
    if (!custom && has_field(bare, true) && !names_custom(event_.changes, field)) return;
    Json& whole = record();
    Json& group = custom ? whole[std::string(kCustomFields)] : whole;
    if (!group.is_object()) group = Json::object();
    group[bare] = change.to;
    is_rewritten_ = true;
  }

  void set_snapshot() {
    // Null instead of a change list is no field of a record.
    for (const std::string& place : places_.changes)
      if (place.starts_with(*record_ + "/") && stored_.at(place) == "null")
        is_rewritten_ |= record().erase(pointer_token(place.substr(record_->size() + 1))) > 0;
    if (terms_.token != nullptr && terms_.token->starts_with(*record_ + "/"))
      erase(Json::json_pointer(terms_.token->substr(record_->size())));
    if (is_rewritten_) {
      event_.snapshot = SnapshotText(record());
      return;
    }
    const std::string_view text = stored_.at(*record_).value();
    event_.snapshot = SnapshotText(text, stored_.members(*record_));
    event_.snapshot_at = text.data() - body_.data();
  }

  void erase(const Json::json_pointer& at) {
    if (!record().contains(at)) return;
    Json& around = record()[at.parent_pointer()];
    if (around.is_object()) is_rewritten_ |= around.erase(at.back()) > 0;
  }

  // Read once, for those who ask for many values.
  Json& record() {
    if (!record_json_) record_json_ = record_ ? at(*record_) : Json();
    return *record_json_;
  }

  // Calls use(field, value); a custom field is named custom_field.f.
  template <class Use>
  static void each_field(const Json& object, Use use) {
    for (const auto& [field, value] : object.items()) {
      if (field != kCustomFields || !value.is_object()) {
        use(field, value);
        continue;
      }
      for (const auto& [inner, inner_value] : value.items()) use(custom_path(inner), inner_value);
    }
  }

  static bool is_custom(const std::string& field) { return bare_field(field) != field; }

  // A custom field goes by its bare name unless a standard field has the same: one of the record's,
  // or one that changed, too.
  void name_custom_fields() {
    Changes named;
    auto at = event_.changes.lower_bound(custom_path(""));
    while (at != event_.changes.end() && is_custom(at->first)) {
      const std::string first(first_segment(at->first));
      const bool stays = has_standard(at->first) || event_.changes.contains(first) ||
                         has_inside(event_.changes, first);
      if (stays) {
        ++at;
        continue;
      }
      auto change = event_.changes.extract(at++);
      change.key().erase(0, kCustomFields.size() + 1);
      named.insert(std::move(change));
    }
    event_.changes.merge(named);
  }

  // What the change of the field goes by.
  std::string key_of(const std::string& field) {
    const bool stays = !is_custom(field) || event_.changes.contains(field) || has_standard(field);
    return stays ? field : std::string(bare_field(field));
  }

  // Whether the record has a standard field of that name, which may itself have a dot in it.
  bool has_standard(std::string_view field) {
    const auto bare = bare_field(field);
    const auto first = first_segment(field);
    return has_field(bare, false) || (first != bare && has_field(first, false));
  }

  // Whether the record has it, among its custom fields or beside them.
  bool has_field(std::string_view bare, bool custom) {
    constexpr std::size_t kFew = 64;
    if (!record_) return false;
    const auto& members =
        stored_.members(custom ? *record_ + "/" + std::string(kCustomFields) : *record_);
    if (members.size() <= kFew) return find_named(members, bare).has_value();
    const Json* fields = custom ? member_of(record(), kCustomFields) : &record();
    return fields != nullptr && fields->contains(bare);
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
  bool is_rewritten_ = false;  // the record as it was read is not the one in the body
  std::vector<Json> lists_;
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
  std::string list;  // where the events are one
  if (terms.mapping != nullptr && is_given(*terms.mapping)) {
    mapped = mapped_places(places, *terms.mapping);
    in_force = &mapped;
    if (terms.mapping->events) {
      list = *terms.mapping->events;
      whole = StoredPlaces(body.text()).at(list).value_or("");
      if (!is_stored_array(whole)) return unmapped("no list of events at " + list);
    }
  }
  if (!is_stored_array(StoredPlaces(whole).at("").value()))
    return EventReader(whole, terms, *in_force).read();
  std::size_t number = 0;
  return read_items(stored_members(whole), [&](const StoredMember& item) {
    const auto token = seen_from(list + "/" + std::to_string(number++), terms.token);
    SourceTerms of_item = terms;
    of_item.token = token ? &*token : nullptr;
    SenderReading reading = EventReader(item.value, of_item, *in_force).read();
    for (Event& event : reading.events)
      if (event.snapshot_at) *event.snapshot_at += item.value.data() - body.text().data();
    return reading;
  });
}

}  // namespace fh
