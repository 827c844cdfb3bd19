#include "senders/standard_webhooks.h"

#include "senders/places.h"

namespace fh {
namespace {

const Places& places() {
  static const Places kPlaces = {
      .uuid = {"/data/uuid", "/data/snapshot/uuid"},
      .id = {"/data/id", "/data/snapshot/id"},
      .type = {"/type"},
      .changes = {"/data/changes"},
      .snapshot = {"/data/snapshot"},
      .whole = {"/data"},
      .previous = {"/data/previous", "/data/previous_attributes"},
      .time = {"/timestamp"},
      .actor = {"/data/actor"},
  };
  return kPlaces;
}

}  // namespace

SenderReading read_standard_webhooks(const SenderBody& body, const SourceTerms& terms) {
  return read_places(body, terms, places());
}

}  // namespace fh
