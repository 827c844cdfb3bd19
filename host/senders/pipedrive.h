// Pipedrive's webhooks, version 2: {"meta": {"action", "entity", "entity_id", ...}, "data": the
// record, "previous": the old values of what changed}. Persons are contacts and organizations
// companies. Their custom_fields stand in custom_field here, as everybody's do.
#pragma once

#include "senders/sender_profile.h"

namespace fh {

SenderReading read_pipedrive(const SenderBody& body, const SourceTerms& terms);

/// A record of an export as the deliveries have it: with custom_field, and in it each value with
/// the type that is known of it, which Pipedrive's API leaves out.
Json pipedrive_record(Json exported, const Json& known);

}  // namespace fh
