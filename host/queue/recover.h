// Recovery at start: every run that an earlier host left behind is ended as `lost` and its
// job is ready again or dead; a late result finds no running job under its lease. Call it once the
// store's lock is held and before anything is leased: the lock proves that no worker of an earlier
// host is alive.
#pragma once

#include "store/store.h"

namespace fh {

/// Returns how many runs were lost.
int recover(Store& store);

}  // namespace fh
