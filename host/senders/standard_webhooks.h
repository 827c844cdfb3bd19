// Any sender that follows Standard Webhooks: {"type": "contact.updated", "timestamp", "data"}. The
// specification says no more, so where the record and its changes are in data is the source's
// mapping, or else a good guess: data.changes and data.snapshot, or data itself as the record.
#pragma once

#include "senders/sender_profile.h"

namespace fh {

SenderReading read_standard_webhooks(const SenderBody& body, const SourceTerms& terms);

}  // namespace fh
