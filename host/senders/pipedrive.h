// Pipedrive's webhooks, version 2: {"meta": {"action", "entity", "entity_id", ...}, "data": the
// record, "previous": the old values of what changed}. Persons are contacts and organizations
// companies. Their custom_fields stand in custom_field here, as everybody's do.
#pragma once

#include "senders/sender_profile.h"

namespace fh {

SenderReading read_pipedrive(const SenderBody& body, const SourceTerms& terms);

}  // namespace fh
