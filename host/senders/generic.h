// Any JSON at all: every part of an event is where the source's mapping says, and nowhere else.
#pragma once

#include "senders/sender_profile.h"

namespace fh {

SenderReading read_generic(const SenderBody& body, const SourceTerms& terms);

}  // namespace fh
