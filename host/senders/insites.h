// The Insites CRM's webhooks: three payload modes, plain or in an envelope {id, type, created,
// data}.
//   changes_with_snapshot  {"changes": {...}, "snapshot": {...}}
//   changes_only           {"changes": {...}, "uuid" and/or "id"}
//   full_object            the record itself
// docs/senders.md says which of these keys the vendor documents and which are inferred.
#pragma once

#include "senders/sender_profile.h"

namespace fh {

SenderReading read_insites(const SenderBody& body, const SourceTerms& terms);

}  // namespace fh
