#include "senders/close_crm.h"

#include "base/json_pointer.h"
#include "senders/body_parts.h"
#include "senders/places.h"

namespace fh {
namespace {

const Places& places() {
  static const Places kPlaces = {
      .id = {"/event/object_id", "/event/data/id"},
      .type = {"/event/object_type", "/event/action"},
      .changes = {"/event/changed_fields"},
      .snapshot = {"/event/data"},
      .previous = {"/event/previous_data"},
      .event_id = {"/event/id"},
      .time = {"/event/date_created"},
      .actor = {"/event/user_id", "/event/oauth_client_id", "/event/api_key_id"},
      .words = {{"lead", RecordType::company}},
  };
  return kPlaces;
}

}  // namespace

SenderReading read_close(const SenderBody& body, const SourceTerms& terms) {
  // "activity.call", "lead_status" and the like only begin like one of ours.
  const std::string type = text_in(find_at(body.json(), "/event/object_type"));
  if (!type.empty() && type != "contact" && type != "lead") return other_record(type);
  return read_one_event(body, terms, places());
}

}  // namespace fh
