// Reading a body by its source's sender profile: when it arrives, and again when an operator asks.
#pragma once

#include "ingress/accept.h"

namespace fh {

/// Whether the delivery is about to be stored; else it is, and is not written again.
enum class Storing { now, done };

/// Sets the arrival's events, or why there are none. Its source and body must be set, and
/// check_strict() must take the body.
void read_events(Arrival& arrival, Storing storing);

/// A stored delivery, read again with the source's mapping as it is now.
Arrival read_stored(const SourceConfig& source, std::int64_t delivery, std::string body);

}  // namespace fh
