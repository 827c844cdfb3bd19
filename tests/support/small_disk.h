// SmallDisk: a real file system of a few MiB, in memory, that a test can fill up. It needs the
// right to mount; where that is missing, mounted() is false and the test skips itself.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "support/temp_folder.h"

namespace fh::test {

class SmallDisk {
 public:
  explicit SmallDisk(int mebibytes, std::filesystem::path at = {})
      : at_(at.empty() ? folder_.path() : std::move(at)) {
    std::filesystem::create_directories(at_);
    const std::string size = "mode=0700,size=" + std::to_string(mebibytes) + "m";
    mounted_ = kApart && ::mount("fieldhook-test", at_.c_str(), "tmpfs", 0, size.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  std::filesystem::path operator/(const std::string& name) const { return at_ / name; }

  /// Until there is no room for one more byte, or until `left` bytes are free.
  void fill(std::uintmax_t left = 0) {
    const UniqueFd fd(
        ::open((at_ / "filling").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    const std::vector<char> page(4096, 'x');
    while (std::filesystem::space(at_).available > left &&
           ::write(fd.get(), page.data(), page.size()) > 0) {
    }
  }
  void make_room() { std::filesystem::remove(at_ / "filling"); }
  /// What a host may not write to.
  bool make_read_only() {
    return ::mount("fieldhook-test", at_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  // The process has mounts of its own from its start on, as all its threads and children do, so
  // that a disk goes with it, however it ends.
  inline static const bool kApart =
      ::unshare(CLONE_NEWNS) == 0 &&
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;

  TempFolder folder_;
  const std::filesystem::path at_;
  bool mounted_ = false;
};

}  // namespace fh::test
