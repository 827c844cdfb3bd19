// LockFile: a file that at most one opening of it holds locked. Who inherits its handle holds the
// lock too, so it ends with the last of them, however they end; what stands in the file can be read
// all the while. One thread only.
#pragma once

#include <string>
#include <string_view>

#include "base/unique_handle.h"

namespace fh {

class LockFile {
 public:
  /// Makes the file if need be; throws HostError when that cannot be done.
  explicit LockFile(std::string path);

  /// False while somebody else holds it. Again true once it was.
  bool try_lock();

  /// Replaces what stands in the file; it must be locked. Throws HostError.
  void write(std::string_view text);

  /// For children to inherit; it must be locked.
  NativeHandle handle() const { return file_.get(); }

 private:
  std::string path_;
  UniqueHandle file_;
};

/// Whether anybody holds the file locked; false when there is none.
bool is_locked(const std::string& path);

}  // namespace fh
