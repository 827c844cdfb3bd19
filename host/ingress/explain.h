// Why each watch was met by the events of a stored delivery, or was not, and why an event made no
// job: what was kept when it came, and its body as it is read now. What is not known is said to be
// so. Pure; any thread.
#pragma once

#include "ingress/accept.h"
#include "store/views.h"

namespace fh {

/// What Deliveries::explain() gives. `arrival` is the delivery read again, `stored` are its events
/// that made a job.
Json explain(const Arrival& arrival, const DeliveryView& delivery,
             const std::vector<EventView>& stored, const std::vector<ActivePlugin>& plugins);

}  // namespace fh
