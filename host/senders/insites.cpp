#include "senders/insites.h"

#include "senders/places.h"

namespace fh {
namespace {

const Places& places() {
  static const Places kPlaces = {
      .uuid = {"/snapshot/uuid", "/data/snapshot/uuid", "/data/uuid", "/uuid"},
      .id = {"/snapshot/id", "/data/snapshot/id", "/data/id", "/id"},
      .changes = {"/changes", "/data/changes"},
      .snapshot = {"/snapshot", "/data/snapshot"},
      .whole = {"/data", ""},
      .event_id = {"/id"},
      .time = {"/snapshot/updated_at", "/data/snapshot/updated_at", "/data/updated_at",
               "/updated_at", "/created"},
      .event_id_prefix = "evt_",
  };
  return kPlaces;
}

}  // namespace

SenderReading read_insites(const SenderBody& body, const SourceTerms& terms) {
  return read_places(body, terms, places());
}

}  // namespace fh
