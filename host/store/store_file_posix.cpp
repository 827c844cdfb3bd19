#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/check.h"
#include "store/store_file.h"

namespace fh {

// Not by opening it: who closes one of SQLite's files loses the locks this process has on it.
int write_obstacle(const std::filesystem::path& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) == 0 ? 0 : errno;
}

std::string file_identity(const std::filesystem::path& file) {
  struct statx status {};
  if (::statx(AT_FDCWD, file.c_str(), 0, STATX_INO | STATX_BTIME, &status) != 0)
    throw_errno("store: cannot look at " + file.string());
  // The number of a file that was deleted is given to the next one, so its birth goes with it where
  // the file system knows it. Not the device: its number may change when the machine starts.
  std::string identity = std::to_string(status.stx_ino);
  if ((status.stx_mask & STATX_BTIME) != 0)
    identity += "@" + std::to_string(status.stx_btime.tv_sec) + "." +
                std::to_string(status.stx_btime.tv_nsec);
  return identity;
}

}  // namespace fh
