#include "senders/insites.h"

#include "domain/snapshot.h"

namespace fh {
namespace {

constexpr std::string_view kEventIdPrefix = "evt_";

Json* object_at(Json* parent, const char* key) {
  if (parent == nullptr) return nullptr;
  const auto found = parent->find(key);
  return found != parent->end() && found->is_object() ? &*found : nullptr;
}

// A name of a record: text or a whole number. An envelope's own "evt_..." id names no record.
std::string alias_at(const Json* object, const char* key) {
  if (object == nullptr) return "";
  const auto found = object->find(key);
  if (found == object->end()) return "";
  if (found->is_number_integer()) return to_text(*found);
  if (!found->is_string()) return "";
  const auto& text = found->get_ref<const std::string&>();
  return text.starts_with(kEventIdPrefix) ? "" : text;
}

std::string text_at(const Json* object, const char* key) {
  if (object == nullptr) return "";
  const auto found = object->find(key);
  if (found == object->end()) return "";
  if (found->is_string()) return *found;
  return found->is_number() ? to_text(*found) : "";
}

// A plain new value, or a pair of old and new one.
Change change_from(const Json& value) {
  constexpr std::pair<const char*, const char*> kPairs[] = {
      {"from", "to"}, {"old", "new"}, {"previous", "current"}};
  if (value.is_object() && value.size() == 2)
    for (const auto& [from, to] : kPairs)
      if (value.contains(from) && value.contains(to)) return {value[from], value[to]};
  return {std::nullopt, value};
}

void add_changes(const Json* list, const Json& snapshot, Changes& changes) {
  if (list == nullptr) return;
  const auto add = [&](const std::string& field, bool custom, const Json& value) {
    const bool shadowed = custom && snapshot.is_object() && snapshot.contains(field);
    changes.emplace(shadowed ? std::string(kCustomFields) + "." + field : field,
                    change_from(value));
  };
  for (const auto& [field, value] : list->items()) {
    if (field == kCustomFields && value.is_object())
      for (const auto& [inner, inner_value] : value.items()) add(inner, true, inner_value);
    else
      add(std::string(bare_field(field)), bare_field(field) != field, value);
  }
}

}  // namespace

SenderReading read_insites(Json body, const SourceTerms& terms) {
  if (!body.is_object()) return {{}, "the body is not a JSON object"};
  Json* root = &body;
  Json* data = object_at(root, "data");
  const Json* changes = object_at(root, "changes");
  const Json* data_changes = object_at(data, "changes");
  Json* snapshot = object_at(root, "snapshot");
  if (snapshot == nullptr) snapshot = object_at(data, "snapshot");

  Event event;
  event.type = terms.record;
  event.kind = terms.event;
  if (changes == nullptr && data_changes == nullptr && snapshot == nullptr) {
    event.mode = PayloadMode::full_object;
    snapshot = alias_at(data, "uuid").empty() && alias_at(data, "id").empty() ? root : data;
  } else {
    event.mode =
        snapshot != nullptr ? PayloadMode::changes_with_snapshot : PayloadMode::changes_only;
  }
  for (const Json* place : {snapshot, data, root}) {
    if (event.aliases.uuid.empty()) event.aliases.uuid = alias_at(place, "uuid");
    if (event.aliases.id.empty()) event.aliases.id = alias_at(place, "id");
  }
  if (event.aliases.empty())
    return {{}, "the body names no record: no \"uuid\" and no \"id\" was found"};
  const std::string id = text_at(root, "id");
  if (id.starts_with(kEventIdPrefix)) event.sender_id = id;
  event.occurred_at = text_at(snapshot, "updated_at");
  if (event.occurred_at.empty()) event.occurred_at = text_at(root, "created");
  const Json none;
  const Json& known = snapshot == nullptr ? none : *snapshot;
  add_changes(changes, known, event.changes);
  add_changes(data_changes, known, event.changes);
  // Last, because it takes the root with it when the record is the root.
  if (snapshot != nullptr) event.snapshot = std::move(*snapshot);
  SenderReading reading;
  reading.events.push_back(std::move(event));
  return reading;
}

}  // namespace fh
