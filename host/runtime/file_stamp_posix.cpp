#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <sstream>

#include "runtime/file_stamp.h"

namespace fh {

FileStamp stamp_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {std::strerror(errno)};
  // The time of the last change (st_ctim) is the file system's own: nobody can put it back.
  std::ostringstream stamp;
  stamp << status.st_dev << ' ' << status.st_ino << ' ' << status.st_mode << ' ' << status.st_size
        << ' ' << status.st_mtim.tv_sec << '.' << status.st_mtim.tv_nsec << ' '
        << status.st_ctim.tv_sec << '.' << status.st_ctim.tv_nsec;
  return {stamp.str()};
}

}  // namespace fh
