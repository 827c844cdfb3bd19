#include <sys/resource.h>

#include <algorithm>

#include "base/check.h"
#include "core_file.h"

namespace fh {

// A limit of 1 and not 0: too small for a file, and the one by which Linux gives nothing to the
// program of core_pattern either, which is not asked for a limit else. Not PR_SET_DUMPABLE: it
// would take /proc/PID from the host's own user.
void forbid_core_file() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) throw_errno("cannot read the limit of core files");
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 1);
  if (::setrlimit(RLIMIT_CORE, &limit) != 0) throw_errno("cannot limit core files");
}

}  // namespace fh
