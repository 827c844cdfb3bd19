#include "senders/pipedrive.h"

#include "domain/snapshot.h"
#include "senders/body_parts.h"
#include "senders/places.h"

namespace fh {
namespace {

const Places& places() {
  static const Places kPlaces = {
      .id = {"/meta/entity_id", "/data/id", "/previous/id"},
      .type = {"/meta/entity", "/meta/action"},
      .snapshot = {"/data"},
      .previous = {"/previous"},
      .event_id = {"/meta/id"},
      .time = {"/meta/timestamp"},
      .actor = {"/meta/change_source", "/meta/user_id"},
  };
  return kPlaces;
}

void name_custom_fields(Json& record) {
  if (!record.is_object()) return;
  const auto custom = record.find("custom_fields");
  if (custom == record.end() || !custom->is_object()) return;
  Json fields = std::move(*custom);
  record.erase(custom);
  record[std::string(kCustomFields)] = std::move(fields);
}

// "x" -> {"type", "value": "x"}, {"value", "currency"} -> {"type", "value", "currency"}.
void give_type(Json& value, const Json& known) {
  const Json* type = member_of(known, "type");
  if (type == nullptr || value.is_null() || member_of(value, "type") != nullptr) return;
  if (!value.is_object()) value = {{"value", value}};
  value["type"] = *type;
}

}  // namespace

SenderReading read_pipedrive(const SenderBody& body, const SourceTerms& terms) {
  if (member_of(body.json(), "current") != nullptr && member_of(body.json(), "data") == nullptr)
    return unmapped(
        "the webhook is of version 1 (\"current\" instead of \"data\"), which is not read: make it "
        "one of version 2 in Pipedrive");
  Json renamed = body.json();
  for (const char* part : {"data", "previous"})
    if (member_of(renamed, part) != nullptr) name_custom_fields(renamed[part]);
  SenderReading reading = read_one_event(renamed, terms, places());
  for (Event& event : reading.events) event.snapshot_at.reset();  // it stands nowhere
  return reading;
}

Json pipedrive_record(Json exported, const Json& known) {
  name_custom_fields(exported);
  const auto custom = exported.find(kCustomFields);
  if (custom == exported.end() || !custom->is_object()) return exported;
  for (auto& [field, value] : custom->items())
    if (const Json* there = find_field(known, custom_path(field))) give_type(value, *there);
  return exported;
}

}  // namespace fh
