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

void name_custom_fields(Json& body, const char* part) {
  if (!body.is_object() || !body.contains(part) || !body[part].is_object()) return;
  Json& object = body[part];
  const auto custom = object.find("custom_fields");
  if (custom == object.end() || !custom->is_object()) return;
  Json fields = std::move(*custom);
  object.erase(custom);
  object[std::string(kCustomFields)] = std::move(fields);
}

}  // namespace

SenderReading read_pipedrive(const SenderBody& body, const SourceTerms& terms) {
  if (member_of(body.json(), "current") != nullptr && member_of(body.json(), "data") == nullptr)
    return unmapped(
        "the webhook is of version 1 (\"current\" instead of \"data\"), which is not read: make it "
        "one of version 2 in Pipedrive");
  Json renamed = body.json();
  name_custom_fields(renamed, "data");
  name_custom_fields(renamed, "previous");
  SenderReading reading = read_one_event(renamed, terms, places());
  for (Event& event : reading.events) event.snapshot_at.reset();  // it stands nowhere
  return reading;
}

}  // namespace fh
