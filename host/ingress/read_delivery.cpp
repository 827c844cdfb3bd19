#include "ingress/read_delivery.h"

#include "senders/sender_profile.h"

namespace fh {

void read_events(Arrival& arrival, Storing storing) {
  const SourceConfig& source = *arrival.source;
  const auto* token = std::get_if<BodyToken>(&source.verify.scheme);
  SenderReading reading =
      read_for_source(find_sender(source.sender), SenderBody(std::string_view(arrival.body)),
                      {.record = source.record,
                       .event = source.event,
                       .mapping = &source.mapping,
                       .ignore_actors = &source.ignore_actors,
                       .only_record = source.only_record,
                       .portal = source.portal,
                       .token = token != nullptr ? &token->pointer : nullptr});
  arrival.unmapped = std::move(reading.unmapped);
  arrival.ignored = std::move(reading.ignored);
  // A body with several events would have to name several records.
  const bool in_body = storing == Storing::now && reading.events.size() == 1;
  for (Event& event : reading.events) {
    if (!in_body) event.snapshot_at.reset();
    arrival.events.emplace_back(std::move(event));
  }
}

Arrival read_stored(const SourceConfig& source, std::int64_t delivery, std::string body) {
  Arrival arrival;
  arrival.source = &source;
  arrival.delivery = delivery;
  arrival.body = std::move(body);
  if (const auto refusal = check_strict(arrival.body))
    arrival.unmapped = refusal->reason;
  else
    read_events(arrival, Storing::done);
  return arrival;
}

}  // namespace fh
