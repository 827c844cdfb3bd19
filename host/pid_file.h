// PidFile: a file that says which process the host is, for as long as it lives. Whoever has one
// holds the lock of a store, so that of two hosts with one configuration the second gets no
// further. One thread.
#pragma once

#include <filesystem>

namespace fh {

class PidFile {
 public:
  /// Throws HostError when it cannot be written, or names another fieldhookd that lives.
  explicit PidFile(std::filesystem::path path);
  /// Removes the file unless it names somebody else by now.
  ~PidFile();
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;

 private:
  const std::filesystem::path path_;
};

}  // namespace fh
