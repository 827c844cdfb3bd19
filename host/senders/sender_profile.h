// SenderProfile: how one CRM's payload maps to events. A profile is a pure function of the parsed
// body; what it cannot find a record or changes in is unmapped, kept, and replayable once the
// mapping is fixed. One small file per CRM; docs/senders.md says how to add one. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/event.h"

namespace fh {

/// What the configuration says of a source, for senders whose body does not say it.
struct SourceTerms {
  RecordType record = RecordType::contact;
  EventKind event = EventKind::updated;
};

struct SenderReading {
  std::vector<Event> events;
  std::string unmapped;  // why nothing could be read; "" when events are there
};

/// Takes the body over: a snapshot in it is moved into its event, not copied.
using SenderProfile = SenderReading (*)(Json body, const SourceTerms& terms);

/// Null pointer: no such profile.
SenderProfile find_sender(std::string_view name);
const std::vector<std::string>& known_senders();

}  // namespace fh
