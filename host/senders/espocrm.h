// EspoCRM's webhooks: a list of {"id", attribute: new value, ...}. Which record and what happened
// to it is set with the webhook ("Contact.update"), and so with the source.
#pragma once

#include "senders/sender_profile.h"

namespace fh {

SenderReading read_espocrm(const SenderBody& body, const SourceTerms& terms);

}  // namespace fh
