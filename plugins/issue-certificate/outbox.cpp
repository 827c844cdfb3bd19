#include "issue-certificate/outbox.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace certificate {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
  throw std::system_error(errno, std::generic_category(),
                          "outbox: cannot " + what + ' ' + path.string());
}

class File {
 public:
  File(const std::filesystem::path& path, int flags)
      : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (fd_ < 0) fail("open", path_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(fd_); }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) fail("write", path_);
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void sync() {
    if (::fsync(fd_) != 0) fail("flush", path_);
  }

 private:
  const std::filesystem::path path_;
  const int fd_;
};

}  // namespace

std::filesystem::path put_file(const std::filesystem::path& folder, const std::string& name,
                               std::string_view bytes) {
  std::filesystem::create_directories(folder);
  const auto part = folder / ('.' + name + ".part");
  const auto whole = folder / name;
  {
    File file(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
    file.write(bytes);
    file.sync();
  }
  std::filesystem::rename(part, whole);
  // The rename itself is on disk only once its folder is.
  File(folder, O_RDONLY | O_DIRECTORY).sync();
  return whole;
}

}  // namespace certificate
