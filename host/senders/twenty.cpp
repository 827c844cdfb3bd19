#include "senders/twenty.h"

#include "base/json_pointer.h"
#include "senders/body_parts.h"
#include "senders/places.h"

namespace fh {
namespace {

const Places& places() {
  static const Places kPlaces = {
      .id = {"/data/id", "/record/id"},
      .type = {"/event", "/eventName"},
      .changes = {"/updatedFields"},
      .snapshot = {"/data", "/record"},
      .time = {"/timestamp", "/eventDate"},
      .actor = {"/data/updatedBy/source", "/record/updatedBy/source", "/userId"},
  };
  return kPlaces;
}

}  // namespace

SenderReading read_twenty(const SenderBody& body, const SourceTerms& terms) {
  // "companyTask.updated" begins like one of ours and is a record of its own.
  std::string type = text_in(find_at(body.json(), "/event"));
  if (type.empty()) type = text_in(find_at(body.json(), "/eventName"));
  const std::string object = type.substr(0, type.find('.'));
  if (!object.empty() && object != "person" && object != "company") return other_record(object);
  return read_one_event(body, terms, places());
}

}  // namespace fh
