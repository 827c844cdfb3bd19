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
  // Never empty in between: a reader would take its holder for gone.
  const auto size = static_cast<ssize_t>(text.size());
  if (::pwrite(file_.get(), text.data(), text.size(), 0) != size ||
      ::ftruncate(file_.get(), size) != 0)
    throw_errno("store: cannot write " + path_);
}

bool is_locked(const std::string& path) {
  const UniqueHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno != ENOENT) throw_errno("store: cannot look at " + path);
  return file && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0;
}

}  // namespace fh
