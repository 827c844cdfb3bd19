#include "base/check.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace fh {

void throw_errno(const std::string& what) {
  const int error = errno;
  throw HostError(what + ": " + std::strerror(error));
}

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "fieldhook: a check of its own failed: %s at %s:%d\n", condition, file,
               line);
  std::abort();
}

}  // namespace fh
