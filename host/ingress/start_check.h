// What a host would find at its start beyond the configuration itself: files and folders that it
// names and that this user cannot use. For who checks a configuration before a host is started with
// it. Changes nothing. One thread.
#pragma once

#include "config/config.h"

namespace fh {

/// Throws ConfigErrors with every obstacle at once.
void check_start(const Config& config);

}  // namespace fh
