// The JSON shapes of the admin API: times are RFC 3339 in UTC, ids integers (docs/admin-api.md).
// Pure.
#pragma once

#include "base/json.h"
#include "runtime/supervisor.h"
#include "store/views.h"

namespace fh {

/// What a column holds as JSON text; null for "".
Json stored_json(const std::string& text);
/// {percent, progress}: what the plugin said.
Json progress_json(const RunningJob& running);

Json to_json(const RecordKey& record);
Json to_json(const JobView& job);
Json to_json(const ParkedView& parked);
Json to_json(const RunView& run);
Json to_json(const DeliveryView& delivery);
Json to_json(const EventView& event);
Json to_json(const Action& action);

}  // namespace fh
