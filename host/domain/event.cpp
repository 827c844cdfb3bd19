#include "domain/event.h"

namespace fh {

std::string_view name_of(EventKind kind) {
  switch (kind) {
    case EventKind::created: return "created";
    case EventKind::updated: return "updated";
    case EventKind::deleted: return "deleted";
  }
  return "";
}

std::optional<EventKind> event_kind_from(std::string_view name) {
  for (const auto kind : {EventKind::created, EventKind::updated, EventKind::deleted})
    if (name == name_of(kind)) return kind;
  return std::nullopt;
}

std::string_view name_of(PayloadMode mode) {
  switch (mode) {
    case PayloadMode::full_object: return "full_object";
    case PayloadMode::changes_only: return "changes_only";
    case PayloadMode::changes_with_snapshot: return "changes_with_snapshot";
  }
  return "";
}

Json to_json(const Changes& changes) {
  Json json = Json::object();
  for (const auto& [field, change] : changes) {
    Json& pair = json[field] = Json::object();
    if (change.from) pair["from"] = *change.from;
    pair["to"] = change.to;
  }
  return json;
}

Changes changes_from_json(const Json& json) {
  Changes changes;
  for (const auto& [field, pair] : json.items()) {
    Change& change = changes[field];
    if (const auto from = pair.find("from"); from != pair.end()) change.from = *from;
    change.to = pair.value("to", Json());
  }
  return changes;
}

}  // namespace fh
