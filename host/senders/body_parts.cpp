#include "senders/body_parts.h"

#include <algorithm>
#include <initializer_list>

namespace fh {
namespace {

const Json* first_member_of(const Json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (const Json* found = member_of(object, key)) return found;
  return nullptr;
}

// C0, DEL and C1, which UTF-8 writes as C2 80 to C2 9F.
bool has_control(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  const auto is_c1 = [](char one, char next) {
    return one == '\xc2' && static_cast<unsigned char>(next) < 0xa0;
  };
  return std::any_of(text.begin(), text.end(), is_control) ||
         std::adjacent_find(text.begin(), text.end(), is_c1) != text.end();
}

struct ListedChange {
  std::string field;
  Change change;
};

// nullopt: it is none.
std::optional<ListedChange> listed_change(const Json& item) {
  const Json* field = first_member_of(item, {"field", "name", "property"});
  const Json* from = first_member_of(item, {"old", "from", "previous"});
  const Json* to = first_member_of(item, {"new", "to", "current", "value"});
  if (field == nullptr || !field->is_string() || *field == "" || to == nullptr) return std::nullopt;
  return ListedChange{*field, {from == nullptr ? std::nullopt : std::optional(*from), *to}};
}

}  // namespace

const Json* member_of(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string text_in(const Json* value) {
  if (value == nullptr) return "";
  if (value->is_string()) return *value;
  return value->is_number() ? to_text(*value) : "";
}

std::string name_in(const Json* value) {
  if (value != nullptr && value->is_number_float()) return "";
  std::string name = text_in(value);
  return has_control(name) ? "" : name;
}

Change change_in(const Json& value) {
  constexpr std::pair<const char*, const char*> kPairs[] = {
      {"from", "to"}, {"old", "new"}, {"previous", "current"}};
  if (value.is_object() && value.size() == 2)
    for (const auto& [from, to] : kPairs)
      if (value.contains(from) && value.contains(to)) return {value[from], value[to]};
  return {std::nullopt, value};
}

bool is_change_list(const Json& list) {
  const auto is_change = [](const Json& item) {
    return item.is_string() || listed_change(item).has_value();
  };
  return list.is_object() || (list.is_array() && std::all_of(list.begin(), list.end(), is_change));
}

Changes listed_changes(const Json& list) {
  Changes changes;
  for (const Json& item : list) {
    auto listed = listed_change(item);
    if (!listed) continue;
    const auto [at, fresh] = changes.try_emplace(listed->field, std::move(listed->change));
    if (!fresh) at->second.to = std::move(listed->change.to);
  }
  return changes;
}

void set_actor(Event& event, const SourceTerms& terms, const std::vector<std::string>& actors) {
  for (const std::string& actor : actors) {
    if (actor.empty()) continue;
    if (event.actor.empty()) event.actor = actor;
    const auto* ignored = terms.ignore_actors;
    if (ignored != nullptr && std::find(ignored->begin(), ignored->end(), actor) != ignored->end())
      event.set_aside = "actor";
  }
}

SenderReading other_record(const std::string& type) {
  SenderReading reading;
  reading.ignored = "other_record: " + type;
  return reading;
}

SenderReading other_event(const std::string& type) {
  SenderReading reading;
  reading.ignored = "other_event: " + type;
  return reading;
}

SenderReading unmapped(const std::string& why) {
  SenderReading reading;
  reading.unmapped = why;
  return reading;
}

void add(SenderReading& all, SenderReading one) {
  std::move(one.events.begin(), one.events.end(), std::back_inserter(all.events));
  if (all.unmapped.empty()) all.unmapped = std::move(one.unmapped);
  if (all.ignored.empty()) all.ignored = std::move(one.ignored);
}

}  // namespace fh
