// SenderProfile: how one CRM's payload maps to events. A profile is a pure function of the body;
// what it cannot find a record or changes in is unmapped, kept, and replayable once the mapping is
// fixed. One small file per CRM; docs/senders.md says how to add one. Any thread.
#pragma once

#include <cstdint>
#include <optional>
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
  std::int64_t portal = 0;   // what is of another HubSpot portal is not; 0: any
  const std::string* token = nullptr;  // the JSON Pointer of a secret, which is no record's field
};

struct SenderReading {
  std::vector<Event> events;
  std::string unmapped = {};  // why nothing could be read; "" when events are there
  std::string ignored = {};   // why what was read is not for this source: "other_record: deal"
};

/// A body that check_strict() takes. A profile that looks at a few places only needs no more than
/// its text. Lives no longer than the text it was given; one thread only.
class SenderBody {
 public:
  explicit SenderBody(std::string_view text) : text_(text) {}
  SenderBody(const Json& json) : made_(to_text(json)), text_(made_), json_(json) {}  // NOLINT
  SenderBody(const SenderBody&) = delete;

  std::string_view text() const { return text_; }
  const Json& json() const;

 private:
  const std::string made_;
  const std::string_view text_;
  mutable std::optional<Json> json_;
};

using SenderProfile = SenderReading (*)(const SenderBody& body, const SourceTerms& terms);

/// Null pointer: no such profile.
SenderProfile find_sender(std::string_view name);

/// A record of a CRM's export in the shape that its deliveries have; `known` is what is known of
/// it.
Json as_delivered(std::string_view sender, Json exported, const Json& known);

/// What the profile reads in the body and the source takes.
SenderReading read_for_source(SenderProfile profile, const SenderBody& body,
                              const SourceTerms& terms);

}  // namespace fh
