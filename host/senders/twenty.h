// Twenty's webhooks: {"event": "person.updated", "data": the record, "timestamp", "updatedFields"?}
// by its documentation, {"eventName", "record", "eventDate", "updatedFields"} by its code; both are
// read. Without updatedFields the record is compared with the last one known. People are contacts.
#pragma once

#include "senders/sender_profile.h"

namespace fh {

SenderReading read_twenty(const SenderBody& body, const SourceTerms& terms);

}  // namespace fh
