// The JSON shapes of the admin API: times are RFC 3339 in UTC, ids integers (docs/admin-api.md).
// Pure.
#pragma once

#include "base/json.h"
#include "store/views.h"

namespace fh {

Json to_json(const RecordKey& record);
Json to_json(const JobView& job);
Json to_json(const ParkedView& parked);
Json to_json(const RunView& run);
Json to_json(const DeliveryView& delivery);
Json to_json(const EventView& event);
Json to_json(const Action& action);

}  // namespace fh
