// UniqueFd: UniqueHandle by the name that POSIX code knows it by: whoever opens a descriptor opens
// it close-on-exec.
#pragma once

#include "base/unique_handle.h"

namespace fh {

using UniqueFd = UniqueHandle;

}  // namespace fh
