// HubSpot's webhooks: a list of up to 100 events, each with one property's new value and no record:
//   {"eventId", "subscriptionId", "occurredAt", "subscriptionType": "contact.propertyChange",
//    "objectId", "propertyName", "propertyValue", "changeSource", "sourceId"}
// Creations and deletions have no property. Deduplicated one by one.
#pragma once

#include "senders/sender_profile.h"

namespace fh {

SenderReading read_hubspot(const SenderBody& body, const SourceTerms& terms);

/// A record of an export as the deliveries tell of it: HubSpot's API has its fields in
/// "properties".
Json hubspot_record(Json exported);

}  // namespace fh
