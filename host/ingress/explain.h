// Why each watch was met by the events of a stored delivery, or was not, and why an event made no
// job: what was kept when it came, and its body as it is read now. What is not known is said to be
// so. Pure; any thread.
#pragma once

#include "ingress/accept.h"
#include "store/views.h"

namespace fh {

/// A delivery as it is stored, with its events, as far as they are, and the plugins that have jobs
/// of them (Views::plugins_by_event).
struct StoredParts {
  DeliveryView delivery;
  std::vector<EventView> events;
  std::map<std::int64_t, std::set<std::string>> plugins;
};

/// What Deliveries::explain() gives. `arrival` is the delivery read again.
Json explain(const Arrival& arrival, const StoredParts& parts,
             const std::vector<ActivePlugin>& plugins);

}  // namespace fh
