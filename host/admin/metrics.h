// The Prometheus text of /metrics, version 0.0.4.
#pragma once

#include "admin/parts.h"
#include "admin/refused_calls.h"

namespace fh {

std::string metrics_text(const ApiParts& parts, const RefusedCalls& refused);

}  // namespace fh
