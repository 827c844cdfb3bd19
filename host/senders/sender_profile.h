// SenderProfile: how one CRM's payload maps to events. A profile is a pure function of the parsed
// body; what it cannot find a record or changes in is unmapped, kept, and replayable once the
// mapping is fixed. One small file per CRM; docs/senders.md says how to add one. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/event.h"
#include "domain/sender.h"

namespace fh {

/// What the configuration says of a source. The pointers may be null, and outlive the reading.
struct SourceTerms {
  RecordType record = RecordType::contact;  // these two: where the body does not say it
  EventKind event = EventKind::updated;
  const Mapping* mapping = nullptr;
  const std::vector<std::string>* ignore_actors = nullptr;
  bool only_record = false;  // what is of another type than `record` is not for this source
};

struct SenderReading {
  std::vector<Event> events;
  std::string unmapped = {};  // why nothing could be read; "" when events are there
  std::string ignored = {};   // why what was read is not for this source: "other_record: deal"
};

/// Takes the body over: a snapshot in it is moved into its event, not copied.
using SenderProfile = SenderReading (*)(Json body, const SourceTerms& terms);

/// Null pointer: no such profile.
SenderProfile find_sender(std::string_view name);

/// What the profile reads in the body and the source takes.
SenderReading read_for_source(SenderProfile profile, Json body, const SourceTerms& terms);

}  // namespace fh
