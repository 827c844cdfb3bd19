// Close's webhooks: {"subscription_id", "event": {"id", "action", "object_type", "object_id",
// "changed_fields": [names], "previous_data", "data", "date_created"}}. Contacts are contacts,
// leads companies.
#pragma once

#include "senders/sender_profile.h"

namespace fh {

SenderReading read_close(const SenderBody& body, const SourceTerms& terms);

}  // namespace fh
