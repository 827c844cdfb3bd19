#include <fcntl.h>
#include <sys/file.h>

#include <utility>

#include "base/check.h"
#include "store/lock_file.h"

namespace fh {

LockFile::LockFile(std::string path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)) {
  if (!file_)
    throw_errno("store: cannot open " + path_ + " (the host's user must be able to write there)");
}

bool LockFile::try_lock() { return ::flock(file_.get(), LOCK_EX | LOCK_NB) == 0; }

void LockFile::write(std::string_view text) {
  if (::ftruncate(file_.get(), 0) != 0 ||
      ::pwrite(file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    throw_errno("store: cannot write " + path_);
}

bool is_locked(const std::string& path) {
  const UniqueHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0;
}

}  // namespace fh
